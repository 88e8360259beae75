package content_test

import (
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
)

func TestLanguage(t *testing.T) {
	goFile := "// Copyright\n\n/* a\nblock */\npackage main // the command\n\nfunc main() {}\n"
	python := "import os\n\ndef main(argv):\n    for a in argv:\n        print(os.path.join(a, 'b'))\n\nif __name__ == '__main__':\n    main([])\n"
	rust := "use std::fmt;\n\npub struct P { x: i32 }\n\nimpl fmt::Display for P {\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        write!(f, \"{}\", self.x)\n    }\n}\n"
	for _, tt := range []struct{ name, hint, text, want string }{
		{"alias", "golang", "", "Go"},
		{"short", "py", "", "Python"},
		{"ending", ".rs", "", "Rust"},
		{"file", "src/lib/main.cpp", "", "C++"},
		{"windows_file", `src\a.ts`, "const a: string = 'b';\n", "TypeScript"},
		{"whole_name", "Makefile", "", "Makefile"},
		{"hint_before_text", "ruby", python, "Ruby"},
		{"unknown_hint", "no-such-language", python, "Python"},
		{"shebang", "", "#!/usr/bin/env bash\necho hi\n", "Shell"},
		{"go", "", goFile, "Go"},
		{"java_is_not_go", "", "package org.example;\n\npublic class A {\n    public static void main(String[] args) { System.out.println(1); }\n}\n", "Java"},
		{"python", "", python, "Python"},
		{"rust", "", rust, "Rust"},
		{"nothing", "", "", ""},
		{"long_hint", string(make([]byte, 300)), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := content.Language(tt.hint, tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFenced(t *testing.T) {
	for _, tt := range []struct {
		opening, body string
		want          content.Class
	}{
		{"```json", `{"a": 1}`, content.JSON},
		{"```JSON title=x", `{"a": 1}`, content.JSON},
		{"~~~ndjson", "{}\n{}\n", content.NDJSON},
		{"```python", `{"a": 1}`, content.Code},
		{"```yaml", "a: 1\n", content.Code},
		{"```csv", "a,b\n1,2\n", content.Table},
		{"```log", "x", content.Log},
		{"```diff", "x", content.Diff},
		{"```", `{"a": 1}`, content.JSON},
		{"```text", `{"a": 1}`, content.JSON},
		{"```no-such-language", "words and words", content.Code},
	} {
		if got := content.Fenced(tt.opening, tt.body); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.opening, got, tt.want)
		}
	}
}
