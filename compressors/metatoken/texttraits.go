package metatoken

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// traits are what the text of a unit says about a phrase with it.
type traits struct {
	words   int8 // how much of natural language it has, see leastWords
	blank   bool // white space
	newline bool // white space that ends a line
	number  bool // digits and marks
	marks   bool // marks alone
	inner   bool // begins with a mark of notFirst
	open    bool // ends with one of notLast
}

// Marks that a phrase does not begin with and does not end with: they belong to what is
// outside, or part it from the phrase.
const (
	notFirst = ":;,.!?)]}>|="
	notLast  = "([{<;,"
)

func traitsOf(unit string) traits {
	bare := strings.TrimPrefix(unit, " ")
	if k, _ := kindAt(bare, 0); k == blank { // units are of white space or have a space at most
		return traits{blank: true, newline: strings.HasSuffix(unit, "\n")}
	}
	t := traits{
		words: wordsIn(strings.TrimSuffix(bare, "=")),
		inner: strings.IndexByte(notFirst, bare[0]) >= 0,
		open:  strings.IndexByte(notLast, bare[len(bare)-1]) >= 0,
	}
	if !strings.ContainsFunc(bare, unicode.IsLetter) {
		t.number = strings.ContainsAny(bare, "0123456789")
		t.marks = !t.number
	}
	if t.number {
		t.words = -1
	}
	return t
}

// leastWords is how much of natural language a phrase must have: a plain word is 2, or the
// key of a quoted value; a name of letters alone is 1, and a number takes 1 off. Names of
// tags are nothing. So a phrase is never only a name, a path, a URL, a number, a hash, a
// code token, or a list of such: what an answer may have to repeat to the letter stands
// where it stood.
const leastWords = 3

// ideographs is where the scripts begin that put no space between words.
const ideographs = 0x2e80

func wordsIn(unit string) int8 {
	small, letters, wide, camel := 0, 0, 0, false
	for _, r := range unit {
		switch {
		case r < utf8.RuneSelf && (r|0x20 < 'a' || r|0x20 > 'z'), r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsMark(r):
			return 0
		case r >= ideographs:
			wide++
		case unicode.IsUpper(r):
			camel = camel || small > 0
			letters++
		default:
			letters++
			small++
		}
	}
	switch {
	case wide > 1:
		return int8(min(wide, math.MaxInt8))
	case letters < 2:
		return 0
	case camel:
		return 1
	}
	return 2
}
