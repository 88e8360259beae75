package logform

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// Decode undoes [Encode]. It never returns more than limit bytes, and takes time linear in
// them and in text. Errors are those of package structure.
func Decode(text string, layout []byte, limit int) (string, error) {
	d := &decoder{newline: "\n", limit: limit, open: -1}
	switch string(layout) {
	case "":
	case crlfLayout:
		d.newline = "\r\n"
	default:
		return "", structure.ErrLayout
	}
	brief, rest, _ := strings.Cut(text, "\n")
	var ok bool
	if d.with, ok = parseBrief(brief); !ok {
		return "", structure.ErrText
	}
	if rest, ok = d.legend(rest); !ok {
		return "", structure.ErrText
	}
	for more := true; more; {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		if err := d.line(line); err != nil {
			return "", err
		}
	}
	if d.open >= 0 || d.lines == 0 {
		return "", structure.ErrText
	}
	return string(d.out), nil
}

// A decoder writes the source.
type decoder struct {
	with    devices
	newline string
	limit   int
	rows    []template
	out     []byte
	lines   int  // written
	last    int  // where the last of them begins
	fresh   bool // the line before was one of the source, not a mark
	prefix  string
	blocks  []stretch
	open    int // where the block that has begun is in out; -1 if none has
	until   int // lines when it has to end
}

// A stretch is a block in out.
type stretch struct{ start, end int }

// legend reads the rows and returns what comes after them.
func (d *decoder) legend(text string) (string, bool) {
	for k := range mostRows {
		row, ok := strings.CutPrefix(text, d.with.sigil+letter(k)+"=")
		if !ok {
			break
		}
		row, text, ok = strings.Cut(row, "\n")
		if !ok {
			return "", false
		}
		t, ok := parseRow(row, d.with.gap)
		if !ok {
			return "", false
		}
		d.rows = append(d.rows, t)
	}
	return text, d.with.rows == (len(d.rows) > 0)
}

// line reads a line below the legend.
func (d *decoder) line(line string) error {
	rest, marked := strings.CutPrefix(line, d.with.sigil)
	switch {
	case line == "":
		return d.source("", "")
	case !marked || rest != "" && 'A' <= rest[0] && rest[0] <= 'Z':
		return d.source(d.prefix, line)
	case strings.HasPrefix(rest, aloneMark) && d.with.alone:
		return d.source("", rest[len(aloneMark):])
	case strings.HasPrefix(rest, headingMark) && d.with.heading:
		d.prefix, d.fresh = rest[len(headingMark):], false
		if strings.Contains(d.prefix, d.with.sigil) {
			return structure.ErrText
		}
		return nil
	case strings.HasPrefix(rest, timesLetter) && d.with.times:
		return d.times(rest[len(timesLetter):])
	case d.with.blocks:
		return d.label(rest)
	}
	return structure.ErrText
}

// source writes a line: prefix, then line with its row, if it has one, filled in.
func (d *decoder) source(prefix, line string) error {
	if err := d.begin(); err != nil {
		return err
	}
	front, use, ok := strings.Cut(line, d.with.sigil)
	if err := d.put(prefix); err != nil {
		return err
	}
	if err := d.put(front); err != nil || !ok {
		return err
	}
	return d.fill(use)
}

// fill writes a row with its values: use begins with the letter. Values are not empty, so
// that no row is longer than what it writes.
func (d *decoder) fill(use string) error {
	if use == "" || use[0] < 'A' || int(use[0]-'A') >= len(d.rows) || strings.Contains(use, d.with.sigil) {
		return structure.ErrText
	}
	t := &d.rows[use[0]-'A']
	values, ok := parseValues(use[1:], t.gaps)
	if !ok || slices.Contains(values, "") {
		return structure.ErrText
	}
	next := 0
	for i := range t.parts {
		s := ""
		if p := &t.parts[i]; p.kind == gap {
			s = values[next]
			next++
		} else {
			s = p.literal(values)
		}
		if err := d.put(s); err != nil {
			return err
		}
	}
	return nil
}

// begin begins a line.
func (d *decoder) begin() error {
	if d.lines > 0 {
		if err := d.put(d.newline); err != nil {
			return err
		}
	}
	d.lines++
	d.last, d.fresh = len(d.out), true
	return nil
}

func (d *decoder) put(s string) error {
	if len(s) > d.limit-len(d.out) {
		return structure.ErrLimit
	}
	d.out = append(d.out, s...)
	return nil
}

// repeat writes out[start:end] n times more, each as new lines.
func (d *decoder) repeat(start, end, n int) error {
	if n > (d.limit-len(d.out))/(end-start+len(d.newline)) {
		return structure.ErrLimit
	}
	for range n {
		d.out = append(d.out, d.newline...)
		d.out = append(d.out, d.out[start:end]...)
	}
	return nil
}

// times repeats the line before, which is to be there as often as s says.
func (d *decoder) times(s string) error {
	n, ok := positive(s)
	if !ok || n < 2 || !d.fresh {
		return structure.ErrText
	}
	d.lines += n - 1
	d.fresh = false
	return d.repeat(d.last, len(d.out), n-1)
}

// label reads what is behind the sigil of a line about a block.
func (d *decoder) label(s string) error {
	i := strings.IndexByte(s, ' ')
	if i < 0 {
		return structure.ErrText
	}
	k, ok := positive(s[:i])
	if !ok {
		return structure.ErrText
	}
	rest := s[i:]
	if n, ok := strings.CutPrefix(rest, beginsWord); ok {
		return d.beginBlock(k, n)
	}
	if rest == endsWord {
		return d.endBlock(k)
	}
	if n, ok := strings.CutPrefix(rest, againWord); ok {
		return d.again(k, n)
	}
	return structure.ErrText
}

func (d *decoder) beginBlock(k int, s string) error {
	number, ok := strings.CutSuffix(s, linesWord)
	n, ok2 := positive(number)
	if !ok || !ok2 || d.open >= 0 || k != len(d.blocks)+1 {
		return structure.ErrText
	}
	d.open, d.until, d.fresh = len(d.out), d.lines+n, false
	if d.lines > 0 {
		d.open += len(d.newline)
	}
	return nil
}

func (d *decoder) endBlock(k int) error {
	if d.open < 0 || k != len(d.blocks)+1 || d.lines != d.until {
		return structure.ErrText
	}
	d.blocks = append(d.blocks, stretch{d.open, len(d.out)})
	d.open, d.fresh = -1, false
	return nil
}

func (d *decoder) again(k int, s string) error {
	n := 1
	if s != "" {
		number, ok := strings.CutPrefix(s, " "+timesLetter)
		if n, _ = positive(number); !ok || n < 2 {
			return structure.ErrText
		}
	}
	if d.open >= 0 || k > len(d.blocks) {
		return structure.ErrText
	}
	d.fresh = false
	return d.repeat(d.blocks[k-1].start, d.blocks[k-1].end, n)
}
