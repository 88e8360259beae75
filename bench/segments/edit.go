package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// edit is part 2: each time another word, and another place near the middle.
func (l *lab) edit(ctx context.Context) error {
	if err := l.read(ctx); err != nil {
		return err
	}
	markdown.Heading("2. One word edited in the middle, where the document was read", "tokens", "edits", "segments", "read again, of all edits", "most of one edit", "ms p50", "most ms")
	words := []string{"amber", "brittle", "copper", "distant", "eleventh"}
	for _, d := range l.docs {
		var took []time.Duration
		sum, most, all := 0, 0, 0
		for i := range l.plan.edits {
			text := edited(d.text, 0.5+float64(i)/50, words[i%len(words)])
			a, err := l.first.compress(ctx, tenant, ask{Input: text, Rate: rate})
			if err != nil {
				return err
			}
			took = append(took, a.took)
			sum, most, all = sum+a.cache.Misses, max(most, a.cache.Misses), a.cache.Hits+a.cache.Misses
		}
		markdown.Row(markdown.Count(d.tokens), markdown.Count(l.plan.edits), markdown.Count(all), markdown.Count(sum), markdown.Count(most), markdown.Millis(quantile(took, 0.5)), markdown.Millis(quantile(took, 1)))
	}
	return nil
}

// questions is part 3.
func (l *lab) questions(ctx context.Context) error {
	text := l.text("book", l.plan.book)
	markdown.Heading(fmt.Sprintf("3. %d questions about one document", l.plan.questions), "question", "tokens", "segments known", "read", "share known", "ms p50", "most ms")
	var took []time.Duration
	hits, misses := 0, 0
	for i := range l.plan.questions {
		a, err := l.first.compress(ctx, tenant, ask{Input: text, Rate: rate, Question: l.question()})
		if err != nil {
			return err
		}
		if i == 0 {
			markdown.Row("1", markdown.Count(a.tokens), markdown.Count(a.cache.Hits), markdown.Count(a.cache.Misses), percent(a.cache.Hits, a.cache.Hits+a.cache.Misses), markdown.Millis(a.took), markdown.Millis(a.took))
			continue
		}
		took = append(took, a.took)
		hits, misses = hits+a.cache.Hits, misses+a.cache.Misses
		if i == l.plan.questions-1 {
			markdown.Row(fmt.Sprintf("2 to %d", i+1), markdown.Count(a.tokens), markdown.Count(hits), markdown.Count(misses), percent(hits, hits+misses), markdown.Millis(quantile(took, 0.5)), markdown.Millis(quantile(took, 1)))
		}
	}
	return nil
}
