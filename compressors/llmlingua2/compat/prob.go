package compat

import (
	"math"
	"slices"
)

// prob is a word's probability with its number type. The reference mixes float32
// from the model with Python floats, and NumPy computes a percentile in single
// precision only if all its entries are float32.
type prob struct {
	v    float64
	wide bool // a Python float: a constant 0 or 1
}

func single(p float32) prob         { return prob{v: float64(p)} }
func wide(v float64) prob           { return prob{v: v, wide: true} }
func (p prob) value32() float32     { return float32(p.v) }
func (p prob) above(t float64) bool { return p.v > t }

// tally gathers the probabilities of a word's pieces, in order.
type tally struct {
	first  prob
	sum    float32 // exact for constants, so float32 serves both kinds
	n      int
	narrow bool // a float32 is among them
}

// add takes the next piece's probability, or 1 if forced.
func (t *tally) add(p float32, forced bool) {
	e := single(p)
	if forced {
		e = wide(1)
	}
	if t.n == 0 {
		t.first = e
	}
	t.sum += e.value32()
	t.n++
	t.narrow = t.narrow || !e.wide
}

// mean is in float32 unless all pieces are constants.
func (t *tally) mean() prob {
	if !t.narrow {
		return wide(1)
	}
	return single(t.sum / float32(t.n))
}

// aggregate returns how token_to_word makes a word's probability from a tally.
func aggregate(tokenToWord string) (func(*tally) prob, error) {
	switch tokenToWord {
	case "mean":
		return (*tally).mean, nil
	case "first":
		return func(t *tally) prob { return t.first }, nil
	}
	return nil, raise(NotImplementedError, "/token_to_word", "token_to_word must be mean or first")
}

// entry is a probability that stands n times in a list.
type entry struct {
	prob
	n int
}

// percentileAt turns a fraction of a hundred into NumPy's integer percentile.
func percentileAt(x float64, param string) (int, error) {
	switch {
	case math.IsInf(x, 0):
		return 0, raise(OverflowError, param, "the rate must be finite")
	case math.IsNaN(x) || x <= -1 || x >= 101:
		return 0, raise(ValueError, param, "the rate is out of range")
	}
	return int(x), nil
}

// percentile returns numpy.percentile(list, q) with linear interpolation, for the
// list that entries spell out; q is in 0..100. It sorts entries.
func percentile(entries []entry, q int) (float64, error) {
	n, narrow := 0, true
	for _, e := range entries {
		if math.IsNaN(e.v) && e.n > 0 {
			return math.NaN(), nil
		}
		n += e.n
		narrow = narrow && (e.n == 0 || !e.wide)
	}
	if n == 0 {
		return 0, errNoWords()
	}
	slices.SortFunc(entries, func(a, b entry) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	if narrow {
		return float64(percentile32(entries, n, q)), nil
	}
	return percentile64(entries, n, q), nil
}

// rank returns the values at sorted positions i and i+1.
func rank(entries []entry, i int) (lo, hi float64) {
	found := false
	for _, e := range entries {
		if found && e.n > 0 {
			return lo, e.v
		}
		if i < e.n {
			if i+1 < e.n {
				return e.v, e.v
			}
			lo, found = e.v, true
			continue
		}
		i -= e.n
	}
	return lo, lo // the last position has no successor
}

// percentile32 and percentile64 convert every product, because Go may otherwise
// fuse it with the sum on some machines.
func percentile32(entries []entry, n, q int) float32 {
	last := float32(n - 1)
	v := float32(last * float32(float32(q)/float32(100)))
	if v >= last {
		lo, _ := rank(entries, n-1)
		return float32(lo)
	}
	i := int(v)
	t := v - float32(i)
	lo, hi := rank(entries, i)
	a, b := float32(lo), float32(hi)
	d := b - a
	if t < 0.5 {
		return a + float32(d*t)
	}
	return b - float32(d*(1-t))
}

func percentile64(entries []entry, n, q int) float64 {
	last := float64(n - 1)
	v := float64(last * float64(float64(q)/100))
	if v >= last {
		lo, _ := rank(entries, n-1)
		return lo
	}
	i := int(v)
	t := v - float64(i)
	a, b := rank(entries, i)
	d := b - a
	if t < 0.5 {
		return a + float64(d*t)
	}
	return b - float64(d*(1-t))
}
