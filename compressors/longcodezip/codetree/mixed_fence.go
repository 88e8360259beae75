package codetree

import (
	"regexp"
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// fence returns the mark of a line that opens or closes a fence; "" if it does not.
func fence(line string) string {
	body := strings.TrimLeft(line, " ")
	if len(line)-len(body) > 3 {
		return ""
	}
	mark := content.Fence(body)
	if mark != "" && mark[0] == '`' && strings.Contains(body[len(mark):], "`") {
		return "" // code inside a line
	}
	return mark
}

// fenceAt returns the mark of the fence that line i may open. A row of tildes below a line
// of text underlines it.
func (m *mixer) fenceAt(i int) string {
	mark := fence(m.lines[i])
	if mark != "" && mark[0] == '~' && i > 0 && !blank(m.lines[i-1]) && strings.TrimSpace(m.lines[i]) == mark {
		return ""
	}
	return mark
}

// closes says whether a line closes a fence of that mark.
func closes(line, mark string) bool {
	f := fence(line)
	return f != "" && f[0] == mark[0] && len(f) >= len(mark) && blank(strings.TrimLeft(line, " ")[len(f):])
}

// fenced says whether fences are those of a text, not of a program's documentation: what
// stands outside them is no code.
func (m *mixer) fenced() bool {
	var outside strings.Builder
	found := false
	for i := 0; i < len(m.lines); i++ {
		mark := m.fenceAt(i)
		if mark == "" {
			outside.WriteString(m.lines[i])
			continue
		}
		if !found && blank(outside.String()) {
			return true // it is what the text begins with
		}
		found = true
		i = m.fenceEnd(i, mark)
	}
	if !found {
		return false
	}
	text := outside.String()
	return !m.programFirst() && (content.Classify(text) != content.Code || introduces(text))
}

// introduces says whether a text begins with words to a reader.
func introduces(text string) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(text, blanks), "\n")
	line = codeSpan.ReplaceAllString(strings.TrimSpace(line), "it")
	words := len(strings.Fields(line))
	return words > 1 && !strings.ContainsAny(line, "#/{}()=;<>[]$\\") && (words > 4 || strings.IndexByte(":.?!", line[len(line)-1]) >= 0)
}

var codeSpan = regexp.MustCompile("`[^`]+`")

// programFirst says whether the text begins as a program does.
func (m *mixer) programFirst() bool {
	i := m.next(0)
	return i < len(m.lines) && (strong(m.lines[i]) || opensProgram.MatchString(m.lines[i]))
}

// opensProgram matches comments and strings that no text begins with.
var opensProgram = regexp.MustCompile("^\ufeff?(?:[rRuUbB]?\"\"\"|[rR]?'''|/\\*|//|#!|<\\?(?:php|xml)|# -\\*-|#\\s*(?:Copyright|SPDX|Licensed|coding))")

// fenceEnd returns the line that closes the fence at line i; the number of lines if none.
func (m *mixer) fenceEnd(i int, mark string) int {
	for i++; i < len(m.lines); i++ {
		if closes(m.lines[i], mark) {
			break
		}
	}
	return i
}

// enterFence begins what stands in the fence at line i, and returns the next line.
func (m *mixer) enterFence(i int, name string) int {
	mark := fence(m.lines[i])
	info := strings.TrimSpace(strings.TrimLeft(m.lines[i], " ")[len(mark):])
	m.plain = false
	limit := m.fenceEnd(i, mark)
	tag, file := fenceInfo(info)
	if file == "" {
		file = name
	}
	m.flush(i + 1)
	m.file(i+1, limit, file)
	switch l := Named(tag); {
	case l != nil:
		m.known = l
	case file != "":
	case tag != "":
		m.code = false // another kind of text, or a language that is not known
	default:
		m.code = content.Fenced("", m.text[m.starts[i+1]:m.starts[limit]]) == content.Code
	}
	return i + 1
}

var (
	fenceTitle = regexp.MustCompile(`\b(?:title|file|filename|path|name)\s*=\s*["']?([^"'\s}]+)`)
	fenceLines = regexp.MustCompile(`^(\d+:\d+|[\w+#.-]+):(\S+)$`)
)

// fenceInfo returns the language and the file that stand behind the mark of a fence:
// "python", "python:src/a.py", "12:40:src/a.py", "src/a.py", `js title="a.js"`.
func fenceInfo(info string) (tag, file string) {
	if m := fenceTitle.FindStringSubmatch(info); m != nil {
		file = m[1]
	}
	tag, _, _ = strings.Cut(strings.Trim(info, "{} "), " ")
	tag = strings.TrimLeft(tag, ".")
	if tag == "" {
		return "", file
	}
	if m := fenceLines.FindStringSubmatch(tag); m != nil && knownFile(m[2]) {
		return m[1], m[2]
	}
	if Named(tag) == nil && knownFile(tag) {
		return "", tag
	}
	return tag, file
}
