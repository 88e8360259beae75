package jsonform

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A cell holds a value of JSON as it stands there, except that a string loses its quotes
// if nobody can take it for anything else: what follows decides that for writing, and
// what a cell begins with for reading.

// bareCell reports whether a string may stand without quotes in a cell. text is what its
// literal has between the quotes; first says that the cell is the first of its row.
func bareCell(text string, delimiter byte, first bool) bool {
	return bareText(text) && strings.IndexByte(text, delimiter) < 0 && !(first && looksLikeLine(text))
}

// bareText reports whether a string is neither empty, nor like another value of JSON, nor
// has anything that needs quotes in any cell.
func bareText(text string) bool {
	if text == "" || strings.IndexByte("[{ ", text[0]) >= 0 || text[len(text)-1] == ' ' {
		return false
	}
	return !looksLikeValue(text) && clear(text)
}

// clear reports whether a text is without quotes and backslashes, and has no characters
// but such as one sees, and single spaces.
func clear(text string) bool {
	last := byte(0)
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(text[i:])
			if !unicode.IsPrint(r) {
				return false
			}
			i += n
		case c < ' ' || c == 0x7f || c == '"' || c == '\\' || c == ' ' && last == ' ':
			return false
		default:
			i++
		}
		last = c
	}
	return true
}

// looksLikeValue reports whether somebody might read a text as a number, true, false or
// null, in JSON or not.
func looksLikeValue(text string) bool {
	text = strings.TrimLeft(text, "+-")
	if text == "" {
		return false
	}
	if isDigit(text[0]) || text[0] == '.' {
		return looksLikeNumber(text)
	}
	for _, word := range [...]string{"true", "false", "null", "nan", "inf", "infinity"} {
		if len(text) == len(word) && strings.EqualFold(text, word) {
			return true
		}
	}
	return false
}

// looksLikeNumber is generous: 007, 1., .5, 1_000, 1,000 and 0x1F are numbers for it;
// 1.2.3, 2026-03-01 and 5s are not. All numbers of JSON are.
func looksLikeNumber(text string) bool {
	if len(text) > 2 && text[0] == '0' && strings.IndexByte("xXoObB", text[1]) >= 0 {
		return strings.Trim(text[2:], "0123456789abcdefABCDEF_") == ""
	}
	points, exponents := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c) || c == '_' || c == ',':
		case c == '.' && exponents == 0:
			points++
		case c|0x20 == 'e':
			exponents++
		case (c == '+' || c == '-') && i > 0 && text[i-1]|0x20 == 'e':
		default:
			return false
		}
	}
	return points < 2 && exponents < 2
}

// looksLikeLine reports whether a row that begins so might be taken for a key with its
// value, or an item of a list.
func looksLikeLine(text string) bool {
	return strings.HasPrefix(text, "- ") || strings.Contains(text, ": ") || strings.HasSuffix(text, ":")
}

// bareKey reports whether a key may stand without quotes: a name such as those of
// programs, paths and packages. text is what its literal has between the quotes.
func bareKey(text string) bool {
	if text == "" || text == "true" || text == "false" || text == "null" || isDigit(text[0]) || text[0] == '-' || text[0] == '.' {
		return false
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.$@/", r) {
			return false
		}
	}
	return true
}

// bareLabel reports whether the key before the cells of a row may stand without quotes.
func bareLabel(text string, delimiter byte) bool {
	return text != "" && text[0] != ' ' && text[len(text)-1] != ' ' && !strings.HasPrefix(text, "- ") &&
		strings.IndexByte(text, delimiter) < 0 && !strings.ContainsAny(text, ":[]{}") && clear(text)
}

// inner returns what a literal has between its quotes.
func inner(literal string) string { return literal[1 : len(literal)-1] }
