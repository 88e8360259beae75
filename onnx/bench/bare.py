"""Run windows through ONNX Runtime from Python, one window a run, one thread a
run, and print tokens per second. The windows are those of bench_test.go.

    python bare.py MODEL_DIR --tokens 254 --threads 2 --seconds 5
"""

import argparse
import json
import os
import threading
import time

import numpy as np
import onnxruntime as ort


def windows(spec, count, tokens):
    start, end = spec["special_tokens"]["start"], spec["special_tokens"]["end"]
    for w in range(count):
        ids = [1000 + (i * 7919 + w * 104729) % 25000 for i in range(tokens)]
        yield np.array([[start, *ids, end]], dtype=np.int64)


def feed(spec, ids):
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return {name: given[name] for name in spec["graph"]["inputs"]}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("--tokens", type=int, default=254)
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--seconds", type=float, default=5)
    a = p.parse_args()

    with open(os.path.join(a.model, "pith-model.json")) as f:
        spec = json.load(f)
    so = ort.SessionOptions()
    so.intra_op_num_threads = so.inter_op_num_threads = 1
    so.add_session_config_entry("session.intra_op.allow_spinning", "0")
    so.add_session_config_entry("session.inter_op.allow_spinning", "0")
    session = ort.InferenceSession(os.path.join(a.model, "model.onnx"), so, providers=["CPUExecutionProvider"])
    feeds = [feed(spec, ids) for ids in windows(spec, 16, a.tokens)]
    session.run(None, feeds[0])

    done = [0] * a.threads
    began, cpu = time.perf_counter(), time.process_time()

    def work(t):
        k = t
        while time.perf_counter() - began < a.seconds:
            session.run(None, feeds[k % len(feeds)])
            done[t] += 1
            k += a.threads

    threads = [threading.Thread(target=work, args=(t,)) for t in range(a.threads)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    tokens = sum(done) * a.tokens
    print(json.dumps({"tokens/s": round(tokens / took, 1), "tokens/cpu-s": round(tokens / cpu, 1), "windows": sum(done)}))


if __name__ == "__main__":
    main()
