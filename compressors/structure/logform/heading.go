package logform

import (
	"math/bits"
	"slices"
	"strings"
)

// An opening is a heading: what the lines from the shown line at on begin with.
type opening struct {
	at     int32
	prefix string
}

// A state is a way to write all lines until now, of which the last heading matters.
type state struct {
	opening
	saves  int   // tokens of a line below it
	cost   int   // tokens of everything until now, beyond what the lines are without headings
	before int32 // link of the heading before it
	link   int32 // its own; -1 is none yet
}

// A link is an opening with the link of the one before it; -1 is none.
type link struct {
	opening
	before int32
}

const (
	mostPrefix  = 160 // bytes of a heading
	mostCuts    = 24  // places at which a heading could end, of a line
	mostStates  = 24
	openTokens  = 3  // of a heading, without its text
	aloneTokens = 3  // of the mark of a line that stands alone: 2, and 1 for the reader
	leastSaving = 24 // of all headings together: what the brief says of them costs
)

// A header chooses headings: of all ways to write the lines the cheapest, found line by
// line. A heading may go on over lines that do not begin with it.
type header struct {
	count  func(string) int
	seen   []uint8 // how many lines have a beginning, by its hash
	states []state // the first is the one without a heading, until it is dropped
	links  []link
	cuts   []int32
}

// headings returns the headings of lines, none if they save next to nothing.
func headings(lines []shown, count func(string) int) []opening {
	h := &header{count: count, seen: make([]uint8, 1<<max(12, min(22, bits.Len(uint(len(lines)))+5)))}
	for i := range lines {
		h.see(&lines[i])
	}
	h.states = []state{{before: -1, link: -1}}
	for i := range lines {
		if lines[i].line != "" {
			h.step(int32(i), &lines[i])
		}
	}
	best := h.best()
	if best.cost > -leastSaving {
		return nil
	}
	var all []opening
	for n := h.linkOf(best); n >= 0; n = h.links[n].before {
		all = append(all, h.links[n].opening)
	}
	slices.Reverse(all)
	return all
}

// cutsOf returns where a heading of l may end: behind punctuation, or before white space,
// so that it does not end in any.
func (h *header) cutsOf(l *shown) []int32 {
	h.cuts = h.cuts[:0]
	last := min(int(l.start), mostPrefix, len(l.line)-1)
	for c := 1; c <= last && len(h.cuts) < mostCuts; c++ {
		a := classOf[l.line[c-1]]
		if a != space && (a != word || classOf[l.line[c]] == space) && ends(l.line, c) {
			h.cuts = append(h.cuts, int32(c))
		}
	}
	return h.cuts
}

// see counts the beginnings of l.
func (h *header) see(l *shown) {
	x, from := uint64(hashSeed), int32(0)
	for _, c := range h.cutsOf(l) {
		x, from = hashOn(x, l.line[from:c]), c
		if n := h.slot(x); *n < 255 {
			*n++
		}
	}
}

func hashOn(x uint64, s string) uint64 {
	for i := range len(s) {
		x = (x ^ uint64(s[i])) * hashPrime
	}
	return x
}

func (h *header) slot(x uint64) *uint8 { return &h.seen[(x^x>>32)%uint64(len(h.seen))] }

// under says whether l can be written under a heading.
func (l *shown) under(prefix string) bool {
	n := len(prefix)
	return n == 0 || n <= int(l.start) && n < len(l.line) && strings.HasPrefix(l.line, prefix) && ends(l.line, n)
}

// step goes on to line i. A state is dropped if it is dearer than to open its heading anew
// below the best one.
func (h *header) step(i int32, l *shown) {
	best := h.best()
	cost, before := best.cost, h.linkOf(best)
	for k := range h.states {
		if s := &h.states[k]; l.under(s.prefix) {
			s.cost -= s.saves
		} else {
			s.cost += aloneTokens
		}
	}
	h.add(state{opening: opening{at: i}, cost: cost + openTokens, before: before, link: -1})
	best = h.best()
	least, shortest := best.cost, 0
	if l.under(best.prefix) {
		shortest = len(best.prefix) // any that is shorter saves less
	}
	x, from := uint64(hashSeed), int32(0)
	for _, c := range h.cutsOf(l) {
		x, from = hashOn(x, l.line[from:c]), c
		if int(c) <= shortest || *h.slot(x) < 2 || h.has(l.line[:c]) {
			continue
		}
		s := state{opening: opening{i, l.line[:c]}, cost: cost + openTokens, before: before, link: -1}
		s.saves = h.count(s.prefix)
		if s.cost <= least+openTokens+s.saves {
			h.add(s)
		}
	}
	least = h.best().cost
	h.states = slices.DeleteFunc(h.states, func(s state) bool { return s.cost > least+openTokens+s.saves })
}

func (h *header) best() *state {
	best := &h.states[0]
	for k := range h.states {
		if h.states[k].cost < best.cost {
			best = &h.states[k]
		}
	}
	return best
}

// linkOf returns the link of a state, which it makes if there is none: few states get so
// far as to need one.
func (h *header) linkOf(s *state) int32 {
	if s.link < 0 && (s.prefix != "" || s.before >= 0) {
		h.links = append(h.links, link{s.opening, s.before})
		s.link = int32(len(h.links) - 1)
	}
	return s.link
}

func (h *header) has(prefix string) bool {
	return slices.ContainsFunc(h.states, func(s state) bool { return s.prefix == prefix })
}

// add adds a state, for the dearest if they are too many.
func (h *header) add(s state) {
	if h.has(s.prefix) {
		return
	}
	if len(h.states) < mostStates {
		h.states = append(h.states, s)
		return
	}
	worst := 0
	for k := range h.states {
		if h.states[k].cost > h.states[worst].cost {
			worst = k
		}
	}
	if s.cost < h.states[worst].cost {
		h.states[worst] = s
	}
}
