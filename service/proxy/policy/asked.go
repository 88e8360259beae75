package policy

import "strings"

// maxInstruction bounds what is kept of an instruction, in bytes.
const maxInstruction = 2 << 10

// asked returns the question and what else stands outside the contexts. A label
// names the question; without one it is what stands behind the last context, or
// before the first if nothing does.
func (m *message) asked() (question, instruction string) {
	first, last := m.first, m.last
	if m.question < 0 {
		m.question = m.outsideQuestion()
	}
	from, to := last, len(m.lines)
	var q, rest strings.Builder
	if m.question >= 0 {
		from, to = m.question, m.questionEnd(first)
		l := &m.lines[from]
		q.WriteString(m.parts[l.part][min(l.label.at, l.end):l.end])
	} else if strings.TrimSpace(m.tail(last)) == "" {
		from, to = -1, first
	} else {
		l := &m.lines[last]
		q.WriteString(withoutTags(m.parts[l.part][l.to:l.end]))
	}
	for i := range m.lines {
		switch {
		case i == from && (m.question >= 0 || from == last):
			continue
		case i > from && i < to && m.question < 0 && m.frames(i):
		case i > from && i < to:
			q.WriteByte('\n')
			q.WriteString(m.left(i))
		case rest.Len() < maxInstruction && !m.frames(i):
			rest.WriteString(m.left(i))
			rest.WriteByte('\n')
		}
	}
	return trimQuestion(q.String()), strings.TrimSpace(rest.String())
}

// frames reports whether line i is only the frame of contexts: a tag, a label, a
// separator.
func (m *message) frames(i int) bool {
	l := &m.lines[i]
	k := l.label.kind
	return k == docLabel || k == contextLabel || isSeparator(l.body) || l.inside || strings.HasPrefix(l.body, "<") && strings.HasSuffix(l.body, ">")
}

// withoutTags takes the closing tags off that s begins with.
func withoutTags(s string) string {
	for {
		t := strings.TrimSpace(s)
		end := strings.IndexByte(t, '>')
		if !strings.HasPrefix(t, "</") || end < 0 {
			return s
		}
		s = t[end+1:]
	}
}

// trimQuestion takes the closing tag of a question off.
func trimQuestion(q string) string {
	q = strings.TrimSpace(q)
	for _, tag := range questionTags {
		q = strings.TrimSpace(strings.TrimSuffix(q, "</"+tag[1:]))
	}
	return q
}

// tail is what stands behind the last context, labels of an empty answer left out.
func (m *message) tail(last int) string {
	l := &m.lines[last]
	var b strings.Builder
	b.WriteString(m.parts[l.part][l.to:l.end])
	for i := last + 1; i < len(m.lines); i++ {
		if k := &m.lines[i]; k.label.kind != answerLabel && !isClosingTag(k.body) {
			b.WriteString(k.body)
			b.WriteByte('\n')
		}
	}
	return trimEnd(b.String())
}

func isClosingTag(body string) bool {
	return strings.HasPrefix(body, "</") && strings.IndexByte(body, '>') == len(body)-1 || isSeparator(body)
}

// outsideQuestion returns the last line outside contexts with the label of a
// question, or -1.
func (m *message) outsideQuestion() int {
	for i := len(m.lines) - 1; i >= 0; i-- {
		if l := &m.lines[i]; l.label.kind == questionLabel && !l.inside {
			return i
		}
	}
	return -1
}

// questionEnd returns the line behind the labelled question: the next label or
// context, or the end.
func (m *message) questionEnd(first int) int {
	for i := m.question + 1; i < len(m.lines); i++ {
		l := &m.lines[i]
		switch l.label.kind {
		case noLabel, otherLabel:
		default:
			return i
		}
		if l.inside && l.from < l.to || i == first {
			return i
		}
	}
	return len(m.lines)
}
