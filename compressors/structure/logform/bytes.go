package logform

// class of a byte, for finding words in a line.
type class uint8

const (
	space class = iota
	hard        // punctuation that ends a field
	glue        // other punctuation: it holds names, paths, dates and addresses together
	word        // letters, digits, _ and whatever is not ASCII
)

const hardBytes = "|,;=()[]{}<>\"'`"

var classOf = func() (table [256]class) {
	for c := range table {
		switch {
		case c == ' ' || '\t' <= c && c <= '\r':
			table[c] = space
		case c >= 0x80 || c == '_' || isDigit(byte(c)) || 'a' <= c|0x20 && c|0x20 <= 'z':
			table[c] = word
		default:
			table[c] = glue
		}
	}
	for i := range len(hardBytes) {
		table[hardBytes[i]] = hard
	}
	return table
}()

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digitAt says whether there is a digit at i, which may be anywhere.
func digitAt(s string, i int) bool { return 0 <= i && i < len(s) && isDigit(s[i]) }

// byteAt is 0 outside of s.
func byteAt(s string, i int) byte {
	if 0 <= i && i < len(s) {
		return s[i]
	}
	return 0
}

// safe says whether a line may be cut at p: what is left and right of it can then be
// quoted without harm. No name, number, sign or character is cut through; but the number
// at the end of a name may stand apart, as in blk_|28.
func safe(s string, p int) bool {
	if p <= 0 || p >= len(s) {
		return true
	}
	a, b := s[p-1], s[p]
	switch {
	case classOf[a] == word && classOf[b] == word:
		return a == '_' && isDigit(b) && !inPath(s, p)
	case a == ':' && (b == ':' || byteAt(s, p-2) == ':'), b == ':' && byteAt(s, p+1) == ':':
		return false
	case isDigit(b) && isSign(s, p-1):
		return false
	case a == '.' && isDigit(b):
		return !isDecimal(s, p-1)
	case b == '.' && isDigit(a):
		return !isDecimal(s, p)
	}
	return true
}

// ends says whether a value may end at p: where it is safe, and with its whole word.
func ends(s string, p int) bool {
	return safe(s, p) && (p <= 0 || p >= len(s) || classOf[s[p-1]] != word || classOf[s[p]] != word)
}

// isSign says whether the byte at i is the sign of the number after it, rather than the
// hyphen of a date or name.
func isSign(s string, i int) bool {
	if s[i] != '-' && s[i] != '+' || !digitAt(s, i+1) {
		return false
	}
	return i == 0 || s[i-1] == '_' || classOf[s[i-1]] <= hard
}

// Bytes that are looked at around a place to tell what is there.
const (
	longName   = 64
	longNumber = 32
)

// inPath says whether the name around p is one of several that :: joins.
func inPath(s string, p int) bool {
	lo, hi := p, p
	for lo > 0 && p-lo < longName && classOf[s[lo-1]] == word {
		lo--
	}
	for hi < len(s) && hi-p < longName && classOf[s[hi]] == word {
		hi++
	}
	return byteAt(s, lo-1) == ':' && byteAt(s, lo-2) == ':' || byteAt(s, hi) == ':' && byteAt(s, hi+1) == ':'
}

// isDecimal says whether the dot at i is the only one of a number: 0.25, not 10.0.0.25.
func isDecimal(s string, i int) bool {
	lo, hi := i, i+1
	for lo > 0 && i-lo < longNumber && isDigit(s[lo-1]) {
		lo--
	}
	for hi < len(s) && hi-i < longNumber && isDigit(s[hi]) {
		hi++
	}
	if lo == i || hi == i+1 {
		return false
	}
	return byteAt(s, lo-1) != '.' && (byteAt(s, hi) != '.' || !digitAt(s, hi+1))
}
