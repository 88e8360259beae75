"""pith against the Python package llmlingua 0.2.2: the same text, the same rate,
the same machine, all its cores for both.

    bench/run.sh peers

The package runs a model of the size of multilingual BERT, the smallest that is
published for it, on PyTorch. pith runs its built-in model, and the package's own
model exported to ONNX, as fp32 and quantised to int8. Rounds alternate.
"""

import argparse
import os
import tempfile
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch  # noqa: E402
from llmlingua import PromptCompressor  # noqa: E402

import mbert  # noqa: E402
from common import CORES, RATE, Pith, body, corpus, cpu, header, machine, median, passages, row  # noqa: E402

GOALS = {"pith-small": 10, "mbert-int8": 5, "mbert-fp32": 1.5}


class Package:
    """The package as its own documentation uses it, on the CPU."""

    name = "llmlingua 0.2.2, mBERT size"

    def __init__(self, folder, batch):
        torch.set_num_threads(CORES)
        self.compressor = PromptCompressor(folder, device_map="cpu", use_llmlingua2=True,
                                           llmlingua2_config={"max_batch_size": batch})

    def time(self, text):
        began, cpu = time.perf_counter(), time.process_time()
        self.compressor.compress_prompt_llmlingua2([text] if isinstance(text, str) else text, rate=RATE)
        return time.perf_counter() - began, time.process_time() - cpu


class Served:
    """One model of a running pith."""

    def __init__(self, pith, model):
        self.pith, self.model, self.name = pith, model, f"pith, {model}"

    def time(self, text):
        before = self.pith.cpu()
        took, _ = self.pith.compress(body(text, compressor_model=self.model))
        return took, self.pith.cpu() - before if before is not None else float("nan")


def rounds(sides, text, n):
    """Seconds of each side and of processor time, by round, after one that warms up."""
    warm = text[: max(1, len(text) // 8)]
    for s in sides:
        s.time(warm)
    return [[s.time(text) for s in sides] for _ in range(n)]


def report(sides, times, tokens):
    header("side", "seconds", "tokens/s", "times as fast", "of the rounds", "of processor time", "wanted")
    for i, side in enumerate(sides):
        seconds = median(t[i][0] for t in times)
        ratios = sorted(t[0][0] / t[i][0] for t in times)
        cpu = median(t[0][1] / t[i][1] for t in times)
        goal = GOALS.get(getattr(side, "model", ""))
        row(side.name, f"{seconds:.2f}", f"{tokens / seconds:.0f}", f"**{median(ratios):.2f}**",
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}", f"{cpu:.2f}", f"{goal}" if goal else "")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--tokens", type=int, default=10_000)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--passages", type=int, default=0, metavar="N",
                   help="send contexts of about N tokens each, as retrieval does, and not one text")
    p.add_argument("--window", type=int, default=512, help="of pith, special tokens included")
    p.add_argument("--batch", type=int, default=50, help="of the package")
    p.add_argument("--layers", type=int, default=12, help="fewer for a quick look")
    a = p.parse_args()
    text = corpus(a.tokens)
    if a.passages:
        text = passages(text, a.tokens, a.passages)
    vnni = any(i in cpu().split() for i in ("avx512_vnni", "avx_vnni", "amx_int8"))
    print(f"{machine()}, torch {torch.__version__}. {a.tokens} tokens{f' in {len(text)} passages' if a.passages else ''}, window {a.window}, medians of {a.rounds} rounds.\n", flush=True)
    with tempfile.TemporaryDirectory() as work:
        theirs, home, names = mbert.make(work, vnni, a.layers)
        use = ["pith-small", *names.values()]
        with Pith(PITH_HOME=home, PITH_MODELS_USE=",".join(use), PITH_MODELS_PRELOAD=",".join(use),
                  PITH_MODELS_WINDOW=str(a.window)) as pith:
            sides = [Package(theirs, a.batch), *(Served(pith, m) for m in use)]
            report(sides, rounds(sides, text, a.rounds), a.tokens)
    print(f"\n{machine()} at the end.")


if __name__ == "__main__":
    main()
