package metatoken

import mathbits "math/bits"

// bits is a set of small numbers, a bit for each.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

// cleared is the empty set of numbers below n, in the memory of b.
func (b bits) cleared(n int) bits {
	b = b[:(n+63)/64]
	clear(b)
	return b
}

func (b bits) has(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }

func (b bits) set(i int) { b[i>>6] |= 1 << (i & 63) }

// setRange adds [lo, hi).
func (b bits) setRange(lo, hi int) {
	for i := lo; i < hi; i++ {
		b.set(i)
	}
}

// last returns the greatest number of [lo, hi) that is in the set, or -1. The range is not
// empty.
func (b bits) last(lo, hi int) int {
	first, word := lo>>6, (hi-1)>>6
	for v := b[word] & (^uint64(0) >> (63 - (hi-1)&63)); ; v = b[word] {
		if word == first {
			v &= ^uint64(0) << (lo & 63)
		}
		if v != 0 {
			return word<<6 + mathbits.Len64(v) - 1
		}
		if word--; word < first {
			return -1
		}
	}
}
