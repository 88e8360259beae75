"""Makes the two tiny random models with their tokenizers.

    python make_models.py TORCH_DIR TESTDATA

TORCH_DIR gets folders transformers can load (for recording); TESTDATA gets
tokenizer.json and model.onnx of each (for the Go tests).
"""

import json
import os
import shutil
import sys
import tempfile

import onnxruntime
import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (BertConfig, BertForTokenClassification, BertTokenizerFast, XLMRobertaConfig,
                          XLMRobertaForTokenClassification, XLMRobertaTokenizerFast)

import corpus

BERT, XLMR = "tiny-bert-base-multilingual-cased", "tiny-xlm-roberta-large"


def bert_tokenizer():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True,
                                              strip_accents=None, lowercase=False)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.train_from_iterator(corpus.training(), trainers.WordPieceTrainer(
        vocab_size=2500, min_frequency=1, special_tokens=specials, continuing_subword_prefix="##"))
    ids = {s: t.token_to_id(s) for s in specials}
    t.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    return BertTokenizerFast(tokenizer_object=t, do_lower_case=False)


def xlmr_tokenizer():
    work = tempfile.mkdtemp()
    with open(f"{work}/corpus.txt", "w") as f:
        f.write("\n".join(corpus.training()))
    sentencepiece.SentencePieceTrainer.train(
        input=f"{work}/corpus.txt", model_prefix=f"{work}/u", model_type="unigram", vocab_size=1500,
        hard_vocab_limit=False, num_threads=1, minloglevel=2)
    from sentencepiece import sentencepiece_model_pb2 as pb
    proto = pb.ModelProto()
    with open(f"{work}/u.model", "rb") as f:
        proto.ParseFromString(f.read())
    shutil.rmtree(work)
    vocab = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocab += [(p.piece, p.score) for p in proto.pieces[3:]]
    vocab.append(("<mask>", 0.0))
    t = Tokenizer(models.Unigram(vocab, unk_id=3))
    t.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")])
    t.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return XLMRobertaTokenizerFast(tokenizer_object=t)


def export(model, path, names):
    ids = torch.tensor([[2, 7, 9, 11, 3], [2, 8, 3, 0, 0]])
    args = [ids, torch.ones_like(ids)] + [torch.zeros_like(ids)] * (len(names) - 2)
    axes = {n: {0: "batch", 1: "sequence"} for n in names + ["logits"]}
    torch.onnx.export(model, tuple(args), path, input_names=names, output_names=["logits"],
                      dynamic_axes=axes, opset_version=17, dynamo=False)
    session = onnxruntime.InferenceSession(path)
    worst = 0.0
    for length in (2, 17, 512):
        x = torch.randint(5, 1000, (3, length))
        mask = torch.ones_like(x)
        mask[1, length // 2:] = 0
        feed = [x, mask] + [torch.zeros_like(x)] * (len(names) - 2)
        want = torch.softmax(model(input_ids=x, attention_mask=mask).logits, -1)[..., 1]
        got = session.run(None, {n: v.numpy() for n, v in zip(names, feed)})[0]
        got = torch.softmax(torch.tensor(got), -1)[..., 1]
        worst = max(worst, float((got - want)[mask.bool()].abs().max()))
    print(f"{path}: torch and ONNX Runtime differ by at most {worst:.2e}")
    assert worst < 1e-5


def main(torch_dir, testdata):
    # An initializer_range of 1 would make attention so sharp that torch and ONNX
    # Runtime differ by 7e-5; 0.3 still spreads the probabilities over (0, 1).
    small = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=2,
                 hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.3)
    for name, tokenizer in ((BERT, bert_tokenizer()), (XLMR, xlmr_tokenizer())):
        vocab = len(tokenizer) + 100  # room for the placeholders: nothing is grown
        torch.manual_seed(0)
        if name == BERT:
            config = BertConfig(vocab_size=vocab, max_position_embeddings=512, type_vocab_size=2,
                                layer_norm_eps=1e-12, pad_token_id=0, **small)
            config._attn_implementation = "eager"
            model, names = BertForTokenClassification(config), ["input_ids", "attention_mask", "token_type_ids"]
        else:
            config = XLMRobertaConfig(vocab_size=vocab, max_position_embeddings=514, type_vocab_size=1,
                                      layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2, **small)
            config._attn_implementation = "eager"
            model, names = XLMRobertaForTokenClassification(config), ["input_ids", "attention_mask"]
        model.eval()
        folder = os.path.join(torch_dir, name)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        out = os.path.join(testdata, name)
        os.makedirs(out, exist_ok=True)
        with open(f"{folder}/tokenizer.json") as f, open(f"{out}/tokenizer.json", "w") as g:
            json.dump(json.load(f), g, ensure_ascii=False, separators=(",", ":"))
            g.write("\n")
        with torch.no_grad():
            export(model, f"{out}/model.onnx", names)
        print(name, "vocabulary", len(tokenizer))


if __name__ == "__main__":
    main(*sys.argv[1:])
