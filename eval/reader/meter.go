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

	Earlier float64 // dollars that earlier runs paid for stored answers, each counted once

	Retried int // calls after the first one for a prompt

	// InDoubt are prompts that were sent again though an earlier call, of this run or of
	// one that was killed, may have been charged. All went with the earlier call's
	// Idempotency-Key, so that a vendor who honours it charges once. One who does not may
	// have charged DoubtDollars at most, on top of Dollars; calls that were never
	// answered are in them too.
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
	left    map[digest]bool // calls of earlier runs whose worst case is in doubt
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

// NewMeter returns a meter for several clients under one cap; 0 is none.
func NewMeter(maxDollars float64) *Meter {
	most := pico(math.Floor(min(maxDollars*1e12, math.MaxInt64/2)))
	if maxDollars > 0 {
		most = max(most, 1) // not none
	}
	return &Meter{
		max:     most,
		settled: make(chan struct{}),
		known:   make(map[digest]bool),
		left:    make(map[digest]bool),
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
		m.mu.Lock()
		used := m.paid + m.earlier + m.doubt
		if m.max == 0 || used+m.flying+worst <= m.max {
			m.flying += worst
			m.calls++
			m.mu.Unlock()
			return nil
		}
		calls, settled := m.calls, m.settled
		m.mu.Unlock()
		if calls == 0 {
			return fmt.Errorf("%w: $%s of $%s are used and the next call may cost $%s; raise the cap to go on, answers so far are kept",
				ErrCap, used, m.max, worst)
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
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
func (m *Meter) settle(worst, doubt pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt += doubt
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

// doubted notes, once, a call of an earlier run that may have been charged.
func (m *Meter) doubted(d digest, worst pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.left[d] {
		m.left[d] = true
		m.doubt += worst
	}
}

// recalled counts, once, what an earlier run paid for an answer.
func (m *Meter) recalled(d digest, cost pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.known[d] {
		m.known[d] = true
		m.earlier += cost
	}
}

// given counts an answer that goes to a caller.
func (m *Meter) given(d digest, a Answer, cost pico) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t.Answers++
	if a.Text == "" {
		m.t.Empty++
	}
	if a.Stored {
		m.t.Stored++
		if !m.known[d] {
			m.known[d] = true
			m.earlier += cost
		}
		return
	}
	m.t.PromptTokens += a.PromptTokens
	m.t.CachedTokens += a.CachedTokens
	m.t.CompletionTokens += a.CompletionTokens
	if a.Estimated {
		m.t.Estimated++
	}
}
