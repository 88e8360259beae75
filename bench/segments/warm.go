package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// warmed sends a document again to where it was read.
func (l *lab) warmed(ctx context.Context, d *document) error {
	same := ask{Input: d.text, Rate: rate}
	if d.requests > 1 {
		if err := l.again(ctx, d, "as a whole for the first time, after its parts", 1, func(int) ask { return same }); err != nil {
			return err
		}
	}
	if err := l.again(ctx, d, "warm: the same", l.plan.tries, func(int) ask { return same }); err != nil {
		return err
	}
	err := l.again(ctx, d, "warm: another rate", l.plan.tries, func(i int) ask { return ask{Input: d.text, Rate: 0.3 + float64(i)/100} })
	if err != nil {
		return err
	}
	return l.again(ctx, d, "warm: a new question", l.plan.tries, func(int) ask { return l.about(d) })
}

// again prints the row of requests to the replica that has read the document.
func (l *lab) again(ctx context.Context, d *document, name string, n int, q func(i int) ask) error {
	var o outcomes
	for i := range n {
		if err := o.send(ctx, l.first, q(i)); err != nil {
			return err
		}
	}
	o.row(d, name)
	return nil
}

// about is the document with a new question.
func (l *lab) about(d *document) ask { return ask{Input: d.text, Rate: rate, Question: l.question()} }

// patience is for requests that find in Redis all they want, if only they wait for it;
// the longest takes about 3 s then.
const patience = 20 * time.Second

// elsewhere sends a document to replicas that have not read it, each time to new ones.
func (l *lab) elsewhere(ctx context.Context, d *document, lives int) error {
	if err := l.first.written(ctx); err != nil {
		return err
	}
	visit := func(settings []string, to ...*outcomes) error {
		return l.with(ctx, settings, func(r *replica) error {
			for _, o := range to {
				if err := o.send(ctx, r, hurried(l.about(d))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var same, asked, next, patient outcomes
	for range lives {
		err := l.with(ctx, nil, func(r *replica) error { return same.send(ctx, r, hurried(ask{Input: d.text, Rate: rate})) })
		if err == nil {
			err = visit(nil, &asked, &next)
		}
		if err == nil {
			err = visit([]string{"PITH_CACHE_READ_BUDGET=1s"}, &patient)
		}
		if err != nil {
			return err
		}
	}
	same.row(d, "another replica: the same")
	asked.row(d, "another replica: a new question")
	next.row(d, "the next question there")
	patient.row(d, "another replica that waits up to 1 s for Redis: a new question")
	return nil
}

func hurried(q ask) ask {
	q.DeadlineMs = int(patience.Milliseconds())
	return q
}

// outcomes are those of one row.
type outcomes struct {
	took, inside      []time.Duration
	known             int
	leastHits, misses int
	late              int
}

// send sends a request. That it is not through in time is part of the result.
func (o *outcomes) send(ctx context.Context, r *replica, q ask) error {
	a, err := r.compress(ctx, tenant, q)
	if late(err) {
		o.late++
		return nil
	}
	if err != nil {
		return err
	}
	if len(o.took) == 0 || a.cache.Hits < o.leastHits {
		o.leastHits = a.cache.Hits
	}
	o.misses = max(o.misses, a.cache.Misses)
	o.took, o.inside = append(o.took, a.took), append(o.inside, a.server)
	if a.cache.Result {
		o.known++
	}
	return nil
}

func (o *outcomes) row(d *document, name string) {
	if o.late > 0 {
		name += fmt.Sprintf(" (**%d not through in %v**)", o.late, patience)
	}
	n := len(o.took)
	if n == 0 {
		markdown.Row(markdown.Count(d.tokens), name, markdown.Count(o.late), markdown.None, markdown.None, markdown.None, markdown.None, markdown.None)
		return
	}
	markdown.Row(markdown.Count(d.tokens), name, markdown.Count(n+o.late), markdown.Millis(quantile(o.took, 0.5)), markdown.Millis(quantile(o.inside, 0.5)), markdown.Count(o.known), markdown.Count(o.leastHits), markdown.Count(o.misses))
}
