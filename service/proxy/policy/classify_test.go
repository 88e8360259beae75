package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// A sample is one text of testdata; its name tells what is wanted of it.
type sample struct{ name, text string }

// samples reads a file of texts parted by lines "%%% name".
func samples(t testing.TB, file string) []sample {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for part := range strings.SplitSeq("\n"+string(raw), "\n%%% ") {
		if name, text, ok := strings.Cut(part, "\n"); ok {
			out = append(out, sample{name, text})
		}
	}
	return out
}

// classSamples is by class: the file's name, or what stands before the slash.
func classSamples(t testing.TB) map[Class][]sample {
	t.Helper()
	out := map[Class][]sample{}
	files, err := filepath.Glob("testdata/class/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	for _, f := range files {
		stem := strings.TrimSuffix(filepath.Base(f), ".txt")
		for _, s := range samples(t, "class/"+filepath.Base(f)) {
			class := Class(stem)
			if c, name, ok := strings.Cut(s.name, "/"); ok {
				class, s.name = Class(c), name
			}
			out[class] = append(out[class], s)
		}
	}
	return out
}

func TestClassify(t *testing.T) {
	all := classSamples(t)
	for _, want := range Classes {
		if n := len(all[want]); n < 6 {
			t.Errorf("%s has %d samples, want at least 6", want, n)
		}
		for _, s := range all[want] {
			t.Run(string(want)+"/"+s.name, func(t *testing.T) {
				if got := Classify(s.text); got != want {
					t.Errorf("got %s", got)
				}
				// Line ends of another system change nothing.
				if got := Classify(strings.ReplaceAll(s.text, "\n", "\r\n")); got != want {
					t.Errorf("with CRLF: got %s", got)
				}
			})
		}
	}
}

// A text that must keep its words is never lossy because it was read whole, cut
// in half or repeated.
func TestClassifyStaysSafe(t *testing.T) {
	for class, list := range classSamples(t) {
		if class.Lossy() || class == Other || class == Mixed {
			continue
		}
		for _, s := range list {
			half := s.text[:len(s.text)/2]
			if i := strings.LastIndexByte(half, '\n'); i > 0 {
				half = half[:i]
			}
			for how, text := range map[string]string{"half": half, "tenfold": strings.Repeat(s.text+"\n", 10), "indented": "\n  " + s.text} {
				if got := Classify(text); got.Lossy() {
					t.Errorf("%s/%s %s: got %s", class, s.name, how, got)
				}
			}
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, list := range classSamples(f) {
		for _, s := range list {
			f.Add(s.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Classify(text)
		if got == "" {
			t.Fatal("no class")
		}
		if again := Classify(strings.Clone(text)); got != again {
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
	for class, list := range classSamples(b) {
		var all strings.Builder
		for _, s := range list {
			all.WriteString(s.text)
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
				Classify(text)
			}
		})
	}
}
