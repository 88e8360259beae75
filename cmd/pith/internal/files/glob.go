package files

import "strings"

// globPath reports whether a pattern in parts, of a .gitignore, matches a path in parts. A
// part "**" stands for any number of parts, at the end for at least one.
func globPath(pattern, path []string) bool {
	star, mark := -1, 0 // the last "**" seen, and what of path it has not taken
	p, i := 0, 0
	for i < len(path) {
		switch {
		case p < len(pattern) && anyParts(pattern[p]):
			star, mark = p, i
			p++
		case p < len(pattern) && glob(pattern[p], path[i]):
			p, i = p+1, i+1
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return p == len(pattern)
}

// anyParts reports whether a part of a pattern is "**", or more stars.
func anyParts(part string) bool { return len(part) > 1 && strings.Trim(part, "*") == "" }

// glob reports whether a pattern matches a name: '*' is any bytes, '?' one, "[a-c]" one of
// several, and '\' takes the meaning from the next. Bytes, and not characters, since git
// goes by them. Time grows with the product of the lengths.
func glob(pattern, name string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, i
			p++
			continue
		}
		if n, ok := one(pattern[p:], name[i]); ok {
			p, i = p+n, i+1
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, i = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// one matches a byte by the beginning of a pattern, of which it returns the length.
func one(pattern string, c byte) (n int, ok bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		return oneOf(pattern, c)
	case '\\':
		return 2, len(pattern) > 1 && pattern[1] == c
	}
	return 1, pattern[0] == c
}

// oneOf matches a byte by a set such as "[a-c]", "[!x]", "[[:digit:]]". One that does not
// end matches nothing.
func oneOf(pattern string, c byte) (n int, ok bool) {
	i, not, in := 1, false, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i, not = i+1, true
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return i + 1, in != not
		}
		if class, rest, ok := strings.Cut(pattern[i:], ":]"); ok && strings.HasPrefix(class, "[:") {
			in = in || inClass(class[2:], c)
			i = len(pattern) - len(rest)
			continue
		}
		var lo, hi byte
		if lo, i, ok = member(pattern, i); !ok {
			return 0, false
		}
		hi = lo
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			if hi, i, ok = member(pattern, i+1); !ok {
				return 0, false
			}
		}
		in = in || c == lo || lo <= c && c <= hi
	}
	return 0, false
}

// member reads a byte of a set, and returns where the next is.
func member(pattern string, i int) (c byte, next int, ok bool) {
	if pattern[i] == '\\' {
		i++
	}
	if i >= len(pattern) {
		return 0, i, false
	}
	return pattern[i], i + 1, true
}

func inClass(name string, c byte) bool {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	switch name {
	case "alpha":
		return lower || upper
	case "digit":
		return digit
	case "alnum":
		return lower || upper || digit
	case "lower":
		return lower
	case "upper":
		return upper
	case "space":
		return c == ' ' || '\t' <= c && c <= '\r'
	case "blank":
		return c == ' ' || c == '\t'
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
	case "punct":
		return '!' <= c && c <= '~' && !lower && !upper && !digit
	case "cntrl":
		return c < ' ' || c == 0x7f
	case "print":
		return ' ' <= c && c <= '~'
	case "graph":
		return '!' <= c && c <= '~'
	}
	return false
}
