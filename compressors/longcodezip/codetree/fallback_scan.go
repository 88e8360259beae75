package codetree

import (
	"slices"
	"strings"
)

// A shapeLine is what the divider knows of a line of the source.
type shapeLine struct {
	start int // byte of the source

	blank     bool
	comment   bool // nothing but a comment
	attribute bool // "@Override", "#[test]": belongs to what is below
	closer    bool // begins with a closing bracket, "end", "else" and the like
	inside    bool // begins inside a string or a comment
	joined    bool // goes on with the line above
	section   bool // begins a section, or is a comment right above one
	ended     bool // the statement above has ended; only where rules ask for it

	// indent is twice the columns in front of the text, tabs to the next eighth; of a
	// comment, at least that of the code below it.
	indent int

	depth int // brackets open where the line begins
	round int // those among them that lists are in
}

// scan reads the source once.
func (d *divider) scan() {
	s := scanner{d: d, ended: true, last: map[string]int{}}
	for start := 0; start < len(d.source); {
		end := len(d.source)
		if i := strings.IndexByte(d.source[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		s.line(start, d.source[start:end])
		start = end
	}
	d.last = shapeLine{start: len(d.source), depth: len(s.stack)}
	if s.bad || len(s.stack) > 0 {
		d.last.depth = 0
		for i := range d.lines {
			d.lines[i].depth, d.lines[i].round = 0, 0
		}
	}
	d.indentComments()
	d.sections = slices.IndexFunc(d.lines, func(ln shapeLine) bool { return ln.section })
	if d.sections < 0 {
		d.sections = len(d.lines)
	}
}

// indentComments puts comments no further left than the code that they are about, and into
// its section.
func (d *divider) indentComments() {
	below, closer := 0, false
	for i := len(d.lines) - 1; i >= 0; i-- {
		ln := &d.lines[i]
		switch {
		case ln.blank || ln.inside:
		case ln.comment:
			ln.closer = closer && ln.indent <= below
			ln.indent = max(ln.indent, below)
			ln.section = i+1 < len(d.lines) && d.lines[i+1].section
		default:
			below, closer = ln.indent, ln.closer
		}
	}
}

// A scanner holds what is open between lines.
type scanner struct {
	d      *divider
	stack  []byte // closing brackets that are due
	round  int
	until  string         // what ends the string or comment that is open, or ""
	words  []string       // lines that end the here-documents that are open
	remark bool           // that is a comment
	bad    bool           // brackets do not match
	back   bool           // the line above ends with a backslash
	ended  bool           // so does its statement
	ends   map[string]int // where here-documents end last; nil until one is found
	last   map[string]int // where a closing mark stands last in the source
}

func (s *scanner) line(start int, text string) {
	d := s.d
	body := strings.Trim(text, blanks)
	ln := shapeLine{
		start:  start,
		blank:  body == "",
		indent: 2 * columns(text),
		depth:  len(s.stack),
		round:  s.round,
		inside: s.until != "" || len(s.words) > 0,
		joined: s.back,
		ended:  s.ended,
	}
	if ln.inside {
		ln.comment = s.remark && (!strings.Contains(body, s.until) || strings.HasSuffix(body, s.until))
	} else {
		ln.comment = d.rules.comments(body) || s.opensRemark(start+strings.Index(text, body), body)
		ln.attribute = attribute(body)
		ln.closer = closer(body, d.rules.data)
		ln.joined = s.back || !d.rules.data && !d.rules.markup && goesOn.MatchString(body)
		ln.section = d.rules.section != nil && !ln.joined && ln.depth == 0 && d.rules.section(body)
		if d.rules.dashes && (body == "-" || strings.HasPrefix(body, "- ")) {
			ln.indent++
		}
	}
	d.lines = append(d.lines, ln)
	switch {
	case len(s.words) > 0:
		if endsText(body, s.words[0]) {
			s.words = s.words[1:]
		}
		return
	case ln.comment && d.rules.line != "" && strings.HasPrefix(body, d.rules.line) && !d.rules.longer(body):
		return // with the backslash of the line above, if any
	}
	s.back = strings.HasSuffix(body, `\`) || d.rules.commas && strings.HasSuffix(body, ",")
	if d.rules.markup {
		s.markup(start, text)
		return
	}
	if !ln.inside {
		s.count(body)
	}
	s.code(start, text)
	s.heredoc(start, text)
	if !ln.blank {
		s.ended = s.until == "" && d.rules.ends != nil && d.rules.ends(body, len(s.stack))
	}
}

// columns returns the width of what a line is indented by.
func columns(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ':
			n++
		case '\t':
			n += 8 - n%8
		default:
			return n
		}
	}
	return n
}

// code follows the brackets, strings and comments of a line.
func (s *scanner) code(start int, text string) {
	for i := 0; i < len(text); {
		if s.until != "" {
			n := closingEnd(text[i:], s.until)
			if n < 0 {
				return
			}
			i += n
			s.until = ""
			continue
		}
		if s.d.rules.rest(text, i) {
			return
		}
		if open := s.opens(start, text, i); open > 0 {
			i += open
			continue
		}
		c := text[i]
		switch c {
		case '\\':
			i++
		case '"', '`', '\'':
			if s.d.rules.quotes {
				s.until, s.remark = text[i:i+1], false
				break
			}
			i += quoted(text, i)
		case '(', '[', '{':
			s.push(c)
		case ')', ']', '}':
			s.pop(c)
		}
		i++
	}
}

// closingEnd returns the length of text up to the end of the mark that closes a string or
// comment; -1 if it is not there.
func closingEnd(text, mark string) int {
	if mark != `"` && mark != "`" {
		if i := strings.Index(text, mark); i >= 0 {
			return i + len(mark)
		}
		return -1
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case mark[0]:
			return i + 1
		}
	}
	return -1
}

