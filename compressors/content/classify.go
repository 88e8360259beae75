package content

import (
	"strings"
	"unicode/utf8"
)

// Classify returns the class of one block of text. It reads shapes and not
// meanings, one line at a time, and asks for more evidence before it says prose
// than before it says anything else.
func Classify(text string) Class {
	t := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if t == "" || !utf8.ValidString(t) {
		return Other
	}
	if c, ok := structured(t); ok {
		return c
	}
	var s survey
	s.read(t)
	return s.class()
}

// structured knows what a text is by its first byte and a reading to its end.
func structured(t string) (Class, bool) {
	switch t[0] {
	case '{', '[':
		return jsonClass(t)
	case '<':
		return markupClass(t)
	}
	return "", false
}

// A survey sums up the lines of a text. Sizes are in bytes, without line ends.
type survey struct {
	size, lines int // of lines that are not blank
	bytes       [kindsOfLine]int
	count       [kindsOfLine]int

	fence    string // what closes the fence that is open
	hunks    int
	faults   int // lines that only a trace or a failed test has
	commits  int
	numbered int // lines that continue a numbered listing
	number   int // of the last such line
	delims   delims
	prev     lineKind
	opening  lineKind // of the first line
	foreign  int      // bytes of prose beyond ASCII, each letter counted once
	words    int      // of some lines of prose in Latin script
	short    int      // of these, those that hold sentences together
}

func (s *survey) read(t string) {
	for t != "" {
		var raw string
		raw, t = cutLine(t)
		raw = trimEnd(raw)
		body := trimIndent(raw)
		if body == "" {
			s.prev = blankLine
			continue
		}
		s.lines++
		s.size += len(body)
		k := s.kind(raw, body)
		if s.lines == 1 {
			s.opening = k
		}
		if k == proseLine {
			s.sample(body)
		}
		s.count[k]++
		s.bytes[k] += len(body)
		s.prev = k
	}
}

// sampled is how many bytes of every fourth line of prose are looked at more closely.
const sampled = 256

func (s *survey) sample(body string) {
	if s.count[proseLine]&3 != 0 {
		return
	}
	words, short := commonWords(body[:min(len(body), sampled)])
	s.words += words
	s.short += short
}

// kind reads one line that is not blank.
func (s *survey) kind(raw, body string) lineKind {
	if mark := Fence(body); s.fence != "" {
		if mark != "" && strings.HasPrefix(mark, s.fence) && mark == body {
			s.fence = ""
		}
		return fencedLine
	} else if mark != "" {
		s.fence = mark
		return fencedLine
	}
	s.delims.add(raw)
	s.listing(body)
	switch {
	case diffLine(raw, s.prev == diffedLine):
		if strings.HasPrefix(raw, "@@ ") {
			s.hunks++
		}
		return diffedLine
	case traceLine(raw, body):
		s.faults++
		return tracedLine
	}
	if strings.HasPrefix(body, "commit ") && len(body) >= 47 && allHex(body[7:47]) {
		s.commits++
	}
	n := count(body)
	k := shape(body, &n)
	if k == proseLine {
		s.foreign += n.high
	}
	return k
}

// Fence returns the run of three or more ` or ~ that body begins with.
func Fence(body string) string {
	if len(body) < 3 || body[0] != '`' && body[0] != '~' || body[1] != body[0] || body[2] != body[0] {
		return ""
	}
	n := len(body) - len(strings.TrimLeft(body, body[:1]))
	if strings.IndexByte(body[n:], '`') >= 0 {
		return ""
	}
	return body[:n]
}

// Shares of a text, in percent, from which on it is of a class.
const (
	ruling    = 60 // of the lines or bytes
	nearlyAll = 85
	alien     = 10 // at most, of code in prose
)

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}

func (s *survey) class() Class {
	lines := func(k lineKind) int { return percent(s.count[k], s.lines) }
	bytes := func(k lineKind) int { return percent(s.bytes[k], s.size) }
	logs := lines(loggedLine)
	switch {
	case s.lines == 1 && s.size < 24 && s.bytes[codeLine] > 0:
		return Other // a word says nothing
	case s.lines > 2 && percent(s.numbered, s.lines) >= nearlyAll:
		return Code
	case s.hunks > 0 || s.count[diffedLine] > 2:
		return either(bytes(diffedLine) >= 30, Diff)
	case s.faults > 0 && (s.faults > 1 || s.lines < 40):
		return either(lines(tracedLine) >= 25 && bytes(proseLine) < 40 || bytes(tracedLine) >= 40, Trace)
	case s.delims.table(s.lines, s.size, logs):
		return Table
	case s.commits > 0 && s.commits*40 >= s.lines:
		return Mixed // hashes and names to be used as they are
	case lines(hitLine) >= ruling:
		return Search
	case logs >= ruling && bytes(codeLine) < 20:
		return Log
	case lines(rowLine) >= ruling:
		return Table
	}
	return s.running()
}

func either(rules bool, c Class) Class {
	if rules {
		return c
	}
	return Mixed
}

// running tells running text from code and from what is both.
func (s *survey) running() Class {
	prose := s.bytes[proseLine] + s.bytes[itemLine]
	code := s.bytes[codeLine] + s.bytes[keyedLine]
	alienBytes := code + s.bytes[rowLine] + s.bytes[loggedLine] + s.bytes[hitLine]
	fenced := s.bytes[fencedLine]
	unfenced := s.size - fenced
	links := s.count[linkLine]
	switch {
	case percent(code+fenced, s.size) >= ruling || code > prose && percent(code, s.size) >= 40:
		return Code
	case percent(fenced, s.size) > 40:
		return Mixed
	case links >= 3 && s.opening != codeLine && links*12 >= s.lines && percent(alienBytes, unfenced) <= 20 && 2*(prose+s.bytes[linkLine]) >= unfenced:
		return Search
	case percent(prose, unfenced) >= 50 && percent(alienBytes, unfenced) <= alien:
		return s.written()
	case prose > 0 && percent(alienBytes, unfenced) <= 2 && percent(prose, unfenced) >= 35:
		return s.written()
	case percent(prose, s.size) >= 20 && alienBytes+fenced > 0:
		return Mixed
	case percent(code, s.size) >= 40:
		return Code
	case percent(s.bytes[loggedLine], s.size) >= 40:
		return Mixed
	}
	return Other
}

// rarely is how many words there are to one short word in the barest of prose.
const rarely = 16

// written is prose, or Markdown if marks of it stand in several lines. A text that
// begins with a line of code, or whose words hold no sentence together, is neither.
func (s *survey) written() Class {
	if s.opening == codeLine {
		return Mixed
	}
	if s.short*rarely < s.words && s.foreign*5 < s.bytes[proseLine] {
		return Other
	}
	marks := s.count[headingLine]*2 + s.count[itemLine] + s.count[fencedLine]
	if marks >= 3 && marks*15 >= s.lines {
		return Markdown
	}
	return Prose
}
