"""The golden cases: contexts, options and the toy scorer's settings.

A context is a literal, or [document, start, length] in characters of the pool.
"""

import random

import corpus

POOL = corpus.pool()
RATES = [0.003, 0.01, 0.1, 0.2, 0.25, 0.29, 0.3, 0.33, 0.4, 0.5, 0.55, 0.57, 0.6, 0.66, 0.68, 0.7, 0.75,
         0.8, 0.9, 0.99, 1, 1.2]
TARGETS = [0, 1, 5, 50, 170, 500, 10**6]
FORCE = ["\n", ".", "?", "!", ",", "s", "##s", "the", "The answer is", "1", "", ":", "。", "，", "：", "'", "do not",
         "NEW", "]", "[NEW0]", "council", "▁the", "%", "-", "\n\n", "John", " ", "\t", "é", "meeting budget", "ing",
         "##", "0"]
ENDS = [".", "\n", "?", "!", "▁", "。", "s", "##s", "the", ",", ":"]


def text(context):
    if isinstance(context, str):
        return context
    doc, start, length = context
    return POOL[doc][start:start + length]


def slice_of(r, length, docs=None):
    doc = r.choice(docs) if docs else r.randrange(len(POOL))
    length = min(length, len(POOL[doc]))
    return [doc, r.randrange(len(POOL[doc]) - length + 1), length]


def exact_pieces(tokenizer, n, end_every, family):
    """A text of exactly n pieces; every end_every-th is a full stop."""
    r = random.Random(n * 31 + end_every)
    words = [w for w in corpus.GLUE + corpus.NOUNS if len(tokenizer.tokenize(w)) == 1]
    out, count = "", 0
    while count < n:
        stop = end_every and count % end_every == end_every - 1
        if stop:
            out += "."
        else:
            out += (" " if out else "") + r.choice(words)
        count += 1
    got = len(tokenizer.tokenize(out))
    if got != n:  # a vocabulary may split the full stop off differently
        out = " ".join(out.split(" ")[:n])
        while len(tokenizer.tokenize(out)) > n:
            out = out[:-1]
        while len(tokenizer.tokenize(out)) < n:
            out += " the" if len(tokenizer.tokenize(out + " the")) <= n else "x"
    return out


def long_word(tokenizer, n):
    """One long run without spaces, so that cuts fall inside words."""
    r = random.Random(n)
    parts = ["meet", "ing", "s", "un", "budget", "x", "port", "ation", "ed"]
    out = ""
    while len(tokenizer.tokenize(out)) < n:
        for _ in range(8):
            out += "".join(r.choice(parts) for _ in range(3))
        out += " "
    return out


def must_have(tokenizer, family):
    special = [
        "", " ", "\n", "\n\n", "a", "😀", "😀 👩‍💻", "€ é ñ", "The 😀 meeting € is é on.",
        "[UNK] text [PAD] more [NEW5] end <s> a <mask> b  <mask> ##ing ##s", "[NEW5] first", "[PAD]", "[NEW0]",
        "a [NEW0]b[NEW5]", "<mask> first", "() ./ <= ... <=> ()() '' **", "f() a./b x<=y ...and", "１０ pages, ٣٤ items, ５分",
        "a 10-minute break cost 1,020 dollars on the 12th", "don't isn't John's they've do not  I'm", "tab\tseparated\t\ttext",
        "double\n\nnewline\n\n\nhere", "John: we need a 10-minute break.\n\nSarah agreed!", "The answer is 42. The answer is not.",
        "sssss s ##s s's", "会议现在开始。请各位委员讨论预算提案。", "a\u00a0b\u3000c\u200bd", "e\u0301 cafe\u0301", "<|endoftext|> is text",
        "[PAD] " * 30, "word " * 600, "[PAD]" * 520, "[PAD] " * 511 + "x", "." * 600, "x" * 150 + " y", "\n" * 40 + "x.\n\n.\n", "﷽ ﬁ ½ №",
        "\u0e01\u0e33 \u05d0\u05d1", "\ufeff\ufffd\ue000\x01\x7f", "a" * 99 + " " + "b" * 101,
    ]
    special += [exact_pieces(tokenizer, n, e, family) for n in (509, 510, 511, 512, 513, 1021, 1022) for e in (0, 7, 509, 511)]
    special += [long_word(tokenizer, n) for n in (505, 700, 1200)]
    forces = [[], ["\n"], ["\n", "."], ["\n", "?", "!", "."], ["s"], ["##s", "s"], ["the", "The answer is"], ["1", "1"],
              ["\n", "", "1"], ["", "NEW"], ["do not", "\n\n", "。"]]
    r = random.Random(5)
    for s in special:
        yield [s], {}
        yield [s], {"rate": 0.33, "force_tokens": r.choice(forces), "return_word_label": True}
        yield [s], {"rate": 1, "force_tokens": r.choice(forces), "return_word_label": True}
        yield [s, "The council will meet."], {"rate": 0.5, "force_tokens": r.choice(forces), "force_reserve_digit": True,
                                              "drop_consecutive": True, "return_word_label": True}
        yield [s], {"rate": r.choice(RATES), "token_to_word": "first", "force_tokens": r.choice(forces),
                    "drop_consecutive": r.random() < 0.5}
    for f in forces:
        for doc in (8, 16, 40):
            yield [[doc, 100, 1500]], {"rate": 0.4, "force_tokens": f, "drop_consecutive": True, "return_word_label": True}
    yield [], {}
    yield [], {"use_context_level_filter": False}
    yield ["", ""], {"target_token": 10}
    yield ["", ""], {"target_token": 10, "use_context_level_filter": False}
    yield ["😀", "😀"], {"rate": 0}
    yield ["😀"], {"rate": 0}
    yield ["The council."], {"force_tokens": ["a"] * 100}
    yield ["The council."], {"force_tokens": ["a"] * 101}
    yield ["The council."], {"token_to_word": "max"}
    yield [""], {"token_to_word": "max"}
    yield ["😀"], {"token_to_word": "max"}
    yield [""], {"force_tokens": ["", "NEW"]}
    yield ["", ""], {"force_tokens": ["", "NEW"], "rate": 1, "use_context_level_filter": False}
    yield [""], {"force_tokens": ["", "NEW"], "rate": 1}


