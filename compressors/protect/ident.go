package protect

import "strings"

// camel reports whether an upper-case letter follows a lower-case one.
func camel(c string) bool {
	for i := 1; i < len(c); i++ {
		if isUpper(c[i]) && isLower(c[i-1]) {
			return true
		}
	}
	return false
}

// isIdentifier tells names of code, versions, flags, variables, references and
// model numbers from plain words. core is w without the punctuation round it.
func isIdentifier(text string, w word, core string) bool {
	if w.mask&hasDigit != 0 && alnumMix(core) {
		return true
	}
	if w.mask&hasSign == 0 {
		return camel(core)
	}
	return prefixed(core) || named(core) || called(text, w) || camel(core)
}

// identifierSpan is the span of an identifier: with the brackets of a call,
// without those of a citation.
func identifierSpan(text string, w word, core string) (start, end int, class string) {
	start, end = w.from, w.to
	if called(text, w) {
		end = w.from + callEnd(text[w.from:w.end])
	}
	for _, pair := range []string{"{}", "[]"} { // "${HOME}", "a[0]"
		if end < w.end && text[end] == pair[1] && strings.Count(core, pair[:1]) > strings.Count(core, pair[1:]) {
			end++
		}
	}
	if core[0] == '&' && end < w.end && text[end] == ';' {
		end++
	}
	return start, end, Identifiers
}

// alnumMix reports whether c mixes letters and digits: "A380", "GPT-4", "v1.2".
// A word with a citation behind it is none.
func alnumMix(c string) bool {
	if i := strings.IndexByte(c, '['); i > 0 {
		c = strings.TrimRight(c[:i], ".,;:!?")
	}
	letter, digit := false, false
	for i := 0; i < len(c); i++ {
		letter = letter || isAlpha(c[i])
		digit = digit || isDigit(c[i])
	}
	return letter && digit
}

// prefixed knows "--flag", "-x", "$VAR", "%VAR%", "&amp;", "@name" and "#tag".
func prefixed(c string) bool {
	if len(c) < 2 {
		return false
	}
	next := c[1]
	switch c[0] {
	case '-':
		return next == '-' && len(c) > 2 && isAlpha(c[2]) || isAlpha(next) && len(c) == 2
	case '$':
		return isAlpha(next) || next == '{' || next == '_'
	case '%':
		return len(c) > 3 && isAlpha(next) && c[len(c)-1] == '%'
	case '&':
		return isAlpha(next) || next == '#'
	case '@', '#':
		return isAlnum(next)
	}
	return false
}

// named knows "snake_case", "a.dotted.name", "std::vector", "p->next", "k=v".
func named(c string) bool {
	for i := 1; i+1 < len(c); i++ {
		switch c[i] {
		case '_', '=':
			if isAlnum(c[i-1]) && (isAlnum(c[i+1]) || c[i+1] == '"' || c[i+1] == '_') {
				return true
			}
		case ':':
			if c[i+1] == ':' && isAlnum(c[i-1]) {
				return true
			}
		case '-':
			if c[i+1] == '>' && isAlnum(c[i-1]) {
				return true
			}
		}
	}
	return dotted(c)
}

// dotted reports whether c is a name of parts, each of at least two letters:
// no "e.g.", "U.S." or "Ph.D", and no ellipsis.
func dotted(c string) bool {
	if strings.IndexByte(c, '.') < 1 {
		return false
	}
	size := 0
	for i := 0; i <= len(c); i++ {
		if i == len(c) || c[i] == '.' {
			if size < 2 {
				return false
			}
			size = 0
			continue
		}
		if !isAlnum(c[i]) && c[i] != '_' && c[i] != '-' {
			return false
		}
		size++
	}
	return true
}

// called reports whether w is a call: a name, then brackets that are empty or
// hold what no plural does ("file(s)").
func called(text string, w word) bool {
	run := text[w.from:w.end]
	open := strings.IndexByte(run, '(')
	end := callEnd(run)
	if open < 1 || end < 0 || !isAlnum(run[open-1]) && run[open-1] != '_' || !isAlpha(run[0]) && run[0] != '_' {
		return false
	}
	args := run[open+1 : end-1]
	return args == "" || strings.ContainsAny(args, "=_.'\"0123456789") || strings.ContainsAny(run[:open], "._") || camel(run[:open])
}

// callEnd returns the offset behind the bracket that closes the first one, or -1.
func callEnd(run string) int {
	depth := 0
	for i := 0; i < len(run); i++ {
		switch run[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return -1
			}
		}
	}
	return -1
}

// isID knows UUIDs, hexadecimal digests (8 digits or more, or after 0x) and
// base64 (20 or more, of upper, lower and digits).
func isID(c string) bool {
	if len(c) < 8 {
		return len(c) > 3 && (strings.HasPrefix(c, "0x") || strings.HasPrefix(c, "0X")) && allHex(c[2:])
	}
	if len(c) == 36 && c[8] == '-' && c[13] == '-' && c[18] == '-' && c[23] == '-' {
		return allHex(strings.ReplaceAll(c, "-", ""))
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(c, "0x"), "sha256:")
	if allHex(bare) {
		return strings.ContainsAny(bare, "abcdefABCDEF")
	}
	return isBase64(c)
}

func allHex(c string) bool {
	for i := 0; i < len(c); i++ {
		if !isDigit(c[i]) && (c[i]|0x20 < 'a' || c[i]|0x20 > 'f') {
			return false
		}
	}
	return c != ""
}

func isBase64(c string) bool {
	if len(c) < 20 {
		return false
	}
	var mask uint8
	for i := 0; i < len(c); i++ {
		if !isAlnum(c[i]) && strings.IndexByte("+/=-_", c[i]) < 0 {
			return false
		}
		mask |= signs[c[i]]
	}
	all := uint8(hasDigit | hasUpper | hasLower)
	return mask&all == all
}
