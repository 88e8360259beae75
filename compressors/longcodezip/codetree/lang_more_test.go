package codetree

import (
	"strings"
	"testing"
)

// What belongs where in Ruby, PHP, C#, Kotlin and shells, one question a row. Of each, any
// parts can be left out.
func TestDivideMore(t *testing.T) {
	for _, tt := range []struct{ name, language, source, want string }{
		{"ruby_comment_above", "ruby", "require 'a'\n\n# of f\ndef f\n  a\nend\n\n# apart\n\ndef g; end\n", "preamble 1 | def f+ 2-6 | module 7-8 | def g+ 9-10"},
		{"ruby_block_comment", "ruby", "=begin\ndef fake\nend\n=end\ndef f\n  a\nend\n", "def f+ 1-7"},
		{"ruby_operators", "ruby", "class A\n  def ==(o)\n    a\n  end\n\n  def []=(k, v)\n    b\n  end\nend\n", "container A+ 1-9 {frame 1 | def A::==+ 2-4 | def A::[]=+ 5-8 | frame 9}"},
		{"ruby_private", "ruby", "class A\n  def f\n  end\n\n  private\n\n  def g\n  end\n\n  public\n\n  def h\n  end\nend\n", "container A+ 1-14 {frame 1 | def A::f+ 2-3 | frame 4-5 | def A::g 6-8 | frame 9-10 | def A::h+ 11-13 | frame 14}"},
		{"ruby_wrapped", "ruby", "class A\n  private_class_method def self.f\n    a\n  end\n\n  memoize def g\n    b\n  end\nend\n", "container A+ 1-9 {frame 1 | def A::f 2-4 | def A::g+ 5-8 | frame 9}"},
		{"ruby_fields_only", "ruby", "class A\n  attr_reader :a\n  attr_reader :b\n  C = 1\n  D = 2\nend\n", "def A+ 1-6"},
		{"ruby_comment_at_the_end", "ruby", "class A\n  def f\n    a\n    # of f\n  end\n  # of A\nend\n", "container A+ 1-7 {frame 1 | def A::f+ 2-5 | fields 6 | frame 7}"},
		{"ruby_one_line_class", "ruby", "class A < B; end\nclass C; def f; end; end\n", "module 1 | def C+ 2"},
		{"ruby_tasks", "ruby", "namespace :db do\n  # of up\n  task up: :env do\n    a\n    b\n  end\n\n  task :down do\n    c\n  end\nend\n", "container namespace db+ 1-11 {frame 1 | def namespace db::task up+ 2-6 | def namespace db::task down+ 7-10 | frame 11}"},
		{"ruby_scope_in_name", "ruby", "class A::B\n  def f\n    a\n  end\n\n  def g; end\nend\n", "container A::B+ 1-7 {frame 1 | def A::B::f+ 2-4 | def A::B::g+ 5-6 | frame 7}"},

		{"php_attribute", "php", "<?php\n\nuse A;\n\n/** of f */\n#[B]\nfunction f()\n{\n    a();\n}\n", "frame 1 | preamble 2-3 | def f+ 4-10"},
		{"php_namespace_with_braces", "php", "<?php\nnamespace A {\n    function f()\n    {\n        a();\n    }\n}\n", "frame 1 | container A+ 2-7 {frame 2 | def A::f+ 3-6 | frame 7}"},
		{"php_visibility", "php", "<?php\nclass A\n{\n    private function f() {}\n    protected static function g() {}\n    function h() {}\n}\n", "frame 1 | container A+ 2-7 {frame 2-3 | def A::f 4 | def A::g 5 | def A::h+ 6 | frame 7}"},
		{"php_page", "php", "<h1>\n<?php if ($a): ?>\n  b\n<?php endif ?>\n</h1>\n", "frame 1 | frame 2-5"},
		{"php_ends", "php", "<?php\n$a = 1;\n\n$b = 2;\n?>\n", "frame 1 | module 2-4 | frame 5"},

		{"csharp_global_attributes", "c#", "using A;\n[assembly: B]\n\n[C]\n// of D\n[E]\nclass D\n{\n    void F()\n    {\n    }\n}\n", "preamble 1-2 | container D+ 3-12 {frame 3-8 | def D.F 9-11 | frame 12}"},
		{"csharp_properties", "c#", "class A\n{\n    int B { get; set; }\n\n    int C\n    {\n        get\n        {\n            return 1;\n        }\n    }\n\n    int D => 1;\n}\n", "container A+ 1-14 {frame 1-2 | fields 3 | def A.C 4-11 | fields 12-13 | frame 14}"},
		{"csharp_visibility", "c#", "public class A\n{\n    void F() {}\n    public void G() {}\n    internal void H() {}\n    protected void K() {}\n}\ninterface B\n{\n    void F();\n    private void G() {}\n}\n", "container A+ 1-7 {frame 1-2 | def A.F 3 | def A.G+ 4 | def A.H+ 5 | def A.K 6 | frame 7} | container B+ 8-12 {frame 8-9 | def B.F+ 10 | def B.G 11 | frame 12}"},
		{"csharp_condition_in_a_body", "c#", "class A\n{\n    void F()\n    {\n        a();\n#if B\n        b();\n        b();\n#else\n        c();\n#endif\n    }\n}\n", "container A+ 1-13 {frame 1-2 | def A.F 3-12 | frame 13}"},
		{"csharp_nested_namespaces", "c#", "namespace A\n{\n    namespace B\n    {\n        class C\n        {\n            void F() {}\n        }\n    }\n}\n", "container A+ 1-10 {frame 1-2 | container A.B+ 3-9 {frame 3-4 | def A.B.C+ 5-8 | frame 9} | frame 10}"},
		{"csharp_statements_around", "c#", "using A;\n\na();\n\nvoid F()\n{\n    b();\n}\n\nc();\n", "preamble 1 | module 2-3 | def F+ 4-8 | module 9-10"},
		{"csharp_record", "c#", "public record A(int B)\n{\n    public int C() => B;\n\n    public int D() => B;\n}\n", "container A+ 1-6 {frame 1-2 | def A.C+ 3 | def A.D+ 4-5 | frame 6}"},

		{"kotlin_annotations", "kotlin", "package a\n\n/** of f */\n@A\n@B(\"c\")\nfun f() {\n    a()\n}\n", "preamble 1 | def f+ 2-8"},
		{"kotlin_expressions", "kotlin", "fun f() = 1\n\nfun g(a: Int) =\n    when (a) {\n        1 -> b()\n        else -> {\n            c()\n            d()\n        }\n    }\n\nfun h() = run {\n    e()\n    e()\n}\n", "def f+ 1 | def g+ 2-10 | def h+ 11-15"},
		{"kotlin_visibility", "kotlin", "internal class A {\n    private fun f() {}\n    protected fun g() {}\n    fun h() {}\n}\nprivate class B {\n    fun f() {}\n\n    fun g() {}\n}\n", "container A+ 1-5 {frame 1 | def A.f 2 | def A.g 3 | def A.h+ 4 | frame 5} | container B 6-10 {frame 6 | def B.f 7 | def B.g 8-9 | frame 10}"},
		{"kotlin_enum_of_names", "kotlin", "enum class A {\n    B,\n    C,\n    D\n}\n", "def A+ 1-5"},
		{"kotlin_backticks", "kotlin", "class A {\n    @Test\n    fun `adds two`() {\n        a()\n    }\n\n    fun b() {}\n}\n", "container A+ 1-8 {frame 1 | def A.adds two+ 2-5 | def A.b+ 6-7 | frame 8}"},
		{"kotlin_fun_interface", "kotlin", "fun interface A {\n    fun f()\n\n    fun g() = 1\n}\n", "container A+ 1-5 {frame 1 | def A.f+ 2 | def A.g+ 3-4 | frame 5}"},
		{"kotlin_extension", "kotlin", "fun <T> List<T>.f(): Int {\n    return 1\n}\n\nfun Map<String, Int>.g() {\n}\n", "def List.f+ 1-3 | def Map.g+ 4-6"},

		{"kotlin_parameters_of_a_lambda", "kotlin", "fun f() {\n    list.each {\n        a, b ->\n" + strings.Repeat("        c()\n", 14) + "    }\n}\n", "def f+ 1-19"},

		{"shell_long_case", "shell", "f() {\n  case a in\n    b)\n" + strings.Repeat("      c\n", 14) + "      ;;\n    d)\n      e\n      ;;\n  esac\n}\n", "def f+ 1-23"},
		{"shell_preamble", "shell", "#!/bin/sh\n# of it\nset -e\n\n. ./a\nB=1\n\nf() { a; }\n\nC=2\n", "preamble 1-6 | def f+ 7-8 | module 9-10"},
		{"shell_functions", "shell", "f() {\n  a\n}\n\nfunction g\n{\n  b\n}\n\n# of h\nh() (\n  c\n) > out\n\nk() { d; }\n", "def f+ 1-3 | def g+ 4-8 | def h+ 9-13 | def k+ 14-15"},
		{"shell_no_functions", "shell", "a\nb\n\nif c\nthen\n  d\nfi\n", "module 1-7"},
		{"shell_text", "shell", "f() {\n  cat <<A > out\ng() {\n}\nA\n  b\n}\nc\n", "def f+ 1-7 | module 8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parsed(t, tt.source, tt.language)
			if f.Broken {
				t.Fatal("broken")
			}
			if got := brief(f); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, tt.want, outline(f))
			}
			for seed := range uint64(6) {
				checkRender(t, f, some(f, seed, 1+int(seed)))
			}
		})
	}
}