// opens returns the length of what opens a string or comment of several lines at text[i],
// if it does and is closed somewhere.
func (s *scanner) opens(start int, text string, i int) int {
	for _, p := range s.d.rules.blocks {
		if !strings.HasPrefix(text[i:], p[0]) {
			continue
		}
		if s.lastOf(p[1]) >= start+i+len(p[0]) {
			s.until, s.remark = p[1], !stringMark(p[0])
			return len(p[0])
		}
	}
	return 0
}

// stringMark says whether an opening mark is that of a string.
func stringMark(open string) bool { return strings.IndexByte("\"'$`", open[0]) >= 0 }

// opensRemark says whether a line at start is a comment of several lines, or the beginning
// of one.
func (s *scanner) opensRemark(start int, body string) bool {
	for _, p := range s.d.rules.blocks {
		if rest, ok := strings.CutPrefix(body, p[0]); ok && !stringMark(p[0]) {
			at := strings.Index(rest, p[1])
			return at >= 0 && at+len(p[1]) == len(rest) || at < 0 && s.lastOf(p[1]) >= start+len(p[0])
		}
	}
	return false
}

func (s *scanner) lastOf(mark string) int {
	at, ok := s.last[mark]
	if !ok {
		at = strings.LastIndex(s.d.source, mark)
		s.last[mark] = at
	}
	return at
}

// quoted returns how many bytes behind text[i] a string on this line goes on; 0 if the
// quote is none, as in "it's" or 'a.
func quoted(text string, i int) int {
	q := text[i]
	if q == '\'' && i > 0 && wordByte(text[i-1]) {
		return 0
	}
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case q:
			return j - i
		}
	}
	return 0
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

func (s *scanner) push(c byte) {
	if !s.d.rules.brackets {
		return
	}
	s.stack = append(s.stack, c)
	if s.d.rules.lists(c) {
		s.round++
	}
}

func (s *scanner) pop(c byte) {
	if !s.d.rules.brackets {
		return
	}
	n := len(s.stack)
	if n == 0 || pairs[s.stack[n-1]] != c {
		s.bad = true
		return
	}
	if s.d.rules.lists(s.stack[n-1]) {
		s.round--
	}
	s.stack = s.stack[:n-1]
}

var pairs = [256]byte{'(': ')', '[': ']', '{': '}', 'b': 'e'}

// count counts words that are brackets, as "ifeq" and "endif".
func (s *scanner) count(body string) {
	if s.d.rules.word == nil {
		return
	}
	n := s.d.rules.word(body)
	for ; n > 0; n-- {
		s.stack = append(s.stack, 'b')
	}
	for k := len(s.stack); n < 0 && k > 0 && s.stack[k-1] == 'b'; n, k = n+1, k-1 {
		s.stack = s.stack[:k-1]
	}
}
