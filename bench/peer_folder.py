"""pith-small as a folder that the Python package llmlingua 0.2.2 loads, so that the
package and pith can be compared on equal weights.

    python bench/peer_folder.py FOLDER

writes FOLDER/NAME below and prints its path, which is what `PromptCompressor` wants as
model_name with use_llmlingua2=True, and trust_remote_code, which is its default: the head
of pith-small is not the one layer that transformers has, so its code is in the folder.

The weights are those of the graph, multiplied by their scales. pith rounds activations to
8 bits as it runs and PyTorch does not, so probabilities differ a little; the recipe says
how much on the recorded texts and fails where that is too much.

Needs onnx, torch and transformers of requirements-peers.txt.
"""

import json
import os
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file
from transformers import AutoModelForTokenClassification, BertConfig, BertTokenizerFast

SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "onnx", "models", "pith-small")
NAME = "pith-small-bert-base-multilingual-cased"  # the package looks for the last four words
LAYERS, HEADS = 6, 12
MIXED = range(3, 7)  # the layers that the head sees
MOST = 0.1  # of a difference between probabilities
MEAN = 0.01  # of all differences

CODE = '''"""The token classifier of pith-small: BERT, and a head over a mix of layers 3 to 6."""

import torch
from transformers import BertModel, BertPreTrainedModel
from transformers.modeling_outputs import TokenClassifierOutput


class PithForTokenClassification(BertPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.num_labels = config.num_labels
        self.bert = BertModel(config, add_pooling_layer=False)
        self.mix = torch.nn.Parameter(torch.ones(4) / 4)
        self.fc = torch.nn.Linear(config.hidden_size, 256)
        self.out = torch.nn.Linear(256, 2)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, **kwargs):
        layers = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids,
                           output_hidden_states=True, return_dict=True).hidden_states[3:]
        mixed = sum(w * h for w, h in zip(self.mix, layers))
        return TokenClassifierOutput(logits=self.out(torch.nn.functional.gelu(self.fc(mixed))))
'''


class Graph:
    """The constants of the graph, as floats."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}

    def vector(self, name):
        return torch.from_numpy(self.constants[name].astype(np.float32))

    def matrix(self, name):
        """A weight [in, out], 8 bits with a scale and a zero for each column."""
        c = self.constants
        if name in c:
            return self.vector(name)
        q = c[name + "_quantized"].astype(np.float32) - c[name + "_zero_point"].astype(np.float32)
        return torch.from_numpy(q * c[name + "_scale"])

    def words(self):
        rows = self.constants["word_embedding_int8"].astype(np.float32)
        return torch.from_numpy(rows * self.constants["word_embedding_scale"])


def state(g):
    """The weights under the names of transformers, whose matrices are [out, in]."""
    s = {"bert.embeddings.word_embeddings.weight": g.words(),
         "bert.embeddings.position_embeddings.weight": g.vector("position_embedding"),
         "bert.embeddings.token_type_embeddings.weight": g.vector("type_embedding"),
         "bert.embeddings.LayerNorm.weight": g.vector("eg"), "bert.embeddings.LayerNorm.bias": g.vector("eb")}
    for i in range(LAYERS):
        here = f"encoder.layer.{i}."
        weights, biases = g.matrix(here + "qkv.w").chunk(3, dim=1), g.vector(here + "qkv.b").chunk(3)
        for part, w, b in zip(("query", "key", "value"), weights, biases):
            s[f"bert.{here}attention.self.{part}.weight"], s[f"bert.{here}attention.self.{part}.bias"] = w.T, b
        for theirs in ("attention.output", "output"):
            s[f"bert.{here}{theirs}.dense.weight"] = g.matrix(f"{here}{theirs}.w").T
            s[f"bert.{here}{theirs}.dense.bias"] = g.vector(f"{here}{theirs}.b")
            s[f"bert.{here}{theirs}.LayerNorm.weight"] = g.vector(f"{here}{theirs}.g")
            s[f"bert.{here}{theirs}.LayerNorm.bias"] = g.vector(f"{here}{theirs}.bb")
        s[f"bert.{here}intermediate.dense.weight"] = g.matrix(here + "intermediate.dense.w").T
        s[f"bert.{here}intermediate.dense.bias"] = g.vector(here + "intermediate.dense.b")
    s["mix"] = torch.cat([g.vector(f"mix.{i}") for i in range(len(MIXED))])
    s["fc.weight"], s["fc.bias"] = g.matrix("head.fc.w").T, g.vector("head.fc.b")
    s["out.weight"], s["out.bias"] = g.matrix("head.out.w").T, g.vector("head.out.b")
    return {k: v.contiguous() for k, v in s.items()}


def tokenizer(folder):
    with open(os.path.join(SOURCE, "tokenizer.json")) as f:
        spec = json.load(f)
    spec["truncation"] = spec["padding"] = None
    path = os.path.join(folder, "tokenizer.json")
    with open(path, "w") as f:
        json.dump(spec, f)
    BertTokenizerFast(tokenizer_file=path).save_pretrained(folder)


def make(parent):
    """Writes the folder below parent and returns its path."""
    folder = os.path.join(parent, NAME)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "modeling_pith.py"), "w") as f:
        f.write(CODE)
    tokenizer(folder)
    weights = state(Graph(os.path.join(SOURCE, "model.onnx")))
    pieces, width = weights["bert.embeddings.word_embeddings.weight"].shape
    config = BertConfig(vocab_size=pieces, hidden_size=width, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                        intermediate_size=4 * width, max_position_embeddings=512, num_labels=2,
                        architectures=["PithForTokenClassification"])
    config.auto_map = {"AutoModelForTokenClassification": "modeling_pith.PithForTokenClassification"}
    config.save_pretrained(folder)
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    return folder


def check(folder):
    """The folder has to say what the graph was recorded to say."""
    model, unused = AutoModelForTokenClassification.from_pretrained(folder, trust_remote_code=True, output_loading_info=True)
    if unused["missing_keys"] or unused["unexpected_keys"]:
        raise SystemExit(f"the weights do not fit the code: {unused}")
    with open(os.path.join(SOURCE, "vectors.json")) as f:
        cases = json.load(f)["cases"]
    off = []
    for case in cases:
        with torch.no_grad():
            logits = model.eval()(input_ids=torch.tensor([case["input_ids"]])).logits[0, 1:-1]
        got = torch.sigmoid(logits[:, 1] - logits[:, 0])
        off.extend((got - torch.tensor(case["keep_probability"])).abs().tolist())
    print(f"{len(off)} probabilities differ by {np.mean(off):.4f} in the mean and {max(off):.4f} at most", file=sys.stderr)
    if max(off) > MOST or np.mean(off) > MEAN:
        raise SystemExit("the folder says something else than the graph")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = make(sys.argv[1])
    check(folder)
    print(folder)


if __name__ == "__main__":
    main()