// The lines of a text inside a program, which are t1 to t3 here, stay or go together, and
// with what they are the text of.
func TestTextsAreNotCut(t *testing.T) {
	for _, tt := range []struct{ name, language, source string }{
		{"ruby", "ruby", "def f\n  a\n  b = <<~A # of t\nt1\n\n  def t2\nt3\n  A\n  c\nend\n"},
		{"ruby_two", "ruby", "def f\n  a\n  t(<<A, <<~'B')\nt1\nA\nt2\nt3\n  B\n  c\nend\n"},
		{"ruby_in_front_of_a_block", "ruby", "t <<~A do |x|\nt1\nt2\nt3\nA\n  a\n  b\nend\n"},
		{"ruby_in_front_of_an_example", "ruby", "it <<~A do\nt1\nt2\nt3\nA\n  a\n  b\nend\n"},
		{"ruby_in_a_condition", "ruby", "def f\n  if t(<<~A)\nt1\nt2\nt3\n  A\n" + strings.Repeat("    b\n", 14) + "  end\n  d\nend\n"},
		{"ruby_in_arguments", "ruby", "def f\n  t(\n    a: <<~A,\nt1\nt2\nt3\n    A\n    b: 1,\n  )\n  c\nend\n"},
		{"ruby_of_a_method", "ruby", "class A\n  T = <<~A.lines.map do |x|\nt1\nt2\nt3\n  A\n    b\n  end\n\n  def f\n    a\n  end\nend\n"},
		{"php", "php", "<?php\nfunction f() {\n    a();\n    t(<<<A\nt1\n  function t2() {\nt3\nA);\n    b();\n}\n"},
		{"php_raw", "php", "<?php\nfunction f() {\n    a();\n    $t = <<<'A'\n    t1\n    t2\n    t3\n    A . 'b';\n    b();\n}\n"},
		{"shell", "shell", "f() {\n  a\n  cat <<A # of t\nt1\n\nt2() {\nt3\nA\n  b\n}\n"},
		{"shell_piped", "shell", "f() {\n  a\n  cat <<'A' | while read t; do\nt1\nt2\nt3\nA\n    b\n    c\n  done\n  d\n}\n"},
		{"shell_into_a_loop", "shell", "f() {\n  while read t; do\n    b\n    c\n  done <<-A\n\tt1\n\tt2\n\tt3\n\tA\n  d\n}\n"},
		{"shell_two", "shell", "f() {\n  a\n  cat <<A <<B\nt1\nA\nt2\nt3\nB\n  b\n}\n"},
		{"shell_quoted", "shell", "f() {\n  a\n  echo 't1\nt2\nt3'\n  b\n}\n"},
		{"csharp", "c#", "class A\n{\n    void F()\n    {\n        a();\n        var t = @\"t1\nt2 {\nt3\";\n        b();\n    }\n}\n"},
		{"csharp_raw", "c#", "class A\n{\n    void F()\n    {\n        a();\n        var t = \"\"\"\n            t1\n            t2 }\n            t3\n            \"\"\";\n        b();\n    }\n}\n"},
		{"kotlin", "kotlin", "fun f() {\n    a()\n    val t = \"\"\"\n        t1\n        fun t2() {\n        t3\n    \"\"\".trim()\n    b()\n}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := []*File{parsed(t, tt.source, tt.language)}
			if tt.name != "csharp" { // a backslash in front of its last quote is one
				files = append(files, shaped(t, tt.source, tt.language))
			}
			for _, f := range files {
				checkTexts(t, f, func(*Node) bool { return true })
				for seed := range uint64(20) {
					checkTexts(t, f, some(f, seed, 2+int(seed%3)))
				}
				f.Root.All(func(alone *Node) bool {
					if alone.Kind != Frame {
						checkTexts(t, f, func(n *Node) bool { return n == alone })
					}
					return true
				})
			}
		})
	}
}

