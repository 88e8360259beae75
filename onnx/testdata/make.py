"""Make the tiny models of the tests: python make.py (needs onnx and numpy).

Each reads ids below 32. A token's vector is its row of a table plus the mean of
the rows of the window's real tokens, so that the attention mask matters; row 31
is NaN. Logits are that vector times a matrix.

The causal models (causal.py) give likelihoods of the next id.
"""

import os

import causal
import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

VOCAB, DIM, OPSET = 32, 8, 18
HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
TABLE = rng.standard_normal((VOCAB, DIM)).astype(np.float32)
TABLE[31] = np.nan
HEAD = rng.standard_normal((DIM, 2)).astype(np.float32)


def weights(**arrays):
    return [nh.from_array(a, name) for name, a in arrays.items()]


def encoder_nodes(types):
    nodes = [
        h.make_node("Gather", ["table", "input_ids"], ["rows"]),
        h.make_node("Cast", ["attention_mask"], ["mask2"], to=T.FLOAT),
        h.make_node("Unsqueeze", ["mask2", "last"], ["mask"]),
        h.make_node("Mul", ["rows", "mask"], ["masked"]),
        h.make_node("ReduceSum", ["masked", "one"], ["sum"], keepdims=1),
        h.make_node("ReduceSum", ["mask", "one"], ["count"], keepdims=1),
        h.make_node("Div", ["sum", "count"], ["mean"]),
        h.make_node("Add", ["rows", "mean"], ["mixed" if types else "token_embeddings"]),
    ]
    if types:  # all zero: adds nothing, but is read
        nodes += [
            h.make_node("Cast", ["token_type_ids"], ["types2"], to=T.FLOAT),
            h.make_node("Unsqueeze", ["types2", "last"], ["types"]),
            h.make_node("Add", ["mixed", "types"], ["token_embeddings"]),
        ]
    return nodes + [h.make_node("MatMul", ["token_embeddings", "head"], ["logits"])]


def encoder_weights():
    return weights(table=TABLE, head=HEAD, last=np.array([-1], np.int64), one=np.array([1], np.int64))


def io(name, elem, dims):
    return h.make_tensor_value_info(name, elem, dims)


def encoder(types=True, vectors=True, elem=T.INT64, seq="sequence", width=2, opset=OPSET, extra=(), nodes=None):
    dims = ["batch", seq]
    ins = [io("input_ids", elem, dims), io("attention_mask", elem, dims)]
    if types:
        ins.append(io("token_type_ids", elem, dims))
    outs = [io("logits", T.FLOAT, [*dims, width])]
    if vectors:
        outs.append(io("token_embeddings", T.FLOAT, [*dims, DIM]))
    graph = h.make_graph(nodes or encoder_nodes(types), "tiny", [*ins, *extra], outs, encoder_weights())
    return model(graph, opset)


def model(graph, opset=OPSET, domains=()):
    ops = [h.make_opsetid("", opset), *(h.make_opsetid(d, 1) for d in domains)]
    m = h.make_model(graph, opset_imports=ops, producer_name="pith-testdata")
    m.ir_version = 8
    return m


def renamed(old, new):
    """The encoder with one output under another name."""
    m = encoder(types=False, vectors=False)
    for node in m.graph.node:
        for i, o in enumerate(node.output):
            if o == old:
                node.output[i] = new
    for o in m.graph.output:
        if o.name == old:
            o.name = new
    return m


def half():
    nodes = encoder_nodes(False)
    nodes[-1].output[0] = "full"
    nodes.append(h.make_node("Cast", ["full"], ["logits"], to=T.FLOAT16))
    m = encoder(types=False, vectors=False, nodes=nodes)
    m.graph.output[0].type.tensor_type.elem_type = T.FLOAT16
    return m


def operator(name, domain=""):
    nodes = encoder_nodes(False)
    nodes[-1].output[0] = "before"
    nodes.append(h.make_node(name, ["before"], ["logits"], domain=domain))
    m = encoder(types=False, vectors=False, nodes=nodes)
    if domain:
        m.opset_import.append(h.make_opsetid(domain, 1))
    return m


def endless():
    """Loops 2**40 times if the second id is 30: only Terminate ends it."""
    body = h.make_graph(
        [h.make_node("Identity", ["go"], ["go_on"]), h.make_node("Sin", ["acc"], ["acc_out"])],
        "body",
        [io("i", T.INT64, []), io("go", T.BOOL, []), io("acc", T.FLOAT, ["batch", "sequence", 2])],
        [io("go_on", T.BOOL, []), io("acc_out", T.FLOAT, ["batch", "sequence", 2])],
    )
    nodes = encoder_nodes(False)
    nodes[-1].output[0] = "before"
    nodes += [
        h.make_node("Gather", ["input_ids", "second"], ["id"], axis=1),
        h.make_node("ReduceMax", ["id"], ["id0"], keepdims=0),
        h.make_node("Equal", ["id0", "thirty"], ["is"]),
        h.make_node("Where", ["is", "long", "short"], ["trips"]),
        h.make_node("Loop", ["trips", "yes", "before"], ["logits"], body=body),
    ]
    m = encoder(types=False, vectors=False, nodes=nodes)
    m.graph.initializer.extend(
        weights(second=np.array(1, np.int64), thirty=np.array(30, np.int64), yes=np.array(True),
                long=np.array(2**40, np.int64), short=np.array(1, np.int64)))
    return m


def save(name, m, **kw):
    path = os.path.join(HERE, name + ".onnx")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    onnx.save(m, path, **kw)


def main():
    save("tiny", encoder())
    save("logits", encoder(types=False, vectors=False))
    save("endless", endless())
    save("int32", encoder(elem=T.INT32))
    save("half", half())
    save("fixed", encoder(seq=16))
    save("width", encoder(width=3))
    save("liar", encoder(width="labels", nodes=[*encoder_nodes(True)[:-1],
         h.make_node("Identity", ["token_embeddings"], ["logits"])]))
    save("unnamed", renamed("logits", "scores"))
    save("extra", encoder(extra=[io("position_ids", T.INT64, ["batch", "sequence"])]))
    save("opset", encoder(opset=99))
    save("operator", operator("NoSuchOperator"))
    save("domain", operator("Frobnicate", "com.example"))
    data = os.path.join(HERE, "external", "model.onnx_data")
    if os.path.exists(data):
        os.remove(data)
    save("external/model", encoder(), save_as_external_data=True, all_tensors_to_one_file=True,
         location="model.onnx_data", size_threshold=64)
    causal.make(HERE)


if __name__ == "__main__":
    main()
