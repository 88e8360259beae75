package plainform

import (
	"strings"
	"unicode/utf8"
)

// A text is blocks with gaps before, between and behind them. A block is a line, or fenced
// code in Markdown; its last character can be seen. Blocks are the same in the source and
// in the text made of it, and gaps are of the same kinds.
type gapKind uint8

const (
	gapStart gapKind = iota // of the text
	gapLine                 // has one line end
	gapBlank                // has more
	gapBreak                // has one behind two spaces, in Markdown
	gapEnd                  // of the text
	gapKinds
)

// shownGap returns what becomes of a gap.
func shownGap(kind gapKind, gap string) string {
	switch kind {
	case gapLine:
		return "\n"
	case gapBlank:
		return "\n\n"
	case gapBreak:
		return "  \n"
	case gapEnd:
		if strings.IndexByte(gap, '\n') >= 0 {
			return "\n"
		}
	}
	return ""
}

// A parser reads gaps and blocks by turns, and begins with a gap.
type parser struct {
	text     string
	at       int
	markdown bool
	indent   int // bytes at the start of each line that belong to the gap
	begun    bool
}

// gap reads up to the start of a line that is not blank, or to the end.
func (p *parser) gap() (gapKind, string) {
	from, start, feeds := p.at, p.at, 0
	i := p.at
	for i < len(p.text) {
		if p.text[i] == '\n' {
			feeds++
			i++
			start = i
			continue
		}
		n := spaceAt(p.text[i:])
		if n == 0 {
			break
		}
		i += n
	}
	if i == len(p.text) {
		p.at = i
		return gapEnd, p.text[from:]
	}
	p.at = start + p.indent
	kind := p.kind(p.text[from:start], feeds)
	p.begun = true
	return kind, p.text[from:p.at]
}

func (p *parser) kind(gap string, feeds int) gapKind {
	switch {
	case !p.begun:
		return gapStart
	case feeds > 1:
		return gapBlank
	case p.markdown && strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(gap, "\n"), "\r"), "  "):
		return gapBreak
	}
	return gapLine
}

// block reads up to the end of what can be seen of a line, or of the last line of fenced
// code.
func (p *parser) block() string {
	from := p.at
	line := p.line()
	if fence := fenceOf(line); p.markdown && fence != "" {
		p.fenced(fence)
	}
	return p.text[from:p.at]
}

// line reads a line but the white space at its end.
func (p *parser) line() string {
	end := len(p.text)
	if k := strings.IndexByte(p.text[p.at:], '\n'); k >= 0 {
		end = p.at + k
	}
	line := trimSpace(p.text[p.at:end])
	p.at += len(line)
	return line
}

// fenced reads up to the line that ends fenced code, or to the last character that can be
// seen.
func (p *parser) fenced(fence string) {
	seen := p.at
	for {
		k := strings.IndexByte(p.text[p.at:], '\n')
		if k < 0 {
			p.at = seen
			return
		}
		p.at += k + 1
		line := p.line()
		if line != "" {
			seen = p.at
		}
		if end := fenceOf(line); len(end) >= len(fence) && end[0] == fence[0] && strings.TrimLeft(line, " \t") == end {
			return
		}
	}
}

// fenceOf returns the three or more ` or ~ that a line begins with.
func fenceOf(line string) string {
	line = strings.TrimLeft(line, " \t")
	if len(line) < 3 || line[0] != '`' && line[0] != '~' {
		return ""
	}
	n := len(line) - len(strings.TrimLeft(line, line[:1]))
	if n < 3 || line[0] == '`' && strings.IndexByte(line[n:], '`') >= 0 {
		return ""
	}
	return line[:n]
}

// wideSpaces look like a space or like nothing. A line may end with them by mistake.
var wideSpaces = [...]string{"\u00a0", "\u3000", "\u200b", "\ufeff"}

// spaceAt returns the length of the white space character that s begins with, 0 if that
// is none or a line end.
func spaceAt(s string) int {
	if c := s[0]; c < utf8.RuneSelf {
		if c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' {
			return 1
		}
		return 0
	}
	for _, w := range wideSpaces {
		if strings.HasPrefix(s, w) {
			return len(w)
		}
	}
	return 0
}

// trimSpace cuts white space off the end of a line.
func trimSpace(line string) string {
	for {
		t := strings.TrimRight(line, " \t\r\v\f")
		if t == "" || t[len(t)-1] < utf8.RuneSelf {
			return t
		}
		line = t
		for _, w := range wideSpaces {
			line = strings.TrimSuffix(line, w)
		}
		if len(line) == len(t) {
			return t
		}
	}
}

// sharedIndent returns the spaces and tabs with which every line begins that is not blank.
func sharedIndent(text string) string {
	shared, first := "", true
	p := parser{text: text}
	for {
		if kind, _ := p.gap(); kind == gapEnd {
			return shared
		}
		line := p.block()
		if first {
			shared, first = line[:len(line)-len(strings.TrimLeft(line, " \t"))], false
		}
		n := 0
		for n < len(shared) && shared[n] == line[n] {
			n++
		}
		if shared = shared[:n]; n == 0 {
			return ""
		}
	}
}
