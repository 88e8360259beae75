package codetree

import (
	"fmt"
	"strings"
	"testing"
)

// A text that breaks off is divided as the whole would be, up to where it does.
func TestUnfinished(t *testing.T) {
	tests := []struct {
		name, language, text string
		want                 []string // paths of definitions
	}{
		{"java", "java", "package a;\n\nclass Box {\n    int side;\n\n    int size() {\n        int a = side;\n        return a * side;\n    }\n\n    void grow(int by) {\n        side += by;\n        if (side > 3) {\n",
			[]string{"Box.size", "Box.grow"}},
		{"java_half_a_statement", "java", "class Box {\n    int size() {\n        int a = 1;\n        return a;\n    }\n\n    void grow(int by) {\n        side += by;\n        log(by,\n            side +\n",
			[]string{"Box.size", "Box.grow"}},
		{"go", "go", "package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n\nfunc G(n int) {\n\tfor i := range n {\n\t\tfmt.Println(i)\n", []string{"F", "G"}},
		{"python", "python", "class Box:\n    def size(self):\n        a = 1\n        return a\n\n    def grow(self, by):\n        self.side += by\n        for x in by:\n            if x:\n", []string{"Box.size", "Box.grow"}},
		{"python_brackets", "python", "def f(a):\n    b = a\n    return b\n\n\ndef g(a):\n    c = a\n    return f(\n        a,\n", []string{"f", "g"}},
		{"c#", "c#", "namespace A\n{\n    class Box\n    {\n        int Size()\n        {\n            int a = 1;\n            return a;\n        }\n\n        void Grow(int by)\n        {\n            side += by;\n",
			[]string{"Box.Size", "Box.Grow"}},
		{"typescript", "typescript", "export class Box {\n  size(): number {\n    const a = 1;\n    return a;\n  }\n\n  grow(by: number) {\n    this.side += by;\n    return this.size(\n", []string{"Box.size", "Box.grow"}},
		{"no_final_newline", "go", "package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n\nfunc G() {\n\ty := 2", []string{"F", "G"}},
		{"cut_in_a_name", "go", "package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n\nfunc G() {\n\ty := 2\n\tz := y +\n\n\n", []string{"F", "G"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse(t.Context(), tt.text, Named(tt.language))
			if err != nil {
				t.Fatal(err)
			}
			checkShape(t, f)
			if !f.Broken && tt.name != "python" { // whose grammar takes empty bodies
				t.Error("not said to be broken")
			}
			var got []string
			f.Root.All(func(n *Node) bool {
				if n.Kind == Def {
					got = append(got, strings.TrimPrefix(n.Path, "A."))
				}
				return true
			})
			if strings.Join(got, " ") != strings.Join(tt.want, " ") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Any beginning of a program is divided into parts that make it up, most of which are not
// one piece.
func TestBeginnings(t *testing.T) {
	var b strings.Builder
	b.WriteString("package beds;\n\nclass Beds {\n")
	for i := range 30 {
		fmt.Fprintf(&b, "    int water%d(int litres) {\n        int sum = litres + %d;\n        return check(sum,\n            litres);\n    }\n\n", i, i)
	}
	b.WriteString("}\n")
	text := b.String()
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) / 2; n < len(lines); n++ {
		part := strings.Join(lines[:n], "")
		f, err := Parse(t.Context(), part, Named("java"))
		if err != nil {
			t.Fatal(err)
		}
		checkShape(t, f)
		if size := lump(f.Root); size > 400 {
			t.Errorf("%d lines: one part has %d bytes of %d", n, size, len(part))
		}
	}
}

// A text that is taken for the wrong language is read as the one that it is in.
func TestParseAny(t *testing.T) {
	texts := map[string]string{
		"python": "class Box:\n    \"\"\"A box.\"\"\"\n\n    def size(self):\n        return self.side ** 2\n\n    def grow(self, by):\n        self.side += by\n",
		"java":   "package a;\n\nimport java.util.List;\n\npublic class Box {\n    private final List<String> names;\n\n    public int size() {\n        return names.size();\n    }\n}\n",
		"go":     "package a\n\nfunc F(n int) (int, error) {\n\tx := n\n\treturn x, nil\n}\n",
		"rust":   "use std::fmt;\n\npub struct Box { side: u32 }\n\nimpl Box {\n    pub fn size(&self) -> u32 {\n        self.side * self.side\n    }\n}\n",
		"c#":     "using System;\n\nnamespace A\n{\n    public class Box\n    {\n        public int Side { get; set; }\n\n        public int Size() => Side * Side;\n    }\n}\n",
	}
	for want, text := range texts {
		for _, taken := range []string{"", "c++", "php", "ruby", "python", "java"} {
			f, err := ParseAny(t.Context(), text, Named(taken))
			if err != nil {
				t.Fatal(err)
			}
			checkShape(t, f)
			if got := f.Language; f.fits() && got != nil && got.Name == taken {
				continue // it happens to parse
			}
			if f.Language == nil || f.Language.Name != want {
				t.Errorf("%s taken for %q: read as %+v", want, taken, f.Language)
			}
		}
	}
	if f, err := ParseAny(t.Context(), "Dear all,\n\nthe bridge opens in spring (we hope.\n", nil); err != nil || f.Language != nil {
		t.Errorf("a letter is %v, %v", f.Language, err)
	}
}
