"""Compare this package with bare ONNX Runtime in Python: the same windows, one
window a run, one thread a run, as many runs at once as cores. Rounds alternate, so
that what else the machine does hits both; the ratio of the medians is the result.

    pip install onnxruntime==1.32.0 numpy
    python onnx/bench/compare.py --model pith-small --rounds 5

Beside tokens a second it gives tokens a second of processor time, which other
programs disturb less. Needs what `go test ./onnx` needs.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ONNX = os.path.dirname(HERE)
UNITS = ("tokens/s", "tokens/cpu-s")


def go(binary, model, tokens, cores, seconds):
    out = subprocess.run(
        [binary, "-test.run=^$", f"-test.benchtime={seconds}s",
         f"-test.bench=^BenchmarkRun$/^model={model}$/^tokens={tokens}$/^workers={cores}$"],
        cwd=ONNX, check=True, capture_output=True, text=True).stdout
    return {u: float(re.search(rf"([0-9.e+]+) {re.escape(u)}\s", out)[1]) for u in UNITS}


def bare(model, tokens, cores, seconds):
    out = subprocess.run(
        [sys.executable, os.path.join(HERE, "bare.py"), os.path.join(ONNX, "models", model),
         "--tokens", str(tokens), "--threads", str(cores), "--seconds", str(seconds)],
        check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model", default="pith-small")
    p.add_argument("--tokens", type=int, nargs="*", default=[128, 254, 510])
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=4)
    a = p.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as tmp:
        binary = os.path.join(tmp, "onnx.test")
        subprocess.run(["go", "test", "-c", "-o", binary, "."], cwd=ONNX, check=True)
        for tokens in a.tokens:
            rounds = [(go(binary, a.model, tokens, cores, a.seconds), bare(a.model, tokens, cores, a.seconds))
                      for _ in range(a.rounds)]
            for u in UNITS:
                g, b = (statistics.median(r[i][u] for r in rounds) for i in (0, 1))
                print(f"{a.model} tokens={tokens} cores={cores} {u}: go {g:.0f}, python {b:.0f}, ratio {g / b:.3f}", flush=True)


if __name__ == "__main__":
    main()
