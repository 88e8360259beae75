package eval

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDocumentation(t *testing.T) {
	for _, tt := range []struct{ name, language, text, code, doc string }{
		{"go", "go", "\n// Sum adds\n// numbers.\nfunc Sum(a, b int) int {\n\treturn a + b // sum\n}\n",
			"func Sum(a, b int) int {\n\treturn a + b // sum\n}", "Sum adds\nnumbers."},
		{"go_directive", "go", "// Sum adds.\n//\n//go:noinline\nfunc (t *T) Sum() {\n}\n", "func (t *T) Sum() {\n}", "Sum adds.\n"},
		{"go_type", "go", "// T is.\ntype T struct{}\n", "", "-"},
		{"go_without_body", "go", "// F is.\nfunc F()\n", "", "-"},
		{"rust", "rust", "    /// Adds.\n    ///\n    /// # Examples\n    #[inline]\n    #[doc(alias = \"plus\")]\n    pub const fn sum(a: u8) -> u8 {\n        a\n    }\n",
			"    #[inline]\n    pub const fn sum(a: u8) -> u8 {\n        a\n    }", "Adds.\n\n# Examples"},
		{"rust_comment", "rust", "// SAFETY: none.\nunsafe extern \"C\" fn f() {}\n", "", "-"},
		{"rust_type", "rust", "/// A fn.\nstruct F(fn());\n", "", "-"},
		{"python", "python", "@cache\ndef f(a: dict[str, int] = {1: \":\"}, b=')') -> int:\n    \"\"\"Adds\n    numbers.\n    \"\"\"\n    return a\n",
			"@cache\ndef f(a: dict[str, int] = {1: \":\"}, b=')') -> int:\n    return a", "Adds\n    numbers.\n    "},
		{"python_raw_single", "python", "    async def f(self):\n        r'Adds \\d.'\n        return 1\n", "    async def f(self):\n        return 1", `Adds \d.`},
		{"python_comment_first", "python", "def f():  # see\n    # more\n    '''Adds.'''\n\n    x = 1\n", "def f():\n\n    x = 1", "Adds."},
		{"python_none", "python", "def f(a):\n    x = \"no doc\"\n", "def f(a):\n    x = \"no doc\"", ""},
		{"python_string_that_goes_on", "python", "def f(a):\n    \"a\".join(a)\n", "def f(a):\n    \"a\".join(a)", ""},
		{"python_only_documented", "python", "def f(a):\n    \"\"\"Adds.\"\"\"\n", "", "-"},
		{"python_class", "python", "class C:\n    x = 1\n", "", "-"},
	} {
		code, doc, ok := documentation[tt.language](tt.text)
		if ok != (tt.doc != "-") || ok && (code != tt.code || doc != tt.doc) {
			t.Errorf("%s: got %q, %q, %v", tt.name, code, doc, ok)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"name_in_front", "Sum returns the sum of a and b.", "returns the sum of a and b."},
		{"signature_in_front", "Sum() returns the sum of a and b.", "returns the sum of a and b."},
		{"name_elsewhere", "Return the Sum of a and b.", "Return the Sum of a and b."},
		{"longer_name_in_front", "Summary is what this one returns.", "Summary is what this one returns."},
		{"first_paragraph", "  One two three\n  four five.\n\n  More.", "One two three four five."},
		{"windows", "One two three\r\nfour five.\r\n\r\nMore.", "One two three four five."},
		{"short", "Sum is one of four", ""},
		{"heading", "# Examples of how to use it", ""},
		{"none", "", ""},
	} {
		if got := (Function{Name: "Sum", Doc: tt.doc}).describe(); got != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestFolders(t *testing.T) {
	if got := (Function{Path: "a/b/c.go"}).folders(); !slices.Equal(got, []string{"a/b", "a", ""}) {
		t.Errorf("got %q", got)
	}
	if got := (Function{Path: "c.go"}).folders(); !slices.Equal(got, []string{""}) {
		t.Errorf("got %q", got)
	}
}

func TestFunctions(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a/one.go":          "package a\n\n// One is the first of all.\nfunc One() int {\n\treturn 1\n}\n\ntype T int\n\n// Two is after it.\nfunc (T) Two() int {\n\treturn 2\n}\n",
		"a/one_test.go":     "package a\n\nfunc TestOne() {}\n",
		"a/testdata/bad.go": "package a\n\nfunc Bad() {}\n",
		"b.py":              "import os\n\nclass C:\n    side = 1\n\n    def three(self):\n        \"\"\"Third of all.\"\"\"\n        return os.sep\n\n\ndef four():\n    x = 4\n    return x\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ language, want string }{
		{"go", "a/one.go One \"One is the first of all.\" | a/one.go Two \"Two is after it.\""},
		{"python", "b.py three \"Third of all.\" | b.py four \"\""},
	} {
		fs, err := Functions(context.Background(), dir, tt.language)
		var got []string
		for _, f := range fs {
			got = append(got, f.Path+" "+f.Name+" \""+f.Doc+"\"")
			if f.Doc != "" && strings.Contains(f.Code, f.Doc) {
				t.Errorf("%s: the code has its documentation: %q", f.Name, f.Code)
			}
		}
		if err != nil || strings.Join(got, " | ") != tt.want {
			t.Errorf("%s: got %s, %v", tt.language, strings.Join(got, " | "), err)
		}
	}
	if _, err := Functions(context.Background(), dir, "cobol"); err == nil {
		t.Error("a language without a rule passes")
	}
	if _, err := Functions(context.Background(), filepath.Join(dir, "none"), "go"); err == nil {
		t.Error("a folder that is not there passes")
	}
}
