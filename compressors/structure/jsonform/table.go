package jsonform

import "strconv"

// A table is an array of records, or an object of them, that share a header.
type table struct {
	columns []column
	leaves  []*column // those with cells, from left to right
	labels  []uint32  // the keys of an object
	rows    int
}

// table returns the table that a container is, if it is one of at least two records.
func (t *tree) table(n uint32) (*table, bool) {
	if !t.all(n, 2, '{') {
		return nil, false
	}
	tab := table{rows: int(t.nodes[n].size)}
	records := make([]uint32, 0, tab.rows)
	for c, end := t.members(n); c < end; c = t.step(c) {
		if t.nodes[c].kind == keyKind {
			tab.labels = append(tab.labels, c)
		} else {
			records = append(records, c)
		}
	}
	var ok bool
	if tab.columns, ok = t.columns(records, 0); !ok {
		return nil, false
	}
	if tab.leaves = leaves(tab.columns, nil); len(tab.leaves) == 0 {
		free(tab.columns)
		tab.leaves = leaves(tab.columns, nil)
	}
	alone := len(tab.leaves) == 1 && !tab.certain() // a row might be an empty line
	return &tab, len(tab.leaves) <= maxLeaves && !alone
}

// certain reports whether no record leaves all cells empty.
func (tab *table) certain() bool { return certain(tab.columns) != nil }

// leaves appends the columns that have cells.
func leaves(columns []column, to []*column) []*column {
	for i := range columns {
		c := &columns[i]
		switch {
		case c.constant != 0:
		case c.group != nil:
			to = leaves(c.group, to)
		default:
			to = append(to, c)
		}
	}
	return to
}

// free gives the first of columns that are all constant its cells back.
func free(columns []column) {
	c := &columns[0]
	if c.group != nil {
		free(c.group)
		return
	}
	c.constant = 0
}

// A printer writes tables of a tree.
type printer struct {
	*tree
	out []byte
}

// header appends what stands before the rows: [3]{id,name}: or {3|}{id|name}:
func (p *printer) header(tab *table, delimiter byte) {
	brackets := "[]"
	if tab.labels != nil {
		brackets = "{}"
	}
	p.out = append(p.out, brackets[0])
	p.out = strconv.AppendInt(p.out, int64(tab.rows), 10)
	if delimiter != ',' {
		p.out = append(p.out, delimiter)
	}
	p.out = append(p.out, brackets[1])
	p.names(tab.columns, delimiter)
	p.out = append(p.out, ':')
}

func (p *printer) names(columns []column, delimiter byte) {
	p.out = append(p.out, '{')
	for i := range columns {
		if i > 0 {
			p.out = append(p.out, delimiter)
		}
		c := &columns[i]
		p.key(c.key)
		if c.optional {
			p.out = append(p.out, '?')
		}
		switch {
		case c.constant != 0:
			p.out = append(append(p.out, '='), p.text(c.constant)...)
		case c.group != nil:
			p.names(c.group, delimiter)
		case c.tuples != nil:
			p.tupleNames(c.tuples, delimiter)
		}
	}
	p.out = append(p.out, '}')
}

func (p *printer) tupleNames(keys []string, delimiter byte) {
	p.out = append(p.out, "[]{"...)
	for i, key := range keys {
		if i > 0 {
			p.out = append(p.out, delimiter)
		}
		p.key(key)
	}
	p.out = append(p.out, '}')
}

// key appends a key, without its quotes if it can do without.
func (p *printer) key(literal string) {
	if bareKey(inner(literal)) {
		literal = inner(literal)
	}
	p.out = append(p.out, literal...)
}

// row appends the line of a record.
func (p *printer) row(tab *table, i int, delimiter byte) {
	if tab.labels != nil {
		label := p.text(tab.labels[i])
		if bareLabel(inner(label), delimiter) {
			label = inner(label)
		}
		p.out = append(append(p.out, label...), ": "...)
	}
	for k, c := range tab.leaves {
		if k > 0 {
			p.out = append(p.out, delimiter)
		}
		if n := c.cells[i]; n != 0 {
			p.cell(c, n, delimiter, k == 0)
		}
	}
}

func (p *printer) cell(c *column, n uint32, delimiter byte, first bool) {
	text := p.text(n)
	switch {
	case c.tuples != nil:
		p.tupleCell(n)
		return
	case p.nodes[n].kind == stringKind && bareCell(inner(text), delimiter, first):
		text = inner(text)
	}
	p.out = append(p.out, text...)
}

// tupleCell appends an array of objects without their keys.
func (p *printer) tupleCell(n uint32) {
	p.out = append(p.out, '[')
	first, end := p.members(n)
	for o := first; o < end; o = p.step(o) {
		if o > first {
			p.out = append(p.out, ',')
		}
		p.out = append(p.out, '[')
		for c, last := p.members(o); c < last; c = p.step(c + 1) {
			if c > o+1 {
				p.out = append(p.out, ',')
			}
			p.out = append(p.out, p.text(c+1)...)
		}
		p.out = append(p.out, ']')
	}
	p.out = append(p.out, ']')
}
