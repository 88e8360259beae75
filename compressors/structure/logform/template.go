package logform

import "strings"

// A template is what lines have in common from some place on. Its first part is text, and
// no gap follows a gap.
type template struct {
	parts []part
	gaps  int
}

type partKind uint8

const (
	fixed partKind = iota
	gap            // a value that differs
	again          // the value of an earlier gap again
)

type part struct {
	kind partKind
	text string
	ref  int // of again: which gap, 0 is the first
}

// literal is the text of a part that is no gap, in a line with these values.
func (p *part) literal(values []string) string {
	if p.kind == again {
		return values[p.ref]
	}
	return p.text
}

// tries bounds the places at which a text is sought that may not be cut off there.
const tries = 32

// find returns where text is in line from the byte at from on, and may be cut off; -1 is
// nowhere.
func find(line, text string, from int) int {
	for range tries {
		i := strings.Index(line[min(from, len(line)):], text)
		if i < 0 {
			return -1
		}
		if from += i; ends(line, from) {
			return from
		}
		from++
	}
	return -1
}

// fit returns where in line the template begins, from the byte at from on, and appends the
// values of its gaps to values. From there it stands for the rest of the line.
func (t *template) fit(line string, from int, values []string) (int, []string, bool) {
	start := find(line, t.parts[0].text, from)
	if start < 0 {
		return 0, values, false
	}
	at, first := start, len(values)
	for i := range t.parts {
		end := t.partEnd(i, line, at, values[first:])
		if end < 0 {
			return 0, values, false
		}
		if t.parts[i].kind == gap {
			values = append(values, line[at:end])
		}
		at = end
	}
	return start, values, at == len(line)
}

// partEnd returns where part i ends that begins at at; -1 if it cannot be there.
func (t *template) partEnd(i int, line string, at int, values []string) int {
	p := &t.parts[i]
	if p.kind == gap {
		return t.gapEnd(i, line, at, values)
	}
	s := p.literal(values)
	end := at + len(s)
	if !strings.HasPrefix(line[at:], s) || !safe(line, end) || p.kind == again && !ends(line, end) {
		return -1
	}
	return end
}

// gapEnd returns where the value ends that begins at at: before the next text. It is at
// least one byte.
func (t *template) gapEnd(i int, line string, at int, values []string) int {
	if i+1 == len(t.parts) {
		if at == len(line) {
			return -1
		}
		return len(line)
	}
	next := &t.parts[i+1]
	if next.kind == again && next.ref == len(values) {
		return -1 // itself, twice in a row
	}
	s := next.literal(values)
	if i+2 < len(t.parts) {
		return find(line, s, at+1)
	}
	end := len(line) - len(s)
	if end <= at || line[end:] != s || !ends(line, end) {
		return -1
	}
	return end
}
