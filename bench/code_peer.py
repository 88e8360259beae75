"""pith's longcodezip against the Python package LongCodeZip: the same file, the same
query and rate, the same machine and threads.

    git clone https://github.com/YerbaPage/LongCodeZip && git -C LongCodeZip checkout 71248b7
    bench/run.sh code --package LongCodeZip

The package runs a PyTorch model of pith-code's size and tokenizer, with random
weights, for both of its models, in fp32, its fastest on a CPU. pith runs pith-code.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
import torch  # noqa: E402
import transformers  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast  # noqa: E402

from common import ROOT, Pith, header, machine, median, row  # noqa: E402

SOURCE = "archive/zip/reader.go"
QUERY = "Where are names inside an archive checked for being unsafe, and what error is returned for one?"
Took = collections.namedtuple("Took", "seconds cpu kept runs tokens")
MODEL = os.path.join(ROOT, "onnx", "models", "pith-code")


def make(folder):
    """A model of pith-code's size as transformers saves one. GPT-2 has layer norms and
    learned positions where pith-code has others; the products of matrices are the same."""
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=16_384, n_positions=4096, n_embd=512, n_layer=6, n_head=8, n_inner=2048,
                        bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(config).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_file=os.path.join(MODEL, "tokenizer.json"), eos_token="<|endoftext|>",
                            model_input_names=["input_ids", "attention_mask"]).save_pretrained(folder)


class Package:
    """The package on the CPU. Its model of lines is fixed to one that is downloaded, in
    fp16; here it gets the ranking model's."""

    def __init__(self, folder, threads):
        torch.set_num_threads(threads)
        import longcodezip
        longcodezip.logger.disable("longcodezip")
        longcodezip.EntropyChunking.__init__ = lambda _: None
        self.tool = longcodezip.LongCodeZip(folder, "cpu", {"torch_dtype": torch.float32, "device_map": None})
        lines = self.tool.entropy_chunking
        lines.model, lines.tokenizer, lines.device = self.tool.model, self.tool.tokenizer, torch.device("cpu")
        self.runs = self.tokens = 0
        self.tool.model.register_forward_pre_hook(self.count, with_kwargs=True)

    def count(self, _, args, kwargs):
        self.runs, self.tokens = self.runs + 1, self.tokens + kwargs["input_ids"].numel()

    def compress(self, text, rate, rank_only):
        """A call without what earlier ones remembered."""
        for remembered in self.tool.cache.values():
            remembered.clear()
        self.runs = self.tokens = 0
        began, cpu = time.perf_counter(), time.process_time()
        got = self.tool.compress_code_file(text, QUERY, rate=rate, language="go", rank_only=rank_only)
        return Took(time.perf_counter() - began, time.process_time() - cpu, got["compression_ratio"], self.runs, self.tokens)


class Served:
    """A running pith that remembers nothing."""

    def __init__(self, pith):
        self.pith = pith

    def compress(self, text, rate, rank_only):
        body = {"contexts": [{"text": text, "kind": "code", "language": "go"}], "question": QUERY, "method": "longcodezip",
                "rate": rate, "code": {"rank_only": rank_only}, "on_error": "fail", "cache": "off"}
        before = self.pith.cpu()
        took, answer = self.pith.compress(json.dumps(body).encode())
        return Took(took, self.pith.cpu() - before if before is not None else float("nan"), answer["usage"]["kept_ratio"], "", "")


def report(sides, times, n):
    header("side", "seconds", "source tokens/s", "of processor time", "runs of the model", "its tokens", "tokens kept")
    for (name, *_), took in zip(sides, times):
        seconds = median(t.seconds for t in took)
        row(name, f"{seconds:.2f}", f"{n / seconds:.0f}", f"{median(t.cpu for t in took):.2f} s", took[0].runs, took[0].tokens,
            f"{took[0].kept:.3f}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--package", metavar="DIR", help="a copy of the repository LongCodeZip; without it only pith is measured")
    p.add_argument("--rate", type=float, default=0.25)
    p.add_argument("--rounds", type=int, default=3, help="of all but the package's full method, which runs once")
    p.add_argument("--threads", type=int, default=2, help="of the package, and workers of pith")
    a = p.parse_args()
    goroot = subprocess.run(["go", "env", "GOROOT"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with open(os.path.join(goroot, "src", SOURCE)) as f:
        text = f.read()
    n = len(Tokenizer.from_file(os.path.join(MODEL, "tokenizer.json")).encode(text).ids)
    print(f"{machine()}, {a.threads} threads, torch {torch.__version__}, transformers {transformers.__version__}.")
    print(f"{SOURCE} of Go's library, {n} tokens, rate {a.rate}, medians of {a.rounds} rounds.\n", flush=True)
    with tempfile.TemporaryDirectory() as work, Pith(PITH_ENGINE_WORKERS=str(a.threads)) as pith:
        served = Served(pith)
        sides = [("pith, whole functions only", served, True), ("pith", served, False)]
        if a.package:
            sys.path.insert(0, a.package)
            make(work)
            package = Package(work, a.threads)
            sides = [("package, coarse only", package, True), ("package", package, False), *sides]
        for _, side, _ in sides:
            side.compress(text[: len(text) // 8], 0.5, True)  # warms up
        times = [[] for _ in sides]
        for i in range(a.rounds):
            for took, (name, side, rank_only) in zip(times, sides):
                if i == 0 or name != "package":
                    took.append(side.compress(text, a.rate, rank_only))
        report(sides, times, n)
    print(f"\n{machine()} at the end.")


if __name__ == "__main__":
    main()
