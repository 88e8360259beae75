package policy

import (
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/content"
)

// DefaultMinContext is 400 tokens of English, in bytes.
const DefaultMinContext = 1600

// Limits of a split, in bytes where nothing else is said.
const (
	minPiece       = 64      // shorter pieces stay where they are
	maxQuestionLen = 4 << 10 // a longer tail is no question
	maxLines       = 100_000 // a line costs some 130 bytes while the message is read
	maxOutside     = 4 << 10 // what may stand outside contexts that are smaller than this
)

// Tail says how [SplitMessage] reads a message. The zero value is the default.
type Tail struct {
	MinContext int // bytes of all contexts together, at least; 0 is DefaultMinContext
}

// A Piece is the byte range [Start, End) of one part of a message. It begins where
// a line does or behind the label or tag that opens it, and ends where a line does
// or before the tag that closes it.
type Piece struct{ Part, Start, End int }

// A Split is a user's message taken apart.
type Split struct {
	// Contexts ascend and do not overlap. All bytes outside them are to stay.
	Contexts []Piece

	// Question is what is asked about the contexts, Instruction what else stands
	// outside them (of a long one the beginning). Both are for methods that read a
	// question; neither is ever inside a context.
	Question    string
	Instruction string

	OK     bool   // if false, the contexts are none
	Reason Reason // ReasonSplit if OK
}

// SplitMessage finds the contexts and the question in the text parts of one user
// message, as prompts for retrieval and long documents are written: contexts in
// tags, behind labels or announced by a sentence, the question behind a label or
// at the end. It depends on these bytes alone, so that a message gives the same
// pieces on every turn.
//
// It says no whenever it is unsure, and where the wording of the text is what the
// task is about: translations, corrections, summaries, counts, quotations, examples
// to follow. Fenced code, and contexts that [content.Classify] calls code or data, are
// never part of a piece.
func SplitMessage(parts []string, tail Tail) Split {
	if tail.MinContext <= 0 {
		tail.MinContext = DefaultMinContext
	}
	lines, r := readable(parts, tail.MinContext)
	if r != "" {
		return Split{Reason: r}
	}
	m := readMessage(parts, lines)
	if r := m.mark(); r != "" {
		return Split{Reason: r}
	}
	if m.bounds(); m.first < 0 {
		return Split{Reason: ReasonNoContext}
	}
	s := Split{Contexts: m.pieces()}
	s.Question, s.Instruction = m.asked()
	if s.Reason = m.refuse(&s, tail.MinContext); s.Reason != "" {
		return Split{Reason: s.Reason}
	}
	s.OK, s.Reason = true, ReasonSplit
	return s
}

// readable counts the lines of a message, or says why it is not worth or not safe
// to read.
func readable(parts []string, least int) (lines int, r Reason) {
	size := 0
	for _, p := range parts {
		if !utf8.ValidString(p) {
			return 0, ReasonInvalidText
		}
		size += len(p)
		lines += strings.Count(p, "\n") + 1
	}
	switch {
	case size < least:
		return 0, ReasonBelowMin
	case lines > maxLines:
		return 0, ReasonTooManyLines
	}
	return lines, ""
}

// refuse says why a message is not to be split after all, or "".
func (m *message) refuse(s *Split, least int) Reason {
	all, marked := 0, 0
	for _, p := range s.Contexts {
		all += p.End - p.Start
	}
	for i := range m.lines {
		marked += m.lines[i].to - m.lines[i].from
	}
	outside := m.outside()
	switch {
	case m.dialogue():
		return ReasonConversation
	case m.examples():
		return ReasonExamples
	case m.instructs():
		return ReasonRules
	case needsWording(outside, s.Question, m.question >= 0):
		return ReasonTask
	case strings.TrimSpace(s.Question) == "" || m.question < 0 && !asks(s.Question):
		return ReasonNoQuestion
	case len(s.Question) > maxQuestionLen || len(outside) > max(maxOutside, marked):
		return ReasonInstructions
	case all == 0 && marked >= least:
		return ReasonContextsClass
	case all < least:
		return ReasonBelowMin
	case !pointed(s.Question):
		return ReasonNotPointed
	case normative(m.texts(s.Contexts)...):
		return ReasonRules
	}
	return ""
}

