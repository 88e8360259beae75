package segment

import "strings"

// document puts the units of the JSON document that begins at i, if it is one that is a
// region: long enough, and not refuted before that. One that the text breaks off may
// still get long.
func (s *splitter) document(i int) (end int, ok bool) {
	if i < s.short { // nor is what begins within one that is too short
		return 0, false
	}
	end, closed := scanJSON(s.text, i)
	if end-i < s.least && (closed || end < len(s.text)) {
		s.short = end
		return 0, false
	}
	s.enter(document)
	s.quiet = end
	at := s.skipBlanks(end, end+sight)
	if !closed || at < len(s.text) && s.text[at] != '\n' {
		// It was none, or not to its end. What follows is not cut off: whether it is
		// refuted may be seen only much later.
		s.region = prose
		return s.block(i, len(s.text)), true
	}
	hi := s.lineEnd(at, len(s.text))
	for i < hi {
		i = s.blanks(s.block(i, hi))
	}
	return i, true
}

// scanJSON returns where the document ends that begins with the bracket at i, or else how
// far the text can be one. It counts brackets and knows tokens, no more: what is said to
// be JSON is cut differently, not parsed. That values have a comma or a colon between
// them is wanted so that a bracket that an edit took away costs one document, and not
// all that follow.
func scanJSON(text string, i int) (end int, closed bool) {
	depth, ok, value := 0, true, false // value: the last token was one
	for i < len(text) && ok {
		n := 1
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
		case ',', ':':
			value = false
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
			value = true
		default:
			if value {
				return i, false
			}
			if c == '{' || c == '[' {
				depth++
				break
			}
			n, ok = scanScalar(text[i:])
			value = true
		}
		i += n
	}
	return i, false
}

// scanScalar returns how much of t can be a string, a number or a word of JSON, and
// whether there is such a one at all, or can be, where t ends.
func scanScalar(t string) (n int, ok bool) {
	switch t[0] {
	case '"':
		return scanString(t)
	case 't':
		return scanWord(t, "true")
	case 'f':
		return scanWord(t, "false")
	case 'n':
		return scanWord(t, "null")
	}
	return scanNumber(t)
}

func scanString(t string) (n int, ok bool) {
	for n = 1; n < len(t); n++ {
		switch c := t[n]; {
		case c == '"':
			return n + 1, true
		case c == '\\' && n+1 < len(t) && t[n+1] >= ' ':
			n++
		case c < ' ':
			return n, false
		}
	}
	return n, true
}

func scanWord(t, word string) (n int, ok bool) {
	n = min(len(word), len(t))
	return n, t[:n] == word[:n]
}

func scanNumber(t string) (n int, ok bool) {
	if t[0] != '-' && (t[0] < '0' || t[0] > '9') {
		return 0, false
	}
	for n = 1; n < len(t) && strings.IndexByte("0123456789+-.eE", t[n]) >= 0; n++ {
	}
	return n, true
}
