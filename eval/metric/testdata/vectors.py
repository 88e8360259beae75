"""Records what LongBench's metrics.py does, at commit 2e00731f8d0bff23dc4325161044d0ed8af94c1e
of THUDM/LongBench, under CPython 3.11 with jieba 0.42.1, fuzzywuzzy 0.18.0 (without
python-Levenshtein, as in LongBench's requirements) and rouge 1.0.1:

    python3 vectors.py made CHECKOUT vectors.json.gz
    python3 vectors.py real CHECKOUT real.json FOLDER   (the folder that holds minilongbench)
    python3 vectors.py live CHECKOUT < ROWS             (a line of JSON each; prints scores)

All text in vectors.json.gz was made up for this file; real.json holds scores only. Every
score is computed at the depth of calls that eval.py has: rouge's recursion fails where
Python's limit is met, which counts from the bottom of the stack.
"""
import gzip
import json
import os
import random
import sys
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, os.path.join(sys.argv[2], "LongBench"))
import metrics as reference  # noqa: E402

reference.jieba.setLogLevel(60)

METRICS = {
    "qa_f1": reference.qa_f1_score,
    "qa_f1_zh": reference.qa_f1_zh_score,
    "rouge": reference.rouge_score,
    "rouge_zh": reference.rouge_zh_score,
    "classification": reference.classification_score,
    "retrieval": reference.retrieval_score,
    "retrieval_zh": reference.retrieval_zh_score,
    "count": reference.count_score,
    "code_sim": reference.code_sim_score,
}


def scorer(metric, prediction, answers, classes):
    score = 0.0
    for answer in answers:
        score = max(score, METRICS[metric](prediction, answer, all_classes=classes))
    return score


EN = """the a an river bridge engineer 1987 committee budget orange harbour Lisbon winter library signal copper museum
train seven twelve festival captain garden market window mountain letter doctor island music report yes no unanswerable
U.S. e.g. don't co-op state-of-the-art Mr. O'Neil naïve Zoë ÉCOLE Straße İstanbul ΟΔΟΣ ΣΑΣ Σ Σ. ΑΣ' ½ x² Ⅷ ٣٤ 100% $5
A.B.C. (the) 'an' "a" _a_ a_the [1] 50.73 1,250 2008-09 … — – ’tis AN The THE café""".split()
ZH = """北京 上海 图书馆 桥梁 工程师 委员会 预算 港口 冬天 博物馆 火车 节日 船长 花园 市场 窗户 高山 医生 岛屿 音乐 报告 的 了 和 在 是
不 一九八七年 十二 第三次 会议 记者 经济 增长 百分之五 张文博 欧阳晓月 人工智能 语言模型 压缩 提示词 段落 答案 正确 错误 GPT-4 3.14 iPhone
１２３ ＡＢＣ “你好” 《红楼》 （注） ······ …… —— 。 ， 、 ； ！ ？ 龘 〇 々 ｡ ｢ ｣ 〰 ﹏ ․ 龍 學校""".split()
SENTENCES = """The engineer of the bridge came from Lisbon in the winter of 1987.
The committee met twelve times and spent its whole budget on copper.
A captain wrote a letter to the doctor. The doctor never answered. The letter is in the museum.
Nobody on the island heard the signal... The harbour was closed.
The U.S. report says 50.73 percent of the orange market is seven years old. See e.g. the library.
Music filled the garden; a window broke. Mr. O'Neil laughed.""".split("\n")
ZH_SENTENCES = """张文博在一九八七年的冬天来到港口，负责修建那座桥梁。
委员会开了十二次会议，把全部预算都用在了图书馆上。
船长给岛上的医生写了一封信。医生从来没有回信。这封信现在在博物馆里。
报告指出，人工智能语言模型的提示词压缩率达到了百分之五十。
欧阳晓月说：“花园里的音乐太吵了！”窗户随后就碎了。
经济增长了3.14%，市场上的iPhone价格却下降了１２３元。""".split("\n")
CODE = """for i in range(len(values)):
    total += values[i] * weights[i]  # sum
return self.cache.get(key, default)
if err != nil { return nil, err }
// the rest is in the other file
public static final int MAX_SIZE = 1024;
```python
x = {"name": name, "url": "http://example.com/a//b"}
const result = await fetch(url, { method: "POST", body });
def __init__(self, width=3, height=4):
    raise ValueError("width must be positive")
print('`quoted`')
    
\tint count = 0;
变量 = 计算(宽度, 高度)""".split("\n")
LABELS = ["Other number", "number", "Date", "Other date", "Human", "Human group", "group", "Number of something", "Place",
          "Other place", "Speed", "speed", "Color", "体育", "体育 足球", "足球", "财经", ""]
