package segment

import "strings"

// lines reads a text by lines.
type lines struct {
	text  string
	limit int // bytes of a unit, without what follows it
}

// What a line is must be seen in its first bytes. Else one more byte at the end of a
// text could change what was said of a whole segment before it.
const sight = 64

// slack is what a unit may have beyond its limit: separators, the line that closes a
// fence, a last line of which too little is there to tell what it is.
const slack = 2 * sight

type kind uint8

const (
	words   kind = iota // any other text
	blank               // white space alone
	fence               // ``` or ~~~
	bracket             // may begin a JSON document
	row                 // of a table: begins with | or +-
	unsure              // the text ends before it is told
)

// kind tells what the line is that begins at i.
func (l *lines) kind(i int) kind {
	at := l.skipBlanks(i, i+sight)
	if at == len(l.text) {
		return unsure
	}
	switch l.text[at] {
	case '\n':
		return blank
	case '`':
		return l.mark(at, "```", fence)
	case '~':
		return l.mark(at, "~~~", fence)
	case '|':
		return row
	case '+':
		return l.mark(at, "+-", row)
	case '<':
		return l.mark(at, "</", words) // see indent
	case '{':
		if at == i {
			return l.opensJSON(i, `"}`)
		}
	case '[':
		if at == i {
			return l.opensJSON(i, `"{[]-0123456789tfn`)
		}
	}
	return words
}

// mark returns k if m is at i, and that it is unsure if the text ends within m.
func (l *lines) mark(i int, m string, k kind) kind {
	switch rest := l.text[i:]; {
	case strings.HasPrefix(rest, m):
		return k
	case len(rest) < len(m) && strings.HasPrefix(m, rest):
		return unsure
	}
	return words
}

// opensJSON looks at what follows the bracket at i. That sorts out the blocks of C, links,
// and names in brackets.
func (l *lines) opensJSON(i int, next string) kind {
	for at := i + 1; at <= i+sight; at++ {
		if at == len(l.text) {
			return unsure
		}
		if !isSpace(l.text[at]) {
			if strings.IndexByte(next, l.text[at]) >= 0 {
				return bracket
			}
			break
		}
	}
	return words
}

// skipBlanks returns where, from i on and before stop, there is no space or tab.
func (l *lines) skipBlanks(i, stop int) int {
	for stop = min(stop, len(l.text)); i < stop && l.text[i] != '\n' && isSpace(l.text[i]); i++ {
	}
	return i
}

// lineEnd returns the end of the line, with its newline, but not more than stop.
func (l *lines) lineEnd(i, stop int) int {
	if n := strings.IndexByte(l.text[i:stop], '\n'); n >= 0 {
		return i + n + 1
	}
	return stop
}

// indent returns how far the line is indented, in bytes, and whether it closes what an
// earlier line of the same depth began.
func (l *lines) indent(i int) (depth int, closes bool) {
	at := l.skipBlanks(i, i+sight)
	if at < len(l.text) {
		switch l.text[at] {
		case '}', ')', ']':
			closes = true
		case '<':
			closes = at+1 < len(l.text) && l.text[at+1] == '/'
		}
	}
	return at - i, closes
}

// branch returns the end of a line with all that is indented below it, and with the
// lines that close it, or of the line alone if that is too long. So declarations,
// list items and small records stay whole, whatever the language. Within a declaration a
// branch has to be much shorter: long units are cut behind more often than not, and so
// an edit within them moves a cut more often than not.
func (l *lines) branch(lo, hi int) int {
	depth, _ := l.indent(lo)
	most := l.limit
	if depth > 0 {
		most /= 4
	}
	stop := min(hi, lo+most+1)
	first := l.lineEnd(lo, hi)
	end := first
	for end < stop {
		if d, closes := l.indent(end); d < depth || d == depth && !closes {
			return end
		}
		end = l.lineEnd(end, stop)
	}
	if end-lo > most {
		return first
	}
	return end
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
