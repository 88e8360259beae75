package jsonform

import (
	"strings"
	"unicode/utf8"
)

// escapes counts the escapes of a source that its content has not.
type escapes struct {
	wide         int // characters beyond ASCII
	slash        int
	ascii        [0x7f]int
	lower, upper int // escapes with a hexadecimal letter
}

// digits counts in which case the digits of an escape are.
func (e *escapes) digits(s string) {
	for i := range len(s) {
		if s[i] >= 'a' {
			e.lower++
			return
		}
		if s[i] >= 'A' {
			e.upper++
			return
		}
	}
}

// A spelling says how a program writes strings: json.dumps of Python all of ASCII, PHP
// with \/, Go with \u003c, others with \u0027 or upper case. The zero value is that of
// the minimal literals.
type spelling struct {
	Wide  bool   `json:"wide,omitempty"`  // all beyond ASCII is escaped
	Upper bool   `json:"upper,omitempty"` // hexadecimal digits are
	Slash bool   `json:"slash,omitempty"` // as \/
	ASCII string `json:"ascii,omitempty"` // characters that are escaped as \u00..
}

// plain reports whether strings are written as in the content.
func (s *spelling) plain() bool { return *s == spelling{} }

// spelling returns the one that most strings of the source have. A character is escaped
// if it is so more often than not; content tells how often it is there at all.
func (e *escapes) spelling(content string) spelling {
	s := spelling{Upper: e.upper > e.lower}
	var set []byte
	for c := byte(' '); c < 0x7f; c++ {
		if e.ascii[c] > 0 {
			set = append(set, c)
		}
	}
	if e.wide == 0 && e.slash == 0 && len(set) == 0 {
		return s
	}
	var all [256]int
	for i := range len(content) {
		all[content[i]]++
	}
	s.Slash = 2*e.slash > all['/']
	wide := 0
	for c := utf8.RuneSelf; c < len(all); c++ {
		if utf8.RuneStart(byte(c)) {
			wide += all[c]
		}
	}
	s.Wide = 2*e.wide > wide
	all['"'] = strings.Count(content, `\"`) // the others are structure
	for _, c := range set {
		if 2*e.ascii[c] > all[c] {
			s.ASCII += string(rune(c))
		}
	}
	return s
}

// A speller spells minimal literals.
type speller struct {
	spelling
	hex     string
	as      [utf8.RuneSelf]string // what an ASCII character is spelled as, if not as itself
	verbose bool
}

func newSpeller(s spelling) *speller {
	p := &speller{spelling: s, hex: lower, verbose: !s.plain()}
	if s.Upper {
		p.hex = upper
	}
	if s.Slash {
		p.as['/'] = `\/`
	}
	for i := range len(s.ASCII) {
		if c := s.ASCII[i]; c < utf8.RuneSelf {
			p.as[c] = string(appendEscape(nil, rune(c), p.hex))
		}
	}
	return p
}

// append appends the literal lit as it is spelled.
func (p *speller) append(dst []byte, lit string) []byte {
	if !p.verbose {
		return append(dst, lit...)
	}
	dst = append(dst, '"')
	for i := 1; i < len(lit)-1; {
		c := lit[i]
		switch {
		case c == '\\':
			dst = p.escape(dst, lit[i:])
			i += escapeLen(lit, i)
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(lit[i:])
			if p.Wide {
				dst = appendEscape(dst, r, p.hex)
			} else {
				dst = append(dst, lit[i:i+n]...)
			}
			i += n
		case p.as[c] != "":
			dst = append(dst, p.as[c]...)
			i++
		default:
			dst = append(dst, c)
			i++
		}
	}
	return append(dst, '"')
}

// escape spells the escape at the start of s.
func (p *speller) escape(dst []byte, s string) []byte {
	switch {
	case s[1] == 'u':
		return appendEscape(dst, hex(s[2:6]), p.hex)
	case s[1] == '"' && p.as['"'] != "":
		return append(dst, p.as['"']...)
	}
	return append(dst, s[:2]...)
}
