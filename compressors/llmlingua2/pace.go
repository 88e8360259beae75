package llmlingua2

import (
	"sync"
	"time"
)

// pace learns how fast a model is read with, waiting included, so that a hasty request
// for which there is not enough time does not first use it up.
type pace struct {
	now func() time.Time // nil is the clock

	mu     sync.Mutex
	rate   float64 // bytes a second; 0 is not known yet
	probed time.Time
}

const (
	paceFree  = 2 << 10         // bytes of a text that is tried in any case
	paceLeast = 6 << 10         // bytes that something is learned from
	paceDoubt = 1.5             // how much longer than the time left a text has to take to be refused
	paceUp    = 0.5             // weight of a measurement that is better than expected
	paceDown  = 0.25            // and of one that is worse
	paceProbe = 5 * time.Second // once in this time a text is tried all the same: a bad moment passes
)

func (p *pace) clock() time.Time {
	if p.now != nil {
		return p.now()
	}
	return time.Now()
}

// enough reports whether there may be enough time for n bytes.
func (p *pace) enough(n int, left time.Duration) bool {
	now := p.clock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 || n <= paceFree || float64(n) <= p.rate*left.Seconds()*paceDoubt {
		return true
	}
	if now.Sub(p.probed) < paceProbe {
		return false
	}
	p.probed = now
	return true
}

// took notes that n bytes were read in this time, be it all that there was or what was
// through when it was cut. A short text says little: it takes one core however many there
// are, and most of its time may have been waiting.
func (p *pace) took(n int, d time.Duration) {
	if n < paceLeast || d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := float64(n) / d.Seconds()
	switch {
	case p.rate == 0:
		p.rate = now
	case now > p.rate:
		p.rate += (now - p.rate) * paceUp
	default:
		p.rate += (now - p.rate) * paceDown
	}
}
