package codetree

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkParts fails unless parts make up a text, in whole lines.
func checkParts(t testing.TB, text string, parts []Part) {
	t.Helper()
	at := 0
	for i, p := range parts {
		switch {
		case p.Start != at || p.End <= p.Start:
			t.Fatalf("part %d is [%d, %d) behind %d", i, p.Start, p.End, at)
		case at > 0 && text[at-1] != '\n':
			t.Fatalf("part %d begins inside a line", i)
		case !p.Code && (p.Name != "" || p.Language != nil):
			t.Fatalf("part %d is no code: %+v", i, p)
		case i > 0 && !p.Code && !parts[i-1].Code:
			t.Fatalf("parts %d and %d are one", i-1, i)
		}
		at = p.End
	}
	if at != len(text) {
		t.Fatalf("parts end at %d of %d", at, len(text))
	}
}

// contents has an entry for each part that is code: its file, its language, its first line
// and how many there are.
func contents(text string, parts []Part) string {
	var out []string
	for _, p := range parts {
		if !p.Code {
			continue
		}
		l := "-"
		if p.Language != nil {
			l = p.Language.Name
		}
		body := strings.Trim(text[p.Start:p.End], "\n")
		first, _, _ := strings.Cut(body, "\n")
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %q %d", p.Name, l, first, strings.Count(body, "\n")+1)))
	}
	return strings.Join(out, " | ")
}

