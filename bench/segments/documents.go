package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// document is a text that was read once.
type document struct {
	text     string
	tokens   int // as the answers count them
	segments int
	requests int // that it took
	cold     time.Duration
	server   time.Duration // of it, as the answers say
	results  int           // bytes of those results that are kept as a whole
}

// longestResult is what package compressors keeps of a request as a whole, in bytes.
const longestResult = 1 << 20

// rate is that of all requests that do not say so.
const rate = 0.5

// longestCold is how long one request is to take. The most that a request may ask for is
// a minute, and a machine is not always as fast.
const longestCold = 40 * time.Second

// read has the first replica read all documents. A long one is read in parts, which have
// the same segments.
func (l *lab) read(ctx context.Context) error {
	if l.docs != nil {
		return nil
	}
	most := l.plan.sizes[0] * 100 // bytes; not cut
	for i, n := range l.plan.sizes {
		if i == len(l.plan.sizes)-1 {
			if err := l.look(ctx, &l.before); err != nil {
				return err
			}
		}
		d, err := l.readOne(ctx, l.text(fmt.Sprint("document ", n), n), most)
		if err != nil {
			return err
		}
		l.docs = append(l.docs, d)
		most = int(float64(len(d.text)) * longestCold.Seconds() / d.cold.Seconds())
	}
	return l.look(ctx, &l.after)
}

func (l *lab) readOne(ctx context.Context, text string, most int) (*document, error) {
	d := &document{text: text}
	for _, p := range parts(text, most) {
		a, err := l.first.compress(ctx, tenant, ask{Input: p, Rate: rate})
		if err != nil {
			return nil, err
		}
		if a.cache.Hits > 0 || a.cache.Result {
			return nil, fmt.Errorf("%d segments of a new text were known", a.cache.Hits)
		}
		d.requests++
		d.tokens += a.tokens
		d.segments += a.cache.Misses
		d.cold += a.took
		d.server += a.server
		if n := len(a.texts[0]); n <= longestResult {
			d.results += n
		}
	}
	return d, l.first.written(ctx)
}

// documents is part 1.
func (l *lab) documents(ctx context.Context) error {
	if err := l.read(ctx); err != nil {
		return err
	}
	markdown.Heading("1. Documents of English prose, at rate 0.5", "tokens", "request", "requests", "ms", "of it in the server", "known as a whole", "segments known", "read")
	for i, d := range l.docs {
		markdown.Row(markdown.Count(d.tokens), "cold", markdown.Count(d.requests), markdown.Millis(d.cold), markdown.Millis(d.server), "0", "0", markdown.Count(d.segments))
		if err := l.warmed(ctx, d); err != nil {
			return err
		}
		lives := l.plan.tries
		if i > 0 && i == len(l.docs)-1 {
			lives = 1
		}
		if err := l.elsewhere(ctx, d, lives); err != nil {
			return err
		}
	}
	fmt.Printf("\nWarm times are medians, segments those of the worst request. A request to another replica is the first one of a process that has read something else before; it may take %v.\n", patience)
	return nil
}
