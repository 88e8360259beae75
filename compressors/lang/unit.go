package lang

import (
	"strings"
	"unicode/utf8"
)

// A unit is the smallest piece that is judged: a line, or in a long line some
// sentences.
type unit struct {
	start, end int
	fenced     bool // inside a fenced block: its words say nothing

	script script
	size   int // letters of that script, weighed as in script.weight

	lang string // "" while open
	weak bool   // lang was settled by pooling
}

// Lines longer than longLine bytes are cut after sentences, into pieces of at
// least minPiece bytes: room for some twenty words.
const (
	longLine = 240
	minPiece = 120
)

// split cuts text into units. A text without line ends or sentence ends is one.
func split(text string) []unit {
	var units []unit
	fence := ""
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i + 1
		}
		line := text[start:end]
		if n := len(units); n > 0 && strings.TrimSpace(line) == "" {
			units[n-1].end = end
			start = end
			continue
		}
		mark := fenceMark(line)
		inside := fence != "" || mark != ""
		switch {
		case fence == "":
			fence = mark
		case mark != "" && mark[0] == fence[0] && len(mark) >= len(fence) && closes(line, mark):
			fence = ""
		}
		if inside || len(line) <= longLine {
			units = append(units, unit{start: start, end: end, fenced: inside})
		} else {
			units = splitSentences(units, text, start, end)
		}
		start = end
	}
	return units
}

// fenceMark returns the run of three or more ` or ~ that a line begins with,
// after at most three spaces.
func fenceMark(line string) string {
	s := strings.TrimLeft(line, " ")
	if len(line)-len(s) > 3 || len(s) < 3 || s[0] != '`' && s[0] != '~' {
		return ""
	}
	n := len(s) - len(strings.TrimLeft(s, s[:1]))
	if n < 3 {
		return ""
	}
	return s[:n]
}

// closes reports whether nothing but space follows the mark of a line.
func closes(line, mark string) bool {
	return strings.TrimSpace(line) == mark
}

func splitSentences(units []unit, text string, start, end int) []unit {
	from := start
	for i := start; i < end; {
		stop := sentenceEnd(text[i:end])
		if stop < 0 {
			break
		}
		i += stop
		if i-from >= minPiece && end-i >= minPiece {
			units = append(units, unit{start: from, end: i})
			from = i
		}
	}
	return append(units, unit{start: from, end: end})
}

// sentenceEnd returns the offset after the first sentence of s and the white
// space that follows it, or -1.
func sentenceEnd(s string) int {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			c := s[i]
			i++
			if c != '.' && c != '!' && c != '?' {
				continue
			}
			for i < len(s) && strings.IndexByte(`"')]`, s[i]) >= 0 {
				i++
			}
			if j := skipSpace(s, i); j > i {
				return j
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r == '。' || r == '！' || r == '？' || r == '।' || r == '؟' {
			if strings.HasPrefix(s[i:], "」") || strings.HasPrefix(s[i:], "』") || strings.HasPrefix(s[i:], "”") {
				i += 3
			}
			return skipSpace(s, i)
		}
	}
	return -1
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}
