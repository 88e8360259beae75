package metatoken

import "slices"

// How many symbols are looked at for each symbol of the text before a round ends, and
// before the best candidate that was found so far is taken. Logs need 4 and 1. Only texts
// like the Fibonacci word need more: of the hundreds of candidates that promise to stand
// for nearly all of the text, most overlap themselves.
const (
	effort   = 16
	patience = 2
)

// choose takes phrases among the candidates and returns what they gain together.
func (x *miner) choose() (gained int) {
	q := queue{all: x.candidates, compare: x.compare} // sorted, so a heap
	var passed []candidate
	for budget := effort * len(x.s); x.rows > 0; {
		c, cost := x.best(&q, min(budget, patience*len(x.s)))
		budget -= cost
		if c.length == 0 {
			break
		}
		if x.detour > 0 {
			x.detour--
			passed = append(passed, c)
			continue
		}
		x.take(c)
		gained += c.gain
		for _, c := range passed {
			q.push(c)
		}
		passed = nil
	}
	return gained
}

// best takes the best candidate out of the queue, and sets x.at to its places. It returns
// the zero candidate if none gains enough.
//
// With each phrase that is taken others gain less. So the first of the queue is counted
// anew, until the best of the counted ones is better than all others might be (lazy
// greedy), or the budget is spent.
func (x *miner) best(q *queue, budget int) (best candidate, spent int) {
	counted := candidate{}
	for len(q.all) > 0 && spent < budget && (best.length == 0 || x.compare(q.all[0], best) < 0) {
		c := q.pop()
		cost := 1
		switch bound := x.worth(c.run, x.free/int(c.length)); {
		case bound < c.gain:
			c.gain = bound
		case x.edge != nil && !c.edged:
			c, cost = x.narrow(c)
		default:
			cost = x.places(c)
			c.gain = x.worth(c.run, len(x.at))
			counted = c
			if best.length == 0 || x.compare(c, best) < 0 {
				c, best = best, c
			}
		}
		spent += cost
		if c.gain >= x.minGain {
			q.push(c)
		}
	}
	if best.gain < x.minGain {
		return candidate{}, spent
	}
	if best != counted {
		spent += x.places(best)
	}
	return best, spent
}

// narrow asks edge about c. It returns what is left, at all places where that stands, or
// the zero candidate if nothing is left or the same was left of another one.
func (x *miner) narrow(c candidate) (_ candidate, cost int) {
	from := int(x.from[c.start])
	start, end := x.edge(from, from+int(c.length))
	if start >= end {
		return candidate{}, 1
	}
	if end-start < int(c.length) {
		c = x.everywhere(run{c.start + int32(start-from), int32(end - start)})
		cost = int(c.hi - c.lo)
	}
	if x.narrowed[c.run] {
		return candidate{}, cost + 1
	}
	if x.narrowed == nil {
		x.narrowed = map[run]bool{}
	}
	x.narrowed[c.run], c.edged = true, true
	return c, cost + 1
}

// everywhere is the candidate for r, which may have been seen at any of its places.
func (x *miner) everywhere(r run) candidate {
	lo := x.rank[r.start]
	hi := lo + 1
	for ; x.lcp[lo] >= r.length; lo-- { // lcp[0] is 0
	}
	for ; int(hi) < len(x.s) && x.lcp[hi] >= r.length; hi++ {
	}
	r.start = slices.Min(x.sa[lo:hi])
	return candidate{run: r, lo: lo, hi: hi, gain: x.worth(r, int(hi-lo))}
}
