package tableform

import (
	"slices"
	"strings"
	"unicode"
)

// newSet returns how the table behind a title of some lines is set in zones; nil if that
// is no table.
func newSet(lines []string, rows []row, title int, zones []zone, tabs bool) *setter {
	if len(zones) < 2 || len(zones) > 64 {
		return nil
	}
	b := &setter{lines: lines, rows: rows, zones: zones, title: title, spans: make([][2]int, len(zones))}
	b.set = set{rows: len(rows), tabs: tabs, end: filled(rows[title:])}
	b.admit()
	if len(b.good) < 3 || b.isCode() || !b.stops() {
		return nil
	}
	b.dropOdd()
	if len(b.good) < 3 {
		return nil
	}
	return b
}

// filled returns how long the lines are, if most are filled up with spaces to it; or 0.
func filled(rows []row) int {
	var end tally
	spaced := false
	for _, r := range rows {
		end.add(r.end)
		n := len(r.fields)
		spaced = spaced || n > 0 && r.end > int(r.fields[n-1].to)
	}
	if n := end.most(); spaced && end.times(n) > len(rows)/2 {
		return n
	}
	return 0
}

// A setter finds a set.
type setter struct {
	set   set
	lines []string
	rows  []row
	zones []zone
	title int
	good  []int // rows of the table
	spans [][2]int
	head  int // the row that has the names, or -1
}

// admit finds the names and the rows that are in columns. With tabs all rows behind the
// names must be; without, the names stay if one of them has a space.
func (b *setter) admit() {
	b.head = -1
	for i := b.title; i < len(b.rows); i++ {
		if b.has(i) {
			b.good = append(b.good, i)
		} else if b.set.tabs && len(b.good) > 0 {
			b.good = nil
			return
		}
	}
	for i := b.title; i < len(b.rows) && b.head < 0 && (len(b.good) == 0 || i <= b.good[0]); i++ {
		if b.isHeader(i) {
			b.head = i
		}
	}
	switch {
	case len(b.good) == 0:
	case b.head < 0:
		if b.set.tabs || len(b.zones) == 2 {
			b.good = nil
		}
	case b.set.tabs && b.head != b.good[0] || !b.isApart():
		b.good = nil
	}
}

// isApart reports whether no two names in one column could be of two: where one space is
// between them, a cell below has none.
func (b *setter) isApart() bool {
	below := make([]bool, b.rows[b.head].end+1)
	for _, i := range b.good {
		for _, f := range b.rows[i].fields {
			if i == b.head {
				break
			}
			for p := int(f.from); p < int(f.to) && p < len(below); p++ {
				below[p] = true
			}
		}
	}
	b.rows[b.head].place(b.zones, b.spans)
	for _, s := range b.spans {
		for j := s[0]; j+1 < s[1]; j++ {
			if !below[int(b.rows[b.head].fields[j].to)] {
				return false
			}
		}
	}
	return true
}

// has reports whether row i has a cell in each column, or with tabs in some.
func (b *setter) has(i int) bool {
	if !b.rows[i].place(b.zones, b.spans) {
		return false
	}
	last := len(b.spans) - 1
	for k, s := range b.spans {
		switch n := s[1] - s[0]; {
		case b.set.tabs && n > 1 && strings.Contains(b.cell(i, k), "  "):
			return false
		case !b.set.tabs && (n == 0 || n > 1 && k < last):
			return false
		}
	}
	return true
}

// cell is of row i, which was placed last.
func (b *setter) cell(i, k int) string {
	s, f := b.spans[k], b.rows[i].fields
	if s[0] == s[1] {
		return ""
	}
	end := int(f[s[1]-1].end)
	if k == len(b.spans)-1 && b.set.end == 0 {
		end = len(b.lines[i]) // spaces behind it are its own, if lines are not filled up
	}
	return b.lines[i][f[s[0]].at:end]
}

// isHeader reports whether a row has a name in each column, and the rows below it numbers.
func (b *setter) isHeader(i int) bool {
	seen := map[string]bool{}
	if !b.rows[i].place(b.zones, b.spans) {
		return false
	}
	upper, marks := true, 0
	for k := range b.spans {
		name := b.cell(i, k)
		if !isName(name) {
			marks++
		}
		if name == "" || seen[name] || marks > 1 || isFigure(name) && !isName(name) {
			return false // but one may be just a mark: #
		}
		seen[name] = true
		upper = upper && strings.ToUpper(name) == name
	}
	return upper || len(b.zones) > 2 && b.hasFigures(i) || i+1 < len(b.lines) && strings.Trim(b.lines[i+1], "-=+ ") == ""
}

// isName reports whether s has a letter, and nothing that only a value would have.
func isName(s string) bool {
	if s != "" && s[0] >= '0' && s[0] <= '9' && strings.IndexByte(s, ' ') >= 0 {
		return false // 12 of 34
	}
	return len(s) <= 40 && strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsAny(s, "=;:{}\"'`,")
}

