package segment

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
)

// A group joins units to segments. Behind a unit of n bytes it cuts with probability
// n/(Avg-Min), once there are Min bytes, and the unit's own hash decides. So two texts
// that differ in one place are cut alike again soon behind it, which filling segments up
// would leave to luck.
type group struct {
	text     string
	min, max int
	half     int    // of max; no unit is longer
	spread   uint64 // Avg - Min
	code     bool   // what is added is of fenced code

	all   []Segment
	start int // of the segment that is open
	end   int // of its last unit
	floor int // how many segments are of earlier regions

	// The end that came closest to being a cut, for a segment that gets full without
	// one. It is looked for in the upper half, so that what lies behind it has room for
	// one more unit.
	best  int
	score uint64

	buf [1024]byte
}

// stub is a segment so short that at the end of a region it is joined to the one before.
const stub = 128

func newGroup(text string, o Options) group {
	return group{
		text: text, min: o.Min, max: o.Max, half: o.Max / 2, spread: uint64(o.Avg - o.Min),
		all: make([]Segment, 0, len(text)/(o.Avg*3/4)+4), score: math.MaxUint64,
	}
}

// add takes the unit text[lo:hi]. It begins where the last one ended.
func (g *group) add(lo, hi int) {
	if hi-g.start > g.max {
		g.cut(g.best)
	}
	g.end = hi
	if hi-g.start < g.min {
		return
	}
	v, n := g.hash(lo, hi), uint64(hi-lo)
	if share, _ := bits.Mul64(v, g.spread); share < n { // v/2^64 < n/spread
		g.cut(hi)
		return
	}
	if hi-g.start >= g.half && v/n <= g.score {
		g.best, g.score = hi, v/n
	}
}

func (g *group) cut(end int) {
	g.all = append(g.all, Segment{End: end, Code: g.code})
	g.start, g.score = end, math.MaxUint64
}

// close ends the region, and with it the segment that is open.
func (g *group) close() {
	if g.start < g.end {
		if n := len(g.all); n > g.floor && g.end-g.start < stub && g.end-g.startOf(n-1) <= g.max {
			g.all = g.all[:n-1]
		}
		g.cut(g.end)
	}
	g.floor = len(g.all)
}

func (g *group) startOf(i int) int {
	if i == 0 {
		return 0
	}
	return g.all[i-1].End
}

// hash is of the unit without the white space round it.
func (g *group) hash(lo, hi int) uint64 {
	for lo < hi && isSpace(g.text[lo]) {
		lo++
	}
	for lo < hi && isSpace(g.text[hi-1]) {
		hi--
	}
	sum := sha256.Sum256(append(g.buf[:0], g.text[lo:hi]...))
	return binary.BigEndian.Uint64(sum[:])
}
