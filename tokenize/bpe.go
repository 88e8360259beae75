package tokenize

import "sync"

// bpe joins the bytes of a piece into tokens: again and again the two
// neighbours whose union has the lowest rank, the leftmost of equals, until no
// union is a token (Sennrich et al., arXiv:1508.07909, on bytes).
type bpe struct {
	ranks *lexicon
	pairs []uint32 // pairs[a<<8|b]: rank of the two bytes a, b, or noRank
	bytes [256]uint32
	long  int // bytes of the longest token
}

const noRank = ^uint32(0)

// shortPiece is the piece, in bytes, up to which looking at all parts for the
// lowest rank is faster than a heap. It bounds the square in the cost.
const shortPiece = 32

func newBPE(ranks *lexicon) *bpe {
	b := &bpe{ranks: ranks, pairs: make([]uint32, 1<<16)}
	for i := range b.pairs {
		b.pairs[i] = noRank
	}
	for id := range ranks.ends {
		p := ranks.piece(uint32(id))
		b.long = max(b.long, len(p))
		switch len(p) {
		case 1:
			b.bytes[p[0]] = uint32(id)
		case 2:
			b.pairs[int(p[0])<<8|int(p[1])] = uint32(id)
		}
	}
	return b
}

// rank returns the rank of p, or noRank.
func (b *bpe) rank(p string) uint32 {
	if len(p) > b.long {
		return noRank
	}
	if len(p) == 2 {
		return b.pairs[int(p[0])<<8|int(p[1])]
	}
	if id, ok := b.ranks.id(p); ok {
		return id
	}
	return noRank
}

// A merger is the scratch space of one count. It is not safe for concurrent use.
type merger struct {
	*bpe
	parts  []part
	heap   pairHeap
	starts [3][]int32 // of tokens: the result, and two windows of a long piece
	seen   [1 << seenBits]seenPiece
	unions [1 << unionBits]union
}

// part is a token in the making. In mergeShort it begins at start, in mergeHeap
// at its own index. rank is that of its union with the part behind it.
type part struct {
	start, prev, next int32
	id, rank          uint32
}

// union remembers the rank of two tokens in one. pair is their ids, plus 1.
type union struct {
	pair uint64
	rank uint32
}

// seenPiece remembers the count of a short piece: text repeats its words.
type seenPiece struct {
	text  [22]byte
	size  uint8
	count uint8
}

const (
	seenBits  = 11
	unionBits = 12
)

func (b *bpe) pool() *sync.Pool {
	return &sync.Pool{New: func() any { return &merger{bpe: b} }}
}

// count returns the number of tokens of a piece.
func (m *merger) count(p string) int {
	if len(p) <= 1 || m.rank(p) != noRank {
		return min(len(p), 1)
	}
	if len(p) > len(m.seen[0].text) {
		return len(m.merge(p))
	}
	slot := &m.seen[slotOf(p)]
	if string(slot.text[:slot.size]) != p {
		slot.size = uint8(copy(slot.text[:], p))
		slot.count = uint8(len(m.merge(p)))
	}
	return int(slot.count)
}

// slotOf spreads short pieces over the slots (FNV-1a).
func slotOf(p string) uint32 {
	h := uint32(2166136261)
	for i := range len(p) {
		h = (h ^ uint32(p[i])) * 16777619
	}
	return h >> (32 - seenBits)
}

// merge returns where the tokens of p start. The slice is good until the next call.
func (m *merger) merge(p string) []int32 {
	if len(p) <= shortPiece {
		m.starts[0] = m.mergeShort(m.starts[0][:0], p)
	} else {
		m.starts[0] = m.mergeLong(m.starts[0][:0], p)
	}
	return m.starts[0]
}

func (m *merger) mergeShort(starts []int32, p string) []int32 {
	parts := m.parts[:0]
	for i := range len(p) {
		rank := noRank
		if i+1 < len(p) {
			rank = m.pairs[int(p[i])<<8|int(p[i+1])]
		}
		parts = append(parts, part{start: int32(i), id: m.bytes[p[i]], rank: rank})
	}
	m.parts = parts
	for {
		low, at := noRank, 0
		for i := range parts {
			if parts[i].rank < low {
				low, at = parts[i].rank, i
			}
		}
		if low == noRank {
			break
		}
		parts = append(parts[:at+1], parts[at+2:]...)
		parts[at].id, parts[at].rank = low, noRank
		end := len(p)
		if at+2 < len(parts) {
			end = int(parts[at+2].start)
		}
		if at+1 < len(parts) {
			parts[at].rank = m.unite(low, parts[at+1].id, p[parts[at].start:end])
			end = int(parts[at+1].start)
		}
		if at > 0 {
			parts[at-1].rank = m.unite(parts[at-1].id, low, p[parts[at-1].start:end])
		}
	}
	for i := range parts {
		starts = append(starts, parts[i].start)
	}
	return starts
}

// unite returns the rank of tokens a and b in one, which is p.
func (m *merger) unite(a, b uint32, p string) uint32 {
	if len(p) > m.long {
		return noRank
	}
	pair := uint64(a)<<32 | uint64(b) + 1
	slot := &m.unions[pair*0x9e3779b97f4a7c15>>(64-unionBits)]
	if slot.pair != pair {
		*slot = union{pair, m.rank(p)}
	}
	return slot.rank
}

// mergeHeap is mergeShort with a heap of the pairs: n log n. It appends the
// starts plus offset.
func (m *merger) mergeHeap(starts []int32, p string, offset int) []int32 {
	n := len(p)
	if cap(m.parts) < n {
		m.parts = make([]part, n)
	}
	parts := m.parts[:n]
	m.heap = m.heap[:0]
	for i := range parts {
		parts[i] = part{prev: int32(i) - 1, next: int32(i) + 1, id: m.bytes[p[i]], rank: noRank}
		if i+1 < n {
			parts[i].rank = m.pairs[int(p[i])<<8|int(p[i+1])]
		}
		if parts[i].rank != noRank {
			m.heap = append(m.heap, newPair(parts[i].rank, i))
		}
	}
	m.heap.init()
	for len(m.heap) > 0 {
		rank, i := m.heap.pop().split()
		if parts[i].rank == rank { // else the pair is gone
			m.join(p, parts, int32(i))
		}
	}
	for i := 0; i < n; i = int(parts[i].next) {
		starts = append(starts, int32(offset+i))
	}
	return starts
}

// join merges part i with the one behind it and ranks the two pairs that arise.
func (m *merger) join(p string, parts []part, i int32) {
	gone := parts[i].next
	next := parts[gone].next
	parts[i].id, parts[i].next = parts[i].rank, next
	parts[gone].rank = noRank
	if int(next) < len(parts) {
		parts[next].prev = i
	}
	m.rerank(p, parts, i)
	if prev := parts[i].prev; prev >= 0 {
		m.rerank(p, parts, prev)
	}
}

func (m *merger) rerank(p string, parts []part, i int32) {
	rank, next := noRank, parts[i].next
	if int(next) < len(parts) {
		rank = m.unite(parts[i].id, parts[next].id, p[i:parts[next].next])
	}
	parts[i].rank = rank
	if rank != noRank {
		m.heap.push(newPair(rank, int(i)))
	}
}
