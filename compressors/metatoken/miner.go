package metatoken

import "math"

// miner has the text that is left. What phrases took is cut out, and in the place of each
// cut is a symbol that occurs nowhere else.
type miner struct {
	mining
	rows   int     // that are left
	detour int     // which of the best candidates is taken first, from 0
	prefix []int64 // sums of weight
	found  []phrase

	s             []int32
	from          []int32 // where the symbols of s are in the source
	kinds         int     // symbols of s are in [0, kinds)
	sa, rank, lcp []int32

	stack      []interval
	candidates []candidate
	full       bool // the first mostCandidates are sorted, and as good as any so far
	narrowed   map[run]bool

	used   bits // what of s phrases took in this round
	free   int  // how many symbols they did not take
	marks  bits // empty
	at     []int32
	sorted []int32
}

func newMiner(symbols []int32, m mining, detour int) *miner {
	n := len(symbols)
	x := &miner{
		mining: m, rows: m.maxRows, detour: detour,
		s: make([]int32, n), from: make([]int32, n),
		sa: make([]int32, n), rank: make([]int32, n), lcp: make([]int32, n),
		used: newBits(n), marks: newBits(n),
	}
	x.kinds = dense(symbols, x.s)
	for i := range x.from {
		x.from[i] = int32(i)
	}
	if x.rows <= 0 {
		x.rows = math.MaxInt
	}
	if x.maxLen <= 0 || x.maxLen > n {
		x.maxLen = n
	}
	x.minGain = max(x.minGain, 1)
	if m.weight != nil {
		x.prefix = make([]int64, n+1)
		for i, w := range m.weight {
			x.prefix[i+1] = x.prefix[i] + int64(w)
		}
	}
	return x
}

// A round that wins less than one part in worthwhile of what all have won is the last one,
// as is the last of the rounds. Texts of many short phrases could go on for a hundred.
const (
	rounds     = 6
	worthwhile = 50
)

// run mines, and then what is left, as long as that is worthwhile. Later rounds find what
// the first one could not see: runs that begin or end where something was taken, and what
// lay behind candidates that promised too much.
func (x *miner) run() []phrase {
	total := 0
	for round := 0; round < rounds && x.rows > 0; round++ {
		x.index()
		x.scan()
		gained := x.choose()
		if total += gained; gained == 0 || gained < total/worthwhile {
			break
		}
		x.reduce()
	}
	return x.found
}

func (x *miner) index() {
	n := len(x.s)
	x.sa, x.rank, x.lcp = x.sa[:n], x.rank[:n], x.lcp[:n]
	suffixArray(x.s, x.sa, x.kinds)
	commonPrefixes(x.s, x.sa, x.rank, x.lcp)
	x.used, x.marks, x.free = x.used.cleared(n), x.marks.cleared(n), n
	x.narrowed = nil
}

// reduce cuts out what is used.
func (x *miner) reduce() {
	n := 0
	for i := range x.s {
		switch {
		case !x.used.has(i):
			x.s[n], x.from[n] = x.s[i], x.from[i]
			n++
		case i == 0 || !x.used.has(i-1):
			x.s[n], x.from[n] = int32(x.kinds), -1
			x.kinds++
			n++
		}
	}
	x.s, x.from = x.s[:n], x.from[:n]
}

// worth is what a run gains at so many places.
func (x *miner) worth(r run, places int) int {
	w := int(r.length)
	if x.prefix != nil {
		i := x.from[r.start]
		w = int(x.prefix[i+r.length] - x.prefix[i])
	}
	return (w-x.alias)*places - (w + x.row)
}
