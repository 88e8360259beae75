"""The whole HTTP path against bare runs of the model on the same windows.

    bench/run.sh http

A side is a text sent to POST /v1/compress of a running pith, or the windows that
pith cuts of it (the very ids, by bench/windows) run by ONNX Runtime from Python:
one window a run, one thread a run, as many threads as cores, nothing else done.
Rounds alternate. The figure is tokens of text a second, special tokens not counted.
The ratio of processor time is what other programs on the machine disturb least.
"""

import argparse
import json
import os
import threading
import time

import numpy as np
import onnxruntime as ort

from common import CORES, ROOT, Pith, body, corpus, header, machine, median, row, tool

MODEL = os.path.join(ROOT, "onnx", "models", "pith-small")
SPECIAL = 2  # ids of a window that are not of the text


class Bare:
    """The model with nothing around it."""

    def __init__(self):
        with open(os.path.join(MODEL, "pith-model.json")) as f:
            self.names = list(json.load(f)["graph"]["inputs"])
        so = ort.SessionOptions()
        so.intra_op_num_threads = so.inter_op_num_threads = 1
        so.add_session_config_entry("session.intra_op.allow_spinning", "0")
        so.add_session_config_entry("session.inter_op.allow_spinning", "0")
        self.session = ort.InferenceSession(os.path.join(MODEL, "model.onnx"), so, providers=["CPUExecutionProvider"])

    def feed(self, ids):
        ids = np.array([ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {name: given[name] for name in self.names}

    def run(self, feeds):
        """Runs all windows and returns the seconds it took."""
        lock, left = threading.Lock(), iter(feeds)

        def work():
            while True:
                with lock:
                    f = next(left, None)
                if f is None:
                    return
                self.session.run(None, f)

        threads = [threading.Thread(target=work) for _ in range(CORES)]
        began = time.perf_counter()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return time.perf_counter() - began


def served(pith, request, at_once):
    """Sends a request at_once times side by side; the seconds until all are answered."""
    threads = [threading.Thread(target=pith.compress, args=(request,)) for _ in range(at_once)]
    began = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return time.perf_counter() - began


def both(bare, feeds, pith, request, at_once):
    """Seconds of pith and of the bare runs, then the same of processor time: that
    of the client counts as pith's."""
    before = time.process_time(), pith.cpu()
    http = served(pith, request, at_once)
    between = time.process_time(), pith.cpu()
    alone = bare.run(feeds)
    cpu = time.process_time() - between[0]
    used = between[0] - before[0] + between[1] - before[1] if between[1] is not None else float("nan")
    return http, alone, used, cpu


def compare(bare, pith, text, windows, at_once, rounds):
    """Tokens a second of both sides, the ratio of each round, and that of
    processor time."""
    request, feeds = body(text), [bare.feed(w) for w in windows] * at_once
    tokens = sum(len(w) - SPECIAL for w in windows) * at_once
    times = [both(bare, feeds, pith, request, at_once) for _ in range(rounds + 1)][1:]  # the first warms up
    http, alone, used, cpu = (median(t) for t in zip(*times))
    return tokens / http, tokens / alone, sorted(t[1] / t[0] for t in times), cpu / used


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--windows", type=int, nargs="*", default=[254, 510], help="tokens of text in a window")
    p.add_argument("--tokens", type=int, nargs="*", default=[10_000, 40_000])
    p.add_argument("--rounds", type=int, default=5)
    a = p.parse_args()
    texts = [(n, corpus(n)) for n in a.tokens]
    bare = Bare()
    print(f"{machine()}, onnxruntime {ort.__version__}. Medians of {a.rounds} rounds.\n")
    header("window", "tokens", "requests at once", "HTTP tokens/s", "bare tokens/s", "ratio", "of the rounds", "of processor time")
    for size in a.windows:
        with Pith(PITH_MODELS_WINDOW=str(size + SPECIAL)) as pith:
            for n, text in texts:
                windows = json.loads(tool("windows", "-window", size + SPECIAL, text=text))
                for at_once in (1, CORES) if n == min(a.tokens) else (1,):
                    http, alone, pairs, cpu = compare(bare, pith, text, windows, at_once, a.rounds)
                    row(size, n, at_once, f"{http:.0f}", f"{alone:.0f}", f"**{median(pairs):.1%}**",
                        f"{pairs[0]:.1%} to {pairs[-1]:.1%}", f"{cpu:.1%}")
    print(f"\n{machine()} at the end.")


if __name__ == "__main__":
    main()
