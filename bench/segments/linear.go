package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// linear is part 5.
func (l *lab) linear(ctx context.Context) error {
	markdown.Heading("5. Cold time over size", "tokens", "segments", "requests", "ms p50", "most ms", "tokens/s")
	sizes := make([]point, len(l.plan.linear))
	var n, t []float64
	for round := range l.plan.rounds {
		for i, size := range l.plan.linear { // all sizes in each round: the machine may change its mind
			text := l.text(fmt.Sprintf("linear %d %d", size, round), size)
			a, err := l.first.compress(ctx, tenant, ask{Input: text, Rate: rate})
			if err != nil {
				return err
			}
			if a.cache.Hits > 0 {
				return fmt.Errorf("%d segments of a new text were known", a.cache.Hits)
			}
			sizes[i].add(a)
			n, t = append(n, float64(a.tokens)), append(t, stat.Milliseconds(a.took))
		}
	}
	for _, p := range sizes {
		middle := quantile(p.took, 0.5)
		markdown.Row(markdown.Count(p.tokens), markdown.Count(p.segments), markdown.Count(len(p.took)), markdown.Millis(middle), markdown.Millis(quantile(p.took, 1)), markdown.Number(float64(p.tokens)/middle.Seconds()))
	}
	straight, power := fit(n, t), fitPower(n, t)
	fmt.Printf("\nLeast squares over all requests: %s ms + %s ms for each 1,000 tokens, R² %.4f; as a power of the tokens, exponent **%.3f**, R² %.4f.\n",
		markdown.Number(straight.a), markdown.Number(1000*straight.b), straight.r2, power.b, power.r2)
	return nil
}

// point has the requests of one size; its tokens and segments are those of the last one.
type point struct {
	tokens, segments int
	took             []time.Duration
}

func (p *point) add(a answer) {
	p.tokens, p.segments = a.tokens, a.cache.Misses
	p.took = append(p.took, a.took)
}
