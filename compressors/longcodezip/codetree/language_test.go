package codetree

import (
	"slices"
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	python := "import os\n\ndef main(argv):\n    for a in argv:\n        print(os.path.join(a, 'b'))\n\nif __name__ == '__main__':\n    main([])\n"
	for _, tt := range []struct{ name, hint, text, want string }{
		{"name", "Python", "", "python"},
		{"alias", "golang", "", "go"},
		{"linguist", "Shell", "", "shell"},
		{"linguist_with_space", "Common Lisp", "", "lisp"},
		{"fence", "TS", "", "typescript"},
		{"space_around", " c++ ", "", "c++"},
		{"path", "src/a/b.rs", "", "rust"},
		{"windows_path", `C:\src\A.JAVA`, "", "java"},
		{"module", "a.mjs", "", "javascript"},
		{"commonjs", "a.cjs", "", "javascript"},
		{"jsx", "a.jsx", "", "javascript"},
		{"mts", "a.mts", "", "typescript"},
		{"ts", "a.d.ts", "", "typescript"},
		{"ts_is_not_xml", "a.ts", "<?xml version=\"1.0\"?>", "typescript"},
		{"tsx", "a.tsx", "", "tsx"},
		{"stub", "a.pyi", "", "python"},
		{"kts", "build.gradle.kts", "", "kotlin"},
		{"hpp", "a.hpp", "", "c++"},
		{"cc", "a.cc", "", "c++"},
		{"h", "a.h", "#include <stdio.h>\nint f(void);\n", "c"},
		{"h_without_text", "a.h", "", "c"},
		{"h_class", "a.h", "#pragma once\n\nclass A {\n};\n", "c++"},
		{"h_namespace", "a.h", "namespace a {\n}\n", "c++"},
		{"h_standard", "a.h", "#include <vector>\nint f();\n", "c++"},
		{"makefile", "lib/Makefile", "", "makefile"},
		{"dockerfile", "Dockerfile", "", "dockerfile"},
		{"cmake", "CMakeLists.txt", "", "cmake"},
		{"rakefile", "Rakefile", "", "ruby"},
		{"dotfile", ".bashrc", "", "shell"},
		{"prose", "README.md", python, ""},
		{"text", "notes.txt", python, ""},
		{"data", "a.json", "{}", ""},
		{"unknown_ending", "a.pyc", python, ""},
		{"unknown_ending_with_shebang", "a.in", "#!/usr/bin/env python3\n" + python, "python"},
		{"shebang", "", "#!/bin/sh\necho a\n", "shell"},
		{"no_ending", "bin/tool", "#!/usr/bin/env ruby\nputs 1\n", "ruby"},
		{"text_alone", "", python, "python"},
		{"nothing", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if l := Detect(tt.hint, tt.text); l != nil {
				got = l.Name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLanguages: names and endings are of one language each, comments can be written, and
// every grammar is used.
func TestLanguages(t *testing.T) {
	names, files, used := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, l := range Languages() {
		for _, n := range append([]string{l.Name}, l.Aliases...) {
			if names[n] != "" {
				t.Errorf("%q is %s and %s", n, names[n], l.Name)
			}
			names[n] = l.Name
			if Named(n) != l {
				t.Errorf("%q is not found", n)
			}
		}
		for _, n := range l.files {
			if files[n] != "" {
				t.Errorf("%q is of %s and %s", n, files[n], l.Name)
			}
			files[n] = l.Name
		}
		if l.Line == "" && (l.Open == "" || l.Close == "") {
			t.Errorf("%s has no comments", l.Name)
		}
		used[l.grammar] = true
		if l.grammar != "" && l.dialect() == nil {
			t.Errorf("%s: no dialect %q", l.Name, l.grammar)
		}
	}
	for g := range grammars {
		if !used[g] {
			t.Errorf("grammar %q has no language", g)
		}
	}
	if !slices.IsSortedFunc(Languages(), func(a, b *Language) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}) {
		t.Error("not sorted")
	}
	if Named("no-such") != nil || Named("") != nil {
		t.Error("a language of no name")
	}
}

// TestKindsExist: what a syntax names is in its grammar.
func TestKindsExist(t *testing.T) {
	for name := range syntaxes {
		d := dialects[name]()
		for r, kinds := range d.roles {
			if missing := absent(d, kinds); len(missing) > 0 && name != "tsx" {
				t.Errorf("%s, role %b: no %v", name, r, missing)
			}
		}
	}
}

func absent(d *dialect, kinds string) []string {
	var missing []string
	for _, k := range strings.Fields(kinds) {
		if !slices.Contains(d.kinds, k) {
			missing = append(missing, k)
		}
	}
	return missing
}
