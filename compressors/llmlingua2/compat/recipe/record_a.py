"""Layer A: everything but the model, exact.

    python record_a.py TORCH_DIR TESTDATA [RANDOM_CASES_PER_FAMILY]
"""

import collections
import os
import random
import sys

import cases
import reference


def main(torch_dir, testdata, count="1000"):
    table = [int(p.view("uint32")) for p in reference.toy_table()[1]]
    reference.write_lines(os.path.join(testdata, "pool.jsonl.gz"), {"documents": len(cases.POOL)}, cases.POOL)
    for family in reference.NAMES:
        ref = reference.Reference(torch_dir, family, toy=True)
        r = random.Random(7)
        todo = [("must", *c) for c in cases.must_have(ref.pc.tokenizer, family)]
        todo += [("alone", *c) for c in cases.alone()]
        todo += [("random", *cases.random_case(r)) for _ in range(int(count))]
        rows, tally = [], collections.Counter()
        for kind, contexts, options in todo:
            seed = cases.scorer(r)
            ref.toy.seed, ref.toy.size, ref.toy.positional = seed
            got = ref.compress([cases.text(c) for c in contexts], options)
            tally[kind] += 1
            tally[got.get("err", "ok")] += 1
            rows.append({"kind": kind, "toy": seed, "ctx": contexts, "opt": options, **got})
        header = {"layer": "A", "family": family, "recorded": reference.versions(), "table": table}
        reference.write_lines(os.path.join(testdata, f"layer_a_{family}.jsonl.gz"), header, rows)
        print(family, dict(tally), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
