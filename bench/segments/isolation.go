package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// isolation is part 8: can a tenant tell from the time of an answer that another one had
// the same text? Its requests go to the replica that read the texts and, in turn, to one
// that finds them in Redis if it finds them at all.
func (l *lab) isolation(ctx context.Context) error {
	texts := make([]string, l.plan.pairs)
	for i := range texts {
		texts[i] = l.text(fmt.Sprint("theirs ", i), l.plan.pair)
		if _, err := l.first.compress(ctx, tenant, ask{Input: texts[i], Rate: rate}); err != nil {
			return err
		}
	}
	if err := l.first.written(ctx); err != nil {
		return err
	}
	var theirs, fresh, own []time.Duration
	err := l.with(ctx, nil, func(other *replica) (err error) {
		theirs, fresh, own, err = l.spy(ctx, []*replica{l.first, other}, texts)
		return err
	})
	if err != nil {
		return err
	}
	markdown.Heading(fmt.Sprintf("8. What the time of an answer tells of another tenant's texts of %d tokens", l.plan.pair),
		"requests compared with as many of texts that nobody had", "requests", "ms p50", "of the others", "D", "p")
	d, p := smirnov(theirs, fresh)
	markdown.Row("of texts that another tenant had", markdown.Count(len(theirs)), markdown.Millis(quantile(theirs, 0.5)), markdown.Millis(quantile(fresh, 0.5)), markdown.Number(d), likely(p))
	d, q := smirnov(own, fresh)
	markdown.Row("of texts that the tenant itself had, for comparison", markdown.Count(len(own)), markdown.Millis(quantile(own, 0.5)), markdown.Millis(quantile(fresh, 0.5)), markdown.Number(d), likely(q))
	fmt.Printf("\nTwo-sample Kolmogorov–Smirnov, exact; the wanted p of the first row is above 0.01.\n")
	return nil
}

func likely(p float64) string {
	if p < 1e-6 {
		return "< 0.000001"
	}
	return fmt.Sprintf("%.3g", p)
}

// spy returns how long another tenant waits for texts that are known to the first one,
// for some that nobody had, and for its own a second time, at another rate.
func (l *lab) spy(ctx context.Context, replicas []*replica, texts []string) (theirs, fresh, own []time.Duration, err error) {
	const spy = "tenant-b"
	send := func(to *[]time.Duration, i int, text string, rate float64, known bool) {
		if err != nil {
			return
		}
		var a answer
		if a, err = replicas[i%len(replicas)].compress(ctx, spy, ask{Input: text, Rate: rate}); err != nil {
			return
		}
		if (a.cache.Hits > 0 || a.cache.Result) != known {
			err = fmt.Errorf("of a text whose segments were known to the tenant itself (%v), %d were found", known, a.cache.Hits)
		}
		*to = append(*to, a.took)
	}
	for i, text := range texts {
		other := l.text(fmt.Sprint("nobody's ", i), l.plan.pair)
		if i/2%2 == 0 { // neither is always the first one
			send(&theirs, i, text, rate, false)
			send(&fresh, i, other, rate, false)
		} else {
			send(&fresh, i, other, rate, false)
			send(&theirs, i, text, rate, false)
		}
		send(&own, i, other, rate/2, true)
	}
	return theirs, fresh, own, err
}
