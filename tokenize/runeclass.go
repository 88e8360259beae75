package tokenize

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is what the split patterns of the encodings ask about a character.
type class uint8

const (
	other    class = iota // neither of the rest; also a byte that is not UTF-8
	newline               // \r \n
	space                 // \s without the two
	upper                 // Lu, Lt
	lower                 // Ll
	caseless              // Lm, Lo
	mark                  // M
	number                // N
)

func (c class) isLetter() bool { return c >= upper && c <= caseless }
func (c class) isSpace() bool  { return c == newline || c == space }

// classTable holds the class of each code point in blocks of 256, of which
// equal ones are shared: 50 kB, and no search.
type classTable struct {
	ascii  [utf8.RuneSelf]class
	index  [(unicode.MaxRune + 1) >> 8]uint16
	blocks [][256]class
}

// classes builds the table at first use: it takes a few milliseconds.
var classes = sync.OnceValue(buildClasses)

func buildClasses() *classTable {
	all := make([]class, unicode.MaxRune+1)
	for _, set := range []struct {
		table *unicode.RangeTable
		class class
	}{
		{unicode.Lu, upper}, {unicode.Lt, upper}, {unicode.Ll, lower}, {unicode.Lm, caseless},
		{unicode.Lo, caseless}, {unicode.M, mark}, {unicode.N, number}, {unicode.White_Space, space},
	} {
		fill(all, set.table, set.class)
	}
	for _, r := range newerClasses {
		for c := r.lo; c <= r.hi; c++ {
			all[c] = r.class
		}
	}
	all['\r'], all['\n'] = newline, newline
	return packClasses(all)
}

func fill(all []class, table *unicode.RangeTable, cl class) {
	for _, r := range table.R16 {
		for c := uint32(r.Lo); c <= uint32(r.Hi); c += uint32(r.Stride) {
			all[c] = cl
		}
	}
	for _, r := range table.R32 {
		for c := r.Lo; c <= r.Hi; c += r.Stride {
			all[c] = cl
		}
	}
}

func packClasses(all []class) *classTable {
	t := &classTable{}
	copy(t.ascii[:], all)
	known := map[[256]class]uint16{}
	for i := range t.index {
		block := [256]class(all[i<<8:])
		at, ok := known[block]
		if !ok {
			at = uint16(len(t.blocks))
			known[block] = at
			t.blocks = append(t.blocks, block)
		}
		t.index[i] = at
	}
	return t
}

// at returns the class and the size in bytes of the character at s[i]. Bytes
// that are not UTF-8 count as the one U+FFFD that a decoder puts there.
func (t *classTable) at(s string, i int) (class, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError && n == 1 {
		return other, badLen(s[i:])
	}
	return t.blocks[t.index[r>>8]][r&0xff], n
}

// badLen returns how many bytes at the start of s, which is not UTF-8 there,
// one U+FFFD replaces: the longest start of a well-formed character, else 1
// (Unicode 3.9, "substitution of maximal subparts"; Python and browsers do so).
func badLen(s string) int {
	lo, hi, want := byte(0x80), byte(0xbf), 0
	switch c := s[0]; {
	case c >= 0xc2 && c <= 0xdf:
		want = 2
	case c >= 0xe0 && c <= 0xef:
		want = 3
	case c >= 0xf0 && c <= 0xf4:
		want = 4
	}
	switch s[0] {
	case 0xe0:
		lo = 0xa0
	case 0xed:
		hi = 0x9f
	case 0xf0:
		lo = 0x90
	case 0xf4:
		hi = 0x8f
	}
	n := 1
	for n < want && n < len(s) && s[n] >= lo && s[n] <= hi {
		n, lo, hi = n+1, 0x80, 0xbf
	}
	return n
}
