package cache

import (
	"sync"
	"time"
)

// breaker keeps calls from a Redis that does not answer in time. It opens after mostInRow
// failures in a row, or when more than mostOfAll of the calls of the last window failed.
// While it is open it asks for a probe every pause, and a probe that went well closes it.
type breaker struct {
	now func() time.Time

	mu      sync.Mutex
	open    bool
	probing bool
	next    time.Time // of the next probe
	inRow   int
	seconds [window]tally
}

type tally struct {
	second    int64 // Unix
	good, bad int
}

const (
	mostInRow = 5
	mostOfAll = 0.2
	fewest    = 20 // calls, for a share to mean something
	window    = 10 // seconds
	pause     = 2 * time.Second
)

// closed reports whether calls are made.
func (b *breaker) closed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.open
}

// allow reports whether to call. If probe is true, the caller has to see to it that
// probed is called.
func (b *breaker) allow() (ok, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		return true, false
	}
	now := b.now()
	if b.probing || now.Before(b.next) {
		return false, false
	}
	b.probing = true
	return false, true
}

// report counts a call and reports whether its failure opened the breaker. What was
// under way when it opened does not count.
func (b *breaker) report(good bool) (opened bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		return false
	}
	t := b.tally()
	if good {
		t.good++
		b.inRow = 0
		return false
	}
	t.bad++
	b.inRow++
	if b.inRow < mostInRow && !b.tooMany() {
		return false
	}
	b.open, b.next = true, b.now().Add(pause)
	return true
}

// tally is that of this second.
func (b *breaker) tally() *tally {
	second := b.now().Unix()
	t := &b.seconds[uint64(second)%window]
	if t.second != second {
		*t = tally{second: second}
	}
	return t
}

func (b *breaker) tooMany() bool {
	second, good, bad := b.now().Unix(), 0, 0
	for _, t := range b.seconds {
		if second-t.second < window {
			good, bad = good+t.good, bad+t.bad
		}
	}
	return good+bad >= fewest && float64(bad) > mostOfAll*float64(good+bad)
}

// probed tells how the probe went.
func (b *breaker) probed(good bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	if !good {
		b.next = b.now().Add(pause)
		return
	}
	b.open, b.inRow, b.seconds = false, 0, [window]tally{}
}

func (b *breaker) state() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.open:
		return "closed"
	case b.probing:
		return "half_open"
	}
	return "open"
}
