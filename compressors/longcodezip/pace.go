package longcodezip

import (
	"context"
	"sync"
	"time"
)

// pace learns how fast a scorer reads, waiting included, so that a hasty request for which
// there is not enough time does not first use it up.
type pace struct {
	mu     sync.Mutex
	rate   float64 // bytes a second, of all who read together; 0 is not known yet
	flight int     // bytes that are being read
}

const (
	paceStart  = 12 << 10        // bytes a second before anything is known: one slow core
	paceLeast  = 4 << 10         // bytes that something is learned from
	paceWeight = 0.3             // of a measurement
	paceShare  = 0.9             // of the time left of an attempt that reading may take
	paceOpens  = 5 * time.Second // the least time left with which one waits for an opening
	paceHope   = 1.03            // by which a refusal raises the rate: a bad moment passes
)

// enough reports whether so many bytes can be read in the time that is left, beside those
// that are being read.
func (p *pace) enough(n int, left time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	rate := p.rate
	if rate == 0 {
		rate = paceStart
	}
	if float64(n+p.flight) <= rate*left.Seconds()*paceShare {
		return true
	}
	p.rate = rate * paceHope
	return false
}

// begin notes that so many bytes are being read until end is called, which says whether
// all of them were.
func (p *pace) begin(n int) (end func(all bool)) {
	begun := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flight += n
	first := p.flight
	return func(all bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		most := max(first, p.flight) // the scorer read for others in this time, too
		p.flight -= n
		if d := time.Since(begun); n >= paceLeast && d > 0 {
			p.learn(float64(most)/d.Seconds(), all)
		}
	}
}

// learn takes a measurement in; one of a reading that was not ended is an upper bound.
func (p *pace) learn(now float64, ended bool) {
	switch {
	case p.rate == 0 && ended:
		p.rate = now
	case p.rate == 0:
		p.rate = min(now, paceStart)
	case ended || now < p.rate:
		p.rate += (now - p.rate) * paceWeight
	}
}

// hurry takes the lexical scorer if the request is hasty and its own scorer has not the
// time to read the passages, or is not open yet where little time is left.
func (r *run) hurry(ctx context.Context, passages []passage) {
	deadline, ends := ctx.Deadline()
	other := r.c.lexical()
	if !r.req.Hasty || !ends || other == nil || r.source.Lexical || r.req.Model != "" || len(passages) == 0 {
		return
	}
	left := time.Until(deadline)
	open := r.source.opened() != nil
	if (open || left > paceOpens) && r.source.pace.enough(r.reading(passages), left) {
		return
	}
	if !open { // for those that come later
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, _ = r.source.open(gone)
	}
	r.warn(noTime, r.source.Name, other.Name)
	r.source, r.hurried = other, true
}

// noTime is the warning that names the scorer that there was no time for, and the other.
const noTime = "there was no time for %s, so %s ranked the code"

// reading is about how many bytes a model reads for the passages, with the query behind
// each and the blocks of what is chosen.
func (r *run) reading(passages []passage) int {
	n, parts := 0, 0
	if r.query != "" {
		n, parts = bytesOf(passages), len(passages)
		if r.readable(passages) < parts { // which ones, the prefilter says
			parts = max(1, min(parts, r.opts.MaxScored, parts*r.opts.MaxScoredBytes/max(1, n)))
			n = n / len(passages) * parts
		}
	} else {
		for from, to := range byContext(passages) {
			if r.readable(passages[from:to]) == to-from {
				n += bytesOf(passages[from:to])
			}
		}
	}
	return n + n/4 + parts*len(r.query)
}

func bytesOf(passages []passage) (n int) {
	for _, p := range passages {
		n += len(p.text)
	}
	return n
}
