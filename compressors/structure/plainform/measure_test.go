package plainform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
	"github.com/pith-proxy/pith/tokenize"
)

// TestMeasure prints what the forms save of the files in PITH_PLAIN_DATA, in tokens. What
// is called md… is Markdown. It judges nothing but that all comes back.
func TestMeasure(t *testing.T) {
	dir := os.Getenv("PITH_PLAIN_DATA")
	if dir == "" {
		t.Skip("set PITH_PLAIN_DATA to a directory of texts to measure savings")
	}
	counter, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		measure(t, filepath.Base(name), string(raw), func(s string) int { return counter.Count(s) })
	}
}

func measure(t *testing.T, name, source string, count func(string) int) {
	t.Helper()
	text, layout, seconds := source, 0, 0.0
	spaced := plainform.EncodeSpace
	if strings.HasPrefix(name, "md") {
		spaced = plainform.EncodeMarkdownSpace
	}
	counts := []int{count(source)}
	for _, form := range []struct {
		encode encode
		decode func(string, []byte, int) (string, error)
	}{{plainform.EncodeNoise, plainform.DecodeNoise}, {spaced, plainform.DecodeSpace}} {
		start := time.Now()
		e, ok := form.encode(text, structure.Options{Count: count})
		seconds += time.Since(start).Seconds()
		if ok {
			checkExact(t, text, e, form.decode)
			text, layout = e.Text, layout+len(e.Layout)
		}
		counts = append(counts, count(text))
	}
	_, doubts, _ := plainform.Play(source)
	t.Logf("%-22s %8d bytes %7d tokens, %7d without noise, %7d without space: %5.1f %%; layout %6d bytes, %d doubts, %.0f MB/s",
		name, len(source), counts[0], counts[1], counts[2], 100*float64(counts[0]-counts[2])/float64(max(1, counts[0])),
		layout, doubts, float64(len(source))/seconds/1e6)
}
