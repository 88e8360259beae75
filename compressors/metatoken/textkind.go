package metatoken

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// charKind says what a character means to the one beside it, when a text is cut between
// the two.
type charKind uint8

const (
	mark  charKind = iota // ends a word and begins another: ( ) " ; <
	soft                  // joins words if it has one on both sides: 3.14, don't, a:b
	blank                 // white space
	wordy                 // a letter, a digit or '_'; also what is no UTF-8
	glue                  // makes one name of words: path/to, a-b, x@y, $HOME, 50%
)

var asciiKinds = func() (k [utf8.RuneSelf]charKind) {
	for c := range k {
		switch r := rune(c); {
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			k[c] = wordy
		case unicode.IsSpace(r):
			k[c] = blank
		}
	}
	for _, c := range `/\-@$%#+~&` {
		k[c] = glue
	}
	for _, c := range `.:,'` {
		k[c] = soft
	}
	return k
}()

// kindAt returns the kind of the character at i and its length in bytes. The end of the
// text is blank.
func kindAt(text string, i int) (charKind, int) {
	if i >= len(text) {
		return blank, 0
	}
	if c := text[i]; c < utf8.RuneSelf {
		return asciiKinds[c], 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return wideKind(r), n
}

// kindBefore is kindAt for the character that ends at i.
func kindBefore(text string, i int) charKind {
	if i == 0 {
		return blank
	}
	if c := text[i-1]; c < utf8.RuneSelf {
		return asciiKinds[c]
	}
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return wideKind(r)
}

// wideKind is for all but ASCII. The apostrophe and what has no looks belong to words, and
// spaces that are there to hold something together do so.
func wideKind(r rune) charKind {
	switch {
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), r == utf8.RuneError:
		return wordy
	case r == '’', unicode.In(r, unicode.Cf, unicode.Sk):
		return wordy
	case strings.ContainsRune("\u00a0\u2007\u202f\u2010\u2011·", r): // no-break spaces, hyphens
		return glue
	case unicode.IsSpace(r):
		return blank
	}
	return mark
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
