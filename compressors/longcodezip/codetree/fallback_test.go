package codetree

import (
	"strings"
	"testing"
)

// checkShape fails unless the tree of f keeps the promises of [Node].
func checkShape(t testing.TB, f *File) {
	t.Helper()
	if f.Root == nil || f.Root.Kind != Group || f.Root.Start != 0 || f.Root.End != len(f.Source) {
		t.Fatalf("root is %+v of %d bytes", f.Root, len(f.Source))
	}
	f.Root.All(func(n *Node) bool {
		if n.Start >= n.End && n != f.Root {
			t.Fatalf("node is empty: %+v", n)
		}
		if n.Start > 0 && f.Source[n.Start-1] != '\n' {
			t.Fatalf("node begins inside a line: %+v", n)
		}
		if n.End < len(f.Source) && f.Source[n.End-1] != '\n' {
			t.Fatalf("node ends inside a line: %+v", n)
		}
		at := n.Start
		for _, c := range n.Children {
			if c.Start != at {
				t.Fatalf("child begins at %d, not at %d: %+v", c.Start, at, c)
			}
			at = c.End
		}
		if len(n.Children) > 0 && at != n.End {
			t.Fatalf("children end at %d, not at %d: %+v", at, n.End, n)
		}
		if len(n.Children) > 0 && (n.Kind == Preamble || n.Kind == Fields || n.Kind == Frame) {
			t.Fatalf("node has children: %+v", n)
		}
		return true
	})
}

// shaped divides a source by its shape and fails unless the tree is sound.
func shaped(t testing.TB, source, language string) *File {
	t.Helper()
	f := &File{Source: source, Language: Named(language)}
	if language != "" && f.Language == nil {
		t.Fatalf("no language %q", language)
	}
	f.Root = divide(source, f.Language)
	checkShape(t, f)
	return f
}

