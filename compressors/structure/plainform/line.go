package plainform

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// A cell is a column of a row: the n bytes of the source from at that stand there. A
// blank that no byte made has none.
type cell struct{ at, n int32 }

// covered is the n of a cell that the wide character or the tab to its left covers.
const covered = -1

// tabStop is where every terminal begins.
const tabStop = 8

// A line is the row of the cursor. Its cost is what it did, in cells.
type line struct {
	text  string
	cells []cell
	col   int
	most  int // columns it had before some were erased
	cost  int
}

// write puts text[i:j], which has no line end, where the cursor is.
func (l *line) write(i, j int) {
	for i < j {
		c := l.text[i]
		if c >= utf8.RuneSelf {
			n, columns := measure(l.text[i:j])
			l.add(i, n, columns)
			i += n
			continue
		}
		switch {
		case c == '\t':
			l.tab(i)
		case c < ' ' || c == 0x7f:
			l.add(i, 1, 0)
		case l.col == len(l.cells):
			l.cells = append(l.cells, cell{int32(i), 1})
			l.col++
		case c == '_' && i > 0 && l.text[i-1] == '\b' && l.filled(l.col):
			l.col++ // underlined: the letter is what is read
		case l.whole(l.col) && l.whole(l.col+1):
			l.cells[l.col] = cell{int32(i), 1}
			l.col++
		default:
			l.put(i, 1, 1)
		}
		i++
	}
}

// measure returns the bytes and the columns of the first character.
func measure(s string) (n, columns int) {
	r, n := utf8.DecodeRuneInString(s)
	switch k := width.LookupRune(r).Kind(); {
	case k == width.EastAsianWide || k == width.EastAsianFullwidth:
		return n, 2
	case r != utf8.RuneError && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return n, 0
	}
	return n, 1
}

// add writes a character of any width. One without width belongs to the one before it;
// where it has none, it gets a column, and is kept.
func (l *line) add(at, n, columns int) {
	if columns == 0 {
		if l.join(at, n) {
			return
		}
		columns = 1
	}
	l.put(at, n, columns)
}

func (l *line) join(at, n int) bool {
	if l.col == 0 || l.col > len(l.cells) {
		return false
	}
	k := l.head(l.col - 1)
	if l.cells[k].n <= 0 || int(l.cells[k].at+l.cells[k].n) != at {
		return false
	}
	l.cells[k].n += int32(n)
	return true
}

// tab is a character at the end of a row, and elsewhere a movement.
func (l *line) tab(at int) {
	columns := tabStop - l.col%tabStop
	if l.col < len(l.cells) {
		l.col += columns
		return
	}
	l.put(at, 1, columns)
}

// put writes into the row. Wide characters of which it covers a part are gone.
func (l *line) put(at, n, columns int) {
	end := l.col + columns
	l.cost += max(0, l.col-len(l.cells))
	l.split(l.col)
	l.split(end)
	for len(l.cells) < end {
		l.cells = append(l.cells, cell{})
	}
	l.cells[l.col] = cell{int32(at), int32(n)}
	for k := l.col + 1; k < end; k++ {
		l.cells[k].n = covered
	}
	l.col = end
}

// split makes column c the start of a character; what stood across it is blank.
func (l *line) split(c int) {
	if c >= len(l.cells) || l.cells[c].n != covered {
		return
	}
	head := l.head(c)
	l.cells[head] = cell{}
	for k := head + 1; k < len(l.cells) && l.cells[k].n == covered; k++ {
		l.cells[k] = cell{}
	}
}

// head returns the column where what stands in column c begins.
func (l *line) head(c int) int {
	for c > 0 && l.cells[c].n == covered {
		c--
	}
	return c
}

// whole reports whether column c is in the row, or just behind it, and begins a character.
func (l *line) whole(c int) bool {
	return c < len(l.cells) && l.cells[c].n != covered || c == len(l.cells)
}

// filled reports whether something can be seen in column c.
func (l *line) filled(c int) bool { return c < len(l.cells) && !l.blank(c) }

// blank is true for a space, a tab and a cell without bytes.
func (l *line) blank(c int) bool {
	x := l.cells[l.head(c)]
	return x.n == 0 || x.n == 1 && (l.text[x.at] == ' ' || l.text[x.at] == '\t')
}

// erase is the control sequence K: 1 up to the cursor, 2 all, else from the cursor on.
func (l *line) erase(how int) {
	l.most = max(l.most, len(l.cells))
	switch how {
	case 1:
		l.blanks(0, l.col+1)
	case 2:
		l.cells = l.cells[:0]
	default:
		l.truncate(l.col)
	}
}

func (l *line) truncate(c int) {
	if c < len(l.cells) {
		l.split(c)
		l.cells = l.cells[:c]
	}
}

func (l *line) blanks(from, to int) {
	to = min(to, len(l.cells))
	if from >= to {
		return
	}
	l.split(from)
	l.split(to)
	clear(l.cells[from:to])
	l.cost += to - from
}

// remove is the control sequence P: the rest moves n to the left.
func (l *line) remove(n int) {
	if l.col >= len(l.cells) {
		return
	}
	to := min(l.col+n, len(l.cells))
	l.split(l.col)
	l.split(to)
	l.most = max(l.most, len(l.cells))
	l.cost += len(l.cells) - l.col
	l.cells = append(l.cells[:l.col], l.cells[to:]...)
}

// insert is the control sequence @: the rest moves n to the right.
func (l *line) insert(n int) {
	if l.col >= len(l.cells) {
		return
	}
	l.split(l.col)
	l.cost += len(l.cells) - l.col + n
	l.cells = append(l.cells, make([]cell, n)...)
	copy(l.cells[l.col+n:], l.cells[l.col:])
	clear(l.cells[l.col : l.col+n])
}

// A run is n bytes of the source from at, or n blanks, or a line end that the source
// does not have.
type run struct{ at, n int32 }

const (
	blanks  = -1
	newline = -2
)

// runs appends what can be seen of the row.
func (l *line) runs(out []run) []run {
	n := len(l.cells)
	for n > 0 && l.blank(n-1) {
		n--
	}
	for _, x := range l.cells[:n] {
		switch x.n {
		case covered:
		case 0:
			out = join(out, run{blanks, 1})
		default:
			out = join(out, run(x))
		}
	}
	return out
}

// join appends a run, or makes the last one longer.
func join(out []run, r run) []run {
	if k := len(out) - 1; k >= 0 {
		last := &out[k]
		if r.at >= 0 && last.at >= 0 && last.at+last.n == r.at || r.at == blanks && last.at == blanks {
			last.n += r.n
			return out
		}
	}
	return append(out, r)
}

// load makes the row of what its runs show.
func (l *line) load(row []run) {
	l.cells = l.cells[:0]
	l.col = 0
	for _, r := range row {
		if r.at < 0 {
			l.cells = append(l.cells, make([]cell, r.n)...)
			l.col = len(l.cells)
			continue
		}
		l.write(int(r.at), int(r.at+r.n))
	}
	l.cost += len(l.cells)
}
