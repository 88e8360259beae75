package logform

import (
	"cmp"
	"slices"
	"strings"
)

// The stamp of a line is what is different in each line at its beginning: a date, a time.
// It is left to headings. Templates are sought behind it, or each hour would be one.
//
// The shape of a beginning has a 0 for each number, one space for several, and M for the
// short name of a month or day.

const mostShapes = 8

// A shape is that of some headings.
type shape struct {
	text   string
	lines  int    // below them
	first  string // of them
	varies bool   // another is different
}

// shapes returns those of the headings that n lines have if there are no templates, but for
// rare ones; the shortest first.
func shapes(all []opening, n int) []shape {
	index := map[string]int{}
	var found []shape
	for k, o := range all {
		end := n
		if k+1 < len(all) {
			end = int(all[k+1].at)
		}
		text := shapeOf(o.prefix)
		i, ok := index[text]
		if !ok {
			i = len(found)
			index[text] = i
			found = append(found, shape{text: text, first: o.prefix})
		}
		found[i].lines += end - int(o.at)
		found[i].varies = found[i].varies || o.prefix != found[i].first
	}
	found = slices.DeleteFunc(found, func(s shape) bool { return s.text == "" || s.lines*20 < n })
	slices.SortStableFunc(found, func(a, b shape) int { return cmp.Compare(b.lines, a.lines) })
	found = found[:min(len(found), mostShapes)]
	slices.SortStableFunc(found, func(a, b shape) int { return cmp.Compare(len(a.text), len(b.text)) })
	return found
}

// shapeOf returns the shape of a prefix, up to the last number that is a word, with the
// punctuation behind it.
func shapeOf(prefix string) string {
	var b []byte
	end := 0
	for i := 0; i < len(prefix); {
		j := shapeStep(prefix, i)
		b = append(b, shapeByte(prefix, i, j))
		switch {
		case isDigit(prefix[i]) && !wordAt(prefix, i-1) && !wordAt(prefix, j):
			end = len(b)
		case end == len(b)-1 && end > 0 && (prefix[i] == ',' || classOf[prefix[i]] == glue):
			end++
		}
		i = j
	}
	if end == 0 {
		end = len(b)
	}
	return string(b[:end])
}

func wordAt(s string, i int) bool { return 0 <= i && i < len(s) && classOf[s[i]] == word }

// shapeStep returns where what is at i ends that is one byte of a shape.
func shapeStep(s string, i int) int {
	j := i + 1
	switch {
	case isDigit(s[i]):
		for digitAt(s, j) {
			j++
		}
	case s[i] == ' ':
		for byteAt(s, j) == ' ' {
			j++
		}
	case !wordAt(s, i-1) && wordAt(s, i+2) && !wordAt(s, i+3) && isCalendar(s[i:i+3]):
		j = i + 3
	}
	return j
}

// shapeByte returns the byte for what is between i and j.
func shapeByte(s string, i, j int) byte {
	switch {
	case isDigit(s[i]):
		return '0'
	case j == i+3 && s[i] != ' ':
		return 'M'
	}
	return s[i]
}

const calendar = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun "

func isCalendar(s string) bool { return strings.Index(calendar, s)%4 == 0 }

// stampEnd returns where the stamp of a line ends, which has the first of the shapes that
// fits; 0 if none does.
func stampEnd(line string, shapes []shape) int {
	for k := range shapes {
		if end := shapeEnd(line, shapes[k].text); end > 0 {
			return end
		}
	}
	return 0
}

func shapeEnd(line, shape string) int {
	i := 0
	for k := range len(shape) {
		if i >= len(line) {
			return 0
		}
		j := shapeStep(line, i)
		if shapeByte(line, i, j) != shape[k] {
			return 0
		}
		i = j
	}
	if i == len(line) || !ends(line, i) {
		return 0
	}
	return i
}