ALONE = (
    [{"rate": v} for v in RATES + [0, -0.5]] + [{"target_token": v} for v in TARGETS]
    + [{"use_context_level_filter": False}, {"use_token_level_filter": False}]
    + [{"target_context": v} for v in (0, 1, 2, 3, 99)] + [{"context_level_rate": v} for v in (0, 0.2, 0.5, 0.9, 0.99, 1.5)]
    + [{"context_level_target_token": v} for v in (0, 10, 200, 10**6)] + [{"force_context_ids": v} for v in ([], [0], [1, 7, -1], None)]
    + [{"return_word_label": True}, {"return_word_label": True, "word_sep": "|", "label_sep": "="}]
    + [{"token_to_word": "first"}, {"token_to_word": "max"}] + [{"force_tokens": [f]} for f in FORCE]
    + [{"force_tokens": [f], "drop_consecutive": True} for f in (".", "\n", "s", "the")]
    + [{"force_reserve_digit": True}, {"drop_consecutive": True}] + [{"chunk_end_tokens": v} for v in ([], ["."], ["s", "▁"], ["the", "\n"])]
)


def alone():
    r = random.Random(6)
    for o in ALONE:
        yield [slice_of(r, 900)], o
        yield [slice_of(r, 4200, [0, 8, 33])], o
        yield [slice_of(r, n) for n in (300, 40, 700)], o


def random_options(r):
    o = {}
    if r.random() < 0.75:
        o["rate"] = r.choice(RATES) if r.random() < 0.6 else round(r.random(), r.choice([2, 3, 9]))
    if r.random() < 0.25:
        o["target_token"] = r.choice(TARGETS) if r.random() < 0.5 else r.randint(1, 900)
    if r.random() < 0.3:
        o["use_context_level_filter"] = r.random() < 0.4
    if r.random() < 0.08:
        o["use_token_level_filter"] = False
    if r.random() < 0.12:
        o["target_context"] = r.randint(0, 9)
    if r.random() < 0.12:
        o["context_level_rate"] = round(r.random() * 1.02, 3)
    if r.random() < 0.12:
        o["context_level_target_token"] = r.choice(TARGETS + [300, 900])
    if r.random() < 0.15:
        o["force_context_ids"] = [r.randint(0, 8) for _ in range(r.randint(0, 3))]
    if r.random() < 0.3:
        o["return_word_label"] = True
    if r.random() < 0.3:
        o["token_to_word"] = "first"
    if r.random() < 0.6:
        o["force_tokens"] = [r.choice(FORCE) for _ in range(r.choice([1, 1, 2, 3, 4, 6]))]
        if r.random() < 0.8:  # the damaging entries are rare in life
            o["force_tokens"] = [f for f in o["force_tokens"] if f not in ("", "NEW", "]", "[NEW0]")]
    if r.random() < 0.35:
        o["force_reserve_digit"] = True
    if r.random() < 0.4:
        o["drop_consecutive"] = True
    if r.random() < 0.2:
        o["chunk_end_tokens"] = [r.choice(ENDS) for _ in range(r.randint(0, 4))]
    return o


def random_case(r):
    count = r.choice([1, 1, 1, 2, 2, 3, 4, 5, 8])
    sizes = [r.choice([0, 3, 12, 30, 60, 120, 250, 400, 600, 900, 1500, 3000, 8000]) for _ in range(count)]
    if sum(sizes) == 0 or r.random() < 0.7:
        sizes = [s or 20 for s in sizes]
    while sum(sizes) > 9000:
        sizes = [s // 2 for s in sizes]
    contexts = [slice_of(r, s) for s in sizes]
    return contexts, random_options(r)


def scorer(r):
    """Seed, table size (few values tie often) and whether the place matters."""
    return [r.randrange(1 << 16), r.choice([4096, 4096, 4096, 64, 4]), r.choice([1, 1, 0])]
