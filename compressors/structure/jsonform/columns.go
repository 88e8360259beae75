package jsonform

import "slices"

const (
	maxColumns = 64 // of one level; a set of them is an uint64
	maxLeaves  = 48 // cells of a row: with more, a reader loses count
	maxHoist   = 4  // levels of braces in a header
)

// A column is a key that records have. At most one of its last four fields is set; none
// for a column of cells.
type column struct {
	key      string // the literal
	optional bool   // not in every record
	cells    []uint32

	constant uint32   // the value that all have; it stands in the header
	group    []column // the values are records themselves
	tuples   []string // the values are arrays of records with just these keys
}

// columns returns the columns of records: nodes of objects, 0 for one that is absent. It
// reports false if their keys have no common order, or most cells would be empty.
func (t *tree) columns(records []uint32, depth int) ([]column, bool) {
	g := gatherer{tree: t, records: records}
	present := 0
	for i, r := range records {
		if r == 0 {
			continue
		}
		present++
		if !g.record(i, r) {
			return nil, false
		}
	}
	order, ok := g.order()
	if !ok || len(order) == 0 || g.filled*2 < present*len(order) {
		return nil, false
	}
	columns := make([]column, len(order))
	for i, c := range order {
		columns[i] = g.columns[c]
		columns[i].optional = g.count[c] < present
		t.classify(&columns[i], g.count[c], depth)
	}
	return columns, true
}

// classify finds out what the cells of a column have in common; n are not empty.
func (t *tree) classify(c *column, n, depth int) {
	kind := t.kind(c.cells)
	switch {
	case !c.optional && n > 2 && t.same(c.cells):
		c.constant = c.cells[first(c.cells)]
	case kind == '{' && depth < maxHoist:
		if group, ok := t.columns(c.cells, depth+1); ok && (!c.optional || certain(group) != nil) {
			c.group = group
		}
	case kind == '[':
		c.tuples = t.tuples(c.cells)
	}
}

// kind returns the one that all cells have that are not empty, or 0.
func (t *tree) kind(cells []uint32) byte {
	kind := byte(0)
	for _, c := range cells {
		switch {
		case c == 0:
		case kind == 0:
			kind = t.nodes[c].kind
		case kind != t.nodes[c].kind:
			return 0
		}
	}
	return kind
}

// same reports whether all cells that are not empty are equal.
func (t *tree) same(cells []uint32) bool {
	text := t.text(cells[first(cells)])
	for _, c := range cells {
		if c != 0 && t.text(c) != text {
			return false
		}
	}
	return true
}

func first(cells []uint32) int {
	for i, c := range cells {
		if c != 0 {
			return i
		}
	}
	return 0
}

// certain returns a column with a cell in each record that is there, by which a reader
// sees that it is; nil if there is none.
func certain(group []column) *column {
	for i := range group {
		c := &group[i]
		switch {
		case c.optional || c.constant != 0:
		case c.group == nil:
			return c
		default:
			if inner := certain(c.group); inner != nil {
				return inner
			}
		}
	}
	return nil
}

// tuples returns the keys of the objects of which all cells are arrays, or nil if they
// are not, or there are too few to be worth it.
func (t *tree) tuples(cells []uint32) []string {
	var keys []string
	n := 0
	for _, cell := range cells {
		if cell == 0 {
			continue
		}
		for o, end := t.members(cell); o < end; o = t.step(o) {
			if keys == nil {
				keys = t.keys(o)
			}
			if !t.has(o, keys) {
				return nil
			}
			n++
		}
	}
	if n < 3 {
		return nil
	}
	return keys
}

// keys returns the keys of an object, if it has none twice and no more than a row may
// have cells.
func (t *tree) keys(o uint32) []string {
	if t.nodes[o].kind != '{' || t.nodes[o].size > maxLeaves {
		return nil
	}
	var keys []string
	for c, end := t.members(o); c < end; c = t.step(c + 1) {
		if slices.Contains(keys, t.text(c)) {
			return nil
		}
		keys = append(keys, t.text(c))
	}
	return keys
}

// has reports whether o is an object with just these keys, of which there are some.
func (t *tree) has(o uint32, keys []string) bool {
	if t.nodes[o].kind != '{' || int(t.nodes[o].size) != len(keys) {
		return false
	}
	c := o + 1
	for _, key := range keys {
		if t.text(c) != key {
			return false
		}
		c = t.step(c + 1)
	}
	return len(keys) > 0
}
