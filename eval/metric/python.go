package metric

import (
	"strings"
	"unicode"
)

// What Python's strings do, where Go's differ.

// lower is str.lower: İ becomes i and a combining dot, and Σ at the end of a word ς.
func lower(s string) string {
	if !strings.ContainsAny(s, "İΣ") {
		return strings.ToLower(s)
	}
	var b strings.Builder
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && endsWord(rs, i):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// endsWord says whether a cased letter comes before rs[i] and none after it, not
// counting what case ignores (Unicode, section 3.13, Final_Sigma).
func endsWord(rs []rune, i int) bool {
	before := i - 1
	for before >= 0 && caseIgnorable(rs[before]) {
		before--
	}
	if before < 0 || !cased(rs[before]) {
		return false
	}
	after := i + 1
	for after < len(rs) && caseIgnorable(rs[after]) {
		after++
	}
	return after == len(rs) || !cased(rs[after])
}

func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable has marks, modifiers and what joins the halves of a word (Word_Break of
// MidLetter, MidNumLet and Single_Quote).
func caseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune(":·\u0387՟״‧︓﹕：.‘’․﹒＇．'", r)
}

// isSpace is str.isspace: Unicode white space and four ASCII separators.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// fields is str.split().
func fields(s string) []string { return strings.FieldsFunc(s, isSpace) }

// numbers is re.findall(r"\d+", s): runs of decimal digits of any script.
func numbers(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}
