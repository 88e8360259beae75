package logform

import (
	"cmp"
	"slices"
)

// A candidate is a template with the lines that it is for. Its numbers are 64ths of
// tokens: whole numbers are the same on every machine.
type candidate struct {
	template
	lines []int32
	saves int // of a line, on average
	cost  int // of its row in the legend
	gain  int // of all lines, beyond what those chosen before it save
}

const (
	unit       = 64
	mostProbed = 16 // lines of a candidate that are counted
	mostPool   = 48 // candidates that are compared line by line
	leastGain  = 8 * unit
)

// choose returns at most rows templates, which together save as much as can be found. They
// are in the order in which a line should try them.
func (m *miner) choose(rows int) []candidate {
	m.scan()
	nodes := m.best()
	members := m.members(nodes)
	var all []candidate
	for k, n := range nodes {
		if t, ok := m.build(&m.nodes[n], members[k]); ok {
			c := candidate{template: t, lines: members[k]}
			if m.measure(&c) {
				all = append(all, c)
			}
		}
	}
	// A template also fits lines that do not look like its own, but to try it on all
	// takes long.
	pool := m.greedy(all, min(3*rows, mostPool))
	for k := range pool {
		pool[k].lines = m.fitted(&pool[k].template)
	}
	chosen := m.exchange(m.greedy(pool, rows), pool)
	slices.SortStableFunc(chosen, func(a, b candidate) int { return cmp.Compare(b.saves, a.saves) })
	return chosen
}

// measure finds out what c saves by counting some of its lines.
func (m *miner) measure(c *candidate) bool {
	some := spread(c.lines, mostProbed)
	saved := 0
	for _, i := range some {
		start, values, ok := c.fit(m.lines[i], int(m.from[i]), m.values[:0])
		m.values = values
		if !ok {
			continue
		}
		use, ok := appendUse(m.buf[:0], m.sigil, 'A', values)
		m.buf = use
		switch rest := m.lines[i][start:]; {
		case !ok:
		case len(rest) > 2*mostBytes:
			saved += m.count(c.row([2]string{" ", ""})) - 2*c.gaps - 2 // near enough
		default:
			saved += m.count(rest) - m.count(string(use))
		}
	}
	c.saves = saved * unit / len(some)
	c.cost = m.count(m.sigil+"A="+c.row(gapMarks(m.sigil)[0])+"\n") * unit
	return c.saves > 0
}

// fitted returns the lines that t fits.
func (m *miner) fitted(t *template) []int32 {
	var lines []int32
	for i, line := range m.lines {
		_, values, ok := t.fit(line, int(m.from[i]), m.values[:0])
		m.values = values
		if ok {
			lines = append(lines, int32(i))
		}
	}
	return lines
}

// greedy takes the candidate that adds most, again and again.
func (m *miner) greedy(all []candidate, rows int) []candidate {
	saved := make([]int, len(m.lines))
	bound := make([]int, len(all))
	for k := range all {
		bound[k] = m.adds(&all[k], saved)
	}
	var chosen []candidate
	for len(chosen) < rows {
		k := m.next(all, bound, saved)
		if k < 0 {
			break
		}
		c := all[k]
		c.gain, bound[k] = bound[k], 0
		c.mark(saved)
		chosen = append(chosen, c)
	}
	return chosen
}

// next returns the candidate that adds most; -1 if none adds enough for a reader to look it
// up. What one adds never grows, so that an old bound is enough to pass one over.
func (m *miner) next(all []candidate, bound, saved []int) int {
	for len(all) > 0 {
		top := 0
		for k := range bound {
			if bound[k] > bound[top] {
				top = k
			}
		}
		if bound[top] < leastGain {
			break
		}
		now := m.adds(&all[top], saved)
		if now == bound[top] {
			return top
		}
		bound[top] = now
	}
	return -1
}

// adds returns what c saves beyond saved, less its row.
func (m *miner) adds(c *candidate, saved []int) int {
	sum := -c.cost
	for _, i := range c.lines {
		if d := c.saves - saved[i]; d > 0 {
			sum += d * int(m.weight[i])
		}
	}
	return sum
}

// mark notes what c saves.
func (c *candidate) mark(saved []int) {
	for _, i := range c.lines {
		saved[i] = max(saved[i], c.saves)
	}
}

// exchange replaces a chosen candidate by another of the pool where that saves more. That
// the first is taken for all lines at first may be wrong once there are others.
func (m *miner) exchange(chosen, pool []candidate) []candidate {
	saved := make([]int, len(m.lines))
	for range len(chosen) {
		best, at, with := 0, -1, -1
		for i := range chosen {
			clear(saved)
			for k := range chosen {
				if k != i {
					chosen[k].mark(saved)
				}
			}
			chosen[i].gain = m.adds(&chosen[i], saved)
			for k := range pool {
				if d := m.adds(&pool[k], saved) - chosen[i].gain; d > best {
					best, at, with = d, i, k
				}
			}
		}
		if at < 0 {
			break
		}
		chosen[at] = pool[with]
	}
	return chosen
}
