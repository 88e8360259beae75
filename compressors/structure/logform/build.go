package logform

import "slices"

// mostBuilt is how many lines of a node its template is made from.
const mostBuilt = 24

// build returns the template of lines of a node. It need not fit them all.
func (m *miner) build(n *node, lines []int32) (template, bool) {
	columns := m.columns(n, spread(lines, mostBuilt))
	columns = split(columns, n.stem >= 0)
	columns = join(columns, m.count)
	columns = repeated(columns)
	return m.finish(columns)
}

// spread returns at most n of all, evenly.
func spread(all []int32, n int) []int32 {
	if len(all) <= n {
		return all
	}
	some := make([]int32, n)
	for i := range some {
		some[i] = all[i*(len(all)-1)/(n-1)]
	}
	return some
}

// columns lays lines of a node below each other. Lines that do not fit the first, because
// hashes are not everything, are left out.
func (m *miner) columns(n *node, lines []int32) []column {
	var columns []column
	for k, i := range lines {
		row := m.cut(n, i)
		if k == 0 {
			columns = make([]column, len(row))
		} else if !fits(columns, row) {
			continue
		}
		for j, piece := range row {
			if j%2 == 0 {
				columns[j].text = piece
			} else {
				columns[j].values = append(columns[j].values, piece)
			}
		}
	}
	return withoutEmpty(columns)
}

func fits(columns []column, row []string) bool {
	if len(columns) != len(row) {
		return false
	}
	for j := 0; j < len(row); j += 2 {
		if columns[j].text != row[j] {
			return false
		}
	}
	return true
}

// cut returns a line of a node as text, value, text, value and so on. Of a very long line
// the end is left out: it would be copied again and again.
func (m *miner) cut(n *node, i int32) []string {
	line, atoms := m.lines[i], m.atoms(i)
	line = line[:min(len(line), 2*mostBytes)]
	var row []string
	from, width, marks := m.from[i], int32(0), int32(0)
	for j := 0; j < len(atoms); {
		a := &atoms[j]
		if m.isValue(a, n.level) {
			j = valueEnd(atoms, j)
			end := atoms[j-1].end
			row = append(row, line[from:a.start], line[a.start:end])
			from = end
			marks++
			continue
		}
		if n.stem == marks && n.fixed == width && a.class == space {
			return append(row, line[from:a.start], line[a.start:])
		}
		width += a.end - a.start
		j++
	}
	if last := len(atoms) - 1; last >= 0 && int(atoms[last].end) < len(line) {
		end := atoms[last].end
		return append(row, line[from:end], line[end:])
	}
	return append(row, line[from:])
}

// finish makes a template of columns. Values in front of the first text are not part of
// it: they stay in front of its stand-in, as they are. So does a text of one token with
// the value behind it, which is as cheap there and easier to read.
func (m *miner) finish(columns []column) (template, bool) {
	if len(columns) > 0 && columns[0].values != nil {
		columns = columns[1:]
	}
	for len(columns) > 2 && columns[1].values != nil && !comesAgain(columns[1], columns[2:]) && m.count(columns[0].text) <= 1 {
		columns = columns[2:]
	}
	var t template
	var gaps []*string
	for _, c := range columns {
		switch {
		case c.values == nil:
			t.parts = append(t.parts, part{text: c.text})
		case c.again:
			t.parts = append(t.parts, part{kind: again, ref: slices.Index(gaps, &c.values[0])})
		default:
			t.parts = append(t.parts, part{kind: gap})
			gaps = append(gaps, &c.values[0])
		}
	}
	t.gaps = len(gaps)
	return t, len(t.parts) > 0 && t.parts[0].kind == fixed
}

func comesAgain(c column, columns []column) bool {
	return slices.ContainsFunc(columns, func(d column) bool { return d.again && &d.values[0] == &c.values[0] })
}