// What sources without a grammar are divided into.
func TestDivideShapes(t *testing.T) {
	for _, tt := range []struct{ name, language, source, want string }{
		{"empty", "", "", ""},
		{"blank", "", "\n \n", "module 1-2"},
		{"one_line", "", "x", "module 1"},
		{"paragraphs", "", "one two\nthree\n\nfour\n\n\nfive\n\n", "module 1-2 | module 3-4 | module 5-8"},
		{"swift_class", "swift", "import Foundation\n\n/// A box.\n@objc\npublic class Box: Base {\n    let side: Int\n\n    init(side: Int) {\n        self.side = side\n    }\n\n    private func area(_ x: Int) -> Int\n    {\n        if x > 1 {\n            return x\n        }\n        return 2\n    }\n}\n",
			"preamble 1 | container Box+ 2-19 {frame 2-5 | fields 6 | def Box.init+ 7-10 | def Box.area 11-18 | frame 19}"},
		{"lua", "lua", "local x = require(\"x\")\n\n--[[ of M.foo\nfunction fake()\n]]\nfunction M.foo(a)\n  if a then\n    return 1\n  end\nend\n\nlocal function bar()\n  local s = [[\ntext\n]]\n  return s\nend\n\nreturn M\n",
			"preamble 1 | def M.foo+ 2-10 | def bar 11-17 | module 18-19"},
		{"elixir", "elixir", "defmodule A.B do\n  @moduledoc \"\"\"\n  Docs.\ndef fake do\n  \"\"\"\n  use C\n\n  @doc \"of start\"\n  def start(x) do\n    case x do\n      1 -> :ok\n    end\n  end\n\n  defp hidden, do: 3\nend\n",
			"container A.B+ 1-16 {frame 1 | fields 2-6 | def A.B.start+ 7-13 | fields 14-15 | frame 16}"},
		{"haskell", "haskell", "{-# LANGUAGE X #-}\nmodule A where\n\nimport B\n\nfoo :: Int\nfoo =\n  let y = 1\n  in y\n\ndata T = A\n  | B\n  | C\n",
			"preamble 1-4 | module 5-6 | def foo+ 7-9 | def T+ 10-13"},
		{"lisp_is_whole", "lisp", "(ns a)\n\n(defn foo\n  \"doc\"\n  [x]\n  (+ x 1))\n\n(def z 3)\n", "module 1 | def foo+ 2-6 | module 7-8"},
		{"perl", "perl", "use strict;\n\n# of it\nsub it {\n    my $x = shift; # {\n    return '}';\n}\n\nit(1);\n", "preamble 1 | def it+ 2-7 | module 8-9"},
		{"scala", "scala", "package a\n\nobject A {\n  val s = \"\"\"\n  | text {\n  \"\"\"\n  def f(x: Int): Int = {\n    x + 1\n  }\n}\n", "preamble 1 | container A+ 2-10 {frame 2-3 | fields 4-6 | def A.f+ 7-9 | frame 10}"},
		{"unknown_words", "", "Public Class A\n    Private x\n\n    Sub New()\n        x = 1\n    End Sub\nEnd Class\n", "container A+ 1-7 {frame 1 | fields 2 | def A.New+ 3-6 | frame 7}"},
		{"yaml", "yaml", "# top\na: 1\n\nb:\n- x\n- y: 1\n  z: 2\nc:\n  text: |\n    # no comment\n    b:\n", "module 1-2 | def b+ 3-7 | def c+ 8-11"},
		{"toml", "toml", "a = 1\n\n# of b\n[b]\nc = [\n  1,\n]\nd = \"\"\"\n[no]\n\"\"\"\n\n[[e.f]]\ng = 1\n", "module 1 | def b+ 2-10 | def e.f+ 11-13"},
		{"ini_guessed", "", "; top\na = 1\n\n[b c]\nd = it's\n\n[e]\nf = 1\n", "module 1-2 | def b c+ 3-5 | def e+ 6-8"},
		{"json_guessed", "", "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  },\n  \"d\": 3\n}\n", "def 1-7"},
		{"makefile", "makefile", "A := 1\n\nifeq ($(A),1)\nB := 2\nelse\nB := 3\nendif\n\n.PHONY: all\nall: a \\\n  b\n\tone\n\ttwo\n", "module 1 | def ifeq ($(A),1)+ 2-7 | def all+ 8-13"},
		{"dockerfile", "dockerfile", "ARG A\n\n# of build\nFROM a AS build\nRUN one && \\\n# between\n    two\nCOPY . .\n\nFROM b\nCMD [\"c\"]\n", "module 1 | def build+ 2-8 | def b+ 9-11"},
		{"sql", "sql", "CREATE TABLE IF NOT EXISTS a (\n  b text default ';'\n);\n\nCREATE FUNCTION f() AS $$\nBEGIN\n  SELECT 1;\n\n  RETURN 2;\nEND;\n$$;\nSELECT a\nFROM b;\n", "def a+ 1-3 | def f+ 4-11 | module 12-13"},
		{"css", "css", "/* top\n   of it */\n\n.a:hover,\n.b {\n  c: d;\n}\n@media x {\n  .e {\n    f: g;\n  }\n}\n", "preamble 1-2 | def 3-7 | def @media x+ 8-12"},
		{"html", "html", "<!DOCTYPE html>\n<!-- a\n<b>\n-->\n<ul>\n  <li>\n    a\n  </li>\n</ul>\n", "module 1 | def 2-9"},
		{"shell_texts", "shell", "f() {\n  cat <<A <<\\B\none\nA\n}\nB\n  echo 'it\nfi'\n}\n\nif a\nthen\n  b\nfi\n", "def f+ 1-9 | def 10-14"},
		{"comment_further_left", "lua", "function f()\n  a()\n-- b()\n  c()\n  d()\nend\n\ne()\n", "def f+ 1-6 | module 7-8"},
		{"comment_above_else", "lua", "if a then\n  b()\n-- or\nelse\n  c()\nend\n", "def 1-6"},
		{"crlf", "swift", "func f() {\r\n  a()\r\n}\r\n\r\nfunc g() {\r\n  b()\r\n}\r\n", "def f+ 1-3 | def g+ 4-7"},
		{"unbalanced_brackets_do_not_count", "swift", "func f() {\n  a((\n}\n\nfunc g() {\n  b()\n}\n", "def f+ 1-3 | def g+ 4-7"},
		{"odd_line_further_left", "lua", "local m = {\n\ta\n  }\n\n  local function f()\n\treturn 1\n  end\n" + strings.Repeat("\n  x = 1\n  y = 2\n", 40), "def m 1-3 | def f 4-7 | "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := shaped(t, tt.source, tt.language)
			got := brief(f)
			if strings.HasSuffix(tt.want, " | ") && strings.HasPrefix(got, tt.want) {
				return
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, tt.want, outline(f))
			}
		})
	}
}

