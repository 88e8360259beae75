package codetree

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestOutlines compares the trees of samples, one or more for each language, with what was
// read and found right.
func TestOutlines(t *testing.T) {
	files, _ := filepath.Glob("testdata/split/*")
	for _, file := range files {
		if strings.HasSuffix(file, ".outline") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := parsed(t, string(source), Detect(file, string(source)).Name)
			if want := filepath.Base(file) == "linkage.h"; f.Broken != want { // the grammar wants an #endif
				t.Errorf("broken: %v", f.Broken)
			}
			got := outline(f)
			if *update {
				if err := os.WriteFile(file+".outline", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, _ := os.ReadFile(file + ".outline")
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The cases G1 to G6 of the specification, on the side called strict.
func TestGolden(t *testing.T) {
	g1, err := os.ReadFile("testdata/split/g1.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, language, source, want string }{
		{"g1_python", "python", string(g1), "preamble 1-4 | def area+ 5-8 | container Box+ 9-23 {frame 9-13 | fields 14 | " +
			"def Box.size+ 15-20 | def Box.load+ 21-23} | def tail+ 24-25 | module 26-28"},
		{"g3_go", "go", "package a\n\nimport \"fmt\"\n\ntype T struct {\n\tn int\n}\n\n// Sum adds.\nfunc (t *T) Sum(xs []int) int {\n" +
			"\tfor _, x := range xs {\n\t\tif x > 0 {\n\t\t\tt.n += x\n\t\t}\n\t}\n\treturn t.n\n}\n\nfunc main() {\n\tfmt.Println(1)\n}\n",
			"preamble 1-3 | def T+ 4-7 | def T.Sum+ 8-17 | def main 18-21"},
		{"g4_typescript", "typescript", "import { g } from \"./g\";\n\nexport function f(n) {\n  if (n > 1) {\n    return g(n);\n  }\n  return 1;\n}\n\nconst h = (x) => x + 1;\n",
			"preamble 1 | def f+ 2-8 | def h 9-10"},
		{"g5_java", "java", "package a;\nimport b.C;\n\npublic class Acc {\n  private int n;\n\n  public int add(int x) {\n    if (x > 0) {\n      n += x;\n    }\n    return n;\n  }\n\n  void reset() {\n    n = 0;\n  }\n}\n",
			"preamble 1-2 | container Acc+ 3-17 {frame 3-4 | fields 5 | def Acc.add+ 6-12 | def Acc.reset 13-16 | frame 17}"},
		{"g6_rust", "rust", "use std::fmt;\n\n#[derive(Debug)]\npub struct P {\n    x: i32,\n}\n\nimpl P {\n    pub fn new(x: i32) -> Self {\n        P { x }\n    }\n\n    fn get(&self) -> i32 {\n        self.x\n    }\n}\n",
			"preamble 1 | def P+ 2-6 | container P+ 7-16 {frame 7-8 | def P::new+ 9-11 | def P::get 12-15 | frame 16}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := brief(parsed(t, tt.source, tt.language)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// What belongs where, one question a row.
func TestDivide(t *testing.T) {
	for _, tt := range []struct{ name, language, source, want string }{
		{"comment_above_belongs", "python", "import a\n\n# of f\ndef f():\n    a\n", "preamble 1 | def f+ 2-5"},
		{"comment_apart_does_not", "go", "package a\n\nfunc f() {}\n\n// apart\n\nfunc g() {}\n", "preamble 1 | def f 2-3 | module 4-5 | def g 6-7"},
		{"python_comments_always_do", "python", "def f():\n    a\n\n# apart\n\ndef g(): pass\n", "def f+ 1-2 | def g+ 3-6"},
		{"comment_at_the_end_of_a_body", "python", "def f():\n    a\n    # of f\n\ndef g(): pass\n", "def f+ 1-3 | def g+ 4-5"},
		{"late_import_is_a_statement", "python", "def f(): pass\nimport a\n", "def f+ 1 | module 2"},
		{"try_import", "python", "try:\n    import a\nexcept ImportError:\n    a = None\n\ndef f(): pass\n", "preamble 1-4 | def f+ 5-6"},
		{"try_more_than_import", "python", "try:\n    import a\n    a.go()\nexcept ImportError:\n    a = None\n\ndef f(): pass\n", "module 1-5 | def f+ 6-7"},
		{"constants_without_definitions", "python", "import a\nb = 1\nc = 2\n", "preamble 1 | module 2-3"},
		{"long_constant", "python", "import a\nb = [\n" + strings.Repeat("    1,\n", 12) + "]\ndef f(): pass\n", "preamble 1 | module 2-15 | def f+ 16"},
		{"many_constants", "python", strings.Repeat("a = 1\n", 45) + "def f(): pass\n", "preamble 1-40 | module 41-45 | def f+ 46"},
		{"only_imports", "python", "import a\nimport b\n", "preamble 1-2"},
		{"only_comments", "go", "// a\n\n// b\n", "module 1-3"},
		{"licence_apart", "go", "// licence\n\n// of a\npackage a\n\nfunc f() {}\n", "preamble 1-4 | def f 5-6"},
		{"shebang_is_not_documentation", "python", "#!/usr/bin/python\n# f does\ndef f(): pass\n", "preamble 1 | def f+ 2-3"},
		{"private_names", "python", "def _f(): pass\ndef __init__(): pass\n", "def _f 1 | def __init__+ 2"},
		{"two_on_a_line", "python", "a = 1; b = 2\ndef f(): pass\n", "module 1 | def f+ 2"},
		{"definitions_on_a_line", "javascript", "function a() {} function b() {}\nfunction c() {}\n", "module 1 | def c+ 2"},
		{"class_in_class", "python", "class A:\n    class B:\n        x = 1\n\n        def f(self):\n            pass\n\n    y = 2\n",
			"container A+ 1-8 {frame 1 | container A.B+ 2-6 {frame 2 | fields 3 | def A.B.f+ 4-6} | fields 7-8}"},
		{"class_without_functions", "python", "class A:\n    x = 1\n    y = 2\n    z = 3\n    u = 4\n", "def A+ 1-5"},
		{"short_class", "python", "class A:\n    def f(self): pass\n", "def A+ 1-2"},
		{"long_run_ends_at_a_blank_line", "python", "def f(): pass\n" + strings.Repeat("a()\n", 45) + "\n" + strings.Repeat("a()\n", 3), "def f+ 1 | module 2-46 | module 47-50"},
		{"go_types_in_a_group", "go", "package a\n\ntype (\n\tA int\n\tB int\n)\n", "preamble 1 | def A+ 2-6"},
		{"go_generic_receiver", "go", "package a\n\nfunc (*g[K, V]) Get() {}\n", "preamble 1 | def g.Get+ 2-3"},
		{"js_exported_by_name", "javascript", "function a() {}\nfunction b() {}\nexport { b as c }\n", "def a 1 | def b+ 2 | module 3"},
		{"js_exported_by_commonjs", "javascript", "function a() {}\nfunction b() {}\nmodule.exports = { a, x: 1 }\nexports.d = function () {}\n", "def a+ 1 | def b 2 | module 3 | def d+ 4"},
		{"js_default", "javascript", "export default function () {}\n", "def default+ 1"},
		{"js_no_semicolon_hazard", "javascript", "let a = b\nfunction f() {}\n(function () {})()\nfunction g() {}\n", "module 1-4"},
		{"js_fields_without_semicolon", "javascript", "class A {\n  x\n  f() {}\n  [y]() {}\n  g() {}\n}\n", "container A+ 1-6 {frame 1 | fields 2-3 | def A.[y]+ 4 | def A.g+ 5 | frame 6}"},
		{"ts_overloads", "typescript", "export function f(a: string): void;\nexport function f(a: any) {\n  g();\n}\n", "def f+ 1 | def f+ 2-4"},
		{"ts_abstract_and_private", "typescript", "export abstract class A {\n  abstract f(): void;\n  private g() {\n    h();\n  }\n}\n", "container A+ 1-6 {frame 1 | fields 2 | def A.g 3-5 | frame 6}"},
		{"java_enum_keeps_its_constants", "java", "enum E {\n  A,\n  B;\n\n  public int f() {\n    return 1;\n  }\n}\n", "container E 1-8 {frame 1-3 | def E.f 4-7 | frame 8}"},
		{"java_interface", "java", "public interface I {\n  int A = 1;\n\n  /** Does. */\n  void f();\n  default void g() {}\n}\n",
			"container I+ 1-7 {frame 1 | fields 2 | def I.f+ 3-5 | def I.g+ 6 | frame 7}"},
		{"c_guard", "c", "/* l */\n\n#ifndef A\n#define A\n#include <b>\nint f(void) { return 1; }\n#endif\n",
			"preamble 1 | container 2-7 {frame 2-3 | preamble 4-5 | def f+ 6 | frame 7}"},
		{"c_include_conditions", "c", "#ifdef A\n#include <a>\n#else\n#include <b>\n#endif\nint f(void) { return 1; }\n", "preamble 1-5 | def f+ 6"},
		{"c_pointer_function", "c", "static char **f(int a) {\n  return 0;\n}\n", "def f 1-3"},
		{"cpp_access", "c++", "class A {\n  int f() { return 1; }\npublic:\n  int g() { return 1; }\n  int x;\n};\n",
			"container A+ 1-6 {frame 1 | def A::f 2 | frame 3 | def A::g+ 4 | fields 5 | frame 6}"},
		{"cpp_qualified", "c++", "void a::B::f() {\n}\nB::~B() {}\nA::operator bool() const { return 1; }\n", "def a::B::f+ 1-2 | def B::~B+ 3 | def A::operator bool+ 4"},
		{"rust_attribute_far_above", "rust", "fn a() {}\n#[test]\n\n/// doc\n\nfn b() {}\n", "def a 1 | def b 2-6"},
		{"rust_tests", "rust", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn t() {}\n}\n",
			"def a 1 | container tests 2-9 {frame 2-4 | module 5 | def tests::t 6-8 | frame 9}"},
		{"rust_trait_members_are_public", "rust", "pub trait T {\n    type A;\n    fn f();\n    fn g() {}\n}\n", "container T+ 1-5 {frame 1 | fields 2 | def T::f+ 3 | def T::g+ 4 | frame 5}"},
		{"error_in_one_function", "go", "package a\n\nfunc f() {\n\ta(\n}\n\nfunc g() {\n\ta()\n\tb()\n}\n", "preamble 1 | def f 2-5 | def g 6-10"},
		{"error_in_one_method", "python", "class A:\n    x = 1\n\n    def f(self):\n        a = = 1\n\n    def g(self):\n        pass\n",
			"container A+ 1-8 {frame 1 | fields 2 | def A.f+ 3-5 | def A.g+ 6-8}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := brief(parsed(t, tt.source, tt.language)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
