package htmlform

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A budget is what may still be written, in bytes. All writers of a page share one.
type budget struct{ left int }

// A writer lays out text: lines, the white space between words, and what lines begin with.
// Breaks, spaces and marks are due, and written before the next word, if there is one.
type writer struct {
	*budget
	text   []byte
	prefix string // of each line
	lead   string // of the next line only, in the place of prefix
	breaks int    // line ends that are due
	gap    string // what the empty lines among them begin with
	space  bool   // is due
	marks  []*mark
	flat   int // open elements that are one line
}

// A mark is written before the first word of an element, at at.
type mark struct {
	text string
	at   int // -1 is not yet
}

// mark makes one due.
func (w *writer) mark(text string) *mark {
	m := &mark{text, -1}
	w.marks = append(w.marks, m)
	return m
}

// markLine makes one due that stands before all others.
func (w *writer) markLine(text string) *mark {
	m := &mark{text, -1}
	w.marks = slices.Insert(w.marks, 0, m)
	return m
}

// unmark reports whether a mark was written. One that was not is no longer due.
func (w *writer) unmark(m *mark) bool {
	if m.at >= 0 {
		return true
	}
	w.marks = slices.DeleteFunc(w.marks, func(x *mark) bool { return x == m })
	return false
}

// put appends, within the budget.
func (w *writer) put(s string) {
	if w.left -= len(s); w.left >= 0 {
		w.text = append(w.text, s...)
	}
}

// breakLine makes n line ends due. In what is one line they are a space, and behind the
// marker of a list item nothing.
func (w *writer) breakLine(n int) {
	switch {
	case w.flat > 0:
		w.space = true
	case w.lead != "":
	default:
		w.owe(max(w.breaks, n))
	}
}

// owe makes n line ends due. An empty line belongs to the outer one of its neighbours.
func (w *writer) owe(n int) {
	if w.breaks == 0 || len(w.prefix) < len(w.gap) {
		w.gap = w.prefix
	}
	w.breaks, w.space = n, false
}

// newline is the element br.
func (w *writer) newline() {
	if w.flat > 0 {
		w.space = true
		return
	}
	w.owe(min(w.breaks+1, 2))
}

// words writes text with its white space collapsed.
func (w *writer) words(s []byte) {
	for len(s) > 0 {
		n, blank := blankAt(s)
		switch {
		case blank:
			w.space = true
			fallthrough
		case n > 0:
			s = s[n:]
			continue
		}
		end := wordEnd(s)
		w.due()
		if w.left -= end; w.left >= 0 {
			w.text = append(w.text, s[:end]...)
		}
		s = s[end:]
	}
}

// blankAt returns the length of the white space s begins with, or of a character without
// width, which is not blank; 0 for all else.
func blankAt(s []byte) (n int, blank bool) {
	switch c := s[0]; {
	case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f':
		return 1, true
	case c < 0xc2:
		return 0, false
	case c == 0xc2 && len(s) > 1 && s[1] == 0xa0:
		return 2, true
	case c == 0xc2 && len(s) > 1 && s[1] == 0xad: // soft hyphen
		return 2, false
	case c == 0xe2 && len(s) > 2 && s[1] == 0x80 && s[2] == 0x8b: // zero-width space
		return 3, false
	case c == 0xef && len(s) > 2 && s[1] == 0xbb && s[2] == 0xbf:
		return 3, false
	}
	return 0, false
}

func wordEnd(s []byte) int {
	for i, c := range s {
		if c <= ' ' || c >= utf8.RuneSelf {
			if n, blank := blankAt(s[i:]); blank || n > 0 {
				return i
			}
		}
	}
	return len(s)
}

// due writes what stands before a word.
func (w *writer) due() {
	switch {
	case len(w.text) == 0:
		w.put(w.start())
	case w.breaks > 0:
		for range w.breaks - 1 {
			w.put("\n" + strings.TrimRight(w.gap, " "))
		}
		w.put("\n")
		w.put(w.start())
	case w.space:
		w.put(" ")
	}
	w.breaks, w.space = 0, false
	for _, m := range w.marks {
		m.at = len(w.text)
		w.put(m.text)
	}
	w.marks = w.marks[:0]
}

// start returns what the line begins with.
func (w *writer) start() string {
	s := w.prefix
	if w.lead != "" {
		s = w.lead
	}
	w.lead = ""
	return s
}
