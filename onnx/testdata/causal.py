"""The tiny causal language models of the tests, and what numpy says they give.

Each reads ids below 32. A token's vector is its row of a table plus the mean of the
rows up to it, plus, in the models with position_ids, sines of its position; logits are
that vector times a matrix. Row 31 is NaN.
"""

import json
import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

VOCAB, DIM, OPSET = 32, 8, 18
rng = np.random.default_rng(11)
TABLE = rng.standard_normal((VOCAB, DIM)).astype(np.float32)
TABLE[31] = np.nan
HEAD = (1.5 * rng.standard_normal((DIM, VOCAB))).astype(np.float32)
FREQ = rng.uniform(0.1, 2, DIM).astype(np.float32)
TWO = ["batch", "sequence"]


def oracle(ids, positions):
    """-ln P(ids[p] | ids[:p]) for p from 1, in double precision."""
    rows = TABLE[ids].astype(np.float64)
    vec = rows + rows.cumsum(0) / np.arange(1, len(ids) + 1)[:, None]
    if positions:
        vec += np.sin(np.arange(len(ids))[:, None] * FREQ.astype(np.float64))
    logits = vec @ HEAD.astype(np.float64)
    top = logits.max(1, keepdims=True)
    logp = logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True))
    return [-logp[p - 1, ids[p]] for p in range(1, len(ids))]


def io(name, elem, dims):
    return h.make_tensor_value_info(name, elem, dims)


def weights(**arrays):
    return [nh.from_array(a, name) for name, a in arrays.items()]


def save(here, name, nodes, ins, outs, **more):
    init = weights(table=TABLE, head=HEAD, freq=FREQ, last=np.array([-1], np.int64), one=np.array(1, np.int64), **more)
    graph = h.make_graph(nodes, "tiny", ins, outs, init)
    m = h.make_model(graph, opset_imports=[h.make_opsetid("", OPSET)], producer_name="pith-testdata")
    m.ir_version = 8
    onnx.save(m, os.path.join(here, name + ".onnx"))


def body(mask="attention_mask", out="logits"):
    """From input_ids and mask to logits; the vector passes by as "vec"."""
    return [
        h.make_node("Gather", ["table", "input_ids"], ["rows"]),
        h.make_node("Cast", [mask], ["mask2"], to=T.FLOAT),
        h.make_node("Unsqueeze", ["mask2", "last"], ["mask"]),
        h.make_node("Mul", ["rows", "mask"], ["masked"]),
        h.make_node("CumSum", ["masked", "one"], ["sum"]),
        h.make_node("CumSum", ["mask", "one"], ["count"]),
        h.make_node("Div", ["sum", "count"], ["mean"]),
        h.make_node("Add", ["rows", "mean"], ["vec"]),
        h.make_node("MatMul", ["vec", "head"], [out]),
    ]


def exported(here, name, elem=T.FLOAT, past="past"):
    """As the common exporters write it, with inputs for keys and values of the past."""
    nodes = body(out="bare")
    nodes[-1].input[0] = "all"
    keys = [f"past_key_values.{layer}.{kind}" for layer in range(2) for kind in ("key", "value")]
    nodes[-1:-1] = [
        h.make_node("Cast", ["position_ids"], ["at2"], to=T.FLOAT),
        h.make_node("Unsqueeze", ["at2", "last"], ["at"]),
        h.make_node("Mul", ["at", "freq"], ["angle"]),
        h.make_node("Sin", ["angle"], ["sines"]),
        h.make_node("Cast", ["use_cache_branch"], ["branch"], to=T.FLOAT),
        h.make_node("Concat", keys, ["pasts"], axis=2),
        h.make_node("ReduceSum", ["pasts"], ["old2"], keepdims=0),  # of nothing: 0
        h.make_node("Cast", ["old2"], ["old"], to=T.FLOAT),
        h.make_node("Sum", ["vec", "sines", "branch", "old"], ["all"]),
        h.make_node("Concat", [keys[0], keys[0]], ["present.0.key"], axis=2),
    ]
    nodes.append(h.make_node("Cast", ["bare"], ["logits"], to=elem))
    ins = [io(n, T.INT64, TWO) for n in ("input_ids", "attention_mask", "position_ids")]
    ins += [io("use_cache_branch", T.BOOL, [1])]
    ins += [io(k, elem, ["batch", 2, past, 4]) for k in keys]
    outs = [io("logits", elem, [*TWO, VOCAB]), io("present.0.key", elem, ["batch", 2, "twice", 4])]
    save(here, name, nodes, ins, outs)


