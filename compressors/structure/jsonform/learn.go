package jsonform

import "strings"

// A learner sees the tokens of a source and finds out its style.
type learner struct {
	shapes []shape // of the containers, in the order in which they open
	open   []place
	last   byte
	seen   style // Lead and Tail

	newline, prefix, first, before, after, comma, between vote
	pad, empty                                            [2]vote

	// lines counts containers by class and depth: on one line, broken.
	lines [4][maxDepth][2]int
}

// A place is a container that is open.
type place struct {
	at    int // its index in shapes
	level int
}

// token learns from a token and the white space before it.
func (l *learner) token(kind byte, gap string) {
	last := l.last
	l.last = kind
	switch {
	case kind == ':':
		l.before.add(gap)
	case kind == ',':
	case last == ':':
		l.after.add(gap)
	case len(l.open) == 0:
		l.root(kind, last, gap)
	default:
		l.inside(kind, last, gap)
	}
	switch kind {
	case '{':
		l.push(0)
	case '[':
		l.push(array)
	case '}', ']':
		l.pop()
	}
}

func (l *learner) root(kind, last byte, gap string) {
	switch {
	case kind == endKind:
		l.seen.Tail = gap
	case last == endKind:
		l.seen.Lead = gap
	default:
		l.between.add(gap)
	}
}

// inside learns from the gap before a member, an element or a closing bracket.
func (l *learner) inside(kind, last byte, gap string) {
	p := &l.open[len(l.open)-1]
	c := &l.shapes[p.at]
	closes, opened := kind == '}' || kind == ']', last == '{' || last == '['
	switch {
	case closes && opened:
		l.empty[c.kind()].add(gap)
		*c |= hollow
		return
	case opened && strings.ContainsAny(gap, "\n\r"):
		*c |= broken
		p.level++
	}
	switch {
	case *c&broken != 0:
		l.line(gap, p.level, closes)
	case closes || opened:
		l.pad[c.kind()].add(gap)
	default:
		l.comma.add(gap)
	}
}

// line learns from a line break: what ends the outermost broken container is indented
// by the prefix alone, what is in it by one level more.
func (l *learner) line(gap string, level int, closes bool) {
	indent := strings.TrimLeft(gap, "\r\n")
	switch {
	case len(indent) == len(gap) || strings.ContainsAny(indent, "\r\n"):
		return // spaces before the end of a line are nobody's style
	case level == 1 && closes:
		l.prefix.add(indent)
	case level == 1:
		l.first.add(indent)
	}
	l.newline.add(gap[:len(gap)-len(indent)])
}

func (l *learner) push(c shape) {
	p := place{at: len(l.shapes)}
	if len(l.open) > 0 {
		p.level = l.open[len(l.open)-1].level
	}
	l.open = append(l.open, p)
	l.shapes = append(l.shapes, c)
}

func (l *learner) pop() {
	n := len(l.open) - 1
	c := l.shapes[l.open[n].at]
	l.open = l.open[:n]
	if c&hollow != 0 {
		return
	}
	l.lines[c.class()][n][int(c&broken)/int(broken)]++
	if n > 0 {
		l.shapes[l.open[n-1].at] |= nested
	}
}

// style returns the style that the source has in most places.
func (l *learner) style() style {
	s := l.seen
	s.Newline, s.Prefix = l.newline.winner(), l.prefix.winner()
	if indent, ok := strings.CutPrefix(l.first.winner(), s.Prefix); ok && len(indent) <= maxIndent {
		s.Indent = indent
	}
	s.Before, s.After, s.Comma = l.before.winner(), l.after.winner(), l.comma.winner()
	s.Between = l.between.winner()
	for i := range 2 {
		s.Pad[i], s.Empty[i] = l.pad[i].winner(), l.empty[i].winner()
	}
	for i := range s.Broken {
		s.Broken[i] = cut(&l.lines[i])
	}
	return s
}

// cut returns the depth that divides broken containers above it from those on one line
// with the fewest exceptions; of several, the least.
func cut(lines *[maxDepth][2]int) int {
	wrong := 0
	for _, n := range lines {
		wrong += n[1]
	}
	best, least := 0, wrong
	for d, n := range lines {
		if wrong += n[0] - n[1]; wrong < least {
			best, least = d+1, wrong
		}
	}
	return best
}

// A vote finds the text that is there most often, if that is one of the first eight.
type vote struct {
	texts [8]string
	n     [8]int
}

func (v *vote) add(text string) {
	for i := range v.n {
		if v.n[i] == 0 {
			v.texts[i] = text
		}
		if v.texts[i] == text {
			v.n[i]++
			return
		}
	}
}

// winner returns the text; of several, the first.
func (v *vote) winner() string {
	best := 0
	for i := range v.n {
		if v.n[i] > v.n[best] {
			best = i
		}
	}
	return v.texts[best]
}