// What definitions are divided into.
func TestDivideShapeBodies(t *testing.T) {
	for _, tt := range []struct{ name, language, source, want string }{
		{"branches", "swift", "func f() {\n  if a {\n    b()\n  } else {\n    c()\n  }\n\n  // of d\n  d()\n}\n", `def f+ 1-10 func f() {
  frame 1 func f() {
  statement 2-6 if a {
  statement 7-9 // of d
  frame 10 }
`},
		{"long_statements_are_opened", "swift", "func f() {\n  if a {\n" + strings.Repeat("    b()\n", 10) + "  } else if c(\n    d) {\n    e()\n  }\n}\n", `def f+ 1-17 func f() {
  frame 1 func f() {
  statement 2-16 if a {
    frame 2 if a {
` + strings.Repeat("    statement ? b()\n", 10) + `    frame 13-14 } else if c(
    statement 15 e()
    frame 16 }
  frame 17 }
`},
		{"what_goes_on_is_not_cut", "swift", "func f() {\n  a\n    .b()\n  .c()\n  d(\n    e,\n\n    g)\n}\n", `def f+ 1-9 func f() {
  frame 1 func f() {
  statement 2-4 a
  statement 5-8 d(
  frame 9 }
`},
		{"yaml_texts_are_whole", "yaml", "a:\n  b: |\n    c:\n      d\n  e:\n    g: 1\n", `def a+ 1-6 a:
  frame 1 a:
  statement 2-4 b: |
  statement 5-6 e:
`},
		{"brackets_that_close_elsewhere", "lisp", "(defn f\n  [x]\n  (g x))\n", "def f+ 1-3 (defn f\n"},
		{"cases_of_a_shell_are_whole", "shell", "f() {\n  case a in\n    b)\n" + strings.Repeat("      c\n", 14) + "      ;;\n  esac\n}\n", `def f+ 1-20 f() {
  frame 1 f() {
  statement 2-19 case a in
  frame 20 }
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := outline(shaped(t, tt.source, tt.language))
			for strings.Contains(tt.want, "?") { // any line
				i := strings.Index(tt.want, "?")
				if len(got) < i {
					break
				}
				n := strings.IndexByte(got[i:], ' ')
				tt.want = tt.want[:i] + got[i:i+n] + tt.want[i+1:]
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// The work grows with the source, not with its square: what is nested, opened and never
// closed, or long takes no longer than the same size of anything else. A test that hangs
// fails.
func TestDivideShapesOfAnySize(t *testing.T) {
	for _, source := range []string{
		strings.Repeat("a\n", 50_000),
		strings.Repeat("f {\n  a\n  b\n}\n\n", 10_000),
		nested(400, func(int) string { return "f {" }, "}"),
		nested(400, func(int) string { return "a:" }, ""),
		strings.Repeat("      a\n\n    b\n\n  c\n\n", 5000),
		strings.Repeat("it's \"\"\" '''\n", 15_000),
		strings.Repeat("/* a\n", 25_000),
		strings.Repeat("cat <<A\n", 15_000),
		strings.Repeat("f(x); ", 50_000),
	} {
		for _, language := range []string{"", "yaml", "shell"} {
			shaped(t, source, language)
		}
	}
}

func FuzzDivide(f *testing.F) {
	for _, source := range edges() {
		if len(source) < 1000 {
			f.Add(source, uint8(0), uint64(1))
			f.Add(source, uint8(30), uint64(2))
		}
	}
	f.Fuzz(func(t *testing.T, source string, language uint8, seed uint64) {
		if len(source) > 8<<10 {
			return
		}
		all := append(Languages(), nil)
		file := &File{Source: source, Language: all[int(language)%len(all)], Broken: true}
		file.Root = divide(source, file.Language)
		checkShape(t, file)
		dropped := some(file, seed, 2)
		checkLines(t, file, file.Render(dropped, Marks{}), dropped)
		if got := file.Render(func(*Node) bool { return false }, Marks{}); got != source {
			t.Fatalf("nothing left out: got %q", got)
		}
	})
}
