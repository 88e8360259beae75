package longcodezip

import (
	"context"
	"sync"
	"time"
)

// pace learns how fast a scorer reads, waiting included, so that a hasty request for which
// there is not enough time does not first use it up.
type pace struct {
	mu   sync.Mutex
	rate float64 // bytes a second; 0 is not known yet
}

const (
	paceStart  = 12 << 10 // bytes a second before anything is known: one slow core
	paceLeast  = 4 << 10  // bytes that something is learned from
	paceWeight = 0.3      // of a measurement
	paceShare  = 0.7      // of the time left that reading may take
	paceHope   = 1.03     // by which a refusal raises the rate: a bad moment passes
)

// enough reports whether so many bytes can be read in the time that is left.
func (p *pace) enough(n int, left time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	rate := p.rate
	if rate == 0 {
		rate = paceStart
	}
	if float64(n) <= rate*left.Seconds()*paceShare {
		return true
	}
	p.rate *= paceHope
	return false
}

// took notes that so many bytes were read in this time.
func (p *pace) took(n int, d time.Duration) {
	if n < paceLeast || d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := float64(n) / d.Seconds()
	if p.rate == 0 {
		p.rate = now
		return
	}
	p.rate += (now - p.rate) * paceWeight
}

// hurry takes the lexical scorer if the request is hasty and its own scorer is not open
// yet, or has not the time to read the passages. Nobody waits for the opening.
func (r *run) hurry(ctx context.Context, passages []passage) {
	deadline, ends := ctx.Deadline()
	other := r.c.lexical()
	if !r.req.Hasty || !ends || other == nil || r.source.Lexical || r.req.Model != "" || len(passages) == 0 {
		return
	}
	if r.source.opened() == nil {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, _ = r.source.open(gone)
	} else if r.source.pace.enough(r.reading(passages), time.Until(deadline)) {
		return
	}
	r.warn("there was no time for %s, so %s ranked the code", r.source.Name, other.Name)
	r.source, r.hurried = other, true
}

// reading is about how many bytes a model reads for the passages, with the query behind
// each and the blocks of what is chosen.
func (r *run) reading(passages []passage) int {
	n := 0
	for _, p := range passages {
		n += len(p.text)
	}
	most := min(len(passages), r.opts.MaxScored)
	n = n / len(passages) * most
	return n + n/4 + most*len(r.query)
}
