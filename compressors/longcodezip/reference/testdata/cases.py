"""Requests: random ones, and some that are after one thing each."""

import texts

ODD = ["# ... ", "// ...", "    # ...", "__EMPTY_LINE__", "\x1c", "\u00a0", "caf\u00e9 = '\u4e16\u754c'", "    return", "\tundef x", "line\r", "  "]


def source(r, language, odd=0.0):
    """Code with random habits: how many blank lines, how long."""
    gaps = r.choice([(6, 2, 1, 1, 0), (9, 1, 0, 0, 0), (2, 2, 3, 1, 1)])
    lines = texts.module(r, language, r.randint(2, 6), r.randint(3, 12), gaps).split("\n")
    for _ in range(3):
        if r.random() < odd:
            lines.insert(r.randrange(len(lines)), r.choice(ODD))
    return "\n".join(lines)


def options(r):
    """Options that differ from the defaults, each with some probability."""
    out = {"rate": r.choice([0.2, 0.3, 0.4, 0.6, 0.8]), "slack": r.choice([0, 0, 0, 40, 100, -30])}
    out["query"] = texts.query(r)
    pick = {
        "instruction": (0.3, ["", "Answer in one line.", "  Read the code.\n"]),
        "fine_ratio": (0.6, [0.01, 0.3, 0.5, 0.7, 0.9, 1.2]),
        "method": (0.35, ["contrastive_perplexity"]),
        "min_lines": (0.4, [0, 1, 2, 3, 3, 12]),
        "beta": (0.3, [0, 1, 2, -0.5]),
        "knapsack": (0.35, [False]),
        "rank_only": (0.1, [True]),
        "query": (0.1, ["", " \n", "x"]),
        "target_token": (0.15, [1, 60, 150, 100000]),
        "rate": (0.06, [0, -1, 0.01, 1]),
    }
    for name, (p, values) in pick.items():
        if r.random() < p:
            out[name] = r.choice(values)
    return out


def random_case(r):
    """A request, its code, and the most tokens that the ranking model reads."""
    language = r.choice([*texts.STYLES, "TypeScript", "shell"])
    code = source(r, language.lower() if language != "shell" else "ruby", odd=0.4)
    request = {"language": language, **options(r)}
    if r.random() < 0.1:  # twins have equal scores
        code = code + "\n" + code
    return request, code, r.choice([4096, 4096, 4096, 120, 40])


SEPARATOR = "# --CHUNK_SEPARATOR-- #"
LONG = "".join(f"\n\ndef f{i}(a):\n    b = a\n    c = b\n    return c" for i in range(4))


def named(r):
    """Requests for the tiny models: name, models of ranking and of lines, request, code, longest."""
    out = []

    def add(name, language, models="aa", code=None, longest=1024, **options):
        request = {"language": language, "query": texts.query(r), "rate": 0.6, "slack": 0, "fine_ratio": 0.6, "min_lines": 3, **options}
        out.append((name, models, request, source(r, language) if code is None else code, longest))

    for language in texts.STYLES:
        add(f"{language}_ranked", language, rank_only=True, instruction="Say why.")
        add(f"{language}_knapsack", language)
        add(f"{language}_lines", language, knapsack=False)
        add(f"{language}_contrastive", language, method="contrastive_perplexity")
    for models in ("bb", "ab", "ba"):
        add(f"models_{models}", "python", models)
        add(f"models_{models}_contrastive", "python", models, method="contrastive_perplexity", knapsack=False)
    add("defaults", "python", slack=100, fine_ratio=None, min_lines=5, rate=0.5)
    add("extreme_ratio_keeps_everything", "python", fine_ratio=0.01)
    add("ratio_over_one", "go", fine_ratio=1.5)
    add("rate_zero_is_a_half", "go", rate=0)
    add("rate_negative", "go", rate=-1, fine_ratio=None)
    add("rate_one_fits", "python", rate=1)
    add("target_fits", "python", target_token=100000)
    add("target_one", "python", target_token=1)
    add("target_with_rate_for_lines", "java", target_token=90, fine_ratio=None, rate=0.4)
    add("empty_file", "python", code="")
    add("empty_file_with_leading_token", "python", "bb", code="")
    add("only_separators", "python", code=f" {SEPARATOR}\n{SEPARATOR}")
    add("separators", "python", code=f"import os\n{SEPARATOR}{LONG}{SEPARATOR}\n", rate=0.4)
    add("unknown_method", "python", method="entropy", code=source(r, "python") + source(r, "python"))
    add("no_query", "python", query="")
    add("no_query_contrastive", "python", query="", method="contrastive_perplexity")
    add("no_query_lines", "python", query="", knapsack=False)
    add("blank_query", "python", query=" \n ")
    add("query_of_one_token", "python", query="a")
    add("query_of_one_token_with_leading_token", "python", "bb", query="a")
    add("query_starts_with_newlines", "python", query="\n\nwhat?")
    add("overlong_chunk_wins", "python", longest=60, rate=0.3)
    add("overlong_query_is_cut", "python", "bb", longest=100, rate=0.3)
    add("twins", "python", code=LONG.replace("f1", "f0").replace("f3", "f2"), rate=0.4)
    add("special_token_in_code", "python", code=LONG.replace("b = a", "b = '<|endoftext|>'"), rate=0.5)
    add("windows_lines", "python", code=source(r, "python").replace("\n", "\r\n"))
    add("beta_zero", "typescript", beta=0)
    add("beta_two", "rust", beta=2)
    add("min_lines_zero", "cpp", min_lines=0, fine_ratio=0.3)
    return out
