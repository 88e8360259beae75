package prose

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sentence = "The reader takes in what the writer wrote before and hands it on to whoever asks for it next."

func TestParagraphs(t *testing.T) {
	root := t.TempDir()
	files := map[string]string{
		"src/b/b.go": "// " + sentence + "\npackage b\n\n// " + sentence + "\nfunc B() {}\n",
		"src/a/a.go": "// Copyright is not prose.\n\npackage a\n\n// A is short.\nvar A int\n\n" +
			"// Another one says that " + strings.ToLower(sentence) + "\n//\n//\tcode is left out of what is printed here, however long it may be or become.\ntype T int\n",
		"src/a/a_test.go":     "// In a test " + sentence + "\npackage a\n",
		"src/internal/c/c.go": "// In a package of nobody's business " + sentence + "\npackage c\n",
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Paragraphs(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Another one says that " + strings.ToLower(sentence), sentence}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIsProse(t *testing.T) {
	tests := map[string]struct {
		text string
		want bool
	}{
		"prose":       {sentence, true},
		"short":       {"The reader reads.", false},
		"no_full_end": {strings.TrimSuffix(sentence, "."), false},
		"licence":     {"Copyright: " + sentence, false},
		"signs":       {strings.ReplaceAll(sentence, "e", "{}"), false},
	}
	for name, tt := range tests {
		if got := isProse(tt.text); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestBytes(t *testing.T) {
	s := &Source{paragraphs: []string{"One is here. Two is here.", "Three."}}
	for _, want := range []string{"One is here.", "Three.\n\nOne is here."} {
		if got := s.Bytes(15); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
