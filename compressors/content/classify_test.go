package content_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
)

func TestClassify(t *testing.T) {
	all := contenttest.Samples(t)
	for _, want := range content.Classes {
		if n := len(all[want]); n < 6 {
			t.Errorf("%s has %d samples, want at least 6", want, n)
		}
		for _, s := range all[want] {
			t.Run(string(want)+"/"+s.Name, func(t *testing.T) {
				if got := content.Classify(s.Text); got != want {
					t.Errorf("got %s", got)
				}
				// Line ends of another system change nothing.
				if got := content.Classify(strings.ReplaceAll(s.Text, "\n", "\r\n")); got != want {
					t.Errorf("with CRLF: got %s", got)
				}
			})
		}
	}
}

// A text that must keep its words is never lossy because it was read whole, cut
// in half or repeated.
func TestClassifyStaysSafe(t *testing.T) {
	for class, list := range contenttest.Samples(t) {
		if class.Lossy() || class == content.Other || class == content.Mixed {
			continue
		}
		for _, s := range list {
			half := s.Text[:len(s.Text)/2]
			if i := strings.LastIndexByte(half, '\n'); i > 0 {
				half = half[:i]
			}
			for how, text := range map[string]string{"half": half, "tenfold": strings.Repeat(s.Text+"\n", 10), "indented": "\n  " + s.Text} {
				if got := content.Classify(text); got.Lossy() {
					t.Errorf("%s/%s %s: got %s", class, s.Name, how, got)
				}
			}
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, list := range contenttest.Samples(f) {
		for _, s := range list {
			f.Add(s.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := content.Classify(text)
		if got == "" {
			t.Fatal("no class")
		}
		if again := content.Classify(strings.Clone(text)); got != again {
			t.Fatalf("got %s, then %s", got, again)
		}
		if got.Lossy() && !utf8.ValidString(text) {
			t.Fatalf("%s for what is no text", got)
		}
	})
}

// BenchmarkClassify times 100 KB of each class's samples in a row, and of what a
// careless reader goes through again and again. Cost grows with the length alone.
func BenchmarkClassify(b *testing.B) {
	texts := map[string]string{"open_brackets": "[", "less_than": "<", "backslashes": `{"a":"\\`, "quotes": `"`, "dots": "a.",
		"colons": "a:1:", "fences": "```\n", "short_lines": "ab\n", "spaces": "a  ", "script": "<script></"}
	for class, list := range contenttest.Samples(b) {
		var all strings.Builder
		for _, s := range list {
			all.WriteString(s.Text)
			all.WriteByte('\n')
		}
		texts[string(class)] = all.String()
	}
	for name, text := range texts {
		text = strings.Repeat(text, 100_000/len(text)+1)[:100_000]
		text = strings.ToValidUTF8(text, "")
		b.Run("text="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				content.Classify(text)
			}
		})
	}
}
