package tokenize

// pair is a pair of neighbours: its rank, then where it starts, so that the
// lowest pair is the next to merge.
type pair uint64

func newPair(rank uint32, start int) pair { return pair(rank)<<32 | pair(uint32(start)) }

func (p pair) split() (rank uint32, start int) { return uint32(p >> 32), int(uint32(p)) }

// pairHeap is a heap with four children a node: half as deep as one with two,
// and a node's children share a cache line.
type pairHeap []pair

func (h pairHeap) init() {
	for i := len(h) / 4; i >= 0 && len(h) > 1; i-- {
		h.down(i)
	}
}

func (h *pairHeap) push(p pair) {
	*h = append(*h, p)
	s := *h
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 4
		if s[up] <= p {
			break
		}
		s[i], i = s[up], up
	}
	s[i] = p
}

func (h *pairHeap) pop() pair {
	s := *h
	top, last := s[0], len(s)-1
	s[0] = s[last]
	*h = s[:last]
	if last > 0 {
		h.down(0)
	}
	return top
}

func (h pairHeap) down(i int) {
	p := h[i]
	for {
		low := 4*i + 1
		if low >= len(h) {
			break
		}
		for c, end := low+1, min(low+4, len(h)); c < end; c++ {
			if h[c] < h[low] {
				low = c
			}
		}
		if h[low] >= p {
			break
		}
		h[i], i = h[low], low
	}
	h[i] = p
}
