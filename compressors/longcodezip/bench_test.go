package longcodezip

import (
	"context"
	"fmt"
	"testing"

	"github.com/pith-proxy/pith"
)

// Everything but a model: parsing, ranking by words, choosing, counting. It should grow in
// proportion to the tokens; a repository of several hundred files is the largest.
func BenchmarkCompress(b *testing.B) {
	c, err := New(Options{Scorers: []Source{lexicalSource()}})
	if err != nil {
		b.Fatal(err)
	}
	files := sources(b, "../*/*.go")
	for _, n := range []int{len(files) / 16, len(files) / 4, len(files)} {
		req := pith.Request{Contexts: files[:n], Question: "which words stay within the budget of a text", Budget: pith.Budget{Rate: 0.25}}
		tokens, size := 0, 0
		for _, out := range compressed(b, c, req).Contexts {
			tokens += out.InputTokens
		}
		for _, f := range files[:n] {
			size += len(f.Text)
		}
		b.Run(fmt.Sprintf("tokens=%d", tokens), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Compress(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
