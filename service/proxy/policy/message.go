package policy

import (
	"strings"
	"unicode"

	"github.com/pith-proxy/pith/compressors/content"
)

// A message is the lines of all its parts, and which of them are contexts.
type message struct {
	parts    []string
	lines    []textLine
	first    int  // the first line with bytes in a context, or -1
	last     int  // the last one
	question int  // the line with the label of the question, or -1
	tagged   bool // contexts stand between tags or quotation marks, so labels in them mean nothing
}

// A textLine is [start, end) of a part, without its line end.
type textLine struct {
	part, start, end int
	body             string // without the white space round it
	label            label

	inside   bool // in a context, which is [from, to) of it
	from, to int
	cut      bool // a label, a separator or fenced: never in a context
}

// readMessage reads the lines of parts, of which there are n.
func readMessage(parts []string, n int) *message {
	m := &message{parts: parts, lines: make([]textLine, 0, n), first: -1, last: -1, question: -1}
	for i, p := range parts {
		fence := ""
		for at := 0; at <= len(p); {
			end := len(p)
			if j := strings.IndexByte(p[at:], '\n'); j >= 0 {
				end = at + j
			}
			l := textLine{part: i, start: at, end: end, body: strings.TrimSpace(p[at:end])}
			fence = l.read(fence, p[at:end])
			m.lines = append(m.lines, l)
			at = end + 1
		}
	}
	return m
}

// read looks at the line on its own and returns the fence that is open behind it.
func (l *textLine) read(open, raw string) string {
	mark := content.Fence(l.body)
	switch {
	case open != "":
		l.cut = true
		if strings.HasPrefix(mark, open) && mark == l.body {
			return ""
		}
		return open
	case mark != "":
		l.cut = true
		return mark
	case isSeparator(l.body):
		l.cut = true
	default:
		l.label = readLabel(l.body)
		l.cut = l.label.kind != noLabel && l.label.kind < userLabel
		l.label.at += l.start + len(raw) - len(strings.TrimLeftFunc(raw, unicode.IsSpace))
	}
	return ""
}

// isSeparator knows lines of one repeated sign, and quotation marks by threes.
func isSeparator(body string) bool {
	if body == `"""` || body == "'''" {
		return true
	}
	return len(body) >= 3 && strings.IndexByte("-=*_~#", body[0]) >= 0 && strings.Trim(body, body[:1]) == ""
}

// markRange makes lines [from, to) a context, without what cuts it. Text behind a
// label in its line is part of it.
func (m *message) markRange(from, to int) {
	for i := from; i < to; i++ {
		l := &m.lines[i]
		l.inside, l.from, l.to = !l.cut, l.start, l.end
		if l.label.kind == docLabel || l.label.kind == contextLabel {
			l.inside, l.from = l.label.at < l.end, l.label.at
		}
	}
}

// paragraph returns the first line of the paragraph whose last line is i, not
// going below low, and its size.
func (m *message) paragraph(i, low int) (first, size int) {
	for first = i; first >= low && m.lines[first].body != ""; first-- {
		size += len(m.lines[first].body)
		if m.lines[first].part != m.lines[i].part {
			break
		}
	}
	return first + 1, size
}

// text is the lines [from, to) of the message, without their indents.
func (m *message) text(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(m.lines[i].body)
		b.WriteByte('\n')
	}
	return b.String()
}

// bounds finds the first and the last line with bytes in a context.
func (m *message) bounds() {
	for i := range m.lines {
		if m.lines[i].inside && m.lines[i].from < m.lines[i].to {
			if m.first < 0 {
				m.first = i
			}
			m.last = i
		}
	}
}
