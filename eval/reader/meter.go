package reader

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
)

// ErrCap is wrapped by the error of a call that was not made since it might have cost
// more than what is left of the cap.
var ErrCap = errors.New("the cap on dollars is reached")

// Totals are what answers came to.
type Totals struct {
	Answers int // all that were given
	Stored  int // of those, from disk or from an equal prompt's call: nothing was paid for them now
	Empty   int // of all, without text: filtered, or nothing said

	// Of what was paid for now.
	PromptTokens     int
	CachedTokens     int
	CompletionTokens int
	Estimated        int // answers whose tokens the vendor did not count
	Dollars          float64

	Earlier float64 // dollars that earlier runs paid for stored answers, each counted once, at what it cost then

	Retried int // calls after the first one for a prompt

	// InDoubt are prompts that were sent again though an earlier call, of this run or of
	// one that was killed, may have been charged. All went with the earlier call's
	// Idempotency-Key, so that a vendor who honours it charges once. One who does not may
	// have charged DoubtDollars at most, on top of Dollars and Earlier; they have all tries
	// of this run and of earlier ones that came to no answer, also for prompts that were
	// answered then or never.
	InDoubt      int
	DoubtDollars float64

	Damaged int // stored answers that could not be trusted and were put aside
}

// A Meter counts what answers cost, and bounds it. It is safe for concurrent use.
type Meter struct {
	max pico // 0: no bound

	mu      sync.Mutex
	t       Totals
	paid    pico
	earlier pico
	doubt   pico
	flying  pico            // worst cases of the calls under way
	calls   int             // how many those are
	settled chan struct{}   // closed when one of them ends
	known   map[digest]bool // answers whose cost is counted
	doubts  map[digest]pico // what of doubt is whose
}

// pico is an amount in 10⁻¹² dollars: whole, so that a sum does not depend on its order.
type pico int64

func (p pico) dollars() float64 { return float64(p) / 1e12 }

// String has four decimals, and of a small amount as many as show three digits of it.
func (p pico) String() string {
	decimals := 4
	for least := pico(1e10); decimals < 12 && p > 0 && p < least; least /= 10 {
		decimals++
	}
	return strconv.FormatFloat(p.dollars(), 'f', decimals, 64)
}

// cost of tokens at a price in dollars for a million. It ends at 100 000 dollars, so that
// sums of what a broken vendor counts stay sums.
func cost(tokens int, price float64) pico {
	return pico(min(float64(tokens)*math.Round(price*1e6), 1e17))
}

// NewMeter returns a meter for several clients under one cap; 0 is none. Under a cap that
// is no amount nothing is bought.
func NewMeter(maxDollars float64) *Meter {
	var most pico
	switch {
	case maxDollars > 0:
		most = max(pico(math.Floor(min(maxDollars*1e12, math.MaxInt64/2))), 1) // not none
	case maxDollars != 0:
		most = 1
	}
	return &Meter{
		max:     most,
		settled: make(chan struct{}),
		known:   make(map[digest]bool),
		doubts:  make(map[digest]pico),
	}
}

// Totals returns the counts so far.
func (m *Meter) Totals() Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.t
	t.Dollars, t.Earlier, t.DoubtDollars = m.paid.dollars(), m.earlier.dollars(), m.doubt.dollars()
	return t
}

// reserve sets worst aside for a call. While it does not fit beside the calls under way
// it waits for them, which mostly cost less than their worst; so whether a run fits does
// not depend on how many go at once.
func (m *Meter) reserve(ctx context.Context, worst pico) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m.mu.Lock()
		used := m.paid + m.earlier + m.doubt
		if m.max == 0 || used+m.flying+worst <= m.max {
			m.flying += worst
			m.calls++
			m.mu.Unlock()
			return nil
		}
		calls, settled, doubt := m.calls, m.settled, m.doubt
		m.mu.Unlock()
		if calls == 0 {
			return fmt.Errorf("%w: $%s of $%s are used%s and the next call may cost $%s; raise the cap to go on, answers so far are kept",
				ErrCap, used, m.max, ofWhich(doubt), worst)
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func ofWhich(doubt pico) string {
	if doubt == 0 {
		return ""
	}
	return fmt.Sprintf(", $%s of them by calls that came to no answer and may have been charged,", doubt)
}

// pay ends a call that was answered.
func (m *Meter) pay(d digest, worst, paid pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paid += paid
	m.known[d] = true
	m.land(worst)
}

// settle ends a call that was not. What is in doubt stays counted.
func (m *Meter) settle(d digest, worst, doubt pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt += doubt
	m.doubts[d] += doubt
	m.land(worst)
}

// land frees what was reserved. The lock is held.
func (m *Meter) land(worst pico) {
	m.flying -= worst
	m.calls--
	close(m.settled)
	m.settled = make(chan struct{})
}

func (m *Meter) add(f func(*Totals)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.t)
}

// doubted counts what the calls in doubt for an answer cost at most in all, less what of
// it is counted already.
func (m *Meter) doubted(d digest, most pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if more := most - m.doubts[d]; more > 0 {
		m.doubt += more
		m.doubts[d] = most
	}
}

// recalled counts, once, what an earlier run paid for an answer.
func (m *Meter) recalled(d digest, cost pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recall(d, cost)
}

// recall is recalled. The lock is held.
func (m *Meter) recall(d digest, cost pico) {
	if !m.known[d] {
		m.known[d] = true
		m.earlier += cost
	}
}

// given counts an answer that goes to a caller.
func (m *Meter) given(d digest, b bought) {
	if b.Stored {
		m.doubted(d, b.doubt)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t.Answers++
	if b.Text == "" {
		m.t.Empty++
	}
	if b.Stored {
		m.t.Stored++
		m.recall(d, b.cost)
		return
	}
	m.t.PromptTokens += b.PromptTokens
	m.t.CachedTokens += b.CachedTokens
	m.t.CompletionTokens += b.CompletionTokens
	if b.Estimated {
		m.t.Estimated++
	}
}
