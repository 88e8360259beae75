"""Texts for the toy vocabularies and the golden cases, made from a seed.

Everything is assembled from the word lists below, so that nobody's prose is
in the golden files. The vocabularies are trained on `training()`, which has
none of RARE: those characters are unknown to both tokenizers.
"""

import random

NOUNS = """meeting budget council report motion amendment street water park
police school housing committee member chair clerk item agenda vote project
contract staff plan permit review hearing resident question answer issue
service fund grant year month week night morning bridge traffic signal camera
network server model prompt token window cache memory thread kernel compiler
garden river market hospital teacher student doctor engine battery number table
result error value field record window license invoice payment account customer
""".split()
VERBS = """approve discuss amend reject consider present review move second
oppose support extend fund repair build close open measure compress train load
return compute read write send receive agree deny postpone continue thank ask
""".split()
ADJS = """public private annual final local new old urgent large small common
remaining proposed additional municipal quick slow careful broken certain
unanimous technical unexpected available important expensive temporary green
""".split()
NAMES = """John Sarah Councilmember Mayor Alvarez Bauer Nguyen O'Brien Smith Kim
Anna Peter Okafor Rossi Tanaka Ivanova Garcia Meyer Lopez Washington""".split()
GLUE = """the a of to and in that for with on is was are be not this we you they
it at by from or as our will would should have has had do does did there here
""".split()
CONTR = """don't isn't we're I'm they've John's it's can't council's do not
won't you'll""".split()
ZH = """会议 现在 开始 请 各位 委员 讨论 预算 提案 我们 需要 批准 新 的 项目 城市 水 公园
学校 问题 回答 谢谢 主席 投票 通过 反对 今天 明天 报告 时间 十 分钟 休息 同意 模型 压缩 文本 数据
""".split()
PUNCT = [".", ".", ".", "?", "!", ",", ",", ";", ":", " -", "..."]
CODE = [
    "for i in range({n}):\n    total += values[i] ** 2\n",
    "def {a}_{b}(self, {b}=None, *args):\n\treturn self.{b} or {n}\n",
    "if ({a} <= {n} && {b} != 0x{n:x}) {{ return {a}->{b}(); }}\n",
    "SELECT {a}, COUNT(*) FROM {b}s WHERE id >= {n} GROUP BY {a};\n",
    "{{\"{a}\": {n}, \"{b}\": [true, null, \"{a}/{b}\"]}}\n",
    "curl -X POST https://{a}.example.org/{b}?id={n}&x=1#top\n",
    "<{a} {b}=\"{n}\">{a}</{a}>\n",
]
RARE = ["€", "é", "😀", "👩‍💻", "ñ", "Ω", "ß", "ø", "日", "本", "한", "ﬁ", "½", "№"]
SPECIALS = ["[UNK]", "[PAD]", "[NEW5]", "[NEW0]", "<s>", "</s>", "<mask>", " <mask>",
            "<unk>", "<pad>", "[CLS]", "[SEP]", "[MASK]", "##ing", "##s", "#", "▁", "▁the",
            "()", "./", "<=", "<=>", "...", "()()", "**", "''", "\u00a0", "\u3000", "\u200b", "\u0301",
            "<|endoftext|>", "[PAD", "NEW0", "NEW"]
DIGITS = ["10-minute", "1,020", "12th", "3.14", "v2", "2024-05-17", "１０", "٣٤", "５分", "²", "Ⅳ", "0", "x86_64"]


def sentence(r):
    """An English-like sentence without a closing mark."""
    words = []
    for _ in range(r.randint(3, 14)):
        k = r.random()
        if k < 0.42:
            words.append(r.choice(GLUE))
        elif k < 0.62:
            words.append(r.choice(NOUNS) + r.choice(["", "", "s", "'s"]))
        elif k < 0.74:
            words.append(r.choice(VERBS) + r.choice(["", "ed", "ing", "s"]))
        elif k < 0.84:
            words.append(r.choice(ADJS) + r.choice(["", "ly"]))
        elif k < 0.90:
            words.append(r.choice(NAMES))
        elif k < 0.95:
            words.append(r.choice(CONTR))
        else:
            words.append(str(r.randint(0, 99999)))
        if r.random() < 0.06:
            words[-1] += r.choice([",", ";", " -", "/"])
    s = " ".join(words)
    return s[0].upper() + s[1:]


def english(r, n):
    out = ""
    while len(out) < n:
        out += sentence(r) + r.choice(PUNCT) + r.choice([" ", " ", " ", "\n", "  "])
    return out


def meeting(r, n):
    out = ""
    while len(out) < n:
        out += f"{r.choice(NAMES)}: {sentence(r)}{r.choice('.?!')} {sentence(r)}.\n"
        if r.random() < 0.2:
            out += "\n"
    return out


def chinese(r, n):
    out = ""
    while len(out) < n:
        out += "".join(r.choice(ZH) for _ in range(r.randint(2, 12))) + r.choice("，。。！？：")
        if r.random() < 0.2:
            out += r.choice([" ", "\n", str(r.randint(1, 999)), r.choice(NAMES)])
    return out


def code(r, n):
    out = ""
    while len(out) < n:
        out += r.choice(CODE).format(a=r.choice(NOUNS), b=r.choice(VERBS), n=r.randint(0, 4096))
        if r.random() < 0.15:
            out += "# " + sentence(r) + "\n"
    return out


def mixed(r, n):
    out = ""
    while len(out) < n:
        out += r.choice([english, meeting, chinese, code])(r, r.randint(20, 160))
    return out


def hostile(r, n):
    """Text full of what breaks tokenizers: specials, unknowns, odd spaces."""
    out = ""
    while len(out) < n:
        k = r.random()
        if k < 0.35:
            out += sentence(r)
        elif k < 0.55:
            out += r.choice(SPECIALS)
        elif k < 0.70:
            out += r.choice(RARE)
        elif k < 0.80:
            out += r.choice(DIGITS)
        elif k < 0.85:
            out += "".join(r.choice(ZH) for _ in range(3))
        elif k < 0.90:
            out += "".join(chr(r.choice([0x20, 0x300, 0x7F, 0x9, 0xAD, 0x2028, 0xFEFF, 0xFFFD, 0xE000,
                                         0x1F600, 0x0E01, 0x0E33, 0x05D0, 0x1, 0xAC00])) for _ in range(4))
        else:
            out += "".join(r.choice("abcdefgh.,!?'\"()[]<>/#-_ ") for _ in range(12))
        out += r.choice([" ", " ", "", "\n", "\t", "  ", ". "])
    return out


KINDS = [english, meeting, chinese, code, mixed, hostile]


def training():
    """Lines to train both vocabularies on."""
    r = random.Random(1)
    lines = []
    for kind in (english, meeting, chinese, code):
        for _ in range(40):
            lines += kind(r, 3000).split("\n")
    alphabet = "".join(chr(c) for c in range(0x21, 0x7F))
    lines += [" ".join(alphabet)] * 3 + [str(r.randint(0, 10**6)) for _ in range(300)]
    lines += [" ".join(d for d in DIGITS)] * 2
    return [line for line in lines if line.strip()]


def pool():
    """Texts that golden cases cut their contexts from."""
    r = random.Random(2)
    return [kind(r, 8000)[:8000] for kind in KINDS for _ in range(8)]
