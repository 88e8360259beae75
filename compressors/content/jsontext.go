package content

import "strings"

// jsonClass reads a text that begins with a bracket. ok is false where it is no
// JSON: a Markdown link, a log line, a set of braces.
func jsonClass(t string) (c Class, ok bool) {
	values, cut, members := 0, false, 0
	for rest := t; rest != ""; {
		if rest[0] != '{' && rest[0] != '[' {
			return "", false
		}
		end, inner, state := readValue(rest)
		if state == badValue {
			return "", false
		}
		members += inner
		values++
		if cut = state == openValue; cut {
			break
		}
		rest = strings.TrimLeft(rest[end:], " \t\r\n,")
	}
	switch {
	case members == 0 && (cut || t[0] == '['):
		return "", false // "[12] said …" would have failed; "[" alone says nothing
	case values > 1:
		return NDJSON, true
	}
	return JSON, true
}

type valueState uint8

const (
	wholeValue valueState = iota
	openValue             // the text ends inside it
	badValue
)

// maxNesting is how many open brackets a value may have.
const maxNesting = 512

// readValue reads the object or array that t begins with, loosely: brackets pair
// up, strings close, and outside them stand only the signs and letters of JSON.
// inner is how many strings and commas it met.
func readValue(t string) (end, inner int, state valueState) {
	var small [16]byte
	open := small[:0]
	for i := 0; i < len(t); i++ {
		switch c := t[i]; jsonBytes[c] {
		case jsonFill:
		case jsonQuote:
			n := stringLen(t[i:])
			if n < 0 {
				return len(t), inner + 1, openValue
			}
			i += n - 1
			inner++
		case jsonComma:
			inner++
		case jsonOpen:
			if len(open) == maxNesting {
				return i, inner, badValue
			}
			open = append(open, c+2) // the closing sign of both is two further on
		case jsonClose:
			last := len(open) - 1
			if open[last] != c {
				return i, inner, badValue
			}
			if open = open[:last]; last == 0 {
				return i + 1, inner, wholeValue
			}
		default:
			return i, inner, badValue
		}
	}
	return len(t), inner, openValue
}

// What a byte is outside strings.
const (
	jsonBad  = iota
	jsonFill // white space, signs, digits, letters of true, false, null and exponents
	jsonQuote
	jsonComma
	jsonOpen
	jsonClose
)

var jsonBytes = func() (t [256]uint8) {
	for _, c := range []byte(" \t\r\n:-+.0123456789truefalsnE") {
		t[c] = jsonFill
	}
	t['"'], t[','] = jsonQuote, jsonComma
	t['{'], t['['], t['}'], t[']'] = jsonOpen, jsonOpen, jsonClose, jsonClose
	return t
}()

// stringLen is the length of the string literal that s begins with, quotes
// included, or -1 if it does not close.
func stringLen(s string) int {
	for i := 1; i < len(s); {
		j := strings.IndexByte(s[i:], '"')
		if j < 0 {
			return -1
		}
		end := i + j
		slashes := 0
		for k := end - 1; k >= i && s[k] == '\\'; k-- {
			slashes++
		}
		if slashes%2 == 0 {
			return end + 1
		}
		i = end + 1
	}
	return -1
}
