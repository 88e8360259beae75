package logform

import "strings"

// A source is a text in lines.
type source struct {
	lines []string // without the newlines between them
	ids   []int32  // equal lines have equal ids: the index of the first of them
	crlf  bool     // every newline has a carriage return before it, which is not in lines
}

func newSource(text string) *source {
	n := strings.Count(text, "\n")
	s := &source{crlf: n > 0 && n == strings.Count(text, "\r\n")}
	if s.crlf {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	s.lines = strings.Split(text, "\n")
	s.ids = make([]int32, len(s.lines))
	first := make(map[string]int32, len(s.lines)/4)
	for i, line := range s.lines {
		id, ok := first[line]
		if !ok {
			id = int32(i)
			first[line] = id
		}
		s.ids[i] = id
	}
	return s
}

// An item is a line of the source, or several equal ones in a row.
type item struct {
	id    int32 // of the line, which is also where it is in the source first
	times int32
}

// runs folds equal neighbours where that saves tokens.
func (s *source) runs(sigil string, count func(string) int) []item {
	items := make([]item, 0, len(s.lines))
	for i := 0; i < len(s.ids); {
		n := 1
		for i+n < len(s.ids) && s.ids[i+n] == s.ids[i] {
			n++
		}
		if n > 1 && runPays(s.lines[i], n, sigil, count) {
			items = append(items, item{s.ids[i], int32(n)})
		} else {
			for range n {
				items = append(items, item{s.ids[i], 1})
			}
		}
		i += n
	}
	return items
}

// runPays says whether n equal lines cost more than one and its mark. Some of them are
// counted for all: empty lines share a token.
func runPays(line string, n int, sigil string, count func(string) int) bool {
	some := min(n, 32)
	if len(line) > 64 {
		some = 2
	}
	more := count(strings.Repeat(line+"\n", some)) - count(line+"\n")
	return more*(n-1) > count(timesMark(sigil, n)+"\n")*(some-1)
}
