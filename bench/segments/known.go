package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// prompt is a text that was read, and the conversation that it was cut into.
type prompt struct {
	text string
	chat []byte
}

// ways are the requests with a prompt that is known.
var ways = []string{"the proxy: a conversation whose texts were sent before", "`/v1/compress`: the same request",
	"`/v1/compress`: a threshold, segments known", "`/v1/compress`: a question, segments known"}

const (
	wayProxy = iota
	waySame
	wayThreshold
	wayQuestion
)

// known is part 6.
func (l *lab) known(ctx context.Context) error {
	prompts := make([]prompt, l.plan.prompts+1)
	for i := range prompts {
		prompts[i] = l.prompt(i)
		if err := l.first.introduce(ctx, &prompts[i]); err != nil {
			return err
		}
	}
	if err := l.first.written(ctx); err != nil {
		return err
	}
	near, far := newVisits(), newVisits()
	if err := l.stay(ctx, near, prompts[1:]); err != nil {
		return err
	}
	for life := range l.plan.lives {
		err := l.with(ctx, nil, func(r *replica) error { return l.visit(ctx, r, far, prompts, life) })
		if err != nil {
			return err
		}
	}
	markdown.Heading(fmt.Sprintf("6. A prompt of %d KB that is known", l.plan.prompt>>10), "request", "known", "requests", "not found, in part",
		"p50 ms", "p99 ms", "most ms", "p50 ms, as the client sees it")
	for way, name := range ways {
		near[way].row(name, "in the process")
		far[way].row(name, "in Redis")
	}
	fmt.Println("\nTimes are what pith adds, as it says itself. With less than 100 requests p99 is the slowest.")
	return nil
}

// prompt is the i-th text, as one and as a question with material and search results.
func (l *lab) prompt(i int) prompt {
	text := l.bytes(fmt.Sprint("prompt ", i), l.plan.prompt)
	pieces := parts(text, 8<<10)
	messages := []message{retrieved(pieces[0], "When was this written?")}
	for n, p := range pieces[1:] {
		messages = append(messages, searched(n, p)...)
	}
	return prompt{text, chat(messages)}
}

// introduce has the replica read a prompt in both ways.
func (r *replica) introduce(ctx context.Context, p *prompt) error {
	if _, err := r.relay(ctx, p.chat, "60000"); err != nil {
		return err
	}
	_, err := r.compress(ctx, tenant, ask{Input: p.text, Rate: rate})
	return err
}

// stay sends prompts to the replica that has them in memory.
func (l *lab) stay(ctx context.Context, to []visits, prompts []prompt) error {
	for range l.plan.repeats {
		for i := range prompts {
			for way := range ways {
				if err := l.send(ctx, l.first, &to[way], &prompts[i], way); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// visit sends each prompt but the first to a replica that has none in memory. A way that
// needs segments leaves them there, so that each prompt goes one such way only.
func (l *lab) visit(ctx context.Context, r *replica, to []visits, prompts []prompt, life int) error {
	if err := l.settle(ctx, r, &prompts[0]); err != nil {
		return err
	}
	for i := range prompts[1:] {
		p := &prompts[1+(i+life)%(len(prompts)-1)]
		for _, way := range []int{wayProxy, waySame, wayThreshold + (i+life/2)%2} {
			if err := l.send(ctx, r, &to[way], p, way); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle goes all ways once with a prompt that is not measured, so that what a process
// does once is done.
func (l *lab) settle(ctx context.Context, r *replica, p *prompt) error {
	var nowhere visits
	for way := range ways {
		if err := l.send(ctx, r, &nowhere, p, way); err != nil {
			return err
		}
	}
	return nil
}

// send sends a prompt one way.
func (l *lab) send(ctx context.Context, r *replica, to *visits, p *prompt, way int) error {
	if way == wayProxy {
		x, err := r.relay(ctx, p.chat, "60000")
		if err == nil {
			to.add(x.added, x.took, x.misses > 0)
		}
		return err
	}
	q := ask{Input: p.text}
	switch way {
	case waySame:
		q.Rate = rate
	case wayThreshold:
		l.asked++
		q.Threshold = 0.3 + float64(l.asked)*1e-5 // another one each time, or the whole request is known
	case wayQuestion:
		q.Rate, q.Question = rate, l.question()
	}
	a, err := r.compress(ctx, tenant, q)
	if err != nil {
		return err
	}
	to.add(a.server, a.took, a.cache.Misses > 0 || a.cache.Result != (way == waySame))
	return nil
}

// visits are the requests of one way.
type visits struct {
	added, took []time.Duration
	missed      int
}

func newVisits() []visits { return make([]visits, len(ways)) }

func (v *visits) add(added, took time.Duration, missed bool) {
	v.added, v.took = append(v.added, added), append(v.took, took)
	if missed {
		v.missed++
	}
}

func (v *visits) row(name, where string) {
	markdown.Row(name, where, markdown.Count(len(v.added)), markdown.Count(v.missed), markdown.Millis(quantile(v.added, 0.5)), markdown.Millis(quantile(v.added, 0.99)), markdown.Millis(quantile(v.added, 1)),
		markdown.Millis(quantile(v.took, 0.5)))
}
