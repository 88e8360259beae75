package reference

import (
	"context"
	"testing"
)

// check repeats a recorded call with the models that c has.
func (g *golden) check(tb testing.TB, c Compressor) {
	tb.Helper()
	res, err := c.Compress(context.Background(), g.request())
	if g.Error != "" {
		if ClassOf(err) != g.Error {
			tb.Fatalf("got error %v, want %q", err, g.Error)
		}
		return
	}
	if err != nil {
		tb.Fatal(err)
	}
	if d := g.compare(res); d != "" {
		tb.Fatal(d)
	}
}

// The whole chain against calls with a model of plain arithmetic.
func TestToy(t *testing.T) {
	for i, g := range rows[golden](t, "toy.jsonl.gz") {
		c := Compressor{Ranker: toy{g.Bos[0]}, Segmenter: toy{g.Bos[1]}, Longest: g.Longest}
		if g.check(t, c); t.Failed() {
			t.Fatalf("row %d: %+v", i, g.Request)
		}
	}
}

// The whole chain against calls with tiny language models.
func TestTiny(t *testing.T) {
	models := loadHeard(t)
	for _, g := range rows[golden](t, "tiny.jsonl.gz") {
		t.Run(g.Name, func(t *testing.T) {
			c := Compressor{Ranker: models[g.Models[:1]], Segmenter: models[g.Models[1:]], Longest: g.Longest}
			g.check(t, c)
		})
	}
}
