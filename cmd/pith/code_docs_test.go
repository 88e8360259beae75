package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What docs/code.md shows is what its second command prints. -update writes it anew.
func TestDocumentedCode(t *testing.T) {
	t.Chdir("../..")
	raw, err := os.ReadFile("docs/code.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	line := regexp.MustCompile(`(?m)^bin/pith compress -m longcodezip --question "([^"]*)" -t (\d+) --model bm25 (docs/examples/\S+)$`).FindStringSubmatch(doc)
	if line == nil {
		t.Fatal("the command is gone")
	}
	out, summary, err := commandHere("", "compress", "-m", "longcodezip", "--question", line[1], "-t", line[2], "--model", "bm25", line[3])
	if err != nil {
		t.Fatal(err)
	}
	var after, before int
	if _, err := fmt.Sscanf(summary, "pith: compressed, %d of %d tokens", &after, &before); err != nil {
		t.Fatalf("summary %q: %v", summary, err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	some := regexp.MustCompile(`(?s)some lines of (\d+ tokens in \d+)\):\n\n` + "```python\n(.*?)\n```").FindStringSubmatch(string(readme))
	if some == nil || some[1] != fmt.Sprintf("%d tokens in %d", before, after) {
		t.Errorf("README.md says %q, which are %d tokens in %d", some, before, after)
		return
	}
	rest := out
	for part := range strings.SplitSeq(some[2], "\n…\n") {
		var found bool
		if _, rest, found = strings.Cut(rest, part); !found {
			t.Errorf("README.md shows what is not there:\n%s", part)
		}
	}
	want := fmt.Sprintf("The second one makes of %d tokens ([greenhouse.py](examples/greenhouse.py)) these %d:\n\n```python\n%s\n```\n", before, after, strings.TrimSuffix(out, "\n"))
	if strings.Contains(doc, want) {
		return
	}
	if !*update {
		t.Fatalf("docs/code.md does not show this; go test ./cmd/pith -run DocumentedCode -update writes it:\n%s", want)
	}
	shown := regexp.MustCompile("(?s)The second one makes of .*?\n```python\n.*?\n```\n")
	if err := os.WriteFile("docs/code.md", []byte(shown.ReplaceAllLiteralString(doc, want)), 0o644); err != nil {
		t.Fatal(err)
	}
}
