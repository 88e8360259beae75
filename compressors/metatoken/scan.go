package metatoken

import (
	"cmp"
	"slices"
)

// A run of symbols: length ones from start on, which is the first place it stands at.
type run struct{ start, length int32 }

// candidate is a run that the suffixes sa[lo:hi] begin with.
type candidate struct {
	run
	lo, hi int32
	gain   int  // at most
	edged  bool // edge has been asked
}

// interval is a part of the suffix array, from lo on, whose suffixes have h symbols in
// common and no more. They begin between first and last.
type interval struct {
	h, lo       int32
	first, last int32
}

// mostCandidates bounds what is kept of a scan; the next one finds again what is left of
// the rest. With 512 or 16,384 logs get 0.2 % longer or shorter.
const mostCandidates = 4096

// scan collects the candidates that may gain most. The suffixes that begin with a run that
// repeats are an interval of common prefixes (Abouelhoda, Kurtz and Ohlebusch, 2004).
//
// Prefixes longer than maxLen count as that long, so intervals within such a one are not
// looked at. A text with a short period has about as many as it has symbols.
func (x *miner) scan() {
	x.candidates, x.full = x.candidates[:0], false
	x.stack = append(x.stack[:0], interval{})
	top := &x.stack[0]
	n := int32(len(x.s))
	for i := range n {
		h := int32(0)
		if i+1 < n {
			h = min(x.lcp[i+1], int32(x.maxLen))
		}
		v := interval{lo: i, first: x.sa[i], last: x.sa[i]}
		for top.h > h {
			v = top.join(v)
			x.stack = x.stack[:len(x.stack)-1]
			top = &x.stack[len(x.stack)-1]
			x.propose(v, i+1, max(h, top.h))
		}
		if top.h == h {
			*top = top.join(v)
			continue
		}
		v.h = h
		x.stack = append(x.stack, v)
		top = &x.stack[len(x.stack)-1]
	}
	x.cut()
}

// join is v with the suffixes of w, which are the next ones.
func (v interval) join(w interval) interval {
	v.first, v.last = min(v.first, w.first), max(v.last, w.last)
	return v
}

// propose adds what may be taken of an interval that ends before hi. Its runs of as many
// symbols as its parent's, or fewer, are the parent's.
func (x *miner) propose(v interval, hi, parent int32) {
	places, span := int(hi-v.lo), int(v.last-v.first)
	if x.weight == nil {
		parent = max(parent, 1)
	}
	for length := v.h; length > parent; length /= 2 {
		room := span/int(length) + 1
		c := candidate{run: run{v.first, length}, lo: v.lo, hi: hi}
		c.gain = x.worth(c.run, min(places, room))
		if c.gain >= x.minGain {
			x.keep(c)
		}
		if room >= places {
			return // all may stand side by side, so what is shorter gains less
		}
	}
}

// keep adds a candidate, unless there are enough better ones.
func (x *miner) keep(c candidate) {
	if x.full && x.compare(c, x.candidates[mostCandidates-1]) > 0 {
		return
	}
	x.candidates = append(x.candidates, c)
	if len(x.candidates) == 2*mostCandidates {
		x.cut()
	}
}

// cut sorts the candidates and leaves the best.
func (x *miner) cut() {
	slices.SortFunc(x.candidates, x.compare)
	x.full = len(x.candidates) >= mostCandidates
	x.candidates = x.candidates[:min(len(x.candidates), mostCandidates)]
}

// compare puts first what gains more, then what is longer, then what begins earlier; but
// of these, those that begin at a multiple of maxLen before all others. For of a long text
// that repeats each part of maxLen symbols is a candidate, and those fit side by side.
func (x *miner) compare(a, b candidate) int {
	if c := cmp.Compare(b.gain, a.gain); c != 0 {
		return c
	}
	if c := cmp.Compare(b.length, a.length); c != 0 {
		return c
	}
	most := int32(x.maxLen)
	return cmp.Or(cmp.Compare(a.start%most, b.start%most), cmp.Compare(a.start, b.start))
}