func TestFiles(t *testing.T) {
	const py, goSource = "import os\n\ndef f():\n    return 1\n", "package b\n\nfunc F() {}\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"one_file", py, `python "import os" 4`},
		{"prose", "The cache is full, and nobody knows why it is. It was not full in the morning.\nWhat may have happened here?\n", ""},

		{"bare_paths", "a/b.py\n" + py + "src/b.go\n" + goSource, `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"bare_names", "a.py\nclass A:\n    pass\nb.py\nclass B:\n    pass\n", `a.py python "class A:" 2 | b.py python "class B:" 2`},
		{"windows", "src\\a.py\r\nimport os\r\nsrc\\b.py\r\nimport sys\r\n", `src\a.py python "import os\r" 1 | src\b.py python "import sys\r" 1`},
		{"below_prose", "Please look at these.\n\na/b.py\n" + py + "\na/c.py\nimport sys\n\nWhat do they do?\n",
			`a/b.py python "import os" 4 | a/c.py python "import sys" 3`},
		{"comments", "# path: a/b.py\n" + py + "\n# path: a/c.py\nimport sys\n", `a/b.py python "import os" 4 | a/c.py python "import sys" 1`},
		{"comments_without_a_word", "// a/b.ts\nexport const a = 1;\n\n// a/c.ts\nexport const b = 1;\n", `a/b.ts typescript "export const a = 1;" 1 | a/c.ts typescript "export const b = 1;" 1`},
		{"one_comment_stays", "# a/b.py\n" + py, `a/b.py python "# a/b.py" 5`},
		{"comment_of_another_language", "// make.pl\n" + goSource, `go "// make.pl" 4`},
		{"headings", "### a/b.py\n\n" + py + "\n### src/b.go\n\n" + goSource, `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"tail", "==> a.py <==\n" + py + "\n==> src/b.go <==\n" + goSource, `a.py python "import os" 4 | src/b.go go "package b" 3`},
		{"tail_of_a_string_left_open", "==> a.ts <==\nconst a = \"/*\";\n\n==> b.ts <==\nconst b = 1;\n", `a.ts typescript "const a = \"/*\";" 1 | b.ts typescript "const b = 1;" 1`},
		{"dashes", "--- a/b.py ---\n" + py + "=== c.go ===\n" + goSource, `a/b.py python "import os" 4 | c.go go "package b" 3`},
		{"rules", "================\nFILE: a/b.py\n================\n" + py + "\n\n================\nFILE: README.md\n================\n# A\n\n================\nFILE: src/b.go\n================\n" + goSource,
			`a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"between_dashes", "a/b.py\n---\n" + py + "\n---\n\nsrc/b.go\n---\n" + goSource + "\n---\n", `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"tags", "<files>\n<file path=\"a/b.py\">\n# c/d.py\n" + py + "</file>\n\n<file path=\"c.json\">\n{}\n</file>\n<file name='src/b.go'>\n" + goSource + "</file>\n</files>\n",
			`a/b.py python "# c/d.py" 5 | src/b.go go "package b" 3`},
		{"tags_not_closed", "<file path=\"a/b.py\">\n" + py + "<file path=\"c.py\">\nimport sys\n", `a/b.py python "import os" 4 | c.py python "import sys" 1`},
		{"documents", "<documents>\n<document index=\"1\">\n<source>a/b.py</source>\n<document_content>\n" + py + "</document_content>\n</document>\n</documents>\nWhat?\n", `a/b.py python "import os" 4`},

		{"fences", "Fix it:\n\n```python\n" + py + "```\n\nand\n\n~~~ go\n" + goSource + "~~~\nThanks.\n", `python "import os" 4 | go "package b" 3`},
		{"fence_with_a_path", "```python:a/b.py\n" + py + "```\n```12:15:src/b.go\n" + goSource + "```\n", `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"fence_with_a_title", "```js title=\"a/b.js\"\nconst a = 1;\n```\n", `a/b.js javascript "const a = 1;" 1`},
		{"fence_below_a_path", "Here:\n\na/b.py\n```\n" + py + "```\n\n**src/b.go**\n\n```\n" + goSource + "```\n", `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"fence_below_a_heading", "## File: a/b.py\n```python\n" + py + "```\n\n## File: `src/b.go`\n```go\n" + goSource + "```\n", `a/b.py python "import os" 4 | src/b.go go "package b" 3`},
		{"fence_with_a_comment", "```python\n# a/b.py\n" + py + "```\n", `a/b.py python "import os" 4`},
		{"fence_not_closed", "See\n\n```go\n" + goSource, `go "package b" 3`},
		{"fences_inside", "See\n\n````markdown\n```go\n" + goSource + "```\n````\n\n```python\n" + py + "```\n", `python "import os" 4`},
		{"fences_of_other_texts", "See\n\n```\nall is well\n```\n\n```json\n{}\n```\n\n```python\n" + py + "```\n", `python "import os" 4`},

		{"paths_in_documentation", "\"\"\"The layout:\n\nsrc/a.py\nsrc/config.py\n\nconfig.py\nclass of its own\n\nsrc/b.py\nimport is below\n\"\"\"\n" + py, `python "\"\"\"The layout:" 15`},
		{"fences_in_documentation", "import os\n\ndef f():\n    \"\"\"\n```\nf()\n```\n    \"\"\"\n    return 1\n", `python "import os" 9`},
		{"underlined_titles", "#  a\n\"\"\"\nTitle\n~~~~~\n\nOther\n~~~~~\n\"\"\"\n" + py, `python "#  a" 12`},
		{"underlined_title_of_a_text", "How does it work?\n~~~~~\n\nSee this:\n\n```python\n" + py + "```\n", `python "import os" 4`},
		{"comment_below_a_path", "a/b.py\nimport os\n\n# c/d.py\nX = 1\n", `a/b.py python "import os" 4`},
		{"comments_that_name_files", "import os\n\n# config.py\nX = 1\n\n# src/other.py\nY = 2\n", `python "import os" 7`},
		{"documentation_below_a_path", "a/b.py\n\"\"\"\na/c.py\na/d.py\n\"\"\"\nX = 1\n", `a/b.py python "\"\"\"" 5`},
		{"names_in_prose", "There are two files of which somebody says that they are wrong:\n\nREADME.md\nsrc/main.go\n\nI think that the cause is in\nconfig.py\nand nowhere else, since that is what was changed.\n",
			`python "There are two files of which somebody says that they are wrong:" 8`}, // one part, at least
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts := Files(tt.text)
			checkParts(t, tt.text, parts)
			if got := contents(tt.text, parts); got != tt.want {
				t.Errorf("got  %s\nwant %s\n%+v", got, tt.want, parts)
			}
		})
	}
}

