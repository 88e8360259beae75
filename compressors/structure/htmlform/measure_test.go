package htmlform_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pith-proxy/pith/compressors/structure/htmlform"
	"github.com/pith-proxy/pith/tokenize"
)

// TestMeasure prints how many tokens the text of each page in PITH_HTML_DATA has, and
// writes the texts to PITH_HTML_OUT if that is set. It judges nothing.
func TestMeasure(t *testing.T) {
	dir, out := os.Getenv("PITH_HTML_DATA"), os.Getenv("PITH_HTML_OUT")
	if dir == "" {
		t.Skip("set PITH_HTML_DATA to a directory of pages to measure savings")
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
		start := time.Now()
		text, ok := htmlform.Text(string(raw))
		speed := float64(len(raw)) / time.Since(start).Seconds() / 1e6
		before, after := counter.Count(string(raw)), counter.Count(text)
		t.Logf("%-34s %8d bytes %7d tokens, %7d as text: %5.1f %%, %v, %.0f MB/s",
			filepath.Base(name), len(raw), before, after, 100*float64(before-after)/float64(max(1, before)), ok, speed)
		if out != "" {
			if err := os.WriteFile(filepath.Join(out, filepath.Base(name)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