SPACES = [" "] * 8 + ["  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85", "", ". ", ", ", "\n\n", "。"]
DIGITS = ["0", "3", "7", "12", "30", "007", "１２", "٣", "३०", "1234567890", "3.0", "3,0", "-3", "²", "Ⅲ", "三", "3rd", "x3y", "𝟛"]


def pick(rng, pool, most):
    return "".join(rng.choice(pool) + rng.choice(SPACES) for _ in range(rng.randint(0, most)))


def mutate(rng, text):
    """Like an answer of a model: much of the gold one, in other words and order."""
    tokens = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    for _ in range(rng.randint(0, 5)):
        if not tokens:
            break
        i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        act = rng.randrange(7)
        if act == 0:
            del tokens[i]
        elif act == 1:
            tokens.insert(i, tokens[j])
        elif act == 2:
            tokens[i], tokens[j] = tokens[j], tokens[i]
        elif act == 3:
            tokens[i] = tokens[i].upper()
        elif act == 4:
            tokens.insert(i, rng.choice(SPACES))
        elif act == 5:
            tokens = tokens[: j + 1]
        else:
            tokens.insert(i, rng.choice([".", "...", "!", "。", "，", "`", "\n", "#"]))
    return glue.join(tokens)


def text_rows(rng, metric, pool, sentences):
    edge = ["", " ", ".", "...", ". . .", "\n", "。", "the", "a an the", "的", "!?;", "\x1c", "a.", ".a", "a..b", "Σ", "ΑΣ Σ", "İ", "０"]
    for p in edge:
        yield metric, p, [rng.choice(edge)], None
        yield metric, p, [rng.choice(edge), rng.choice(sentences)], None
    yield metric, "x", [], None
    for _ in range(70):
        gold = rng.choice(sentences)
        yield metric, mutate(rng, gold), [gold], None
        yield metric, mutate(rng, gold) + rng.choice(sentences), [rng.choice(sentences), mutate(rng, gold)], None
    for _ in range(60):
        yield metric, pick(rng, pool, 12), [pick(rng, pool, 6) for _ in range(rng.randint(1, 3))], None
    for _ in range(15):
        few = rng.sample(pool, 4)
        yield metric, pick(rng, few, 40), [pick(rng, few, 40)], None
    mixed = EN + ZH
    for _ in range(25):
        yield metric, pick(rng, mixed, 30), [pick(rng, mixed, 20)], None
    for _ in range(3):
        yield metric, pick(rng, mixed, 400), [pick(rng, mixed, 300)], None


