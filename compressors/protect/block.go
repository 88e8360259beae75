package protect

import "strings"

// blocks finds what whole lines are made of: fences, headings, tables; then
// tags and JSON, which may span lines.
func (s *scanner) blocks() {
	s.lines()
	if s.policy.on[Tags] {
		s.tags()
	}
	if s.policy.on[JSON] {
		s.json()
	}
	s.taken = mergeSpans(append([]Span(nil), s.out...))
}

func (s *scanner) lines() {
	fence, fenceStart := "", 0
	for start := 0; start < len(s.text); {
		end := len(s.text)
		if i := strings.IndexByte(s.text[start:], '\n'); i >= 0 {
			end = start + i
		}
		line := strings.TrimRight(s.text[start:end], " \t\r")
		mark := fenceMark(line)
		switch {
		case fence == "" && mark != "":
			fence, fenceStart = mark, start
		case fence == "":
			s.line(line, start)
		case mark != "" && mark[0] == fence[0] && len(mark) >= len(fence) && strings.TrimLeft(line, " ") == mark:
			s.add(fenceStart, end, Code)
			fence = ""
		}
		start = end + 1
	}
	if fence != "" {
		s.add(fenceStart, len(s.text), Code)
	}
}

// fenceMark returns the run of three or more ` or ~ that a line begins with,
// after at most three spaces. An opening ` fence has no other ` in its line.
func fenceMark(line string) string {
	t := strings.TrimLeft(line, " ")
	if len(line)-len(t) > 3 || len(t) < 3 || t[0] != '`' && t[0] != '~' {
		return ""
	}
	n := len(t) - len(strings.TrimLeft(t, t[:1]))
	if n < 3 || t[0] == '`' && strings.IndexByte(t[n:], '`') >= 0 {
		return ""
	}
	return t[:n]
}

// maxHeading is in bytes: a longer line is a page that lost its line ends.
const maxHeading = 120

// line looks at one line outside fences, without its trailing space.
func (s *scanner) line(line string, start int) {
	t := strings.TrimLeft(line, " \t")
	at := start + len(line) - len(t)
	if t == "" {
		return
	}
	switch t[0] {
	case '#':
		n := len(t) - len(strings.TrimLeft(t, "#"))
		if n <= 6 && n < len(t) && t[n] == ' ' && len(line)-len(t) <= 3 && len(t) <= maxHeading {
			s.add(at, at+len(t), Headings)
		}
	case '|':
		if len(t) > 1 && strings.IndexByte(t[1:], '|') >= 0 {
			s.add(at, at+len(t), Tables)
		}
	}
}
