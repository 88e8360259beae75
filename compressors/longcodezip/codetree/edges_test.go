package codetree

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// edges are texts that a division may stumble over, the case G7 of the specification.
func edges() map[string]string {
	g1 := "\"\"\"doc\"\"\"\nimport os\n\ndef f(a):\n    if a:\n        return 1\n    return 2\n\nclass A:\n    x = 1\n\n    def g(self):\n        pass\n"
	return map[string]string{
		"empty":              "",
		"newline":            "\n",
		"blank":              "  \n\t\n\n",
		"only_comments":      "# a\n\n# b\n",
		"only_imports":       "import a\nimport b\n",
		"no_final_newline":   strings.TrimSuffix(g1, "\n"),
		"blank_at_the_end":   g1 + "\n\n\n",
		"crlf":               strings.ReplaceAll(g1, "\n", "\r\n"),
		"cr":                 strings.ReplaceAll(g1, "\n", "\r"),
		"bom":                "\ufeff" + g1,
		"tabs":               strings.ReplaceAll(g1, "    ", "\t"),
		"form_feed":          strings.ReplaceAll(g1, "\n\n", "\n\f\n"),
		"nul":                strings.ReplaceAll(g1, "os", "o\x00s"),
		"nul_first":          "\x00" + g1,
		"not_utf8":           strings.ReplaceAll(g1, "doc", "d\xff\xfe\xe2\n\x80c"),
		"long_line":          "x = [" + strings.Repeat("1, ", 3333) + "]\n",
		"long_line_of_many":  strings.Repeat("a = 1;", 2000),
		"brackets":           strings.Repeat("(", 300) + strings.Repeat("\n", 300) + strings.Repeat(")", 300),
		"open_brackets":      strings.Repeat("{[(\n", 400),
		"python_nested":      nested(300, func(int) string { return "if a:" }, ""),
		"c_nested":           nested(300, func(int) string { return "if (a) {" }, "}"),
		"functions_nested":   nested(300, func(int) string { return "function f() {" }, "}"),
		"classes_nested":     nested(300, func(int) string { return "class A {" }, "}"),
		"modules_nested":     nested(300, func(int) string { return "mod a {" }, "}"),
		"conditions_nested":  nested(300, func(int) string { return "#if A" }, "#endif"),
		"else_if":            "void f() {\nif (a) {\n" + strings.Repeat("a();\n} else if (b) {\n", 600) + "}\n}\n",
		"elif":               "if a:\n  b\n" + strings.Repeat("elif a:\n  b\n", 600),
		"error":              "def f(:\n  x\n\ndef g():\n  x\n",
		"unclosed":           "int f() {\n  if (a) {\n",
		"unclosed_condition": "#ifdef A\nint f() {\n  return 1;\n}\n",
		"unclosed_string":    "x = \"\"\"\ndef f(): pass\n",
		"separators":         ";\n;\n;;\n,\n}\n{\n",
	}
}

func nested(n int, open func(int) string, end string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + open(i) + "\n")
	}
	b.WriteString(strings.Repeat(" ", n) + "pass;\n")
	for i := range n {
		if end != "" {
			b.WriteString(strings.Repeat(" ", n-1-i) + end + "\n")
		}
	}
	return b.String()
}

// TestEdges: no text of any language makes a division fail, or makes a tree that does not
// cover it. That goes for the wrong language, too.
func TestEdges(t *testing.T) {
	for name, source := range edges() {
		t.Run(name, func(t *testing.T) {
			for _, l := range append(Languages(), nil) {
				if l != nil && l.grammar == "" && l.Name != "lua" && l.Name != "yaml" && l.Name != "html" {
					continue
				}
				f, err := Parse(context.Background(), source, l)
				if err != nil {
					t.Fatal(err)
				}
				checkShape(t, f)
				if left := f.Render(some(f, 1, 2), Marks{}); !f.Broken && l.Valid(context.Background(), source) && !l.Valid(context.Background(), left) {
					t.Errorf("%s: no longer valid", l.Name)
				}
			}
		})
	}
}

