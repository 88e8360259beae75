package longcodezip

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// eachTerm calls f with the terms of text, lower case and in their order; f must not keep
// what it gets. Terms are the parts of identifiers, which end where the case or the
// script says so, between letters and digits, and at '_'; after the parts of one that has
// several, all of them together. So max_len, maxLen and MaxLen are the terms max, len and
// maxlen; HTTPServer2 is http, server, 2 and httpserver2. In scripts without spaces terms
// are pairs of neighbours.
func eachTerm(text string, f func(term []byte)) {
	s := splitter{f: f}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(text[i:])
			s.rune(r, text[i:i+n])
			i += n
			continue
		}
		s.ascii(c, classes[c])
		i++
	}
	s.flush()
}

// class says what a character is to an identifier.
type class uint8

const (
	none  class = iota // between identifiers
	line               // '_', inside one but part of no term
	digit              //
	lower              // and letters without case
	upper
)

var classes = func() (t [utf8.RuneSelf]class) {
	for c := range t {
		switch {
		case c == '_':
			t[c] = line
		case '0' <= c && c <= '9':
			t[c] = digit
		case 'a' <= c && c <= 'z':
			t[c] = lower
		case 'A' <= c && c <= 'Z':
			t[c] = upper
		}
	}
	return t
}()

// splitter holds the identifier that is being read.
type splitter struct {
	f    func([]byte)
	word []byte // lower case, without '_'
	from int    // where its last part begins
	cuts int    // parts that ended before
	prev class
	last int    // where in word the last character begins
	pair []byte // the unspaced character just before
}

func (s *splitter) ascii(c byte, k class) {
	if k == none {
		s.flush()
		return
	}
	s.begin(k)
	if k == upper {
		c += 'a' - 'A'
	}
	if k != line {
		s.word = append(s.word, c)
	}
}

func (s *splitter) rune(r rune, text string) {
	switch {
	case unspaced(r):
		s.unspaced(text)
	case unicode.IsLetter(r):
		k := lower
		if unicode.IsUpper(r) {
			k = upper
		}
		s.begin(k)
		s.word = utf8.AppendRune(s.word, unicode.ToLower(r))
	case unicode.IsDigit(r):
		s.begin(digit)
		s.word = append(s.word, text...)
	case unicode.Is(unicode.M, r) && s.prev != none:
		s.word = append(s.word, text...) // an accent
	default:
		s.flush()
	}
}

// begin is called before a character of class k is appended, and ends the part before it
// where one begins: at aB, 1a, a1, and before the last capital of ABc.
func (s *splitter) begin(k class) {
	s.pair = s.pair[:0]
	switch {
	case k == s.prev:
	case k == lower && s.prev == upper:
		s.cut(s.last)
	default:
		s.cut(len(s.word))
	}
	s.prev, s.last = k, len(s.word)
}

// cut ends a part at a place in word.
func (s *splitter) cut(at int) {
	if at > s.from {
		s.f(s.word[s.from:at])
		s.from = at
		s.cuts++
	}
}

// flush ends the identifier.
func (s *splitter) flush() {
	s.pair = s.pair[:0]
	if s.prev == none {
		return
	}
	s.cut(len(s.word))
	if s.cuts > 1 {
		s.f(s.word)
	}
	s.word, s.from, s.cuts, s.prev, s.last = s.word[:0], 0, 0, none, 0
}

// unspaced takes a character of a script without spaces.
func (s *splitter) unspaced(text string) {
	pair := s.pair
	s.flush() // which empties s.pair
	s.pair = append(pair, text...)
	if len(pair) > 0 {
		s.f(s.pair)
		s.pair = s.pair[:copy(s.pair, text)]
	}
}

// unspaced reports whether r belongs to a script that puts no spaces between words.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// stopWords are left out of queries. By their rarity alone they would count a lot: code
// has few of them, in comments.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an and are as at be been being but by did do does for from how in is it
		its no not of on or that the these this those to was were what when where which who whom whose why with`) {
		m[w] = true
	}
	return m
}()

// stem cuts off what English adds to words most, so that "closes the files" finds
// closeFile. It is no stemmer of a textbook: those know more endings and take longer.
func stem(t []byte) []byte {
	n := len(t)
	if n > 3 && t[n-1] == 's' && t[n-2] != 's' && t[n-2] != 'u' && t[n-2] != 'i' {
		n--
	}
	switch {
	case n > 5 && string(t[n-3:n]) == "ing":
		n -= 3
	case n > 4 && string(t[n-2:n]) == "ed":
		n -= 2
	}
	if n > 3 && t[n-1] == 'e' {
		n--
	}
	return t[:n]
}
