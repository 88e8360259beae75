package jsonform

import (
	"unicode"
	"unicode/utf8"
)

// A string literal of the source is split in two: the minimal literal, which is content,
// and how it was spelled. The minimal one escapes what JSON wants escaped, and what one
// could not see or could not write: control and format characters, private and
// unassigned ones, halves of surrogate pairs. Those stay as they were, escaped or not,
// for a reader of \u200b and of the character itself do not see the same.

const lower, upper = "0123456789abcdef", "0123456789ABCDEF"

// visible reports whether an escape may be written as the character. The last four are
// white space of a script, and the joiners that Persian, Indic scripts and emoji need.
func visible(r rune) bool {
	return unicode.IsPrint(r) || r == '\u00a0' || r == '\u3000' || r == '\u200c' || r == '\u200d'
}

// appendMinimal appends the minimal literal of the literal lit, and counts its escapes.
func appendMinimal(dst []byte, lit string, seen *escapes) []byte {
	from := 0
	for i := 0; i < len(lit); {
		if lit[i] != '\\' {
			i++
			continue
		}
		dst = append(dst, lit[from:i]...)
		n := 2
		switch lit[i+1] {
		case 'u':
			dst, n = appendUnescaped(dst, lit[i:], seen)
		case '/':
			seen.slash++
			dst = append(dst, '/')
		default:
			dst = append(dst, lit[i:i+2]...)
		}
		i += n
		from = i
	}
	return append(dst, lit[from:]...)
}

// appendUnescaped appends what the \u escape at the start of s stands for, and returns
// how much of s that is.
func appendUnescaped(dst []byte, s string, seen *escapes) ([]byte, int) {
	seen.digits(s[2:6])
	r := hex(s[2:6])
	switch {
	case r < ' ' || r == '\\':
		return append(dst, short(r)...), 6
	case r < 0x7f:
		seen.ascii[r]++
		if r == '"' {
			dst = append(dst, '\\')
		}
		return append(dst, byte(r)), 6
	case r >= 0xd800 && r < 0xdc00 && len(s) >= 12 && s[6] == '\\' && s[7] == 'u':
		if full := pair(r, hex(s[8:12])); visible(full) {
			seen.digits(s[8:12])
			seen.wide++
			return utf8.AppendRune(dst, full), 12
		}
	case visible(r):
		seen.wide++
		return utf8.AppendRune(dst, r), 6
	}
	return appendEscape(dst, r, lower), 6
}

// pair returns the character of two surrogates; 0, which is not visible, if they are none.
func pair(hi, lo rune) rune {
	if lo < 0xdc00 || lo > 0xdfff {
		return 0
	}
	return (hi-0xd800)<<10 + (lo - 0xdc00) + 0x10000
}

// short returns the shortest escape of a control character or a backslash.
func short(r rune) []byte {
	switch r {
	case '\b':
		return []byte(`\b`)
	case '\f':
		return []byte(`\f`)
	case '\n':
		return []byte(`\n`)
	case '\r':
		return []byte(`\r`)
	case '\t':
		return []byte(`\t`)
	case '\\':
		return []byte(`\\`)
	}
	return appendEscape(nil, r, lower)
}

// appendEscape appends the \u escape of a character or half a pair.
func appendEscape(dst []byte, r rune, hex string) []byte {
	if r > 0xffff {
		r -= 0x10000
		dst = appendEscape(dst, 0xd800+r>>10, hex)
		r = 0xdc00 + r&0x3ff
	}
	return append(dst, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
