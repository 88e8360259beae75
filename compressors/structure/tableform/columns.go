package tableform

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodeColumns writes tables whose columns are lined up with spaces, as ls -l, ps and
// kubectl print them, without the spaces:
//
//	NAME      READY   STATUS        NAME READY STATUS
//	web-5x    1/1     Running   →   web-5x 1/1 Running
//	db-0      0/1     Pending       db-0 0/1 Pending
//
// One space is between columns, if the cells before the last have no spaces and none is
// empty, and there is a row of names or the source has one space there as well. A row for
// which that is not so stays as it is, and the names with it. Otherwise a tab is between
// columns, and an empty cell is two tabs; that wants a row of names and columns that are
// two spaces apart everywhere.
//
// Two spaces would be no gain: a run of spaces is one token, whatever its length.
func EncodeColumns(text string, o structure.Options) (structure.Encoded, bool) {
	e, ok := encodeColumns(text, o)
	if !ok {
		return e, false
	}
	// Rows that stayed could be a table now. It must not be one the next time only.
	if _, again := encodeColumns(e.Text, o); again {
		return structure.Encoded{}, false
	}
	return e, true
}

func encodeColumns(text string, o structure.Options) (structure.Encoded, bool) {
	lines, crlf, ok := split(text)
	if !ok || !strings.Contains(text, "  ") {
		return structure.Encoded{}, false
	}
	l := columnLayout{CRLF: crlf}
	at := 0 // lines behind the table before
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && isAligned(lines[to]) {
			to++
		}
		if to-from >= 3 {
			if s, short := bestSet(lines[from:to], o); s != nil {
				s.skip, at = from-at, to
				l.Tables = append(l.Tables, s.numbers())
				copy(lines[from:to], short)
			}
		}
		from = to + 1
	}
	if len(l.Tables) == 0 {
		return structure.Encoded{}, false
	}
	data, _ := json.Marshal(l) // it has nothing that can fail
	return structure.Encoded{Text: strings.Join(lines, "\n"), Layout: data}, true
}

// isAligned reports whether a line may be in a table: it is not blank and has no tab and
// no control byte.
func isAligned(line string) bool {
	blank := true
	for i := range len(line) {
		if line[i] < ' ' || line[i] == 0x7f {
			return false
		}
		blank = blank && line[i] == ' '
	}
	return !blank
}

// bestSet returns how to write a block of lines in the fewest tokens, and the lines; nil
// if they are no table. A title of up to three lines may be before the table.
func bestSet(lines []string, o structure.Options) (best *set, short []string) {
	rows := make([]row, len(lines))
	n := 0
	for _, line := range lines {
		n += countFields(line)
	}
	fields := make([]field, 0, n)
	for i, line := range lines {
		n := len(fields)
		fields = fieldsOf(line, fields)
		rows[i] = row{fields[n:len(fields):len(fields)], places(line)}
	}
	least := tokens(strings.Join(lines, "\n"), o)
	most := 1
	if len(rows) < 100 { // among more rows a title is no matter
		most = 4
	}
	for title := 0; title < most && len(rows)-title >= 3 && best == nil; title++ {
		var last []zone
		for i, try := range [][2]int{{1, math.MaxInt}, {1, 20}, {2, math.MaxInt}} {
			zones := zones(rows[title:], try[0], try[1])
			if i == 1 && slices.Equal(zones, last) {
				continue
			}
			last = zones
			b := newSet(lines, rows, title, zones, try[0] > 1)
			if b == nil {
				continue
			}
			texts := b.write()
			if n := tokens(strings.Join(texts, "\n"), o); n < least {
				best, short, least = &b.set, texts, n
			}
		}
	}
	return best, short
}

// columnLayout has a list of numbers for each table:
//
//	skip, rows, tabs (0 or 1), end, columns, one for each of these, rows that stayed
//
// end is the length of lines that are filled up with spaces, or 0. The number of a column
// that begins at n is 4n, of one that ends at n 4n+1, and 2 more if two spaces stand for
// those before it.
type columnLayout struct {
	CRLF   bool    `json:"crlf,omitempty"`
	Tables [][]int `json:"tables"`
}

// A set is how a table of columns is set.
type set struct {
	skip, rows int
	tabs       bool
	end        int
	columns    []stop
	stayed     []int // rows, ascending
}

// A stop is where a column begins, or ends.
type stop struct {
	at    int
	right bool // its cells end there
	two   bool // two spaces are before it in the new text
}

func (s *set) numbers() []int {
	n := []int{s.skip, s.rows, 0, s.end, len(s.columns)}
	if s.tabs {
		n[2] = 1
	}
	for _, c := range s.columns {
		x := 4 * c.at
		if c.right {
			x++
		}
		if c.two {
			x += 2
		}
		n = append(n, x)
	}
	return append(n, s.stayed...)
}

func setOf(n []int) (s set, ok bool) {
	for _, x := range n {
		if !small(x) {
			return s, false
		}
	}
	if len(n) < 5 || n[2] > 1 || n[4] > len(n)-5 {
		return s, false
	}
	s = set{skip: n[0], rows: n[1], tabs: n[2] == 1, end: n[3], stayed: n[5+n[4]:]}
	for _, x := range n[5 : 5+n[4]] {
		s.columns = append(s.columns, stop{x / 4, x&1 != 0, x&2 != 0})
	}
	return s, slices.IsSorted(s.stayed) && len(s.columns) > 1
}

// DecodeColumns undoes [EncodeColumns].
func DecodeColumns(text string, layout []byte, limit int) (string, error) {
	var l columnLayout
	if json.Unmarshal(layout, &l) != nil {
		return "", structure.ErrLayout
	}
	lines := strings.Split(text, "\n")
	out := newOutput(l.CRLF, limit)
	for _, numbers := range l.Tables {
		s, ok := setOf(numbers)
		if !ok {
			return "", structure.ErrLayout
		}
		if s.skip > len(lines) || s.rows > len(lines)-s.skip {
			return "", structure.ErrText
		}
		for _, line := range lines[:s.skip] {
			out.line(line)
		}
		if !s.undo(out, lines[s.skip:s.skip+s.rows]) {
			return "", structure.ErrText
		}
		lines = lines[s.skip+s.rows:]
	}
	for _, line := range lines {
		out.line(line)
	}
	return out.text()
}

func (s *set) undo(out *output, lines []string) bool {
	stayed := s.stayed
	cells := make([]string, len(s.columns))
	for i, line := range lines {
		out.begin()
		if len(stayed) > 0 && stayed[0] == i {
			out.put(line)
			stayed = stayed[1:]
			continue
		}
		if !s.cut(line, cells) {
			return false
		}
		if s.spread(out, cells); out.full {
			return true
		}
	}
	return true
}

// cut puts the cells of a line of the new text into cells.
func (s *set) cut(line string, cells []string) bool {
	for k := range cells {
		bar := "\t"
		if k == len(cells)-1 {
			cells[k] = line
			return !s.tabs || !strings.Contains(line, bar)
		}
		if !s.tabs {
			bar = "  "[:1+btoi(s.columns[k+1].two)]
		}
		var ok bool
		if cells[k], line, ok = strings.Cut(line, bar); !ok {
			return false
		}
	}
	return true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spread writes a row as it was.
func (s *set) spread(out *output, cells []string) {
	at := 0
	for k, c := range s.columns {
		if cells[k] == "" {
			continue
		}
		n := places(cells[k])
		gap := c.at - at
		if c.right {
			gap -= n
		}
		gap = max(gap, 0)
		out.pad(gap)
		out.put(cells[k])
		at += gap + n
	}
	out.pad(max(0, s.end-at))
}
