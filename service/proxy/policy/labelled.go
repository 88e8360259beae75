package policy

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// maxIntroduction is how far from the beginning, in bytes, an announcement stands.
const maxIntroduction = 2400

// markLabels marks the contexts of a prompt whose parts have labels, or whose
// beginning announces a text: from the first label to the question behind them, or
// to the end if the question stands before.
func (m *message) markLabels() Reason {
	first, docs := m.firstLabel()
	said := m.announced()
	start := first
	if said >= 0 && (first < 0 || m.size(said, first) > 600 && first > said) {
		start = said
	}
	if start < 0 {
		return ReasonNoContext
	}
	before, after := m.questions(start)
	end := len(m.lines)
	switch {
	case after >= 0:
		end = after
		m.question = after
	case before >= 0:
		m.question = before
		end = m.beforeAnswer(end)
	default:
		end = m.lastParagraph(m.beforeAnswer(end), start)
		if end < 0 || !m.refers(end, start, docs, said) {
			return ReasonNoQuestion
		}
	}
	end = m.beforeTask(start, end)
	end = m.beforeRequest(end, start)
	if start >= end {
		return ReasonNoContext
	}
	if !m.markFence(start, end) {
		m.markRange(start, end)
	}
	return ""
}

// firstLabel returns the first line with a label of a context, or -1, and how many
// documents have a number.
func (m *message) firstLabel() (first, docs int) {
	first = -1
	for i := range m.lines {
		k := m.lines[i].label.kind
		if k == docLabel {
			docs++
		}
		if first < 0 && (k == docLabel || k == contextLabel) {
			first = i
		}
	}
	return first, docs
}

// questions returns the last line with the label of a question before start and
// the last one behind it, -1 for none.
func (m *message) questions(start int) (before, after int) {
	before, after = -1, -1
	for i := range m.lines {
		if m.lines[i].label.kind == questionLabel {
			if i < start {
				before = i
			} else {
				after = i
			}
		}
	}
	return before, after
}

// size is how many bytes lines [from, to) have.
func (m *message) size(from, to int) int {
	n := 0
	for i := max(from, 0); i < to; i++ {
		n += len(m.lines[i].body)
	}
	return n
}

// announced returns the line behind the paragraph that announces a text, or -1.
// Of announcing paragraphs that follow each other the last counts.
func (m *message) announced() int {
	after, size := -1, 0
	for i := 0; i < len(m.lines) && size < maxIntroduction; i++ {
		l := &m.lines[i]
		size += len(l.body)
		if l.body == "" || len(l.body) > 1200 || !containsAny(strings.ToLower(l.body), announcements) {
			continue
		}
		if after >= 0 && m.size(after, i) > 400 {
			break
		}
		for i++; i < len(m.lines) && m.lines[i].body != "" && m.lines[i].part == l.part && !endsWithColon(m.lines[i-1].body) && len(m.lines[i].body) <= 400; i++ {
			size += len(m.lines[i].body)
		}
		after = i
		i--
	}
	if after >= len(m.lines) {
		return -1
	}
	return after
}

func endsWithColon(s string) bool { return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：") }

// beforeAnswer returns end without blank lines and labels of an empty answer.
func (m *message) beforeAnswer(end int) int {
	for end > 0 {
		l := &m.lines[end-1]
		empty := l.label.kind == answerLabel && l.label.at >= l.end
		if l.body != "" && !empty {
			break
		}
		end--
	}
	return end
}

// lastParagraph returns the first line of the paragraph that ends before end, if
// it asks something and is short; else -1.
func (m *message) lastParagraph(end, start int) int {
	first, size := m.paragraph(end-1, start)
	if end <= start || size == 0 || size > 800 || first <= start {
		return -1
	}
	if text := m.text(first, end); !asks(text) {
		return -1
	}
	return first
}

// refers reports whether a question without a label, from line end on, is about
// what stands above it: documents have numbers, or the question or an instruction
// says so.
func (m *message) refers(end, start, docs, said int) bool {
	if docs >= 2 {
		return true
	}
	asked := strings.ToLower(m.text(end, len(m.lines)))
	told := strings.ToLower(m.text(0, min(start, len(m.lines))))
	return containsAny(asked, references) || said >= 0 && containsAny(told, requests)
}

// beforeTask ends a context where a label of instructions stands.
func (m *message) beforeTask(start, end int) int {
	for i := start; i < end; i++ {
		if m.lines[i].label.kind == taskLabel {
			return i
		}
	}
	return end
}

// beforeRequest takes paragraphs off the end of a context that tell what to do
// with it: at most four, none long.
func (m *message) beforeRequest(end, start int) int {
	for range 4 {
		i := end
		for i > start && m.lines[i-1].body == "" {
			i--
		}
		if i <= start {
			return end
		}
		first, size := m.paragraph(i-1, start)
		if size > 700 { // a page without blank lines: look at its last line alone
			first, size = i-1, len(m.lines[i-1].body)
		}
		if first <= start || size > 700 || m.lines[first].label.kind == docLabel || !containsAny(strings.ToLower(m.text(first, i)), requests) {
			return end
		}
		end = first
	}
	return end
}

// markFence marks the inside of a fence that follows the label of a context, if
// nothing says that it is code.
func (m *message) markFence(start, end int) bool {
	i := start
	if m.lines[i].label.kind == contextLabel {
		i++
	}
	for i < end && m.lines[i].body == "" {
		i++
	}
	if i >= end {
		return false
	}
	mark := content.Fence(m.lines[i].body)
	info := strings.TrimSpace(strings.TrimPrefix(m.lines[i].body, mark))
	if mark == "" || !plainInfo[info] {
		return false
	}
	for j := i + 1; j < end; j++ {
		if m.lines[j].body == mark {
			for k := i + 1; k < j; k++ {
				m.lines[k].inside, m.lines[k].from, m.lines[k].to = true, m.lines[k].start, m.lines[k].end
			}
			return true
		}
	}
	return false
}

var plainInfo = map[string]bool{"": true, "text": true, "txt": true, "md": true, "markdown": true, "plain": true, "plaintext": true}