def deep_rows():
    """Around the limit of rouge's recursion: paths of so many steps."""
    row = lambda c, n: " ".join(c + str(i) for i in range(n))
    for steps in [988, 989, 990, 991, 992]:
        yield "rouge", row("w", steps), [row("w", steps)], None
        yield "rouge", "x " + row("z", steps - 1), ["x"], None
        yield "rouge", "x", ["x " + row("y", steps - 1)], None
        yield "rouge", "x " + row("z", 500), ["x " + row("y", steps - 501)], None
        yield "rouge", "good start. x " + row("z", 500), ["good start. x " + row("y", steps - 501)], None
        # Single characters that form no words, so that each is one.
        yield "rouge_zh", "甲" + "，；" * ((steps - 1) // 2) + "，" * ((steps - 1) % 2), ["甲"], None
        yield "rouge_zh", "，" * steps, ["，" * steps], None
    yield "rouge", row("z", 2500) + " x", ["x"], None
    yield "rouge", row("w", 1500), [row("w", 1500) + ". short"], None


def label_rows(rng):
    for _ in range(150):
        near = rng.sample(LABELS, 4) + ["Other number", "number"]
        classes = [c for c in rng.sample(LABELS, len(LABELS)) if c in near or rng.random() < 0.3]
        if rng.random() < 0.2 and classes:
            classes.append(rng.choice(classes))
        said = " or ".join(rng.choice(near) for _ in range(rng.randint(0, 3)))
        yield "classification", rng.choice(["", "Type: "]) + said, [rng.choice(near) for _ in range(rng.randint(1, 2))], classes


def number_rows(rng):
    for metric, word in [("count", ""), ("retrieval", "Paragraph "), ("retrieval_zh", "段落")]:
        for _ in range(110):
            few = rng.sample(DIGITS, 4) + DIGITS[:2]
            gold = [word + rng.choice([d for d in few if d.isdecimal()]) for _ in range(rng.randint(1, 2))]
            if word:
                gold = [rng.choice(["", "It is ", word, word + "x"]) + g + rng.choice(["", ".", " and " + word + "9"]) for g in gold]
            said = "".join(rng.choice(["", word, " ", ", ", "The answer is ", "第"]) + rng.choice(few) + rng.choice([" ", " ", "", "。"])
                           for _ in range(rng.randint(0, 5)))
            yield metric, said, gold, None


def code_rows(rng):
    for _ in range(120):
        gold = rng.choice(CODE)
        lines = [mutate(rng, rng.choice([gold, rng.choice(CODE)])) for _ in range(rng.randint(0, 4))]
        yield "code_sim", rng.choice(["", "\n", "\n\n", " \n"]) + "\n".join(lines), [gold], None
    for _ in range(60):  # around the 200 characters from which difflib drops the popular ones
        n = rng.choice([150, 198, 199, 200, 201, 250, 399, 400, 700])
        letters = rng.choice(["ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyz ()=._0123456789", "代码相似度行字符abc "])
        gold = "".join(rng.choice(letters) for _ in range(n))
        said = "".join(c for c in gold if rng.random() > 0.15) if rng.random() < 0.7 else "".join(rng.choice(letters) for _ in range(n))
        yield "code_sim", said[rng.randint(0, 3):], [gold], None
    for a, b in [("", ""), ("# all", ""), ("`", "x"), ("x", ""), ("\n\n", ""), ("a", "a"), ("ab" * 8, "ba" * 8), ("é", "e\u0301")]:
        yield "code_sim", a, [b], None
    for n in range(1, 41):  # halves of a hundredth
        yield "code_sim", "a" * n, ["a" * n + "b" * (40 - n) + "c" * n], None


def made_rows():
    rng = random.Random(2308)
    yield from text_rows(rng, "qa_f1", EN, SENTENCES)
    yield from text_rows(rng, "qa_f1_zh", ZH, ZH_SENTENCES)
    yield from text_rows(rng, "rouge", EN, SENTENCES)
    yield from text_rows(rng, "rouge_zh", ZH, ZH_SENTENCES)
    yield from deep_rows()
    yield from label_rows(rng)
    yield from number_rows(rng)
    yield from code_rows(rng)


TASKS = {
    "narrativeqa": "qa_f1", "qasper": "qa_f1", "multifieldqa_en": "qa_f1", "multifieldqa_zh": "qa_f1_zh", "hotpotqa": "qa_f1",
    "2wikimqa": "qa_f1", "musique": "qa_f1", "dureader": "rouge_zh", "gov_report": "rouge", "qmsum": "rouge",
    "multi_news": "rouge", "vcsum": "rouge_zh", "trec": "classification", "triviaqa": "qa_f1", "samsum": "rouge",
    "lsht": "classification", "passage_retrieval_en": "retrieval", "passage_count": "count",
    "passage_retrieval_zh": "retrieval_zh", "lcc": "code_sim", "repobench-p": "code_sim",
}


def predictions(row, following):
    """What real_test.go makes of a row too: the same by counting code points and words."""
    gold, other = row["answers"][0], following["answers"][0]
    words = gold.split()
    return [
        gold,
        gold[: len(gold) * 3 // 5],
        " ".join(words[::2]),
        " ".join(reversed(words)),
        other + "\n" + gold,
        row["context"][:300],
        row["context"][-700:] + gold[len(gold) // 2:],
    ]


if __name__ == "__main__":
    mode = sys.argv[1]
    if mode == "made":
        table = []
        for metric, prediction, answers, classes in made_rows():
            score = scorer(metric, prediction, answers, classes)
            table.append({"metric": metric, "prediction": prediction, "answers": answers, "classes": classes, "score": score})
        text = "[" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in table) + "]\n"
        with open(sys.argv[3], "wb") as out:
            out.write(gzip.compress(text.encode(), 9, mtime=0))
    elif mode == "real":
        scores = {}
        for task, metric in TASKS.items():
            with open(os.path.join(sys.argv[4], "minilongbench", task + ".jsonl"), encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            scores[task] = []
            for n, r in enumerate(rows):
                line = []
                for prediction in predictions(r, rows[(n + 1) % len(rows)]):
                    line.append(scorer(metric, prediction, r["answers"], r["all_classes"]))
                scores[task].append(line)
        with open(sys.argv[3], "w") as out:
            out.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in scores.items()) + "\n}\n")
    else:
        for line in sys.stdin:
            r = json.loads(line)
            print(json.dumps(scorer(r["metric"], r["prediction"], r["answers"], r["classes"])), flush=True)
