package plainform

import (
	"slices"
	"strings"
)

// A row that is not the cursor's. Its line end is none if it is the last.
type row struct {
	runs []run
	end  run
	most int // columns it ever had
}

// take makes the end of out the row of the cursor; i is where the source is.
func (s *screen) take(i int) {
	if s.live {
		return
	}
	s.live, s.loaded = true, true
	s.popRow()
	s.end = run{}
	s.frame = i
	if len(s.row) > 0 {
		s.frame = int(s.row[0].at)
	}
	s.line.load(s.row)
}

// load puts the row into cells. The cursor stays in its column.
func (s *screen) load() {
	if s.loaded {
		return
	}
	s.loaded = true
	col := s.line.col
	s.line.load(s.row)
	s.line.col = col
}

// up moves to the row above, and reports whether that is what a terminal does.
func (s *screen) up() bool {
	if s.wide() || len(s.out) == s.floor {
		return false
	}
	s.below = append(s.below, row{s.shown(nil), s.end, s.line.most})
	s.end = s.popEnd()
	s.popRow()
	s.loaded = false
	return !s.wide()
}

// down moves to the row below, or to a new one at the end of out.
func (s *screen) down() {
	s.out = s.shown(s.out)
	if s.end.n > 0 {
		s.out = join(s.out, s.end)
	}
	n := len(s.below) - 1
	if n < 0 {
		s.live = false
		return
	}
	r := s.below[n]
	s.below = s.below[:n]
	s.row, s.end, s.line.most = r.runs, r.end, r.most
	s.loaded = false
}

func (s *screen) downTo() bool {
	if len(s.below) == 0 {
		return false
	}
	s.down()
	return true
}

// freeze leaves all rows as they are, and begins a new one that knows nothing of them.
func (s *screen) freeze(i int) {
	s.doubts++
	for s.live {
		s.down()
	}
	if !s.atStart() {
		s.out = append(s.out, run{newline, 1})
	}
	s.floor = len(s.out)
	s.frame = i
}

// finish puts all rows into out, but the empty ones at the end.
func (s *screen) finish() {
	for len(s.below) > 0 && len(s.below[0].runs) == 0 {
		s.below = s.below[1:]
	}
	if s.live && len(s.below) == 0 && s.blank() {
		s.end = run{}
	}
	for s.live {
		s.down()
	}
}

// shown appends the runs of the cursor's row.
func (s *screen) shown(out []run) []run {
	if s.loaded {
		return s.line.runs(out)
	}
	for _, r := range s.row {
		out = join(out, r)
	}
	return out
}

// wide reports whether the row has, or had, more columns than every terminal.
func (s *screen) wide() bool {
	if !s.loaded {
		n := 0
		for _, r := range s.row {
			n += int(r.n)
		}
		if n <= mostColumnsUp && s.line.most <= mostColumnsUp {
			return false
		}
		s.load()
	}
	return max(s.line.most, len(s.line.cells)) > mostColumnsUp
}

// popRow moves what follows the last line end in out to row.
func (s *screen) popRow() {
	s.line.most = 0
	k, n := len(s.out), int32(0)
	for k > s.floor {
		if n = s.afterEnd(s.out[k-1]); n > 0 {
			break
		}
		k--
	}
	s.row = slices.Clone(s.out[k:])
	s.out = s.out[:k]
	if k > s.floor && n <= s.out[k-1].n {
		last := &s.out[k-1]
		s.row = slices.Insert(s.row, 0, run{last.at + n - 1, last.n - n + 1})
		last.n = n - 1
	}
	for _, r := range s.row {
		s.line.cost += 1 + int(r.n)/16
	}
}

// afterEnd returns how much of a run its line ends take, and one; 0 for none.
func (s *screen) afterEnd(r run) int32 {
	switch r.at {
	case newline:
		return 2
	case blanks:
		return 0
	}
	k := strings.LastIndexByte(s.piece(r), '\n')
	if k < 0 {
		return 0
	}
	return int32(k) + 2
}

// popEnd takes the line end that out ends with.
func (s *screen) popEnd() run {
	last := &s.out[len(s.out)-1]
	end := *last
	if last.at >= 0 {
		n := int32(1)
		if last.n > 1 && s.text[last.at+last.n-2] == '\r' {
			n = 2
		}
		end = run{last.at + last.n - n, n}
	}
	if last.n -= end.n; last.n == 0 {
		s.out = s.out[:len(s.out)-1]
	}
	return end
}

func (s *screen) piece(r run) string { return s.text[r.at : r.at+r.n] }

// atStart reports whether the last row in out is empty.
func (s *screen) atStart() bool {
	if len(s.out) == s.floor {
		return true
	}
	r := s.out[len(s.out)-1]
	return r.at == newline || r.at >= 0 && s.text[r.at+r.n-1] == '\n'
}

// blank reports whether nothing can be seen in the cursor's row.
func (s *screen) blank() bool {
	s.load()
	for k := range s.line.cells {
		if s.line.filled(k) {
			s.line.cost += k
			return false
		}
	}
	s.line.cost += len(s.line.cells)
	return true
}
