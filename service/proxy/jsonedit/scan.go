package jsonedit

import (
	"encoding/binary"
	"math/bits"
)

// Skip passes over the next value, checking it, and returns its range.
func (r *Reader) Skip() Range {
	if r.err != nil {
		return Range{r.pos, r.pos}
	}
	r.space()
	start, base := r.pos, r.depth
	for r.err == nil {
		if r.open() {
			continue // into a container that is not empty: its first value is next
		}
		if !r.climb(base) {
			break
		}
	}
	if r.err != nil {
		return Range{start, start}
	}
	return Range{start, r.pos}
}

// open passes over one scalar or an empty container, or steps into a container
// up to its first value, and then reports true.
func (r *Reader) open() bool {
	c := r.peek()
	switch {
	case c == '"':
		r.string()
	case c == '{' || c == '[':
		r.enter(c)
		if r.err != nil {
			return false
		}
		r.space()
		if r.peek() == c+2 { // '}' and ']' lie two behind their opposites
			r.pos++
			r.depth--
			return false
		}
		if c == '{' {
			r.colon()
		}
		return r.err == nil
	case c == '-' || c >= '0' && c <= '9':
		r.number()
	default:
		r.word()
	}
	return false
}

// climb goes on behind a value: to the next one of the container, and then it
// reports true, or out of containers up to depth base.
func (r *Reader) climb(base int) bool {
	for r.err == nil && r.depth > base {
		r.space()
		bracket := r.inside[r.depth-1]
		switch c := r.peek(); {
		case c == ',':
			r.pos++
			r.space()
			if bracket == '{' {
				r.colon()
			}
			return r.err == nil
		case c == bracket+2:
			r.pos++
			r.depth--
		default:
			r.Fail(ErrSyntax)
		}
	}
	return false
}

// peek returns the next byte, and 0, which is none of JSON's, at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.src) {
		return r.src[r.pos]
	}
	return 0
}

func (r *Reader) space() {
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case ' ', '\n', '\r', '\t':
			r.pos++
		default:
			return
		}
	}
}

// string passes over a string and returns its range, quotes included.
func (r *Reader) string() Range {
	start := r.pos
	if r.peek() != '"' {
		r.Fail(ErrSyntax)
		return Range{start, start}
	}
	r.pos++
	for {
		r.pos = plain(r.src, r.pos)
		switch c := r.peek(); {
		case c == '"':
			r.pos++
			return Range{start, r.pos}
		case c == '\\':
			n := escape(r.src[r.pos:])
			if n == 0 {
				r.Fail(ErrSyntax)
				return Range{start, start}
			}
			r.pos += n
		default: // a control character, or the end
			r.Fail(ErrSyntax)
			return Range{start, start}
		}
	}
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

// plain returns the index from i on of the first byte that is a quote, a
// backslash or a control character, or the length of src. It reads eight bytes at
// a time, and 32 while there is nothing to find; long strings are most of a prompt.
func plain(src []byte, i int) int {
	for ; i+32 <= len(src); i += 32 {
		block := src[i : i+32]
		if special(block)|special(block[8:])|special(block[16:])|special(block[24:]) != 0 {
			break
		}
	}
	for ; i+8 <= len(src); i += 8 {
		if hit := special(src[i:]); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for ; i < len(src); i++ {
		if c := src[i]; c == '"' || c == '\\' || c < 0x20 {
			return i
		}
	}
	return i
}

// special has the highest bit of a byte set if that byte of the first eight, as a
// little-endian number, is special. A byte that is found borrows from the one above
// it, which may then be found too: only the lowest hit is sure.
func special(s []byte) uint64 {
	x := binary.LittleEndian.Uint64(s)
	quote, slash := x^(low*'"'), x^(low*'\\')
	return (((quote - low) &^ quote) | ((slash - low) &^ slash) | ((x - low*0x20) &^ x)) & high
}

// escape returns the length of the escape that s begins with, 0 if it is none.
func escape(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s[2:]); ok {
			return 6
		}
	}
	return 0
}

// hex4 reads four hexadecimal digits.
func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var v rune
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}

func (r *Reader) number() {
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++
	} else {
		r.digits()
	}
	if r.peek() == '.' {
		r.pos++
		r.digits()
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		r.digits()
	}
}

// digits passes over one digit or more.
func (r *Reader) digits() {
	start := r.pos
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.pos++
	}
	if r.pos == start {
		r.Fail(ErrSyntax)
	}
}

func (r *Reader) word() {
	for _, w := range [...]string{"true", "false", "null"} {
		if n := r.pos + len(w); n <= len(r.src) && string(r.src[r.pos:n]) == w {
			r.pos = n
			return
		}
	}
	r.Fail(ErrSyntax)
}
