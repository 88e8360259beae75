package codetree

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
)

// without returns a function for Render that leaves out the nodes with those paths, or
// whose first line begins so.
func without(f *File, names ...string) func(*Node) bool {
	return func(n *Node) bool {
		text := strings.TrimSpace(f.Text(n))
		return slices.ContainsFunc(names, func(name string) bool {
			return n.Path == name || strings.HasPrefix(text, name+"\n") || text == name
		})
	}
}

// The case G2 of the specification.
func TestRenderGolden(t *testing.T) {
	source, err := os.ReadFile("testdata/split/g1.py")
	if err != nil {
		t.Fatal(err)
	}
	f := parsed(t, string(source), "python")
	got := f.Render(without(f, "side = 1", "Box.size", "tail", "if __name__ == \"__main__\":"), Marks{})
	head, _, _ := strings.Cut(f.Source, "    side = 1")
	want := head + `    # ... (6 lines omitted)

    async def load(self):
        await go()

# ... (3 lines omitted)
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRender(t *testing.T) {
	const py = "import a\n\n\ndef f():\n    b()\n\n    c()\n    d()\n\n\nclass A:\n    x = 1\n\n    def g(self):\n        e()\n        h()\n\n\ndef k(): pass\n"
	for _, tt := range []struct {
		name, language, source string
		drop                   []string
		kind                   MarkKind
		want                   string
	}{
		{"nothing", "python", py, nil, MarkCounted, py},
		{"one_line", "python", py, []string{"k"}, MarkCounted, strings.Replace(py, "def k(): pass", "# ... (1 line omitted)", 1)},
		{"siblings_are_one", "python", py, []string{"f", "A"}, MarkCounted, "import a\n\n\n# ... (9 lines omitted)\n\n\ndef k(): pass\n"},
		{"levels_are_two", "python", py, []string{"h()", "k"}, MarkCounted,
			strings.NewReplacer("        h()", "        # ... (1 line omitted)", "def k(): pass", "# ... (1 line omitted)").Replace(py)},
		{"empty_body_wants_a_statement", "python", py, []string{"b()", "c()", "d()"}, MarkCounted,
			strings.Replace(py, "    b()\n\n    c()\n    d()\n", "    ...  # (3 lines omitted)\n", 1)},
		{"all_of_a_class", "python", py, []string{"x = 1", "A.g"}, MarkCounted,
			strings.Replace(py, "    x = 1\n\n    def g(self):\n        e()\n        h()\n", "    ...  # (4 lines omitted)\n", 1)},
		{"everything", "python", py, []string{"import a", "f", "A", "k"}, MarkCounted, "# ... (11 lines omitted)\n"},
		{"range", "python", py, []string{"f"}, MarkRange, strings.Replace(py, "def f():\n    b()\n\n    c()\n    d()\n", "# ... (lines 4-8 omitted)\n", 1)},
		{"range_of_one", "python", py, []string{"k"}, MarkRange, strings.Replace(py, "def k(): pass", "# ... (line 19 omitted)", 1)},
		{"range_in_an_empty_body", "python", py, []string{"e()", "h()"}, MarkRange,
			strings.Replace(py, "        e()\n        h()\n", "        ...  # (lines 15-16 omitted)\n", 1)},
		{"short", "python", py, []string{"k"}, MarkShort, strings.Replace(py, "def k(): pass", "# ...", 1)},
		{"short_in_an_empty_body", "python", py, []string{"e()", "h()"}, MarkShort, strings.Replace(py, "        e()\n        h()\n", "        ...\n", 1)},
		{"none", "python", py, []string{"f", "A"}, MarkNone, "import a\n\n\ndef k(): pass\n"},
		{"none_in_an_empty_body", "python", py, []string{"e()", "h()"}, MarkNone, strings.Replace(py, "        e()\n        h()\n", "        ...\n", 1)},
		{"none_takes_blank_lines", "python", "def f():\n\n    a()\n    b()\n", []string{"a()", "b()"}, MarkNone, "def f():\n    ...\n"},
		{"crlf", "python", strings.ReplaceAll(py, "\n", "\r\n"), []string{"k"}, MarkCounted,
			strings.ReplaceAll(strings.Replace(py, "def k(): pass", "# ... (1 line omitted)", 1), "\n", "\r\n")},
		{"no_final_newline", "python", "a = 1\n\ndef f(): pass", []string{"f"}, MarkCounted, "a = 1\n\n# ... (1 line omitted)"},
		{"tabs", "go", "package a\n\nfunc f() {\n\tb()\n\tc()\n}\n", []string{"b()", "c()"}, MarkCounted, "package a\n\nfunc f() {\n\t// ... (2 lines omitted)\n}\n"},
		{"css", "css", ".a {\n  b: c;\n  d: e;\n}\n\n.f {\n  g: h;\n}\n", []string{".a", "g: h;"}, MarkCounted,
			"/* ... (4 lines omitted) */\n\n.f {\n  /* ... (1 line omitted) */\n}\n"},
		{"html", "html", "<p>\n  <b>a</b>\n  c\n</p>\n", []string{"c"}, MarkCounted, "<p>\n  <b>a</b>\n  <!-- ... (1 line omitted) -->\n</p>\n"},
		{"sql", "sql", "SELECT 1;\n\nCREATE TABLE a (\n  b int\n);\n", []string{"a"}, MarkCounted, "SELECT 1;\n\n-- ... (3 lines omitted)\n"},
		{"shell_wants_a_command", "shell", "f() {\n  a\n  b\n}\n", []string{"a", "b"}, MarkCounted, "f() {\n  :  # (2 lines omitted)\n}\n"},
		{"ruby_does_not", "ruby", "def f\n  a\n  b\nend\n", []string{"a", "b"}, MarkCounted, "def f\n  # ... (2 lines omitted)\nend\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parsed(t, tt.source, tt.language)
			dropped := without(f, tt.drop...)
			if got := f.Render(dropped, Marks{tt.kind}); got != tt.want {
				t.Errorf("got\n%q\nwant\n%q\n%s", got, tt.want, outline(f))
			}
			checkRender(t, f, dropped)
		})
	}
}

// Trees that the splitters do not make, for what they cannot show.
func TestRenderTrees(t *testing.T) {
	leaf := func(k Kind, start, end int) *Node { return &Node{Kind: k, Start: start, End: end} }
	for _, tt := range []struct {
		name, source string
		language     string
		root         []*Node
		drop         []int // by Start
		want         string
	}{
		{"blank_node_leaves_nothing", "a\n\n\nb\n", "python",
			[]*Node{leaf(Module, 0, 2), leaf(Module, 2, 4), leaf(Module, 4, 6)}, []int{2}, "a\nb\n"},
		{"frameless_nodes_are_no_level", "a\nb\nc\nd\n", "python",
			[]*Node{{Kind: Module, End: 4, Children: []*Node{leaf(Statement, 0, 2), leaf(Statement, 2, 4)}}, leaf(Def, 4, 6), leaf(Def, 6, 8)},
			[]int{2, 4}, "a\n# ... (2 lines omitted)\nd\n"},
		{"only_a_comment_is_kept", "def f():\n    # a\n    b\n    c\n", "python",
			[]*Node{{Kind: Def, End: 29, Children: []*Node{leaf(Frame, 0, 9), leaf(Statement, 9, 17), leaf(Statement, 17, 23), leaf(Statement, 23, 29)}}},
			[]int{17, 23}, "def f():\n    # a\n    ...  # (2 lines omitted)\n"},
		{"one_statement_is_enough", "def f():\n    a\n    # b\n    c\n", "python",
			[]*Node{{Kind: Def, End: 29, Children: []*Node{leaf(Frame, 0, 9), leaf(Statement, 9, 15), leaf(Statement, 15, 23), leaf(Statement, 23, 29)}}},
			[]int{9, 23}, "def f():\n    ...  # (1 line omitted)\n    # b\n    # ... (1 line omitted)\n"},
		{"match_wants_a_case", "match a:\n    case 1:\n        b\n", "python",
			[]*Node{{Kind: Statement, End: 31, Children: []*Node{leaf(Frame, 0, 9), leaf(Statement, 9, 31)}}},
			[]int{9}, "match a:\n    case _: ...  # (2 lines omitted)\n"},
		{"shell_case_wants_nothing", "case $1 in # of\n  a) b ;;\nesac\n", "shell",
			[]*Node{{Kind: Statement, End: 31, Children: []*Node{leaf(Frame, 0, 16), leaf(Statement, 16, 26), leaf(Frame, 26, 31)}}},
			[]int{16}, "case $1 in # of\n  # ... (1 line omitted)\nesac\n"},
		{"no_comments_known", "a\nb\n", "", []*Node{leaf(Module, 0, 2), leaf(Module, 2, 4)}, []int{2}, "a\n... (1 line omitted)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &File{Source: tt.source, Language: Named(tt.language), Root: &Node{Kind: Group, End: len(tt.source), Children: tt.root}}
			checkShape(t, f)
			got := f.Render(func(n *Node) bool { return slices.Contains(tt.drop, n.Start) && n.Children == nil }, Marks{})
			if got != tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
		})
	}
}

// What Mark says a run costs is what Render writes.
func TestMark(t *testing.T) {
	f := parsed(t, "def f(): pass\n\n\ndef g(): pass\ndef h(): pass\n\ndef k(): pass\n", "python")
	run := f.Root.Children[1:3]
	for kind, want := range []string{"\n\n# ... (2 lines omitted)\n", "\n\n# ... (lines 4-5 omitted)\n", "\n\n# ...\n", ""} {
		m := Marks{MarkKind(kind)}
		if got := f.Mark(run, m); got != want {
			t.Errorf("marks %d: got %q, want %q", kind, got, want)
		}
		got := f.Render(func(n *Node) bool { return slices.Contains(run, n) }, m)
		if want := "def f(): pass\n" + want + "\ndef k(): pass\n"; got != want {
			t.Errorf("marks %d: got %q, want %q", kind, got, want)
		}
	}
	if got := f.Mark(nil, Marks{}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestKept(t *testing.T) {
	f := parsed(t, "import a\n\ndef f():\n    b()\n    c()\n    d()\n\ndef g(): pass\n\ndef h(): pass\n", "python")
	for _, tt := range []struct {
		name string
		drop []string
		want [][2]int
	}{
		{"all", nil, [][2]int{{1, 10}}},
		{"without_a_statement", []string{"c()"}, [][2]int{{1, 4}, {6, 10}}},
		{"blank_lines_go_with_what_is_below", []string{"g"}, [][2]int{{1, 6}, {9, 10}}},
		{"nothing", []string{"import a", "f", "g", "h"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := f.Kept(without(f, tt.drop...)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// The laws of Render over the shape splitter, for sources of every language.
func TestRenderShapes(t *testing.T) {
	for file, source := range sources(t, "testdata/split", 100) {
		f := &File{Source: source, Language: Detect(file, source), Broken: true}
		f.Root = divide(source, f.Language)
		checkShape(t, f)
		for seed := range uint64(8) {
			checkRender(t, f, some(f, seed, 2+int(seed%4)))
		}
	}
}

// Languages whose empty bodies are not valid; the others' are.
func TestFillers(t *testing.T) {
	for _, l := range Languages() {
		if _, ok := fillers[l.Name]; ok && l.grammar == "" {
			t.Errorf("%s has no grammar to hold its filler to", l.Name)
		}
	}
	for _, source := range []string{"if a; then\n  :\nfi\n", "f() {\n  :\n}\n", "for i in a; do\n  :\ndone\n"} {
		if l := Named("shell"); !l.Valid(context.Background(), source) {
			t.Errorf("not valid: %q", source)
		}
	}
}
