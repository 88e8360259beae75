package jsonedit

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Edit puts New in the place of a range of a text.
type Edit struct {
	Range
	New []byte
}

// Splice returns src with the edits made, which are ascending and apart, in one
// new slice; src itself if there are none. It panics on edits in disorder.
func Splice(src []byte, edits []Edit) []byte {
	if len(edits) == 0 {
		return src
	}
	size := len(src)
	for _, e := range edits {
		size += len(e.New) - (e.End - e.Start)
	}
	out := make([]byte, 0, size)
	at := 0
	for _, e := range edits {
		out = append(out, src[at:e.Start]...)
		out = append(out, e.New...)
		at = e.End
	}
	return append(out, src[at:]...)
}

// Replace returns the edit that makes the string literal at lit say s. If the
// literal is pure ASCII because it escapes what is not, the new one is too.
func Replace(src []byte, lit Range, s string) Edit {
	return Edit{lit, Quote(make([]byte, 0, len(s)+len(s)/16+2), s, escapesUnicode(lit.Of(src)))}
}

// Remove returns the edit that takes the member of an object out which begins
// with its key at start and ends behind its value at end, with one comma.
func Remove(src []byte, member Range) Edit {
	after := member.End
	for after < len(src) && isSpace(src[after]) {
		after++
	}
	if after < len(src) && src[after] == ',' {
		return Edit{Range{member.Start, after + 1}, nil}
	}
	before := member.Start
	for before > 0 && isSpace(src[before-1]) {
		before--
	}
	if before > 0 && src[before-1] == ',' {
		return Edit{Range{before - 1, member.End}, nil}
	}
	return Edit{member, nil}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// escapesUnicode reports whether a literal is pure ASCII and has an escape of a
// character that is not.
func escapesUnicode(lit []byte) bool {
	found := false
	for i := 0; i < len(lit); i++ {
		switch c := lit[i]; {
		case c >= utf8.RuneSelf:
			return false
		case c == '\\':
			if v, ok := hex4(lit[min(i+2, len(lit)):]); ok && lit[i+1] == 'u' && v >= utf8.RuneSelf {
				found = true
			}
			i++
		}
	}
	return found
}

func hasEscape(lit []byte) bool { return bytes.IndexByte(lit, '\\') >= 0 }

// Quote appends s to dst as a string literal with as few escapes as JSON allows;
// with ascii, everything beyond ASCII is escaped too. s is valid UTF-8.
func Quote(dst []byte, s string, ascii bool) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for len(s) > 0 {
		n := 0
		for n < len(s) && s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' && !(ascii && s[n] >= utf8.RuneSelf) {
			n++
		}
		dst = append(dst, s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		if c := s[0]; c < utf8.RuneSelf {
			s = s[1:]
			if i := strings.IndexByte("\"\\\b\f\n\r\t", c); i >= 0 {
				dst = append(dst, '\\', `"\bfnrt`[i])
			} else {
				dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
			}
			continue
		}
		v, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		units := [2]rune{v}
		k := 1
		if v > 0xffff {
			units[0], units[1] = utf16.EncodeRune(v)
			k = 2
		}
		for _, u := range units[:k] {
			dst = append(dst, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
		}
	}
	return append(dst, '"')
}

// Unquote returns what a string literal says. It is false for text that cannot be
// said again in UTF-8: half a surrogate pair, or bytes that are no UTF-8. lit is a
// range that a Reader gave.
func Unquote(lit []byte) (string, bool) {
	body := lit[1 : len(lit)-1]
	if !utf8.Valid(body) {
		return "", false
	}
	if !hasEscape(body) {
		return string(body), true
	}
	out := make([]byte, 0, len(body))
	for {
		n := bytes.IndexByte(body, '\\')
		if n < 0 {
			return string(append(out, body...)), true
		}
		out = append(out, body[:n]...)
		body = body[n:]
		if body[1] != 'u' {
			i := strings.IndexByte(`"\/bfnrt`, body[1])
			out = append(out, "\"\\/\b\f\n\r\t"[i])
			body = body[2:]
			continue
		}
		v, size := unescape(body)
		if size == 0 {
			return "", false
		}
		out = utf8.AppendRune(out, v)
		body = body[size:]
	}
}

// unescape reads a \u escape, or two that are a surrogate pair. A size of 0 says
// that it is half of one.
func unescape(s []byte) (v rune, size int) {
	v, _ = hex4(s[2:])
	if !utf16.IsSurrogate(v) {
		return v, 6
	}
	if len(s) < 12 || s[6] != '\\' || s[7] != 'u' {
		return 0, 0
	}
	second, _ := hex4(s[8:])
	if v = utf16.DecodeRune(v, second); v == utf8.RuneError {
		return 0, 0
	}
	return v, 12
}