// texts are those of pieces.
func (m *message) texts(pieces []Piece) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = m.parts[p.Part][p.Start:p.End]
	}
	return out
}

// mark finds the contexts, in the most explicit form that there is, or says why
// there are none.
func (m *message) mark() Reason {
	found, bad := m.markTags()
	switch {
	case bad:
		return ReasonBadTags
	case found || m.markQuotes():
		m.tagged = true
		return ""
	}
	r := m.markLabels()
	if r != "" && m.markParts() {
		return ""
	}
	return r
}

// pieces joins marked lines to pieces of running text.
func (m *message) pieces() []Piece {
	var out []Piece
	var p Piece
	flush := func() {
		if p.End > p.Start {
			out = m.fit(out, p)
		}
		p = Piece{}
	}
	for i := range m.lines {
		l := &m.lines[i]
		if !l.inside || l.from >= l.to && l.body != "" {
			flush()
			continue
		}
		if p.End > p.Start && (l.part != p.Part || l.from != l.start) {
			flush()
		}
		if p.End == p.Start {
			p = Piece{l.part, l.from, l.to}
		}
		p.End = l.to
		if l.to != l.end {
			flush()
		}
	}
	flush()
	return out
}

// fit adds what of a piece may lose words: all of it, or the paragraphs of a
// mixture that are running text, or nothing.
func (m *message) fit(out []Piece, p Piece) []Piece {
	p = m.trim(p)
	text := m.parts[p.Part][p.Start:p.End]
	if len(text) < minPiece {
		return out
	}
	switch c := content.Classify(text); {
	case c.Lossy():
		return append(out, p)
	case c != content.Mixed:
		return out
	}
	first := len(out)
	for at := 0; at < len(text); {
		end := paragraphEnd(text, at)
		q := m.trim(Piece{p.Part, p.Start + at, p.Start + end})
		at = end
		if body := m.parts[q.Part][q.Start:q.End]; len(body) < minPiece || !content.Classify(body).Lossy() {
			continue
		}
		if k := len(out) - 1; k >= first && strings.TrimSpace(m.parts[p.Part][out[k].End:q.Start]) == "" {
			out[k].End = q.End
			continue
		}
		out = append(out, q)
	}
	return out
}

// paragraphEnd returns where the paragraph at offset at ends, blank lines included.
func paragraphEnd(text string, at int) int {
	blank := false
	for at < len(text) {
		line, _ := cutLine(text[at:])
		empty := strings.TrimSpace(line) == ""
		if blank && !empty {
			return at
		}
		blank = blank || empty
		at = min(len(text), at+len(line)+1)
	}
	return len(text)
}

// trim takes blank lines off both ends of a piece.
func (m *message) trim(p Piece) Piece {
	text := strings.TrimRight(m.parts[p.Part][p.Start:p.End], " \t\r\n")
	p.End = p.Start + len(text)
	for {
		line, rest := cutLine(text)
		if strings.TrimSpace(line) != "" || rest == "" {
			break
		}
		text = rest
	}
	p.Start = p.End - len(text)
	return p
}

// outside is all that no context holds, line by line.
func (m *message) outside() string {
	var b strings.Builder
	for i := range m.lines {
		b.WriteString(m.left(i))
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}

// left is what line i has outside contexts.
func (m *message) left(i int) string {
	l := &m.lines[i]
	text := m.parts[l.part]
	if !l.inside {
		return text[l.start:l.end]
	}
	return text[l.start:l.from] + " " + text[l.to:l.end]
}
