"""Source files that are made up: random statements in seven languages, from a seed."""

NOUNS = "cache key entry user path token queue node price order limit batch file line index score".split()
VERBS = "load store find drop merge parse count send check build read write split join sort".split()

# name: (indent, comment, function head, function end, statements, opener, block end, class head, class end)
STYLES = {
    "python": ("    ", "#", "def {f}({a}, {b}):", "", ["{a} = {b}.{v}({n})", "{v}({a}, {b})", "{a} += {n}", "self.{a} = {b}", "return {a}", "raise ValueError({a})", "yield {b}"], "if {a} > {n}:", "", "class {c}({d}):", ""),
    "go": ("\t", "//", "func {f}({a}, {b} int) int {{", "}", ["{a} := {b}.{v}({n})", "{v}({a}, {b})", "{a} += {n}", "return {a}", "defer {b}.{v}()"], "for {a} := range {b} {{", "}", "type {c} struct {{", "}"),
    "typescript": ("  ", "//", "function {f}({a}: number, {b}: number) {{", "}", ["const {a} = {b}.{v}({n});", "{v}({a}, {b});", "this.{a} = {b};", "return {a};", "await {v}({b});"], "if ({a} > {n}) {{", "}", "class {c} extends {d} {{", "}"),
    "rust": ("    ", "//", "pub fn {f}({a}: u32, {b}: u32) -> u32 {{", "}", ["let {a} = {b}.{v}({n});", "{v}(&{a}, {b})?;", "{a} += {n};", "return {a};", "#[allow({b})]"], "if {a} > {n} {{", "}", "struct {c} {{", "}"),
    "java": ("    ", "//", "public int {f}(int {a}, int {b}) {{", "}", ["int {a} = {b}.{v}({n});", "{v}({a}, {b});", "this.{a} = {b};", "return {a};"], "if ({a} > {n}) {{", "}", "class {c} extends {d} {{", "}"),
    "cpp": ("  ", "//", "int {f}(int {a}, int {b}) {{", "}", ["auto {a} = {b}->{v}({n});", "{v}({a}, {b});", "{a} += {n};", "return {a};"], "while ({a} > {n}) {{", "}", "class {c} {{", "};"),
    "ruby": ("  ", "#", "def {f}({a}, {b})", "end", ["{a} = {b}.{v} {n}", "{v} {a}, {b}", "@{a} = {b}", "return {a}", "puts {b}"], "if {a} > {n}", "end", "class {c} < {d}", "end"),
}


def fill(r, template):
    a, b = r.sample(NOUNS, 2)
    return template.format(a=a, b=b, n=r.choice(["0", "1", "42", '"' + r.choice(NOUNS) + '"']), v=r.choice(VERBS),
                           f=f"{r.choice(VERBS)}_{r.choice(NOUNS)}", c=r.choice(NOUNS).title(), d=r.choice(NOUNS).title())


def blanks(r, gaps):
    return [""] * r.choices([0, 1, 2, 3, 4], gaps)[0]


def body(r, style, depth, n, gaps):
    indent, comment, _, _, statements, opener, end, _, _ = style
    out = []
    for _ in range(n):
        kind = r.random()
        pad = indent * depth
        if kind < 0.12:
            out.append(f"{pad}{comment} {r.choice(VERBS)} the {r.choice(NOUNS)}")
        elif kind < 0.25 and depth < 3:
            out += [pad + fill(r, opener), *body(r, style, depth + 1, r.randint(1, 3), gaps), *([pad + end] if end else [])]
        else:
            out.append(pad + fill(r, r.choice(statements)))
        out += blanks(r, gaps)
    return out


def function(r, language, size, gaps=(6, 2, 1, 1, 0), depth=0):
    style = STYLES[language]
    pad = style[0] * depth
    out = [pad + fill(r, style[2]), *body(r, style, depth + 1, size, gaps)]
    return out + ([pad + style[3]] if style[3] else []) + blanks(r, (0, 3, 3, 1, 0))


def module(r, language, functions, size, gaps=(6, 2, 1, 1, 0)):
    """A file: a comment, some functions, perhaps in a class."""
    style = STYLES[language]
    lines = [f"{style[1]} {r.choice(VERBS)} {r.choice(NOUNS)}s", fill(r, style[4][0]), ""]
    for _ in range(functions):
        if r.random() < 0.2:
            lines += [fill(r, style[7]), *function(r, language, size, gaps, 1), *([style[8]] if style[8] else [])]
        else:
            lines += function(r, language, max(1, round(r.gauss(size, size / 2))), gaps)
    return "\n".join(lines) + r.choice(["", "\n"])


def query(r):
    return f"how does {r.choice(VERBS)} {r.choice(VERBS)} the {r.choice(NOUNS)} {r.choice(NOUNS)}{r.choice(['?', ''])}"
