package jsonform

import "math/bits"

// A gatherer sorts the members of records into columns.
type gatherer struct {
	tree    *tree
	records []uint32
	columns []column // by first appearance
	count   []int    // of the records that have it
	follows []uint64 // the columns that come right after this one in a record
	filled  int
	last    []int // columns of the last record
	this    []int // and of this one
}

// record adds a record, and reports false if it has a key twice, or there are too many.
func (g *gatherer) record(i int, r uint32) bool {
	t := g.tree
	g.last, g.this = g.this, g.last[:0]
	for c, end := t.members(r); c < end; c = t.step(c + 1) {
		k, ok := g.find(t.text(c), len(g.this))
		if !ok || g.columns[k].cells[i] != 0 {
			return false
		}
		g.columns[k].cells[i] = c + 1
		g.count[k]++
		g.filled++
		if n := len(g.this); n > 0 {
			g.follows[g.this[n-1]] |= 1 << k
		}
		g.this = append(g.this, k)
	}
	return true
}

// find returns the column of a key: most often that of the last record in this place.
func (g *gatherer) find(key string, at int) (int, bool) {
	if at < len(g.last) && g.columns[g.last[at]].key == key {
		return g.last[at], true
	}
	for i := range g.columns {
		if g.columns[i].key == key {
			return i, true
		}
	}
	if len(g.columns) == maxColumns {
		return 0, false
	}
	g.columns = append(g.columns, column{key: key, cells: make([]uint32, len(g.records))})
	g.count = append(g.count, 0)
	g.follows = append(g.follows, 0)
	return len(g.columns) - 1, true
}

// order returns the columns so that each record has its keys in this order; of several,
// what appears first is first. It reports false if there is none.
func (g *gatherer) order() ([]int, bool) {
	var order []int
	left := uint64(1)<<len(g.columns) - 1
	for left != 0 {
		free := left
		for rest := left; rest != 0; rest &= rest - 1 {
			free &^= g.follows[bits.TrailingZeros64(rest)]
		}
		if free == 0 {
			return nil, false
		}
		k := bits.TrailingZeros64(free)
		order = append(order, k)
		left &^= 1 << k
	}
	return order, true
}
