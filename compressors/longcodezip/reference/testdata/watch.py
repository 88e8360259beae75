"""The package's class with its models handed in and its steps written down."""

import math
import sys

import longcodezip
from longcodezip import EntropyChunking, LongCodeZip


class Segmenter(EntropyChunking):
    """Loads nothing."""

    def __init__(self, model, tok):
        self.model, self.tokenizer, self.device = model, tok, model.device


class Watched(LongCodeZip):
    """Loads nothing, may be given chunks, and keeps what it did in steps."""

    def __init__(self, ranker, segmenter, chunks=None):
        self.handed, self.chunks, self.steps, self.seen = ranker, chunks, {}, []
        longcodezip.EntropyChunking = lambda: Segmenter(*segmenter)
        super().__init__("handed in", "cpu")
        inner = self.entropy_chunking.chunk_text_adaptive

        def segment(text, **options):
            blocks, lines, bits, spikes = inner(text, **options)
            i = sys._getframe(1).f_locals["i"]
            least = self.entropy_chunking.calculate_adaptive_thresholds(bits, options["k"])[options["method"]]
            self.steps[i] = {"lines": lines, "bits": bits, "threshold": float(least), "spikes": spikes, "blocks": blocks}
            return blocks, lines, bits, spikes

        self.entropy_chunking.chunk_text_adaptive = segment

    def load_model(self, *_):
        self.model, self.tokenizer = self.handed

    def split_code_by_functions(self, code, **options):
        if self.chunks is None:
            self.chunks = super().split_code_by_functions(code, **options)
        return self.chunks

    def get_token_length(self, text, add_special_tokens=True):
        """The place where the package measures what it made of a chunk: its caller's
        names hold all that led there."""
        at = sys._getframe(1).f_locals
        if at.get("compressed_chunk") is text and "i" in at and "lengths" not in self.steps[at["i"]]:
            blocks, kept = at["chunk_lines"], at["selected_block_indices"]
            self.steps[at["i"]] |= {
                "scale": max(filter(math.isfinite, self.seen), default=1.0),
                "target": at["target_func_tokens"], "values": at["block_importances"], "preserved": sorted(at["preserved_block_indices"]),
                "chosen": sorted(kept), "selection": at["selection_info"], "text": text,
                "lengths": [super(Watched, self).get_token_length(b) for b in blocks],
            }
            if "sortable_lines" in at and self.steps[at["i"]]["selection"]["method"] != "knapsack":
                self.steps[at["i"]]["tie"] = tie(at)
            self.seen.clear()
        return super().get_token_length(text, add_special_tokens)

    def _calculate_perplexity_for_contrastive(self, *a, **k):
        """Kept as the scale of their differences."""
        self.seen.append(super()._calculate_perplexity_for_contrastive(*a, **k))
        return self.seen[-1]

    def given(self, query):
        """Perplexities of the query after each chunk, as the coarse stage asked for them."""
        return [self.get_ppl(c + "\n\n" + query, condition_mode="prefix",
                             condition_pos_id=self.get_token_length(c + "\n\n"))["ppl"] for c in self.chunks]


def tie(at):
    """Whether a line was kept and another not though their averages are over the same
    values in another order: the last bits decide."""
    v = at["processed_line_scores"]
    out, kept = [], []
    for i, score in at["sortable_lines"]:
        (kept if i in at["selected_lines"] else out).append((score, tuple(v[max(0, i - 2):i + 3])))
    least = min(kept, default=(math.inf, ()))
    return any(abs(score - least[0]) < 1e-6 * max(1, abs(score)) and window != least[1] for score, window in out)


OPTIONS = {"slack": ("context_budget", lambda v: f"+{v}"), "method": ("fine_grained_importance_method", str),
           "min_lines": ("min_lines_for_fine_grained", int), "beta": ("importance_beta", float),
           "knapsack": ("use_knapsack", bool)}


def call(ranker, segmenter, request, code=None):
    """Runs a request, and describes all that came of it."""
    request = dict(request)
    chunks = request.pop("chunks", None)
    tool = Watched(ranker, segmenter, chunks)
    options = {}
    for name, v in request.items():
        name, convert = OPTIONS.get(name, (name, lambda v: v))
        options[name] = convert(v)
    try:
        got = tool.compress_code_file(code if code is not None else "".join(chunks), **options)
    except ValueError as e:
        return tool, {"error": type(e).__name__}
    return tool, describe(tool, request, got)


def describe(tool, request, got):
    out = {
        "code": got["compressed_code"], "prompt": got["compressed_prompt"], "texts": got["compressed_chunks"],
        "tokens": [got["original_tokens"], got["compressed_tokens"], got["final_compressed_tokens"]],
        "ratio": got["compression_ratio"], "ranking": [list(x) for x in got["demonstrations_sort"]],
        "selected": got["selected_functions"], "method": got["fine_grained_method_used"] or "",
        "lengths": [tool.get_token_length(c) for c in tool.chunks], "compressions": {}, "steps": {},
    }
    for i, f in got["function_compressions"].items():
        out["compressions"][i] = {k: f.get(k) for k in ("original_tokens", "compressed_tokens", "compression_ratio", "note")}
        # To the last bit: lines are counted by the whole part of a product with it.
        out["compressions"][i]["individual_fine_ratio"] = repr(f["individual_fine_ratio"]) if "individual_fine_ratio" in f else None
    out["steps"] = tool.steps
    if request.get("query"):
        out["alone"], out["given"] = tool.get_ppl(request["query"])["ppl"], tool.given(request["query"])
    return out
