// Package contenttest has texts of every class for tests. No test may learn from them
// how well texts are told apart: they are the cases by which that was made.
package contenttest

import (
	"embed"
	"path"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
)

//go:embed samples
var files embed.FS

// Sample is a text with a name.
type Sample struct{ Name, Text string }

// Parse reads samples that are each headed by a line of "%%% " and the name.
func Parse(raw string) []Sample {
	var out []Sample
	for part := range strings.SplitSeq("\n"+raw, "\n%%% ") {
		if name, text, ok := strings.Cut(part, "\n"); ok {
			out = append(out, Sample{name, text})
		}
	}
	return out
}

// Samples returns texts by class: that of their file's name, or of what stands before
// the slash in their own.
func Samples(t testing.TB) map[content.Class][]Sample {
	t.Helper()
	entries, err := files.ReadDir("samples")
	if err != nil {
		t.Fatal(err)
	}
	out := map[content.Class][]Sample{}
	for _, e := range entries {
		raw, err := files.ReadFile(path.Join("samples", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range Parse(string(raw)) {
			class := content.Class(strings.TrimSuffix(e.Name(), ".txt"))
			if c, name, ok := strings.Cut(s.Name, "/"); ok {
				class, s.Name = content.Class(c), name
			}
			out[class] = append(out[class], s)
		}
	}
	return out
}
