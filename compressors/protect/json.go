package protect

// maxDepth bounds nesting, as in the standard library's readers.
const maxDepth = 256

// json finds JSON objects, and arrays that hold more than numbers. Where
// reading fails, the search goes on behind the failure: nothing is read twice.
func (s *scanner) json() {
	for i := 0; i < len(s.text); {
		if c := s.text[i]; c != '{' && c != '[' {
			i++
			continue
		}
		end, strings, ok := readJSON(s.text, i)
		if ok && strings > 0 {
			s.add(i, end, JSON)
		}
		i = max(end, i+1)
	}
}

// readJSON reads the value that begins at i, loosely: brackets must pair up,
// strings close, and only JSON's own signs and literals stand outside them. It
// returns where it ended or failed, and how many strings it met.
func readJSON(t string, i int) (end, strings int, ok bool) {
	var open []byte
	for i < len(t) {
		switch c := t[i]; {
		case c == '{' || c == '[':
			if len(open) == maxDepth {
				return i, strings, false
			}
			open = append(open, c+2) // the closing sign of both is two further on
		case c == '}' || c == ']':
			if open[len(open)-1] != c {
				return i, strings, false
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				return i + 1, strings, true
			}
		case c == '"':
			next, closed := stringEnd(t, i)
			if !closed {
				return next, strings, false
			}
			i = next
			strings++
			continue
		case !outside(t, i):
			return i, strings, false
		}
		i++
	}
	return i, strings, false
}

// stringEnd returns the offset behind the string that begins at i, or where its
// line ends if it does not close.
func stringEnd(t string, i int) (end int, closed bool) {
	for i++; i < len(t) && t[i] != '\n'; i++ {
		switch t[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		}
	}
	return min(i, len(t)), false
}

// outside reports whether t[i] may stand outside strings: white space, signs,
// digits, and the letters of true, false, null and exponents.
func outside(t string, i int) bool {
	switch c := t[i]; c {
	case ' ', '\t', '\n', '\r', ',', ':', '-', '+', '.', 't', 'r', 'u', 'e', 'f', 'a', 'l', 's', 'n', 'E':
		return true
	default:
		return isDigit(c)
	}
}
