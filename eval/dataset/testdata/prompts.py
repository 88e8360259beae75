"""Writes prompts.txt: for each task of MiniLongBench the SHA-256 of all its prompts, as
LongBench's pred.py makes them, each followed by a zero byte.

    python3 prompts.py dataset2prompt.json MINILONGBENCH > prompts.txt

dataset2prompt.json is THUDM/LongBench's (commit 2e00731f8d0bff23dc4325161044d0ed8af94c1e),
MINILONGBENCH a folder of TASK.jsonl.
"""
import hashlib
import json
import os
import sys

templates = json.load(open(sys.argv[1], encoding="utf-8"))
for task, template in templates.items():
    digest = hashlib.sha256()
    with open(os.path.join(sys.argv[2], task + ".jsonl"), encoding="utf-8", newline="\n") as rows:
        for row in rows:
            digest.update(template.format(**json.loads(row)).encode() + b"\0")
    print(digest.hexdigest(), task)
