"""Records counts.jsonl.gz: texts and what the tiktoken package makes of them.

    pip install tiktoken==0.14.0
    python record_counts.py counts.jsonl.gz

A line is {"t": text or "b": base64 of bytes that are not UTF-8, "o": [tokens,
crc32] of o200k_base, "c": the same of cl100k_base}. The crc32 is over the ids as
little-endian uint32. Bytes that are not UTF-8 are decoded with
errors="replace" first. Everything is encoded as ordinary text. The texts are made
here from the fragments below and a fixed seed, so the file can be made again; where
the rank files cannot be downloaded, TIKTOKEN_CACHE_DIR names a folder with
them under the SHA-1 of their addresses.
"""
import base64
import gzip
import json
import random
import struct
import sys
import unicodedata
import zlib

import tiktoken

CODE = [
    'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n\tif len(os.Args) < 2 {\n\t\tfmt.Fprintln(os.Stderr, "usage: x FILE")\n\t\tos.Exit(2)\n\t}\n\tfor i, a := range os.Args[1:] {\n\t\tfmt.Printf("%d\\t%q\\n", i, a)\n\t}\n}\n',
    'class Node:\n    """One node."""\n\n    __slots__ = ("left", "right", "_value")\n\n    def __init__(self, value: int = 0) -> None:\n        self.left = self.right = None\n        self._value = value\n\n    @property\n    def value(self):\n        return self._value  # don\'t cache\n\n\nif __name__ == "__main__":\n    print({k: v**2 for k, v in enumerate([1, 2, 3_000])})\n',
    'const f = async (url, {retries = 3, ...rest} = {}) => {\n  for (let i = 0; i <= retries; i++) {\n    try {\n      const r = await fetch(url, rest);\n      if (!r.ok) throw new Error(`HTTP ${r.status}`);\n      return await r.json();\n    } catch (e) { if (i === retries) throw e; }\n  }\n};\nexport default f; // TODO(me): back-off\n',
    '#include <stdio.h>\n#define MAX(a,b) ((a)>(b)?(a):(b))\n\nstatic int *buf;\n\nint main(int argc, char **argv)\n{\n    unsigned long long n = 0xDEADBEEFULL;\n    while (n >>= 1u) { printf("%llu\\r\\n", n); }\n    return buf != NULL && !argc;\n}\n',
    'impl<\'a, T: Clone + Send> Iterator for Walk<\'a, T> {\n    type Item = &\'a T;\n    fn next(&mut self) -> Option<Self::Item> {\n        let n = self.stack.pop()?;\n        self.stack.extend(n.children.iter().rev());\n        Some(&n.value)\n    }\n}\n#[cfg(test)]\nmod tests { use super::*; }\n',
    'SELECT u.id, COUNT(*) AS n, MAX(o.created_at)\nFROM users u\nLEFT JOIN orders o ON o.user_id = u.id AND o.total_cents > 10000\nWHERE u.email LIKE \'%@example.com\' -- it\'s a test\nGROUP BY 1\nHAVING COUNT(*) >= 3;\n',
    '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"/><title>A &amp; B</title>\n<style>body{margin:0 auto;color:#1a2b3c}</style></head>\n<body class="x-y z">\n\t<a href="https://example.com/a/b?c=d&e=%20f#g">link</a><br>\n</body>\n</html>\n',
    '{"id":12345678901234567890,"name":"x","tags":["a","b",null,true],"nested":{"pi":3.14159e-10,"s":"\\u00e9\\n"}}\n{\n  "a": [\n    1,\n    2\n  ]\n}\n',
    'services:\n  web:\n    image: "nginx:1.27"\n    ports: ["8080:80"]\n    environment:\n      - KEY=${VALUE:-default}\n    # comment\n  db: &db\n    <<: *base\n',
    '#!/usr/bin/env bash\nset -euo pipefail\nfor f in "$@"; do\n  if [[ -f "$f" && ! -L $f ]]; then\n    sed -E \'s/([0-9]+)\\.([0-9]+)/\\2.\\1/g\' < "$f" | awk \'{print $1}\' >> /dev/null 2>&1\n  fi\ndone\n',
    'public sealed record Point(int X, int Y) {\n    public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);\n    /* block\n     * comment */\n}\n@Override public String toString() { return "P[" + x + "]"; }\n',
    'module Main where\nimport Data.Map (Map, (!?))\nfib :: [Integer]\nfib = 0 : 1 : zipWith (+) fib (tail fib)\nmain = mapM_ print $ takeWhile (<100) fib\n',
    'def each\n  return to_enum(:each) unless block_given?\n  @items.each_with_index { |item, i| yield item, i if i.odd? && !item.nil? }\nend\n',
    '| col a | col b |\n|-------|------:|\n| `x`   | **1** |\n\n## Heading\n\n* one\n  * two\n    1. three\n\n```go\nx := 1\n```\n\n> quote[^1]\n\n[^1]: https://example.org/foo_bar/baz.html\n',
    'diff --git a/x.go b/x.go\nindex 83db48f..bf269f4 100644\n--- a/x.go\n+++ b/x.go\n@@ -1,7 +1,6 @@ func f() {\n-\treturn nil\n+\treturn err\n \n',
    '2024-03-14T09:26:53.589793Z ERROR [worker-7] req=7f3c9a10-4b2e-11ee-be56-0242ac120002 took=1532ms status=503 path=/v1/chat/completions\n',
]
PROSE = [
    "The committee didn't agree; they'll meet again on 14 March 2023, and I'd say it's likely that we've lost.",
    "HE SAID: IT'S NOT WHAT THEY'RE AFTER, WE'LL SEE. I'M SURE YOU'D AGREE, O'Brien'S too.",
    "Der Ausschuss tagte am 3. Mai; Straßenverkehrsordnungsänderung, größer, ÄÖÜ äöüß.",
    "L’été dernier, j'ai vu « Œdipe » à l'Opéra : c'était génial, n'est-ce pas ?",
    "¿Dónde está la biblioteca? ¡El niño comió piñas! Año 2021.",
    "Комитет решил не продлевать договор; причина — стоимость: 1 250 евро.",
    "委员会于2023年3月14日开会，经过长时间讨论，决定不续签合同。主要原因是费用：每月1250欧元。",
    "昨日、東京でカンファレンスが開催されました。ﾊﾝｶｸ ｶﾀｶﾅ と全角ＡＢＣ１２３。",
    "위원회는 2023년 3월에 회의를 열었다. 비용이 주된 이유였다.",
    "اجتمعت اللجنة في ١٤ مارس ٢٠٢٣ وقررت عدم التجديد، والسَّبَبُ هو التكلفة.",
    "समिति की बैठक १४ मार्च को हुई और लंबी चर्चा के बाद निर्णय लिया गया।",
    "คณะกรรมการประชุมเมื่อวันที่ ๑๔ มีนาคม และตัดสินใจไม่ต่อสัญญา",
    "Η επιτροπή συνεδρίασε στις 14 Μαρτίου. ὁ ἄνθρωπος ζῷον πολιτικόν.",
    "הוועדה התכנסה ב־14 במרץ, שָׁלוֹם עֲלֵיכֶם.",
    "Ủy ban đã họp ngày 14 tháng 3; tiếng Việt có dấu. İstanbul'da ığdır.",
    "ſo it’s an old 'ſpelling, it'ſ odd; ǅungla ǈubav; ʰmodifier ªº ⅫⅣ ①② ½¾ x² CO₂.",
]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪🇫🇷", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🤷🏿‍♀️", "☺", "🫠", "⚠️", "🧑‍💻"]
SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|endofprompt|>", "<|im_start|>", "[SEP]", "</s>", "<|endoftext"]
SPACE = [" ", "  ", "    ", "\t", "\n", "\r\n", "\n\n", "\r", "\u00a0", "\u3000", "\u2028", "\u0085", "\x0b", "\u200b", "\ufeff"]
BAD = [b"\xff", b"\xc3", b"\xe4\xb8", b"\xf0\x9f\x98", b"\x80", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80", b"\xe0\x80"]


def assigned(rng):
    """A random assigned code point, often a low one."""
    while True:
        c = chr(rng.choice((rng.randrange(0x80), rng.randrange(0x800), rng.randrange(0x10000), rng.randrange(0x110000))))
        if unicodedata.category(c) != "Cs":
            return c


def texts(rng):
    yield from ("", " ", "\n", "a", "'", "'s", "\x00", "a\x00b", "<|endoftext|>")
    yield from CODE
    yield from PROSE
    yield from EMOJI
    for size in (1, 2, 3, 4, 5, 7, 20, 63, 64, 65, 100, 1000):
        for c in ("7", "a", "Z", "é", "世", " ", "\n", "\t", "-", "=", "/", "\u0301", "😀", "ก", "'", "\r\n", "aB", "\n ", "a1"):
            yield c * size
    for _ in range(500):  # cuts through code
        t = rng.choice(CODE)
        i = rng.randrange(len(t))
        yield t[i : i + rng.randrange(1, 90)]
    for _ in range(250):  # code indented, joined, upper-cased
        t = "".join(rng.choice(CODE).splitlines(keepends=True)[:6])
        yield rng.choice((t.replace("\n", "\n" + " " * rng.randrange(9)), t.upper(), t.replace(" ", "\t"), t.replace("\n", "\r\n"), t + "\n" * rng.randrange(5)))
    for _ in range(500):  # cuts through prose
        t = " ".join(rng.sample(PROSE, 2))
        i = rng.randrange(len(t))
        yield t[i : i + rng.randrange(1, 90)]
    for _ in range(500):  # anything beside anything
        pool = [rng.choice(p) for p in (PROSE, EMOJI, SPECIAL, SPACE, SPACE, CODE)]
        yield "".join((p[rng.randrange(len(p)) :][:9] for p in rng.choices(pool, k=rng.randrange(1, 9))))
    for _ in range(300):  # white space
        yield "".join(rng.choices(SPACE + ["x", "1", ".", "/"], k=rng.randrange(1, 16)))
    for _ in range(150):  # digits
        yield "".join(rng.choices("0123456789٣५Ⅷ", k=rng.randrange(1, 60)))
    for _ in range(400):  # random unicode
        yield "".join(assigned(rng) for _ in range(rng.randrange(1, 24)))
    for _ in range(300):  # letters and marks in all cases
        yield "".join(rng.choices("abAB'ſéÉǅʰªม世\u0301\u0903 1.\n/", k=rng.randrange(1, 24)))
    for _ in range(100):  # base64, hex
        yield base64.b64encode(rng.randbytes(rng.randrange(1, 90))).decode()
    for _ in range(250):  # not UTF-8
        parts = [rng.choice(BAD), rng.choice(PROSE).encode()[: rng.randrange(1, 20)], rng.choice(BAD), rng.choice(SPACE).encode(), rng.randbytes(rng.randrange(6))]
        rng.shuffle(parts)
        yield b"".join(parts)


def digest(encoding, text):
    ids = encoding.encode_ordinary(text)
    return [len(ids), zlib.crc32(struct.pack(f"<{len(ids)}I", *ids))]


def main():
    o200k, cl100k = (tiktoken.get_encoding(n) for n in ("o200k_base", "cl100k_base"))
    lines, seen = [], set()
    for t in texts(random.Random(4)):
        if t in seen:
            continue
        seen.add(t)
        text, row = t, {"t": t}
        if isinstance(t, bytes):
            text, row = t.decode(errors="replace"), {"b": base64.b64encode(t).decode()}
        lines.append(json.dumps({**row, "o": digest(o200k, text), "c": digest(cl100k, text)}, ensure_ascii=False))
    with open(sys.argv[1], "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="") as z:
        z.write("\n".join(lines).encode())
    print(len(lines), "texts")


main()