// hasFigures reports whether there is a column in which all rows behind head have a number,
// and head has none.
func (b *setter) hasFigures(head int) bool {
	other := make([]bool, len(b.zones))
	for _, i := range b.good {
		b.rows[i].place(b.zones, b.spans)
		for k := range b.spans {
			other[k] = other[k] || i != head && !isFigure(b.cell(i, k))
		}
	}
	b.rows[head].place(b.zones, b.spans)
	for k := range b.spans {
		other[k] = other[k] || isFigure(b.cell(head, k))
	}
	return slices.Contains(other, false)
}

// isCode reports whether a column has nothing but what stands between parts of code.
func (b *setter) isCode() bool {
	other := make([]bool, len(b.zones))
	for _, i := range b.good {
		b.rows[i].place(b.zones, b.spans)
		for k, s := range b.spans {
			if s[0] == s[1] {
				continue
			}
			f := b.rows[i].fields[s[0]]
			switch b.lines[i][f.at:f.end] {
			case "=", ":=", "=>", "->", "//", "#", ":", "--", "<-", "==", "/*", "&&", "||", "\\", "{", "+", "|", "│", "┃":
			default:
				other[k] = true
			}
		}
	}
	return slices.Contains(other, false)
}

// stops finds where the columns begin or end, and whether one space is enough. It reports
// whether it is anywhere.
func (b *setter) stops() bool {
	n := len(b.zones)
	from, to, gap, number := make([]tally, n), make([]tally, n), make([]int, n), make([]bool, n)
	for k := range number {
		number[k] = n > 2
	}
	for _, i := range b.good {
		r := b.rows[i]
		r.place(b.zones, b.spans)
		for k, s := range b.spans {
			if s[0] == s[1] {
				continue
			}
			from[k].add(int(r.fields[s[0]].from))
			to[k].add(int(r.fields[s[1]-1].to))
			first := b.lines[i][r.fields[s[0]].at]
			number[k] = number[k] && first >= '0' && first <= '9'
			if s[0] > 0 {
				if g := int(r.fields[s[0]].from - r.fields[s[0]-1].to); gap[k] == 0 || g < gap[k] {
					gap[k] = g
				}
			}
		}
	}
	any := false
	for k := range b.zones {
		left, right := from[k].most(), to[k].most()
		s := stop{at: left}
		if to[k].times(right) > from[k].times(left) {
			s = stop{at: right, right: true}
		}
		s.two = k > 0 && !b.set.tabs && gap[k] > 1 && b.head < 0 && !number[k]
		any = any || k > 0 && !s.two
		b.set.columns = append(b.set.columns, s)
	}
	return any && (b.set.columns[0].right || b.set.columns[0].at == 0) // else it is below something
}

// dropOdd keeps the rows as they are that would not come back, and the names if there is
// one behind them, since only below them its cells can be told apart. Without names there
// must be none.
func (b *setter) dropOdd() {
	kept, out := b.good[:0], newOutput(false, 0)
	cells := make([]string, len(b.zones))
	for _, i := range b.good {
		b.cells(i, cells)
		out.Reset()
		out.full = false
		out.limit = len(b.lines[i])
		if b.set.spread(out, cells); !out.full && out.String() == b.lines[i] {
			kept = append(kept, i)
		} else if b.set.tabs {
			b.good = nil
			return
		}
	}
	b.good = kept
	aligned := false
	for i, k := 0, 0; i < len(b.rows) && len(kept) > 0; i++ {
		if k < len(kept) && kept[k] == i {
			k++
			continue
		}
		aligned = aligned || i != b.head && b.isPlaced(i, k > 0)
	}
	if aligned && b.head < 0 {
		b.good = nil
		return
	}
	if aligned && len(kept) > 0 && kept[0] == b.head {
		b.good = kept[1:]
	}
	for i := range b.rows {
		if _, ok := slices.BinarySearch(b.good, i); !ok {
			b.set.stayed = append(b.set.stayed, i)
		}
	}
}

// isPlaced reports whether it may matter where in a row the words are that stays: it is
// within the table and has two words, or it is before that and has a wide space.
func (b *setter) isPlaced(i int, within bool) bool {
	if within {
		return len(b.rows[i].fields) > 1 && strings.Trim(b.lines[i], "-=+ ") != ""
	}
	f := b.rows[i].fields
	for k := 1; k < len(f) && i > b.head; k++ {
		if f[k].from-f[k-1].to > 1 {
			return true
		}
	}
	return false
}

func (b *setter) cells(i int, cells []string) {
	b.rows[i].place(b.zones, b.spans)
	for k := range cells {
		cells[k] = b.cell(i, k)
	}
}

// write returns the lines of the block in the new form.
func (b *setter) write() []string {
	short := slices.Clone(b.lines)
	cells := make([]string, len(b.zones))
	var w strings.Builder
	for _, i := range b.good {
		b.cells(i, cells)
		w.Reset()
		for k, c := range cells {
			switch {
			case k == 0:
			case b.set.tabs:
				w.WriteByte('\t')
			case b.set.columns[k].two:
				w.WriteString("  ")
			default:
				w.WriteByte(' ')
			}
			w.WriteString(c)
		}
		short[i] = w.String()
	}
	return short
}
