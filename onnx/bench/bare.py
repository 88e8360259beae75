"""Run windows through ONNX Runtime from Python, one window a run, one thread a
run, and print tokens per second. The windows are those of bench_test.go, or, for a
causal model, the sequences that `go run ./bench/gains -dump` wrote.

    python bare.py MODEL_DIR --tokens 254 --threads 2 --seconds 5
    python bare.py MODEL_DIR --sequences sequences.json --threads 2 --seconds 5
"""

import argparse
import itertools
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


def sequences(path):
    with open(path) as f:
        for s in json.load(f):
            yield {"input_ids": np.array([s["IDs"]], dtype=np.int64), "positions": np.array(s["Asked"], dtype=np.int64)}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("--tokens", type=int, default=254)
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--seconds", type=float, default=5)
    p.add_argument("--sequences", help="file with sequences, run in whole rounds")
    a = p.parse_args()

    with open(os.path.join(a.model, "pith-model.json")) as f:
        spec = json.load(f)
    so = ort.SessionOptions()
    so.intra_op_num_threads = so.inter_op_num_threads = 1
    so.add_session_config_entry("session.intra_op.allow_spinning", "0")
    so.add_session_config_entry("session.inter_op.allow_spinning", "0")
    session = ort.InferenceSession(os.path.join(a.model, "model.onnx"), so, providers=["CPUExecutionProvider"])
    feeds = list(sequences(a.sequences)) if a.sequences else [feed(spec, ids) for ids in windows(spec, 16, a.tokens)]
    for f in feeds[:20]:
        session.run(None, f)
    whole = len(feeds) if a.sequences else 1
    counter = itertools.count()
    done, tokens = [0] * a.threads, [0] * a.threads
    began, cpu = time.perf_counter(), time.process_time()

    def work(t):
        while True:
            k = next(counter)
            if k % whole == 0 and time.perf_counter() - began >= a.seconds:
                stop.set()
            if stop.is_set():
                return
            f = feeds[k % len(feeds)]
            session.run(None, f)
            done[t] += 1
            tokens[t] += f["input_ids"].size if a.sequences else a.tokens

    stop = threading.Event()

    threads = [threading.Thread(target=work, args=(t,)) for t in range(a.threads)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"tokens/s": round(sum(tokens) / took, 1), "tokens/cpu-s": round(sum(tokens) / cpu, 1), "windows": sum(done)}))


if __name__ == "__main__":
    main()