def likelihoods(here, name, endless=False):
    """The likelihoods of asked tokens; if endless and the second id is 30, for ever."""
    nodes = [h.make_node("Equal", ["input_ids", "input_ids"], ["ones"]), *body(mask="ones")]
    nodes += [
        h.make_node("LogSoftmax", ["logits"], ["log2"], axis=-1),
        h.make_node("Squeeze", ["log2", "first"], ["log"]),
        h.make_node("Sub", ["positions", "one"], ["before"]),
        h.make_node("Gather", ["log", "before"], ["here"]),
        h.make_node("Squeeze", ["input_ids", "first"], ["ids"]),
        h.make_node("Gather", ["ids", "positions"], ["next"]),
        h.make_node("Unsqueeze", ["next", "last"], ["next2"]),
        h.make_node("GatherElements", ["here", "next2"], ["got2"], axis=1),
        h.make_node("Squeeze", ["got2", "last"], ["got"]),
        h.make_node("Neg", ["got"], ["loop" if endless else "nll"]),
    ]
    more = {"first": np.array([0], np.int64)}
    if endless:
        step = h.make_graph(
            [h.make_node("Identity", ["go"], ["go_on"]), h.make_node("Sin", ["acc"], ["acc_out"])], "body",
            [io("i", T.INT64, []), io("go", T.BOOL, []), io("acc", T.FLOAT, ["asked"])],
            [io("go_on", T.BOOL, []), io("acc_out", T.FLOAT, ["asked"])])
        nodes += [
            h.make_node("Gather", ["ids", "one"], ["second"]),
            h.make_node("Equal", ["second", "thirty"], ["is"]),
            h.make_node("Where", ["is", "long", "short"], ["trips"]),
            h.make_node("Loop", ["trips", "yes", "loop"], ["looped"], body=step),
            h.make_node("Abs", ["looped"], ["nll"]),
        ]
        more |= {"thirty": np.array(30, np.int64), "yes": np.array(True),
                 "long": np.array(2**40, np.int64), "short": np.array(1, np.int64)}
    save(here, name, nodes, [io("input_ids", T.INT64, [1, "sequence"]), io("positions", T.INT64, ["asked"])],
         [io("nll", T.FLOAT, ["asked"])], **more)


def make(here):
    exported(here, "causal")
    exported(here, "causal-half", elem=T.FLOAT16)
    exported(here, "causal-past", past=7)
    two = [io(n, T.INT64, TWO) for n in ("input_ids", "attention_mask")]
    save(here, "causal-plain", body(), two, [io("logits", T.FLOAT, [*TWO, "vocabulary"])])
    save(here, "causal-flat", [*body(out="deep"), h.make_node("ReduceMax", ["deep", "last"], ["logits"], keepdims=0)],
         two, [io("logits", T.FLOAT, TWO)])
    likelihoods(here, "nll")
    likelihoods(here, "nll-endless", endless=True)
    cases = []
    for n in (2, 3, 5, 17, 64):
        ids = [int(i) for i in rng.integers(0, 30, n)]
        cases.append({"ids": ids, "plain": oracle(ids, False), "positions": oracle(ids, True)})
    with open(os.path.join(here, "causal.json"), "w") as f:
        json.dump(cases, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    make(os.path.dirname(os.path.abspath(__file__)))
