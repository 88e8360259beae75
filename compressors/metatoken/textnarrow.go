package metatoken

import (
	"strings"
	"unicode"
)

// Limits of a phrase. Longer ones would be hard to read where they are defined; shorter
// ones save next to nothing.
const (
	longestPhrase  = 400 // bytes
	shortestPhrase = 6   // tokens
	mostUnits      = 200
)

// narrow returns what of the units [start, end) may be a phrase; nothing if start is end.
// It looks at these units alone, as [mining] demands.
//
// A phrase is part of a line, or some whole lines: where it takes a line end away and
// begins or ends within a line, what is left looks like one line and is none. At its
// edges, what is likely to vary stays where it stands: numbers, and the rest of what a
// bracket outside encloses.
func (s *source) narrow(start, end int) (int, int) {
	atLine := false
	for start < end && s.traits(start).blank {
		atLine = atLine || s.traits(start).newline
		start++
	}
	end, lines := s.lines(start, end, atLine)
	if lines < 2 {
		start, end = s.tidy(s.tags(start, end))
		start, end = s.tidy(s.balance(start, end))
	}
	if s.words(start, end) < leastWords || s.tokens(start, end) < shortestPhrase {
		return start, start
	}
	return start, end
}

// words is how much of natural language there is. See leastWords.
func (s *source) words(start, end int) (n int) {
	for i := start; i < end; i++ {
		if at := s.starts[i]; at == 0 || s.text[at-1] != '<' || s.text[at] == ' ' {
			n += int(s.traits(i).words)
		}
	}
	return n
}

// lines returns the end of the whole lines in the units [start, end), if atLine says that
// they begin one, and otherwise that of the first line or of what there is of it. lines is
// how many there are.
func (s *source) lines(start, end int, atLine bool) (stop, lines int) {
	for i := start; i < end; i++ {
		switch _, hi := s.bytes(start, i+1); {
		case s.traits(i).newline:
			stop = i
			lines++
			if !atLine {
				return stop, lines
			}
		case hi-int(s.starts[start]) > longestPhrase:
			end = i
		}
	}
	if lines == 0 {
		return end, 1
	}
	return stop, lines
}

// tidy leaves out the units at both ends that are white space or numbers, with the marks
// outside them, and marks that are no end of a phrase.
func (s *source) tidy(start, end int) (int, int) {
	for i := start; i < end; i++ {
		t := s.traits(i)
		if t.blank || t.number || t.inner {
			start = i + 1
		} else if !t.marks {
			break
		}
	}
	for i := end - 1; i >= start; i-- {
		t := s.traits(i)
		if t.blank || t.number || t.open {
			end = i
		} else if !t.marks {
			break
		}
	}
	return start, end
}

// tags leaves out what is part of a tag and not the whole.
func (s *source) tags(start, end int) (int, int) {
	open := end
	lo, hi := s.bytes(start, end)
	for i := start; i < end; i++ {
		for j := max(lo, int(s.starts[i])); j < int(s.starts[i+1]); j++ {
			switch c := s.text[j]; {
			case c == '<' && j+1 < hi && (s.text[j+1] == '/' || unicode.IsLetter(rune(s.text[j+1]))):
				open = i
			case c == '>' && open < end:
				open = end
			case c == '>' && j > lo && (s.text[j-1] == '"' || s.text[j-1] == '\''):
				start = i + 1
			}
		}
	}
	return start, max(start, open)
}

// balance leaves out what goes up to a bracket that was opened before, and what goes on
// from one that is closed behind, if that is little.
func (s *source) balance(start, end int) (int, int) {
	const little = 4 // a quarter
	var open []int
	closed := start
	for i := start; i < end; i++ {
		for j := s.starts[i]; j < s.starts[i+1]; j++ {
			switch c := s.text[j]; {
			case strings.IndexByte("([{", c) >= 0:
				open = append(open, i)
			case strings.IndexByte(")]}", c) < 0:
			case len(open) > 0:
				open = open[:len(open)-1]
			default:
				closed = i + 1
			}
		}
	}
	all := s.tokens(start, end)
	if len(open) > 0 && little*s.tokens(open[0], end) <= all {
		end = open[0]
	}
	if little*s.tokens(start, closed) <= all {
		start = min(closed, end)
	}
	return start, end
}

func (s *source) traits(i int) *traits { return &s.units[s.symbols[i]].traits }

func (s *source) tokens(start, end int) (n int) {
	for _, w := range s.weight[start:end] {
		n += int(w)
	}
	return n
}

// firstLine returns how many of the units [start, end) stand before the first line end.
func (s *source) firstLine(start, end int) int {
	for i := start; i < end; i++ {
		if s.traits(i).newline {
			return i - start
		}
	}
	return end - start
}