func checkTexts(t *testing.T, f *File, dropped func(*Node) bool) {
	t.Helper()
	got := f.Render(dropped, Marks{})
	n := 0
	for _, line := range []string{"t1", "t2", "t3"} {
		n += strings.Count(got, line)
	}
	if n != 0 && n != 3 {
		t.Fatalf("a text was cut:\n%s\n%s", got, outline(f))
	}
	if n == 0 && strings.Contains(got, "<<") {
		t.Fatalf("a text is missing:\n%s", got)
	}
	if n == 3 && strings.Count(got, "omitted") > 0 {
		from, to := strings.Index(got, "t1"), strings.Index(got, "t3")
		if strings.Contains(got[from:to], "omitted") {
			t.Fatalf("a mark is in a text:\n%s", got)
		}
	}
}

// The parameters of a lambda stay while it does.
func TestLambdaParameters(t *testing.T) {
	f := parsed(t, "fun f() {\n    list.each {\n        a, b ->\n"+strings.Repeat("        c()\n", 14)+"    }\n}\n", "kotlin")
	got := f.Render(func(n *Node) bool { return n.Kind == Statement && n.Children == nil }, Marks{})
	if want := "fun f() {\n    list.each {\n        a, b ->\n        // ... (14 lines omitted)\n    }\n}\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Where the parser gives up on a shell's script, its shape is what counts.
func TestBrokenShell(t *testing.T) {
	f := parsed(t, "f() {\n  a\n  b\n}\n\nfor i\ndo\n  cat <<A | c && cat <<B\nd\nA\ne\nB\n  f\ndone\ng\n", "shell")
	if !f.Broken {
		t.Skip("the parser has learnt to read it")
	}
	if got, want := brief(f), "def f+ 1-4 | def 5-14 | module 15"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
