package metatoken

import (
	mathbits "math/bits"
	"slices"
)

// places sets x.at to where c can be taken, from the left to the right.
func (x *miner) places(c candidate) (cost int) {
	x.at = x.at[:0]
	all, next := x.sa[c.lo:c.hi], int32(0)
	if len(all) < len(x.s)/512 { // to sort them takes less than to go over all marks
		x.sorted = append(x.sorted[:0], all...)
		slices.Sort(x.sorted)
		for _, p := range x.sorted {
			next = x.place(run{p, c.length}, next)
		}
		return 4*len(all) + 16
	}
	for _, p := range all {
		x.marks.set(int(p))
	}
	for i, word := range x.marks {
		for ; word != 0; word &= word - 1 {
			next = x.place(run{int32(i<<6 + mathbits.TrailingZeros64(word)), c.length}, next)
		}
		x.marks[i] = 0
	}
	return len(all) + len(x.marks)
}

// place adds the place of r to x.at, if it is not before next and nothing there is used,
// and returns where the next one may be.
func (x *miner) place(r run, next int32) int32 {
	if r.start < next {
		return next
	}
	end := r.start + r.length
	if u := x.used.last(int(r.start), int(end)); u >= 0 {
		return int32(u) + 1
	}
	x.at = append(x.at, r.start)
	return end
}

// take makes a phrase of c at x.at.
func (x *miner) take(c candidate) {
	f := phrase{start: x.from[x.at[0]], length: c.length, at: make([]int32, len(x.at)), gain: c.gain}
	for i, p := range x.at {
		f.at[i] = x.from[p]
		x.used.setRange(int(p), int(p+c.length))
	}
	x.free -= len(x.at) * int(c.length)
	x.rows--
	x.found = append(x.found, f)
}
