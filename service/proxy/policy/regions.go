package policy

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// contextTags hold contexts. "content", "file" and "result" are not here: agents
// put files that they are about to edit between those.
var contextTags = set(`context contexts document documents doc docs source sources passage passages search_results search_result
	searchresults article articles transcript excerpt excerpts chunk chunks background knowledge knowledge_base
	reference references retrieved_context retrieved_documents retrieved_docs document_content documents_content text
	report story material`)

// detailTags stand within contexts and say what a document is.
var detailTags = set(`source title url link date author index id metadata name path file filename score page_number document_content
	content text chunk document doc passage result article page snippet`)

// markTags marks what stands between the tags of contexts that open at the
// beginning of a line and close at the end of one. bad is true if one of them
// never closes.
func (m *message) markTags() (found, bad bool) {
	for i := 0; i < len(m.lines); i++ {
		l := &m.lines[i]
		name, size := openTag(l.body)
		if !contextTags[name] || l.cut && l.label.kind == noLabel {
			continue
		}
		last := m.closing(i, name)
		if last < 0 {
			return found, true
		}
		m.markTagged(i, last, size)
		found = true
		i = last
	}
	return found, false
}

// openTag returns the name of the opening tag that body begins with and its length.
func openTag(body string) (name string, size int) {
	if len(body) < 3 || body[0] != '<' || !isAlpha(body[1]) {
		return "", 0
	}
	end := strings.IndexByte(body[:min(len(body), 300)], '>')
	if end < 0 || body[end-1] == '/' {
		return "", 0
	}
	name = tagName(body[1:end])
	if rest := body[1+len(name) : end]; rest != "" && rest[0] != ' ' {
		return "", 0
	}
	return name, end + 1
}

// longestTag is more than any tag's name has, in bytes.
const longestTag = 24

// tagName returns the name that s begins with, in lower case; "" is none.
func tagName(s string) string {
	i := 0
	for i < len(s) && i < longestTag && (isAlnum(s[i]) || s[i] == ':' || s[i] == '-' || s[i] == '_') {
		i++
	}
	if i == 0 || !isAlpha(s[0]) {
		return ""
	}
	return strings.ToLower(s[:i])
}

// closing returns the line that closes the tag opened in line i, or -1.
func (m *message) closing(i int, name string) int {
	depth := 0
	open, end := "<"+name, "</"+name+">"
	for j := i; j < len(m.lines) && m.lines[j].part == m.lines[i].part; j++ {
		body := m.lines[j].body
		if strings.IndexByte(body, '<') < 0 {
			continue
		}
		depth += strings.Count(body, open+">") + strings.Count(body, open+" ")
		depth -= strings.Count(body, end)
		if depth <= 0 {
			if strings.HasSuffix(body, end) {
				return j
			}
			return -1
		}
	}
	return -1
}

// markTagged marks what stands in lines first to last between an opening tag of
// size bytes and the tag that ends the last line.
func (m *message) markTagged(first, last, size int) {
	for i := first; i <= last; i++ {
		l := &m.lines[i]
		if l.label.kind == noLabel && l.cut {
			continue
		}
		l.inside, l.from, l.to = true, l.start, l.end
		text := m.parts[l.part]
		if i == first {
			l.from = l.start + strings.IndexByte(text[l.start:], '<') + size
		}
		if i == last {
			l.to = l.start + strings.LastIndex(text[l.start:l.end], "<")
		}
		if l.from < l.to {
			l.details(text)
		}
		if k := l.label.kind; i > first && (k == docLabel || k == contextLabel) && l.label.at <= l.to {
			l.from = max(l.from, l.label.at)
		}
		l.inside = l.from < l.to || l.body == ""
	}
}

// details leaves tags within a context outside it: those a line begins and ends
// with, and the whole line if it is one short detail such as a source.
func (l *textLine) details(text string) {
	s := strings.TrimSpace(text[l.from:l.to])
	if s == "" || s[0] != '<' && s[len(s)-1] != '>' {
		return
	}
	for {
		s = strings.TrimSpace(text[l.from:l.to])
		name, size := openTag(s)
		if !detailTags[name] {
			break
		}
		lead := l.to - l.from - len(strings.TrimLeft(text[l.from:l.to], " \t\r"))
		l.from += lead + size
		if end := "</" + name + ">"; len(s) <= 300 && strings.HasSuffix(s, end) && len(s)-size-len(end) <= 200 {
			l.from = l.to
			return
		}
	}
	for {
		s := strings.TrimRight(text[l.from:l.to], " \t\r")
		i := strings.LastIndex(s, "</")
		if i < 0 || s[len(s)-1] != '>' {
			return
		}
		if name := tagName(s[i+2:]); !detailTags[name] || i+len(name)+3 != len(s) {
			return
		}
		l.to = l.from + i
	}
}

// markQuotes marks what stands between lines of three quotation marks, if a line
// with a colon announces it and it looks like no program.
func (m *message) markQuotes() bool {
	found := false
	for i := 0; i < len(m.lines); i++ {
		body := m.lines[i].body
		mark := body[max(0, len(body)-3):]
		if mark != `"""` && mark != "'''" || !m.announces(i, strings.TrimSpace(body[:len(body)-3])) {
			continue
		}
		for j := i + 1; j < len(m.lines) && m.lines[j].part == m.lines[i].part; j++ {
			if strings.HasPrefix(m.lines[j].body, mark) {
				m.markRange(i+1, j)
				found, i = true, j
				break
			}
			if strings.HasSuffix(m.lines[j].body, mark) {
				m.markRange(i+1, j+1)
				m.lines[j].to = m.lines[j].start + strings.LastIndex(m.parts[m.lines[j].part][m.lines[j].start:m.lines[j].end], mark)
				found, i = true, j
				break
			}
		}
		if !found {
			return false
		}
	}
	return found
}

// announces reports whether before, the rest of line i, or the line above it ends
// with a colon and is no line of a program.
func (m *message) announces(i int, before string) bool {
	if m.lines[i].start < m.lines[i].end && m.parts[m.lines[i].part][m.lines[i].start] <= ' ' {
		return false
	}
	for j := i - 1; before == "" && j >= 0 && j >= i-2; j-- {
		before = m.lines[j].body
	}
	return (strings.HasSuffix(before, ":") || strings.HasSuffix(before, "：")) && strings.IndexByte(before, '(') < 0
}

// markParts marks all parts but the last, if that is a short question and the
// others are running text that tells nobody what to do.
func (m *message) markParts() bool {
	last := len(m.parts) - 1
	if last < 1 || len(m.parts[last]) > maxQuestionLen/2 || !strings.ContainsAny(m.parts[last], "?？") {
		return false
	}
	for _, p := range m.parts[:last] {
		t := strings.TrimSpace(p)
		if t == "" || t[0] == '<' || len(t) < minPiece || !content.Classify(t).Lossy() || tellsWhatToDo(t) || isPersonal(t) {
			return false
		}
	}
	for i := range m.lines {
		if m.lines[i].part < last {
			m.markRange(i, i+1)
		}
	}
	return true
}
