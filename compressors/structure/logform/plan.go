package logform

import (
	"cmp"
	"slices"
)

// A plan says what of the items is written, and how.
type plan struct {
	*encoder
	blocks []block     // in the order of their first places
	rows   []candidate // in the order of their first use
	stamps []shape     // of the beginnings that templates leave alone
	shown  []shown
}

// A shown line is one that is written: no block again.
type shown struct {
	line  string
	item  int32
	row   int32 // template; -1 is none
	start int32 // of the template in the line. What is before may be in a heading
}

// plan decides everything but the headings.
func (e *encoder) plan(stamps []shape) *plan {
	p := &plan{encoder: e, blocks: slices.Clone(e.blocks), stamps: stamps}
	p.show()
	p.share(p.mine())
	for p.show(); p.dropped(); p.show() {
	}
	slices.SortFunc(p.blocks, func(a, b block) int { return cmp.Compare(a.places[0], b.places[0]) })
	p.rename()
	return p
}

// show finds out which items are written, and with which rows.
func (p *plan) show() {
	skip := make([]bool, len(p.items))
	for _, b := range p.blocks {
		for _, at := range b.places[1:] {
			for k := range b.size {
				skip[int(at)+k] = true
			}
		}
	}
	f := fitter{plan: p, memo: make([]int32, len(p.lines))}
	p.shown = slices.Grow(p.shown[:0], len(p.items))
	for i, it := range p.items {
		if !skip[i] {
			f.show(int32(i), it.id)
		}
	}
}

// A fitter tries rows on lines.
type fitter struct {
	*plan
	memo   []int32 // where in shown a line is, by its id, plus 1
	values []string
	buf    []byte
}

// show adds an item to what is shown. Equal lines are tried once.
func (f *fitter) show(i, id int32) {
	var s shown
	if k := f.memo[id]; k > 0 {
		s = f.shown[k-1]
	} else {
		s = f.try(f.lines[id])
		f.memo[id] = int32(len(f.shown)) + 1
	}
	s.item = i
	f.shown = append(f.shown, s)
}

func (f *fitter) try(line string) shown {
	from := 0
	if len(f.rows) > 0 {
		from = stampEnd(line, f.stamps)
	}
	for k := range f.rows {
		start, values, ok := f.rows[k].fit(line, from, f.values[:0])
		f.values = values
		if ok {
			if f.buf, ok = appendUse(f.buf[:0], f.sigil, 'A', values); ok {
				return shown{line: line, row: int32(k), start: int32(start)}
			}
		}
	}
	return shown{line: line, row: -1, start: int32(len(line))}
}

// mine chooses templates for the lines that are written, or for some of them if they are
// many.
func (p *plan) mine() []candidate {
	times := make([]int32, len(p.lines))
	var ids []int32
	for _, s := range p.shown {
		id := p.items[s.item].id
		if times[id]++; times[id] == 1 && s.line != "" {
			ids = append(ids, id)
		}
	}
	m := &miner{sigil: p.sigil, count: p.count}
	for _, id := range spread(ids, mostLines) {
		line := p.lines[id]
		m.lines = append(m.lines, line)
		m.from = append(m.from, int32(stampEnd(line, p.stamps)))
		m.weight = append(m.weight, times[id])
	}
	return m.choose(p.encoder.rows)
}

// share gives the rows to blocks and templates, those that save most.
func (p *plan) share(rows []candidate) {
	for len(rows)+len(p.blocks) > p.encoder.rows {
		weak := 0
		for k := range rows {
			if rows[k].gain < rows[weak].gain {
				weak = k
			}
		}
		if last := len(p.blocks) - 1; last < 0 || len(rows) > 0 && rows[weak].gain < p.blocks[last].gain*unit {
			rows = slices.Delete(rows, weak, weak+1)
		} else {
			p.blocks = p.blocks[:last]
		}
	}
	p.rows = rows
}

// dropped drops the rows that save less than they cost, with the lines that take them.
func (p *plan) dropped() bool {
	saved := make([]int, len(p.rows))
	for _, s := range p.shown {
		if s.row >= 0 {
			saved[s.row] += p.rows[s.row].saves
		}
	}
	var rows []candidate
	for k, r := range p.rows {
		if saved[k] > r.cost {
			rows = append(rows, r)
		}
	}
	some := len(rows) < len(p.rows)
	p.rows = rows
	return some
}

// rename puts the rows into the order of their first use.
func (p *plan) rename() {
	name := make([]int32, len(p.rows))
	var rows []candidate
	for k := range p.shown {
		s := &p.shown[k]
		if s.row < 0 {
			continue
		}
		if name[s.row] == 0 {
			rows = append(rows, p.rows[s.row])
			name[s.row] = int32(len(rows))
		}
		s.row = name[s.row] - 1
	}
	p.rows = rows
}
