package reference

import (
	"strings"
	"unicode"
)

// isSpace reports whether Python takes r for white space: as Go does, and with the four
// separators of ASCII.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

func trim(s string) string { return strings.TrimFunc(s, isSpace) }

func blank(s string) bool { return trim(s) == "" }

// indentation is the white space that line starts with.
func indentation(line string) string {
	return line[:len(line)-len(strings.TrimLeftFunc(line, isSpace))]
}
