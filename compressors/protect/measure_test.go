package protect_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/protect"
)

// TestMeasure prints what share of the words of real texts each class protects,
// for the JSONL file PITH_PROTECT_DATA (text or context in each row). It judges
// nothing.
func TestMeasure(t *testing.T) {
	name := os.Getenv("PITH_PROTECT_DATA")
	if name == "" {
		t.Skip("set PITH_PROTECT_DATA to a JSONL file of texts to measure shares")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts []string
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var r struct{ Text, Context string }
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, cmp.Or(r.Text, r.Context))
	}
	for _, class := range protect.Classes {
		share(t, class, []string{class}, texts)
	}
	share(t, "all the default ones", nil, texts)
}

// share logs how many words have a byte in a span, and three samples.
func share(t *testing.T, name string, classes, texts []string) {
	p, err := protect.NewPolicy(classes, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	words, covered := 0, 0
	var samples []string
	for i, text := range texts {
		spans := p.Spans(text)
		at := 0
		for _, w := range strings.Fields(text) {
			at += strings.Index(text[at:], w)
			end := at + len(w)
			for len(spans) > 0 && spans[0].End <= at {
				spans = spans[1:]
			}
			words++
			if len(spans) > 0 && spans[0].Start < end {
				covered++
			}
			at = end
		}
		if s := p.Spans(text); len(s) > 0 && len(samples) < 12 && i%7 == 0 {
			samples = append(samples, text[s[0].Start:min(s[0].End, s[0].Start+60)])
		}
	}
	t.Logf("%-22s %6.2f %% of %d words %q", name, 100*float64(covered)/float64(words), words, samples)
}
