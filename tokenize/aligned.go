package tokenize

import "unicode/utf8"

// aligned is text under normalisation. Byte i of it stands for the bytes
// start[i]..end[i] of the source. Both rise with i, lie on borders of characters
// of the source, and are equal for bytes that come from one character.
type aligned struct {
	text       []byte
	start, end []int32
}

func (a *aligned) reset() { a.text, a.start, a.end = a.text[:0], a.start[:0], a.end[:0] }

// set makes a the source itself, with U+FFFD for bytes that are not UTF-8.
func (a *aligned) set(source string) {
	a.reset()
	for i := 0; i < len(source); {
		r, n := utf8.DecodeRuneInString(source[i:])
		if r == utf8.RuneError && n == 1 {
			n = badLen(source[i:])
			a.put("\ufffd", int32(i), int32(i+n))
		} else {
			a.put(source[i:i+n], int32(i), int32(i+n))
		}
		i += n
	}
}

// put appends s, which stands for the source bytes from..to.
func (a *aligned) put(s string, from, to int32) {
	a.text = append(a.text, s...)
	for range len(s) {
		a.start = append(a.start, from)
		a.end = append(a.end, to)
	}
}

// putByte is put for one byte.
func (a *aligned) putByte(c byte, from, to int32) {
	a.text = append(a.text, c)
	a.start = append(a.start, from)
	a.end = append(a.end, to)
}

// copyFrom appends b.text[i:j] as it is.
func (a *aligned) copyFrom(b *aligned, i, j int) {
	a.text = append(a.text, b.text[i:j]...)
	a.start = append(a.start, b.start[i:j]...)
	a.end = append(a.end, b.end[i:j]...)
}

// drop says that the source bytes from..to have no text. They go to the character
// in front of them, if they touch it: an accent stays with its letter.
func (a *aligned) drop(from, to int32) {
	last := len(a.text) - 1
	if last < 0 || a.end[last] != from {
		return
	}
	for i := last; i >= 0 && a.end[i] == from; i-- {
		a.end[i] = to
	}
}

// span returns the source bytes that text[i:j] stands for.
func (a *aligned) span(i, j int) (int32, int32) {
	switch {
	case i < j:
		return a.start[i], a.end[j-1]
	case i < len(a.text):
		return a.start[i], a.start[i]
	case i > 0:
		return a.end[i-1], a.end[i-1]
	}
	return 0, 0
}

// A step is one normaliser: it appends its version of in.text to out.
type step interface {
	apply(in, out *aligned)
}
