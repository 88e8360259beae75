package tableform

import (
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodeFrames writes tables with frames as tables of Markdown, in the style that has the
// fewest tokens:
//
//	+----+-------+
//	| id | name  |      id|name
//	+----+-------+  →   -|-
//	|  1 | alpha |      1|alpha
//	|  2 | beta  |      2|beta
//	+----+-------+
//
// It knows frames of + - | and of Unicode's lines, and psql's, which has none outside.
// Lines between all rows go; a table with lines between some stays, since there they mean
// something, and so does one with a bar in a cell.
func EncodeFrames(text string, o structure.Options) (structure.Encoded, bool) {
	return encode(text, o, framedTables)
}

// DecodeFrames undoes [EncodeFrames].
func DecodeFrames(text string, layout []byte, limit int) (string, error) {
	return decode(text, layout, limit, (*table).frame)
}

// Places of lines in a frame.
const (
	atTop = iota
	atRule
	between
	atBottom
)

func framedTables(lines []string) (all []*found) {
	for i := 0; i < len(lines); i++ {
		to := i
		for to < len(lines) && isFramed(lines[to]) {
			to++
		}
		if to-i < 3 {
			continue
		}
		if f, ok := frameOf(lines[i:to]); ok {
			f.from, f.to = i, to
			all = append(all, f)
		}
		i = to
	}
	return all
}

// isFramed reports whether a line can be one of a table with a frame: it has a bar, or is
// one of the frame.
func isFramed(line string) bool {
	if strings.IndexByte(line, '|') >= 0 {
		return true
	}
	body := strings.TrimLeft(line, " ")
	r, _ := utf8.DecodeRuneInString(body)
	return isLine(r) || len(body) > 0 && (body[0] == '+' || body[0] == '-') && strings.Trim(body, "+-=") == "" && strings.IndexByte(body, '+') >= 0
}

// isLine reports whether r is of the block Box Drawing.
func isLine(r rune) bool { return r >= 0x2500 && r < 0x2580 }

// bars between cells.
func isBar(r rune) bool { return r == '|' || strings.ContainsRune("│┃║┆┇┊┋╎╏", r) }

// A border is a line of a frame: left, fill, cross, right; and how long the fills are.
type border struct {
	parts  []string
	widths []int
}

// borderOf takes a line apart, if it is none of a row.
func borderOf(body string) (b border, ok bool) {
	if body == "" || body[0] == ' ' || body[0] == '|' || strings.HasPrefix(body, "│") {
		return b, false
	}
	runes := []rune(body)
	b.parts = make([]string, 4)
	if len(runes) < 3 || string(runes) != body {
		return b, false
	}
	isFill := func(r rune) bool { return strings.ContainsRune("-=─━═╌╍┄┅┈┉", r) }
	if !isFill(runes[0]) {
		b.parts[0], runes = string(runes[0]), runes[1:]
	}
	if last := len(runes) - 1; !isFill(runes[last]) {
		b.parts[3], runes = string(runes[last]), runes[:last]
	}
	if !isFill(runes[0]) {
		return b, false
	}
	fill, n := runes[0], 0
	b.parts[1] = string(fill)
	for _, r := range runes {
		switch {
		case r == fill:
			n++
		case r != '+' && !isLine(r) || isBar(r) || b.parts[2] != "" && b.parts[2] != string(r) || n == 0:
			return b, false
		default:
			b.parts[2] = string(r)
			b.widths, n = append(b.widths, n), 0
		}
	}
	b.widths = append(b.widths, n)
	for _, part := range []string{b.parts[0], b.parts[3]} {
		if r, _ := utf8.DecodeRuneInString(part); part != "" && r != '+' && !isLine(r) || part != "" && isBar(r) {
			return b, false
		}
	}
	return b, n > 0
}

// frameOf returns the table that lines are.
func frameOf(lines []string) (f *found, ok bool) {
	fr := frame{lines: make([][]string, 4)}
	body := strings.TrimLeft(lines[0], " ")
	if fr.open = strings.IndexByte(body, '|') > 0; !fr.open {
		fr.indent = lines[0][:len(lines[0])-len(body)]
	}
	for i, line := range lines {
		body, ok := strings.CutPrefix(line, fr.indent)
		if !ok {
			return f, false
		}
		if b, ok := borderOf(body); ok {
			if !fr.border(b, i == len(lines)-1) {
				return f, false
			}
		} else if !fr.row(body) {
			return f, false
		}
	}
	return fr.table()
}

// A frame is one that is being read.
type frame struct {
	indent string
	open   bool // psql: without bars at the ends
	rows   [][]cell
	head   int
	widths []int
	bars   [][]string // of rows before the rule and behind
	lines  [][]string // by place
	after  []int      // rows behind which a border was
}

// border takes a line of the frame.
func (f *frame) border(b border, last bool) bool {
	if f.widths == nil {
		f.widths = b.widths
	} else if !equal(f.widths, b.widths) {
		return false
	}
	place := between
	switch n := len(f.rows); {
	case n == 0 && f.lines[atTop] == nil:
		place = atTop
	case n == 0:
		return false
	case last:
		place = atBottom
	case f.lines[atRule] == nil:
		place, f.head = atRule, n
	default:
		f.after = append(f.after, n)
	}
	if f.lines[place] != nil && !equal(f.lines[place], b.parts) {
		return false
	}
	f.lines[place] = b.parts
	return true
}

func equal[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// row takes a line of cells.
func (f *frame) row(body string) bool {
	bars := make([]string, 3)
	if !f.open {
		first, n := utf8.DecodeRuneInString(body)
		last, m := utf8.DecodeLastRuneInString(body)
		if !isBar(first) || !isBar(last) || n+m > len(body) {
			return false
		}
		bars[0], bars[2] = body[:n], body[len(body)-m:]
		body = body[n : len(body)-m]
	}
	var row []cell
	for {
		i := strings.IndexFunc(body, isBar)
		if i < 0 {
			break
		}
		_, n := utf8.DecodeRuneInString(body[i:])
		if bars[1] != "" && bars[1] != body[i:i+n] {
			return false
		}
		bars[1] = body[i : i+n]
		row = append(row, trim(body[:i]))
		body = body[i+n:]
	}
	row = append(row, trim(body))
	for _, c := range row {
		if strings.HasSuffix(c.text, `\`) {
			return false
		}
	}
	if len(f.rows) > 0 && len(row) != len(f.rows[0]) {
		return false
	}
	side := 0
	if f.lines[atRule] != nil {
		side = 1
	}
	for len(f.bars) <= side {
		f.bars = append(f.bars, bars)
	}
	f.rows = append(f.rows, row)
	return equal(f.bars[side], bars)
}

// table returns what was read, if it is a table that has a line at each place or at none.
func (f *frame) table() (all *found, ok bool) {
	n := len(f.rows)
	if n < 2 || f.widths == nil || len(f.widths) != len(f.rows[0]) || f.head == 0 {
		return all, false
	}
	if len(f.after) > 0 { // between each two rows, or it means something
		if f.head != 1 || len(f.after) != n-2 {
			return all, false
		}
		for i, a := range f.after {
			if a != i+2 {
				return all, false
			}
		}
	}
	g := grid{indent: f.indent, rows: f.rows, head: f.head, rule: make([]string, len(f.widths))}
	for k := range g.rule {
		g.rule[k] = "-"
	}
	if all, ok = g.set(); !ok {
		return all, false
	}
	if equal(f.bars[0], f.bars[len(f.bars)-1]) {
		f.bars = f.bars[:1]
	}
	t := &all.table
	t.Head, t.Widths, t.Bars, t.Lines = f.head, f.widths, f.bars, f.lines
	return all, true
}

// mostLine bounds the signs that lines of a frame are made of, in bytes.
const mostLine = 64

// frame writes the table as it was.
func (t *table) frame(out *output, lines []string) (int, bool) {
	if len(t.Lines) != 4 || len(t.Bars) == 0 || t.Head == 0 {
		return 0, false
	}
	for _, list := range append(t.Bars, t.Lines...) {
		if len(list) != 0 && len(list) < 3 {
			return 0, false
		}
	}
	for _, l := range t.Lines {
		if len(l) == 3 || len(l) > 3 && (l[1] == "" || len(l[0])+len(l[1])+len(l[2])+len(l[3]) > mostLine) {
			return 0, false
		}
	}
	if len(lines) == 0 {
		return 0, false
	}
	indent, first, ok := styles[t.Style].cut(lines[0])
	if !ok || len(first) != len(t.Widths) { // or lines between rows could cost without end
		return 0, false
	}
	t.line(out, indent, atTop)
	rule := func(indent string, _ []string) bool {
		t.line(out, indent, atRule)
		return true
	}
	n, ok := t.take(lines, t.Head, rule, func(i int, indent string, cells []cell) bool {
		bars := t.Bars[0]
		if i >= t.Head {
			bars = t.Bars[len(t.Bars)-1]
		}
		if len(bars) < 3 {
			return false
		}
		if i > t.Head {
			t.line(out, indent, between)
		}
		out.begin()
		out.put(indent)
		out.row(cells, bars[0], bars[1], bars[2])
		return !out.full
	})
	t.line(out, indent, atBottom)
	return n, ok
}

// line writes one of the frame, if there is one at the place.
func (t *table) line(out *output, indent string, place int) {
	l := t.Lines[place]
	if len(l) == 0 {
		return
	}
	out.begin()
	out.put(indent + l[0])
	fill := l[1]
	if !out.full {
		fill = strings.Repeat(l[1], 64)
	}
	for k, w := range t.Widths {
		if k > 0 {
			out.put(l[2])
		}
		out.repeat(fill, len(l[1]), w)
	}
	out.put(l[3])
}
