package lossless_test

import (
	"os"
	"strings"
	"testing"
)

// What the documents show is what comes out of the examples beside them.
func TestDocumentedExamples(t *testing.T) {
	read := func(name string) string {
		raw, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	c := methods(t)["structure"]
	for name, want := range map[string][2]int{"docs/examples/answer.json": {167, 83}, "docs/examples/service.log": {1133, 360}} {
		r := compress(t, c, read(name))
		if r.InputTokens != want[0] || r.OutputTokens != want[1] {
			t.Errorf("%s: %d tokens became %d; docs/lossless.md and README.md say %v", name, r.InputTokens, r.OutputTokens, want)
		}
		for _, doc := range []string{"README.md", "docs/lossless.md"} {
			text := strings.TrimSpace(string(r.Text))
			if strings.HasSuffix(name, ".log") {
				text, _, _ = strings.Cut(text, "\n00") // the documents leave lines out
			}
			if !strings.Contains(read(doc), text) && !(doc == "README.md" && strings.HasSuffix(name, ".log")) {
				t.Errorf("%s does not show what %s becomes:\n%s", doc, name, text)
			}
		}
	}
}
