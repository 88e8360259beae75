"""A model of the size of multilingual BERT with random weights: for the package as
a folder that transformers loads, for pith as two model folders, fp32 and int8.

Weights do not change how long a run takes. The tokenizer is pith-small's own, so
that both sides cut a text into the same tokens. Multilingual BERT has four times
as many entries in its vocabulary; those are rows of a table, not work.
"""

import hashlib
import json
import os

import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

from common import ROOT

NAME = "bert-base-multilingual-cased"  # the package looks for this in the folder's name
LANGUAGES = ["en"]
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def tokenizer(folder):
    with open(os.path.join(ROOT, "onnx", "models", "pith-small", "tokenizer.json")) as f:
        spec = json.load(f)
    spec["truncation"] = spec["padding"] = None
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "tokenizer.json")
    with open(path, "w") as f:
        json.dump(spec, f)
    return BertTokenizerFast(tokenizer_file=path)


def torch_model(folder, layers, pieces):
    torch.manual_seed(0)
    config = BertConfig(vocab_size=pieces, hidden_size=768, num_hidden_layers=layers, num_attention_heads=12,
                        intermediate_size=3072, max_position_embeddings=512, num_labels=2)
    model = BertForTokenClassification(config).eval()
    model.save_pretrained(folder)
    return model


def export(model, path):
    ids = torch.tensor([[101, 2023, 2003, 102], [101, 2008, 102, 0]])
    axes = {n: {0: "batch", 1: "sequence"} for n in INPUTS + ["logits"]}
    args = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    model.config._attn_implementation = "eager"
    with torch.no_grad():
        torch.onnx.export(model, args, path, input_names=INPUTS, output_names=["logits"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)
    check(model, path)


def check(model, path):
    """The exported graph has to say what the model says."""
    ids = torch.randint(1000, 20000, (1, 100))
    feed = dict(zip(INPUTS, (ids.numpy(), torch.ones_like(ids).numpy(), torch.zeros_like(ids).numpy())))
    got = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(["logits"], feed)[0]
    with torch.no_grad():
        want = model(input_ids=ids).logits
    worst = float((torch.from_numpy(got) - want).abs().max())
    if worst > 1e-3:
        raise SystemExit(f"the exported graph differs from the model by {worst}")


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def describe(folder, name, precision):
    """Writes the pith-model.json of a folder."""
    graph = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False)
    opsets = {o.domain: o.version for o in graph.opset_import}
    card = {
        "name": name, "version": "1", "family": "token-classifier", "architecture": "bert", "languages": LANGUAGES, "cased": False,
        "graph": {"file": "model.onnx", "sha256": sha256(os.path.join(folder, "model.onnx")), "opset": opsets[""],
                  "domains": sorted(opsets), "precision": precision,
                  "inputs": {n: ["batch", "sequence"] for n in INPUTS}, "outputs": {"logits": ["batch", "sequence", 2]}},
        "labels": ["drop", "keep"], "window": 512,
        "special_tokens": {"start": 101, "end": 102, "pad": 0, "unknown": 100},
        "tokenizer": {"file": "tokenizer.json", "sha256": sha256(os.path.join(folder, "tokenizer.json"))},
        "license": "none: random weights",
    }
    with open(os.path.join(folder, "pith-model.json"), "w") as f:
        json.dump(card, f, indent=1)


def make(work, vnni, layers=12):
    """Makes everything below work; returns the package's folder, pith's home and
    the names of pith's models by precision."""
    theirs, home = os.path.join(work, NAME), os.path.join(work, "home")
    t = tokenizer(theirs)
    t.save_pretrained(theirs)
    model = torch_model(theirs, layers, len(t))
    names = {p: f"mbert-{p}" for p in ("fp32", "int8")}
    for name in names.values():
        os.makedirs(os.path.join(home, "models", name))
        tokenizer(os.path.join(home, "models", name))
    fp32, int8 = (os.path.join(home, "models", n) for n in names.values())
    export(model, os.path.join(fp32, "model.onnx"))
    # Without VNNI the 8-bit multiply saturates, which 7 bits of weight avoid.
    quantize_dynamic(os.path.join(fp32, "model.onnx"), os.path.join(int8, "model.onnx"),
                     weight_type=QuantType.QInt8, reduce_range=not vnni)
    for precision, name in names.items():
        describe(os.path.join(home, "models", name), name, precision)
    return theirs, home, names