// TestEdgesStillDivide: what may stand in a text does not keep it from being divided.
func TestEdgesStillDivide(t *testing.T) {
	const want = "preamble 1-2 | def f+ 3-7 | container A+ 8-13 {frame 8-9 | fields 10 | def A.g+ 11-13}"
	for _, name := range []string{"no_final_newline", "crlf", "bom", "tabs", "form_feed"} {
		t.Run(name, func(t *testing.T) {
			if got := brief(parsed(t, edges()[name], "python")); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestDeep: what is nested is opened to some depth, and the program survives the rest.
func TestDeep(t *testing.T) {
	f := parsed(t, "void f() {\n"+edges()["c_nested"]+"}\n", "c")
	depth := 0
	var walk func(*Node, int)
	walk = func(n *Node, d int) {
		depth = max(depth, d)
		for _, c := range n.Children {
			walk(c, d+1)
		}
	}
	walk(f.Root, 0)
	if depth < 10 || depth > deep+2 {
		t.Errorf("depth %d, of at most %d", depth, deep+2)
	}
}

func TestParseEndsWithContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	for _, l := range []*Language{Named("go"), Named("lua"), nil} {
		if _, err := Parse(ctx, "package a\n", l); !errors.Is(err, cause) {
			t.Errorf("got %v, want %v", err, cause)
		}
	}
	if Named("go").Valid(ctx, "package a\n") {
		t.Error("valid without time to look")
	}
	late, cancel2 := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel2()
	if _, err := Parse(late, "package a\n", Named("go")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestTooLarge(t *testing.T) {
	source := "package a\nfunc (\n" + strings.Repeat("// a comment of some length, and then some more\n", MaxSource/40)
	if len(source) <= MaxSource {
		t.Fatal("not large")
	}
	f := parsed(t, source, "go")
	if f.Broken || Named("go").Valid(context.Background(), source) {
		t.Error("too large a text was parsed")
	}
}

// TestParsersAreShared: equal texts have equal trees, whatever the parsers did before and
// do beside.
func TestParsersAreShared(t *testing.T) {
	sources := map[string]string{"python": "def f():\n    a\n    b\n", "go": "package a\n\nfunc f() {\n\ta()\n\tb()\n}\n",
		"javascript": "const f = () => {\n  a()\n  b()\n}\n", "c": "int f(void) {\n  a();\n  b();\n}\n", "rust": "fn f() {\n    a();\n    b()\n}\n"}
	want := map[string]string{}
	for l, s := range sources {
		want[l] = outline(parsed(t, s, l))
	}
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for l, s := range sources {
				f, err := Parse(context.Background(), s, Named(l))
				if err != nil || outline(f) != want[l] || f.Broken {
					t.Errorf("%s: %v", l, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestValid(t *testing.T) {
	for _, tt := range []struct {
		name, language, source string
		want                   bool
	}{
		{"right", "python", "def f():\n    pass\n", true},
		{"error", "python", "def f(:\n    pass\n", false},
		{"missing", "go", "package a\n\nfunc f() {\n", false},
		{"python_body_of_comments", "python", "def f():\n    # nothing\n\nx = 1\n", false},
		{"python_body_of_comments_inside", "python", "class A:\n    def f(self):\n        # nothing\n    x = 1\n", false},
		{"python_body_of_comments_at_the_end", "python", "if a:\n    # nothing\n", false},
		{"python_else_of_comments", "python", "if a:\n    b\nelse:\n    # nothing\nc\n", false},
		{"python_documentation_is_a_body", "python", "def f():\n    \"\"\"Does.\"\"\"\n    # nothing\n", true},
		{"empty_body", "c", "void f(void) {\n  // nothing\n}\n", true},
		{"empty", "rust", "", true},
		{"without_grammar", "lua", "function (", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Named(tt.language).Valid(context.Background(), tt.source); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
	var none *Language
	if !none.Valid(context.Background(), "(") {
		t.Error("no language: not valid")
	}
}

// TestPatience: what would take the parser minutes is divided by its shape instead.
func TestPatience(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	source := strings.Repeat("\"", 200000) + "\n"
	f := parsed(t, source, "javascript")
	if f.Broken {
		t.Error("the parser went all the way")
	}
}
