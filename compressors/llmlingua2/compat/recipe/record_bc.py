"""Layers B (the model's inputs and outputs) and C (end to end).

    python record_bc.py TORCH_DIR TESTDATA [CASES_PER_FAMILY]

B holds ids, masked positions and keep probabilities in units of 1e-6. C holds
for each case the margin: the smallest distance between a percentile and a
value in its list that does not equal it.
"""

import collections
import os
import random
import sys

import cases
import reference


def rows_of(ref, context):
    """The model's rows for one context, without the padding at their ends."""
    ref.pc.model.rows = []
    ref.compress([context], {"rate": 0.5})
    for ids, mask, probs in ref.pc.model.rows:
        n = max(i for i, m in enumerate(mask) if m) + 1
        yield {"ids": ids[:n], "masked": [i for i in range(n) if not mask[i]],
               "p": [round(p * 1e6) if m else 0 for p, m in zip(probs[:n], mask)]}


def layer_b(ref, r):
    todo = [c[0] for c, options in cases.must_have(ref.pc.tokenizer, ref.family) if not options and len(c) == 1]
    todo += [cases.slice_of(r, n) for n in (40, 200, 600, 1500, 3000) for _ in range(5)]
    return [{"ctx": [c], "rows": list(rows_of(ref, cases.text(c)))} for c in todo]


def layer_c(ref, r, count):
    tally = collections.Counter()
    rows = []
    for _ in range(count):
        contexts, options = cases.random_case(r)
        contexts = [[doc, start, min(length, 1500)] for doc, start, length in contexts]
        got = ref.compress([cases.text(c) for c in contexts], options)
        tally[got.get("err", "ok")] += 1
        got.pop("th", None)
        rows.append({"kind": "random", "ctx": contexts, "opt": options, "margin": ref.margin, **got})
    tally["margin <= 1e-4"] = sum(row["margin"] <= 1e-4 for row in rows)
    return rows, dict(tally)


def main(torch_dir, testdata, count="600"):
    for family in reference.NAMES:
        ref = reference.Reference(torch_dir, family, toy=False)
        r = random.Random(11)
        header = {"family": family, "recorded": reference.versions()}
        b = layer_b(ref, r)
        reference.write_lines(os.path.join(testdata, f"layer_b_{family}.jsonl.gz"), {"layer": "B", **header}, b)
        c, tally = layer_c(ref, r, int(count))
        reference.write_lines(os.path.join(testdata, f"layer_c_{family}.jsonl.gz"), {"layer": "C", **header}, c)
        print(family, "B:", len(b), "contexts,", sum(len(x["rows"]) for x in b), "rows; C:", tally, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
