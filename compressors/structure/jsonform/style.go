package jsonform

import "strings"

// maxIndent is how long the indentation of one level may be, in bytes.
const maxIndent = 32

// A style says where a program puts white space. A container is broken, each member on
// a line of its own, or it is on one line. Zero values are those of minified JSON.
type style struct {
	Newline string    `json:"n,omitempty"`
	Prefix  string    `json:"p,omitempty"` // of every line but the first
	Indent  string    `json:"i,omitempty"` // of a level; only broken containers are one
	Before  string    `json:"b,omitempty"` // a colon
	After   string    `json:"a,omitempty"` // a colon
	Comma   string    `json:"c,omitempty"` // after a comma within a line
	Pad     [2]string `json:"d,omitzero"`  // inside the brackets on one line: objects, arrays
	Empty   [2]string `json:"e,omitzero"`  // inside the brackets of empty ones: objects, arrays
	Lead    string    `json:"l,omitempty"` // before the first value
	Between string    `json:"m,omitempty"` // the values of a stream
	Tail    string    `json:"t,omitempty"` // after the last value

	// Broken is the depth above which a container is broken: objects that hold
	// scalars alone, other objects, arrays that hold scalars alone, other arrays.
	Broken [4]int `json:"k,omitzero"`
}

// blank reports whether a style has nothing but white space.
func (s *style) blank() bool {
	return blank(s.Newline + s.Prefix + s.Indent + s.Before + s.After + s.Comma + s.Pad[0] + s.Pad[1] + s.Empty[0] + s.Empty[1] +
		s.Lead + s.Between + s.Tail)
}

// A shape is what a container is like.
type shape byte

const (
	nested shape = 1 << iota // holds a container that is not empty
	array
	broken
	hollow // holds nothing
)

// class is the index of style.Broken.
func (s shape) class() int { return int(s & (nested | array)) }

// kind is the index of style.Pad and style.Empty.
func (s shape) kind() int { return int(s&array) / int(array) }

// expects reports whether a container of this shape is broken at the depth.
func (s *style) expects(c shape, depth int) bool {
	return c&hollow == 0 && depth < s.Broken[c.class()]
}

// A layouter predicts the white space before each token of a document of some style.
type layouter struct {
	style *style
	open  []frame
	last  byte   // kind of the last token
	lines string // newline, prefix, and as much indentation as was needed so far
}

type frame struct {
	shape shape
	level int // how many broken containers it is in, itself among them
}

func newLayouter(s *style) *layouter {
	return &layouter{style: s, lines: s.Newline + s.Prefix}
}

// gap returns the white space before a token of this kind.
func (l *layouter) gap(kind byte) string {
	s := l.style
	switch {
	case kind == ':':
		return s.Before
	case kind == ',':
		return ""
	case l.last == ':':
		return s.After
	case len(l.open) == 0 && kind == endKind:
		return s.Tail
	case len(l.open) == 0 && l.last == endKind:
		return s.Lead
	case len(l.open) == 0:
		return s.Between
	}
	closes, opened := kind == '}' || kind == ']', l.last == '{' || l.last == '['
	switch f := l.open[len(l.open)-1]; {
	case closes && opened:
		return s.Empty[f.shape.kind()]
	case f.shape&broken != 0 && closes:
		return l.line(f.level - 1)
	case f.shape&broken != 0:
		return l.line(f.level)
	case closes || opened:
		return s.Pad[f.shape.kind()]
	}
	return s.Comma
}

// line returns a line break and the indentation of a level.
func (l *layouter) line(level int) string {
	n := len(l.style.Newline) + len(l.style.Prefix) + level*len(l.style.Indent)
	if n > len(l.lines) {
		l.lines += strings.Repeat(l.style.Indent, 2*level)
	}
	return l.lines[:n]
}

// step goes on behind a token; c is the shape of the container that it opens.
func (l *layouter) step(kind byte, c shape) {
	l.last = kind
	switch kind {
	case '{', '[':
		f := frame{shape: c}
		if len(l.open) > 0 {
			f.level = l.open[len(l.open)-1].level
		}
		if c&broken != 0 {
			f.level++
		}
		l.open = append(l.open, f)
	case '}', ']':
		l.open = l.open[:len(l.open)-1]
	}
}
