package llmlingua2

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// BenchmarkCompress is everything but the model, whose place a stand-in takes:
// splitting, rating, choosing, counting, writing. Typical is 64 KB (about 15,000
// tokens); cost should grow with size and no faster. A model needs about 200 ms
// for each 1,000 tokens and core.
func BenchmarkCompress(b *testing.B) {
	for _, size := range []int{16 << 10, 64 << 10, 1 << 20} {
		text := strings.Repeat(prose, size/len(prose)+1)[:size]
		for name, req := range map[string]pith.Request{
			"rate":     {Budget: pith.Budget{Rate: 0.33}},
			"tokens":   {Budget: pith.Budget{TargetTokens: size / 12}},
			"question": {Budget: pith.Budget{Rate: 0.33}, Question: "What was the main reason for the decision?"},
		} {
			b.Run(fmt.Sprintf("%s/bytes=%d", name, size), func(b *testing.B) {
				c, _ := newFake(b)
				req.Contexts = english(text)
				req.Options.Strictness = pith.Soft
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
}

// BenchmarkWarm is a text whose segments were all read before, in a memory of no cost.
func BenchmarkWarm(b *testing.B) {
	for _, size := range []int{10 << 10, 100 << 10, 1 << 20} {
		text := report(1, size)
		for name, req := range map[string]pith.Request{
			"threshold": {Budget: pith.Budget{Threshold: 0.3}},
			"rate":      {Budget: pith.Budget{Rate: 0.33}},
			"question":  {Budget: pith.Budget{Rate: 0.33}, Question: "What was the main reason for the decision?"},
		} {
			b.Run(fmt.Sprintf("%s/bytes=%d", name, size), func(b *testing.B) {
				c, scorer := newFake(b)
				req.Contexts = english(text)
				req.Memory = newMemory()
				if _, err := c.Compress(context.Background(), req); err != nil {
					b.Fatal(err)
				}
				scorer.windows = 0
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Compress(context.Background(), req); err != nil {
						b.Fatal(err)
					}
				}
				if scorer.windows > 0 {
					b.Fatal("the model ran")
				}
			})
		}
	}
}
