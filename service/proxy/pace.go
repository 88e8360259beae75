package proxy

import (
	"sync"
	"time"
)

// pace learns how fast the compressor is, so that a text for which there is not enough
// time does not first use it up. A wrong guess costs a saving; that the text is then
// sent raw on later turns, too, is the ledger's to see to.
type pace struct {
	mu   sync.Mutex
	rate float64 // bytes a second; 0 is not known yet
}

const (
	paceFree   = 2 << 10 // bytes of a text that is tried in any case, which keeps the rate up to date
	paceDoubt  = 1.5     // how much longer than the time left a text has to take to be refused
	paceWeight = 0.25    // of a new measurement
	paceHope   = 1.05    // a refusal makes the rate seem a little higher, lest one bad moment refuse for ever
)

// enough reports whether there may be enough time for n bytes.
func (p *pace) enough(n int, left time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 || n <= paceFree || float64(n) <= p.rate*left.Seconds()*paceDoubt {
		return true
	}
	p.rate *= paceHope
	return false
}

// took notes that n bytes took this long, or, if cut, that they would have taken longer.
func (p *pace) took(n int, d time.Duration, cut bool) {
	if n == 0 || d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := float64(n) / d.Seconds()
	switch {
	case p.rate == 0:
		p.rate = now
	case !cut || now < p.rate:
		p.rate += (now - p.rate) * paceWeight
	}
}
