"""Records what the authors' package does: python record.py [toy] [tiny] (README.md)."""

import copy
import gzip
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import random
import sys
import tempfile

os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
import loguru  # noqa: E402
import torch  # noqa: E402

import cases  # noqa: E402
import tiny  # noqa: E402
import toy  # noqa: E402
import watch  # noqa: E402

COMMIT = "71248b737f7e44b1c24a02d47b51b3f0130f121a"
loguru.logger.disable("longcodezip")
HERE = os.path.dirname(os.path.abspath(__file__))
GAP = 1e-3
DISCRETE = ("error", "code", "prompt", "texts", "tokens", "selected", "method")


def header(**more):
    versions = {p: importlib.metadata.version(p) for p in ("torch", "transformers", "tokenizers", "numpy")}
    return {"package": "YerbaPage/LongCodeZip", "commit": COMMIT, "python": platform.python_version(), **versions, **more}


def plain(x):
    """x for JSON: numbers rounded to nine digits, infinite ones as strings."""
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, float):
        return float(f"{x:.9g}") if math.isfinite(x) else str(x)
    return x


def outcome(d):
    """What has to stay when all numbers move a little."""
    steps = {i: [s.get(k) for k in ("spikes", "chosen", "preserved", "text")] for i, s in d.get("steps", {}).items()}
    return [d.get(k) for k in DISCRETE], [i for i, _ in d.get("ranking", [])], steps


def close(d):
    """Whether two different scores, or a spike and no spike, are nearly the same."""
    scores = sorted(s for _, s in d.get("ranking", []))
    scale = max(1.0, abs(d.get("alone", 1.0)))
    if any(0 < b - a < GAP * scale for a, b in zip(scores, scores[1:])):
        return True
    for s in d.get("steps", {}).values():
        if s.pop("tie", False):
            return True
        for left, here, right in zip(s["bits"], s["bits"][1:], s["bits"][2:]):
            rises = [here - v if math.isfinite(v) else 0.0 for v in (left, right)] if math.isfinite(here) else []
            if any(abs(v - s["threshold"]) < GAP or 0 < abs(v) < GAP for v in rises):
                return True
    return False


def settled(run, shaken):
    """The description of run, or None if it hangs by a hair."""
    _, d = run
    return None if close(d) or any(outcome(d) != outcome(s) for _, s in shaken) else d


def save(name, rows):
    raw = "".join(json.dumps(plain(r), separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n" for r in rows)
    with open(os.path.join(HERE, name), "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", filename="", mtime=0) as g:
        g.write(raw.encode())
    print(name, len(rows) - 1, "rows", len(raw), "bytes", flush=True)


def record_toy(count=600):
    r = random.Random(7)
    rows, refused = [], 0
    while len(rows) < count:
        request, code, longest = cases.random_case(r)
        bos = r.random() < 0.4
        lines = r.random() < 0.5  # whether lines are read by a model with a leading token

        def run(shift):
            pair = [(m, m) for m in (toy.Toy(bos, longest, shift), toy.Toy(lines, longest, shift))]
            return watch.call(*pair, request, code)

        first = run(0)
        d = settled(first, [run(GAP), run(-GAP)])
        if d is None:
            refused += 1
            continue
        rows.append({"bos": [bos, lines], "longest": longest, "request": {**request, "chunks": first[0].chunks}, **d})
    save("toy.jsonl.gz", [header(refused=refused), *rows])


class Heard:
    """A tokenizer whose answers are kept."""

    def __init__(self, tok):
        self.tok, self.heard = tok, {}

    def __call__(self, text, **options):
        out = self.tok(text, **options)
        return self.keep(text, out) if options.get("add_special_tokens", True) else out

    def encode(self, text, **options):
        ids = self.tok.encode(text, **options)
        self.heard[text] = ids
        return ids

    def keep(self, text, out):
        ids = out["input_ids"]
        self.heard[text] = ids if isinstance(ids, list) else ids[0].tolist()
        return out


def dump(model, heard):
    """Sequences in order, each as what differs from the one before: how many tokens it
    shares, the other tokens, their nll. Texts lead to sequences by digest."""
    order = sorted({tuple(map(int, ids)) for ids in heard.values()})
    rows, before, nll = [], (), []
    for at, ids in enumerate(order):
        keep = len(os.path.commonprefix([before, ids]))
        longest = at + 1 == len(order) or order[at + 1][:len(ids)] != ids
        whole = [0.0, *model.nll(list(ids))] if ids and longest else None
        rows.append([keep, list(ids[keep:]), whole])
        before = ids
    # A sequence that the next one goes on from has the next one's numbers.
    for at in range(len(rows) - 1, -1, -1):
        if rows[at][2] is None:
            rows[at][2] = rows[at + 1][2][:len(order[at])] if order[at] else []
    for row in rows:
        row[2] = [round(v, 5) for v in row[2][row[0]:]]
    index = {ids: i for i, ids in enumerate(order)}
    texts = {hashlib.sha256(t.encode()).hexdigest()[:16]: index[tuple(map(int, ids))] for t, ids in heard.items()}
    return {"sequences": rows, "texts": texts}


def shaken(model, seed):
    """A copy whose every weight moved, so that nlls move by about GAP."""
    out = copy.deepcopy(model)
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in out.parameters():
            p.add_(torch.randn(p.shape, generator=g) * p.std() * 3e-4)
    return out


def load_models(work):
    """Trains the models, or finds them in the folder work."""
    out = {}
    for name, seed in (("a", 11), ("b", 12)):
        tok, path = tiny.tokenizer(bos=name == "b"), os.path.join(work, f"{name}.pt")
        if not os.path.exists(path):
            torch.save(tiny.train(seed, 400, tok).state_dict(), path)
        model = tiny.Tiny()
        model.load_state_dict(torch.load(path))
        out[name] = (model.eval(), tok)
    return out


def record_tiny(work):
    models = load_models(work)
    tiny.export(*models["a"], os.path.join(HERE, "tiny"))
    heard = {name: Heard(tiny.wrapped(tok)) for name, (_, tok) in models.items()}
    r, rows, names = random.Random(21), [], set()
    for attempt in range(12):  # of names that were refused before
        for name, use, request, code, longest in cases.named(r):
            if name in names:
                continue

            def run(seed=None, keep=False):
                pair = []
                for m in use:
                    model = models[m][0] if seed is None else shaken(models[m][0], seed)
                    model.config.max_position_embeddings = longest
                    pair.append((model, heard[m] if keep else tiny.wrapped(models[m][1])))
                return watch.call(*pair, request, code)

            d = settled(run(), [run(s) for s in range(3)])
            if d is None or not telling(name, d):
                continue
            tool, d = run(keep=True)
            names.add(name)
            rows.append({"name": name, "models": use, "longest": longest, "request": {**request, "chunks": tool.chunks}, **d})
    print("never settled:", [c[0] for c in cases.named(r) if c[0] not in names])
    save("tiny.jsonl.gz", [header(), *rows])
    save("models.jsonl.gz", [header(), *({"name": m, **dump(models[m][0], heard[m].heard)} for m in models)])


def telling(name, d):
    """Whether a case shows what its name promises: some chunk cut into blocks."""
    cut = any("chosen" in s for s in d.get("steps", {}).values())
    return cut or not any(w in name for w in ("knapsack", "lines", "contrastive", "models", "no_query", "beta"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    what = sys.argv[1:] or ["toy", "tiny"]
    if "toy" in what:
        record_toy()
    if "tiny" in what:
        record_tiny(os.environ.get("TINY_WEIGHTS") or tempfile.mkdtemp())
