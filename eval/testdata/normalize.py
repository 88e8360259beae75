"""Records normalize.json: python3 normalize.py > normalize.json (CPython 3.11).

`squad` follows the semantics of the SQuAD 1.1 evaluation script; `words` is the
same with punctuation parting words. `in` holds made-up strings.
"""
import json
import random
import re
import string

PUNCT = set(string.punctuation)


def finish(s):
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", s).split())


def squad(s):
    return finish("".join(c for c in s.lower() if c not in PUNCT))


def words(s):
    return finish(re.sub(r"[^\w\s]", " ", s.lower()))


PARTS = [
    "The", "a", "an", "AN", "the", "there", "Anna", "A.", "the-end", "co-op", "2008-09", "50.73", "1,250", "U.S.A.",
    "O'Neil", "don’t", "“The", "end”", "naïve", "Zoë", "ÉCOLE", "a\u0301", "the\u0301", "İstanbul", "ΟΔΟΣ", "ΣΑΣ", "Σ",
    "Straße", "ǅ", "界", "北京", "（北京）", "。", "½", "x²", "Ⅷ", "٣٤", "_a_", "a_the", "$5", "€5", "5%", "50°", "[1]", "…",
    "—", "–", "a—b", "the—end", "\u200bthe\u200b", "🚀", "a🚀an", "<p>", "&amp;", "A&M", "C++", "C#", "e.g.", "\\n", "~",
    "`the`", "\"a\"", "(an)", "'the'", "the's", "Mr.", "and", "yes", "no", "No.", "YES!", "9/11", "1990s", "'90s",
]
SPACES = [" "] * 12 + ["  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85", "", "\v", "\u2009"]

rng = random.Random(20240901)
rows = []
for _ in range(600):
    s = "".join(rng.choice(PARTS) + rng.choice(SPACES) for _ in range(rng.randint(0, 9)))
    rows.append({"in": s, "squad": squad(s), "words": words(s)})
print("[" + ",\n".join(json.dumps(r, ensure_ascii=True) for r in rows) + "]")
