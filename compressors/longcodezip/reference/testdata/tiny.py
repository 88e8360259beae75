"""A tiny causal language model: two layers, 64 wide, a vocabulary of 512. Random
weights give all texts nearly the same perplexity, so it sees some steps of training on
made-up code; lines then differ as they do for a real one."""

import hashlib
import json
import os
import random
import types

import onnx
import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

import texts

WIDTH, HEADS, LAYERS, VOCAB, PLACES, OPSET = 64, 4, 2, 512, 1024, 18
END = "<|endoftext|>"
# Qwen's rule: newlines join what is before them, and their runs stay together.
RULE = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def corpus(seed, n):
    r = random.Random(seed)
    return [texts.module(r, r.choice(list(texts.STYLES)), 4, 6) + "\n\n" + texts.query(r) for _ in range(n)]


def tokenizer(bos):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(RULE), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    t.train_from_iterator(corpus(1, 60), trainers.BpeTrainer(
        vocab_size=VOCAB, special_tokens=[END], initial_alphabet=alphabet, show_progress=False))
    if bos:
        t.post_processor = processors.TemplateProcessing(single=f"{END} $A", special_tokens=[(END, 0)])
    return t


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.after = torch.nn.LayerNorm(WIDTH), torch.nn.LayerNorm(WIDTH)
        self.qkv, self.out = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)
        self.up, self.down = torch.nn.Linear(WIDTH, 4 * WIDTH), torch.nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, mask):
        q, k, v = (p.unflatten(-1, (HEADS, -1)).transpose(-3, -2) for p in self.qkv(self.before(x)).chunk(3, -1))
        a = torch.softmax(q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + mask, -1)
        x = x + self.out((a @ v).transpose(-3, -2).flatten(-2))
        return x + self.down(F.gelu(self.up(self.after(x))))


class Tiny(torch.nn.Module):
    """Called as the package calls its models."""

    device = torch.device("cpu")

    def __init__(self, longest=PLACES):
        super().__init__()
        self.table, self.places = torch.nn.Embedding(VOCAB, WIDTH), torch.nn.Embedding(PLACES, WIDTH)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(LAYERS))
        self.last, self.head = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, VOCAB, bias=False)
        self.config = types.SimpleNamespace(max_position_embeddings=longest)

    def forward(self, input_ids, **_):
        n = input_ids.shape[-1]
        at = torch.arange(n)
        mask = torch.where(at[None, :] > at[:, None], -1e9, 0.0)
        x = self.table(input_ids) + self.places(at)
        for b in self.blocks:
            x = b(x, mask)
        return types.SimpleNamespace(logits=self.head(self.last(x)))

    def nll(self, ids):
        with torch.no_grad():
            p = torch.log_softmax(self(torch.tensor([ids])).logits[0].double(), -1)
        return [-p[j, t].item() for j, t in enumerate(ids[1:])]


class Asked(torch.nn.Module):
    """The exported graph: negative log-likelihoods of the asked positions."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, positions):
        p = torch.log_softmax(self.model(input_ids).logits[0], -1)
        return -p[positions - 1, input_ids[0, positions]]


def train(seed, steps, tok):
    torch.manual_seed(seed)
    model = Tiny()
    rows = torch.tensor([i for t in corpus(seed, 400) for i in [0, *tok.encode(t, add_special_tokens=False).ids]])
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(steps):
        at = torch.randint(0, len(rows) - 257, (12,))
        batch = torch.stack([rows[i:i + 257] for i in at])
        loss = F.cross_entropy(model(batch[:, :-1]).logits.flatten(0, 1), batch[:, 1:].flatten())
        opt.zero_grad(), loss.backward(), opt.step()
    print(f"trained: {loss.item():.3f} nats", flush=True)
    return model.eval()


def wrapped(tok):
    return PreTrainedTokenizerFast(tokenizer_object=tok, eos_token=END, pad_token=END,
                                   model_input_names=["input_ids", "attention_mask"])


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def export(model, tok, folder):
    """Writes the model as pith loads causal ones."""
    os.makedirs(folder, exist_ok=True)
    graph, words = os.path.join(folder, "model.onnx"), os.path.join(folder, "tokenizer.json")
    tok.save(words, pretty=False)
    torch.onnx.export(
        Asked(model), (torch.zeros(1, 9, dtype=torch.int64), torch.tensor([1, 3, 8])), graph, opset_version=OPSET,
        input_names=["input_ids", "positions"], output_names=["nll"], dynamo=False,
        dynamic_axes={"input_ids": {1: "sequence"}, "positions": {0: "asked"}, "nll": {0: "asked"}})
    onnx.checker.check_model(graph)
    spec = {
        "name": "tiny-causal", "version": "1", "family": "causal-lm-nll", "languages": ["code"],
        "graph": {"file": "model.onnx", "sha256": digest(graph), "opset": OPSET, "domains": [""], "precision": "fp32",
                  "inputs": {"input_ids": [1, "sequence"], "positions": ["asked"]}, "outputs": {"nll": ["asked"]}},
        "max_sequence": PLACES, "special_tokens": {"end_of_text": 0},
        "tokenizer": {"file": "tokenizer.json", "sha256": digest(words)}, "license": "MIT",
    }
    with open(os.path.join(folder, "pith-model.json"), "w") as f:
        json.dump(spec, f, indent=1)
        f.write("\n")
