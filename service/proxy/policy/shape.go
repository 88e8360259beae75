package policy

import "strings"

// longAnswer is more than "Let's think step by step", in bytes.
const longAnswer = 80

// examples reports whether a message shows how to answer: several questions with
// labels, some with their answers, outside tagged contexts, or a tag that says so.
// A question with a long answer is one too: whoever asks gives none.
func (m *message) examples() bool {
	questions, answers := 0, 0
	for i := range m.lines {
		switch l := &m.lines[i]; {
		case l.inside && m.tagged:
		case strings.HasPrefix(l.body, "<example"):
			return true
		case l.label.kind == questionLabel:
			questions++
		case l.label.kind == answerLabel:
			answers++
			if l.end-l.label.at > longAnswer {
				answers++
				questions++
			}
		}
	}
	return questions > 2 || questions == 2 && answers > 1
}

// dialogue reports whether a chat was pasted outside the contexts.
func (m *message) dialogue() bool {
	user, assistant := 0, 0
	for i := range m.lines {
		if m.lines[i].inside && m.tagged {
			continue
		}
		switch m.lines[i].label.kind {
		case userLabel:
			user++
		case assistantLabel:
			assistant++
		}
	}
	return user > 0 && assistant > 0 && user+assistant > 2
}
