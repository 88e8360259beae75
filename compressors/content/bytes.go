package content

import "strings"

// counts says how many characters of each kind a line holds. Bytes that continue
// a character of several are not counted.
type counts struct {
	lower, upper, digit, space int
	code                       int // signs of programs and markup
	punct                      int // signs of sentences
	high                       int // letters beyond ASCII
	other                      int // control characters, symbols, drawn boxes, emoji
}

// chars is how many characters there are beside white space.
func (n *counts) chars() int {
	return n.lower + n.upper + n.digit + n.code + n.punct + n.high + n.other
}

func (n *counts) letters() int { return n.lower + n.upper + n.high }

// kinds has, for each byte, a one in the field of its kind: eight fields of eight
// bits, in the order of counts. One addition then counts one byte.
var kinds = func() (t [256]uint64) {
	field := func(i int) uint64 { return 1 << (8 * i) }
	for c := range 256 {
		switch b := byte(c); {
		case isLower(b):
			t[c] = field(0)
		case isUpper(b):
			t[c] = field(1)
		case isDigit(b):
			t[c] = field(2)
		case b == ' ' || b == '\t':
			t[c] = field(3)
		case strings.IndexByte("{}[]<>=;|\\&_$@^~`#*/+%", b) >= 0:
			t[c] = field(4)
		case b > ' ' && b < 0x7f:
			t[c] = field(5)
		case b >= 0x80 && b < 0xc0: // continues a character
		case b >= 0xc3 && b != 0xe2 && b < 0xf0: // 0xc2, 0xe2 and 0xf0 begin symbols
			t[c] = field(6)
		default:
			t[c] = field(7)
		}
	}
	return t
}()

func count(s string) (n counts) {
	for len(s) > 0 {
		k := min(len(s), 255) // what a field holds
		var sum uint64
		for i := 0; i < k; i++ {
			sum += kinds[s[i]]
		}
		n.lower += int(sum & 255)
		n.upper += int(sum >> 8 & 255)
		n.digit += int(sum >> 16 & 255)
		n.space += int(sum >> 24 & 255)
		n.code += int(sum >> 32 & 255)
		n.punct += int(sum >> 40 & 255)
		n.high += int(sum >> 48 & 255)
		n.other += int(sum >> 56)
		s = s[k:]
	}
	return n
}

func isLower(b byte) bool { return 'a' <= b && b <= 'z' }
func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }
func isDigit(b byte) bool { return '0' <= b && b <= '9' }
func isAlpha(b byte) bool { return isLower(b | 0x20) }
func isAlnum(b byte) bool { return isAlpha(b) || isDigit(b) }

// digits is how many digits s begins with.
func digits(s string) int {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// hasAnyPrefix reports whether s begins with one of prefixes.
func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// cutLine returns the first line of s without its line end, and the rest.
func cutLine(s string) (line, rest string) {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// trimEnd is strings.TrimRight for spaces, tabs and carriage returns, without the
// set that it would build for each line.
func trimEnd(s string) string {
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// trimIndent is strings.TrimLeft for spaces and tabs.
func trimIndent(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}
