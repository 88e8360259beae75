package lossless

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/structure/logform"
)

// kindOf is the class of any bytes. What is no text is classed as if it were, so that a
// program with one bad byte is still a program.
func kindOf(text string) content.Class {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	return content.Classify(text)
}

// hasControls reports whether there is something that a terminal would act upon.
func hasControls(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0x1b, '\b', 0x9b:
			return true
		case '\r':
			if i+1 < len(s) && s[i+1] != '\n' {
				return true
			}
		}
	}
	return false
}

// heading knows the header of a table that package jsonform wrote.
var heading = regexp.MustCompile(`(?m)^[ -]*(?:"[^"\n]*"|[\w.$-]*)(?:\[\d+[|\t]?\]|\{\d+[|\t]?\})\{[^\n]*\}:$`)

// written reports whether a text is or has what comes out of here, which no further form
// may be put upon.
func written(text string) bool {
	if hasLine(text, logform.Opening) || strings.HasPrefix(text, everyRow) {
		return true
	}
	return (strings.Contains(text, "]{") || strings.Contains(text, "}{")) && heading.MatchString(text)
}

// everyRow is how package tableform begins a table with constant columns.
const everyRow = "every row: "

func hasLine(text, prefix string) bool {
	return strings.HasPrefix(text, prefix) || strings.Contains(text, "\n"+prefix)
}

// hasHunks reports whether a text has a part of a patch, of which white space counts.
func hasHunks(text string) bool { return hasLine(text, "@@ -") || hasLine(text, "diff --git ") }

// hiding are the colours that are no colours: conceal and strike through.
var hiding = regexp.MustCompile(`\x1b\[(?:[\d;]*;)?[89](?:;[\d;]*)?m`)

// coloursTell reports whether the colours of a text say what the words alone, shown, do
// not: words that were struck, or the old and the new in one line of a diff by words.
func coloursTell(text, shown string) bool {
	if strings.Contains(text, "\x1b[") && hiding.MatchString(text) {
		return true
	}
	if !hasHunks(shown) {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if !marksItself(line) {
			return true
		}
	}
	return false
}

// marksItself reports whether a line of a diff says in its first sign what it is, or has
// no colour between its words.
func marksItself(line string) bool {
	rest := line
	for strings.HasPrefix(rest, "\x1b[") {
		_, after, ok := strings.Cut(rest, "m")
		if !ok {
			return true
		}
		rest = after
	}
	if rest == "" || strings.IndexByte("+-@\\", rest[0]) >= 0 {
		return true
	}
	last := strings.LastIndex(rest, "\x1b[")
	if last < 0 {
		return true
	}
	_, after, _ := strings.Cut(rest[last:], "m")
	return strings.TrimSpace(after) == "" && strings.Count(rest, "\x1b[") == 1
}

// lastNumbered returns where the last line begins that looks like one below a path in
// FormHits, or -1.
func lastNumbered(text string) int {
	for end := len(text); end > 0; {
		start := strings.LastIndexByte(text[:end-1], '\n') + 1
		rest := strings.TrimLeft(text[start:end], "0123456789")
		if n := end - start - len(rest); n > 0 && rest != "" && (rest[0] == ':' || rest[0] == '-') {
			return start
		}
		end = start
	}
	return -1
}
