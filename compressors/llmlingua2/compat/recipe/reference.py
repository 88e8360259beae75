"""The reference compressor on a tiny model, with taps on what it computes."""

import gzip
import hashlib
import json
import os
import platform
import sys
from importlib.metadata import version
from types import SimpleNamespace

import numpy
import torch

os.environ.setdefault("HF_HUB_OFFLINE", "1")
from llmlingua import PromptCompressor  # noqa: E402

import make_models  # noqa: E402

NAMES = {"bert": make_models.BERT, "xlmr": make_models.XLMR}
torch.set_num_threads(1)
M32 = 0xFFFFFFFF
EXPECTED = (AssertionError, IndexError, NotImplementedError, ValueError, ZeroDivisionError)


def toy_table():
    """Logit differences of the toy scorer. Entry 0 has probability exactly 1."""
    r = numpy.random.RandomState(3)
    logits = (r.randn(4096) * 2).astype(numpy.float32)
    logits[0], logits[1] = 60.0, 0.0
    pair = torch.stack([torch.zeros(4096), torch.from_numpy(logits)], -1)
    return logits, torch.softmax(pair, -1)[:, 1].numpy()


class ToyModel:
    """Scores a position by a hash of its id, its index and the number of active
    positions, so that Go can repeat the scores to the last bit."""

    def __init__(self):
        self.logits, self.probs = toy_table()
        self.known = set(self.probs.tolist())
        self.seed, self.size, self.positional = 0, 4096, 1

    def __call__(self, input_ids, attention_mask):
        i = input_ids.numpy().astype(numpy.uint64)
        at = numpy.arange(i.shape[1], dtype=numpy.uint64)[None, :]
        active = attention_mask.numpy().astype(numpy.uint64).sum(1, keepdims=True)
        h = i * 0x9E3779B1 + self.positional * (at * 0x85EBCA77 + active * 0xC2B2AE3D)
        h = (h + self.seed * 0x27D4EB2F) & M32
        for shift, mul in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
            h ^= h >> shift
            h = h * mul & M32
        h ^= h >> 15
        pick = torch.from_numpy(self.logits[(h % self.size).astype(numpy.int64)])
        return SimpleNamespace(loss=None, logits=torch.stack([torch.zeros_like(pick), pick], -1))


class WatchedModel:
    """The real tiny model, logging what goes in and what comes out."""

    def __init__(self, model):
        self.model, self.rows = model, []

    def __call__(self, input_ids, attention_mask):
        out = self.model(input_ids=input_ids, attention_mask=attention_mask)
        probs = torch.softmax(out.logits, -1)[..., 1]
        self.rows += zip(input_ids.tolist(), attention_mask.tolist(), probs.tolist())
        return out


class Reference:
    """One compressor and the log of its last call."""

    def __init__(self, torch_dir, family, toy):
        self.pc = PromptCompressor(os.path.join(torch_dir, NAMES[family]), device_map="cpu", use_llmlingua2=True)
        self.family = family
        self.toy = ToyModel() if toy else None
        if toy:
            self.pc.model = self.toy
        else:
            self.pc.model = WatchedModel(self.pc.model)
        # Text such as <|endoftext|> makes tiktoken raise; Go counts it as text.
        encoding = self.pc.oai_tokenizer
        self.pc.oai_tokenizer = SimpleNamespace(encode=encoding.encode_ordinary)
        self._tap_merge()
        self._tap_percentile()

    def _tap_merge(self):
        merge = self.pc._PromptCompressor__merge_token_to_word

        def tapped(tokens, token_probs, *args, **kwargs):
            for p in token_probs:
                assert type(p) is numpy.float32
                assert self.toy is None or float(p) in self.toy.known, "softmax is not a function of the logits"
            return merge(tokens, token_probs, *args, **kwargs)

        self.pc._PromptCompressor__merge_token_to_word = tapped

    def _tap_percentile(self):
        percentile = numpy.percentile

        def tapped(values, q):
            th = percentile(values, q)
            mode = "s" if type(th) is numpy.float32 else "d"
            self.thresholds.append(f"{mode}{th!s}")
            self.margin = min([self.margin] + [abs(float(v) - float(th)) for v in set(values) if v != th])
            return th

        sys.modules["llmlingua.prompt_compressor"].np = SimpleNamespace(percentile=tapped)

    def compress(self, contexts, options):
        """Returns the outcome as a dict: the result's fields, or err."""
        self.thresholds, self.margin = [], 1.0
        try:
            with torch.no_grad():
                res = self.pc.compress_prompt(list(contexts), **options)
        except EXPECTED as e:  # the class is the outcome
            return {"err": type(e).__name__}
        assert res["compressed_prompt"] == "\n\n".join(res["compressed_prompt_list"])
        out = {"list": res["compressed_prompt_list"], "n": [res["origin_tokens"], res["compressed_tokens"]],
               "s": [res["ratio"], res["rate"], res["saving"]], "th": self.thresholds}
        if "fn_labeled_original_prompt" in res:
            label = res["fn_labeled_original_prompt"]
            if len(label) > 300:  # long ones as a digest, for the size of the files
                label = "sha256:" + hashlib.sha256(label.encode()).hexdigest()[:24]
            out["label"] = label
        return out


def write_lines(path, header, rows):
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        for row in [header] + rows:
            z.write((json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


def versions():
    return {"llmlingua": "0.2.2, microsoft/LLMLingua e0e9d99beb94098bbd924aa53c2c112eac41c758",
            "python": platform.python_version(),
            **{p: version(p) for p in ("numpy", "torch", "transformers", "tokenizers", "tiktoken")}}