// joins are the ways in which files are put into a text; the files of the samples come out
// of each as they went in.
var joins = map[string]func(name, body string) string{
	"bare":   func(name, body string) string { return "src/" + name + "\n" + body },
	"tail":   func(name, body string) string { return "==> " + name + " <==\n" + body + "\n" },
	"rules":  func(name, body string) string { return "======\nFile: " + name + "\n======\n" + body + "\n" },
	"dashes": func(name, body string) string { return "src/" + name + "\n---\n" + body + "\n---\n\n" },
	"tags":   func(name, body string) string { return "<file path=\"" + name + "\">\n" + body + "</file>\n" },
	"documents": func(name, body string) string {
		return "<document>\n<source>" + name + "</source>\n<document_content>\n" + body + "</document_content>\n</document>\n"
	},
	"fences": func(name, body string) string {
		return "See `" + name + "`:\n\n````" + Detect(name, "").Name + ":src/" + name + "\n" + body + "````\n\n"
	},
	"headings": func(name, body string) string { return "## " + name + "\n\n````\n" + body + "````\n\n" },
}

func TestFilesOfSamples(t *testing.T) {
	files := sources(t, "testdata/split", 100)
	var names []string
	for file := range files {
		if Detect(file, files[file]) != nil && !strings.HasPrefix(files[file], "<!") {
			names = append(names, file)
		}
	}
	slices.Sort(names)
	for how, join := range joins {
		t.Run(how, func(t *testing.T) {
			var b strings.Builder
			for _, file := range names {
				b.WriteString(join(filepath.Base(file), files[file]))
			}
			text := b.String()
			parts := Files(text)
			checkParts(t, text, parts)
			parts = slices.DeleteFunc(parts, func(p Part) bool { return !p.Code })
			if len(parts) != len(names) {
				t.Fatalf("%d files of %d: %s", len(parts), len(names), contents(text, parts))
			}
			for i, p := range parts {
				want := files[names[i]]
				if got := text[p.Start:p.End]; strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") ||
					filepath.Base(p.Name) != filepath.Base(names[i]) || p.Language != Detect(names[i], want) {
					t.Fatalf("%s: %q in %v, want %s\n%s", p.Name, p.Name, p.Language, names[i], got)
				}
			}
		})
	}
}

// A source is one part, whatever its documentation looks like.
func TestFilesOfOneSource(t *testing.T) {
	for _, root := range []string{"..", "../../../eval", "../../../scripts", "../../../cmd"} {
		for file, source := range sources(t, root, 60) {
			if strings.HasSuffix(file, ".php") || strings.TrimSpace(source) == "" {
				continue
			}
			if parts := Files(source); len(parts) != 1 || !parts[0].Code {
				t.Errorf("%s: %s", file, contents(source, parts))
			}
		}
	}
	page, err := os.ReadFile("testdata/split/page.php")
	if err != nil {
		t.Fatal(err)
	}
	if parts := Files(string(page)); len(parts) != 1 {
		t.Errorf("a page: %+v", parts)
	}
}

func FuzzFiles(f *testing.F) {
	for _, s := range []string{"a/b.py\nimport os\n", "```go\npackage a\n```\n", "<file path=\"a.py\">\nx\n</file>\n", "==> a.c <==\nint x;\n",
		"a.py\n---\nimport os\n\n---\n\nb.py\n---\nimport sys\n---\n", "# a/b.py\nimport os\n\n# c/d.py\nimport os\n", "====\nFile: a.py\n====\nx = 1\n"} {
		f.Add(s)
		f.Add(s + s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8<<10 {
			return
		}
		parts := Files(text)
		checkParts(t, text, parts)
		if !slices.Equal(parts, Files(text)) {
			t.Fatal("two calls differ")
		}
	})
}
