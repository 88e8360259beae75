package codetree

import (
	"sort"
	"strings"
)

// Render returns the source without the nodes that dropped tells, which is asked once for
// each node but frames and what lies inside a dropped one. Siblings that are left out next
// to each other leave one mark, m says of what kind: a comment at the indentation of the
// first, with the file's line end, behind the blank lines that stood there. Blank nodes
// leave nothing. Where a body would be empty and the language wants a statement, the mark
// is one. If nothing is dropped the result is the source.
func (f *File) Render(dropped func(*Node) bool, m Marks) string {
	r := renderer{file: f, marks: m, dropped: dropped}
	if m.Kind == MarkRange {
		r.lines = lineStarts(f.Source)
	}
	r.out.Grow(len(f.Source))
	r.node(f.Root)
	return r.out.String()
}

// Mark returns what [File.Render] writes in place of run, some siblings next to each other
// in a body of which something else is kept: blank lines and the mark, or "".
func (f *File) Mark(run []*Node, m Marks) string {
	if len(run) == 0 {
		return ""
	}
	r := renderer{file: f, marks: m}
	if m.Kind == MarkRange {
		r.lines = lineStarts(f.Source)
	}
	r.mark(gap{run[0].Start, run[len(run)-1].End}, "")
	return r.out.String()
}

// Kept returns the first and last line, from 1, of each stretch of lines that [File.Render]
// keeps, ascending; blank lines in front of a mark do not count.
func (f *File) Kept(dropped func(*Node) bool) [][2]int {
	r := renderer{file: f, dropped: dropped, lines: lineStarts(f.Source)}
	r.node(f.Root)
	return r.kept
}

// A renderer walks a tree once.
type renderer struct {
	file    *File
	marks   Marks
	dropped func(*Node) bool
	lines   []int // where the source's lines begin; nil if nobody asks

	out  strings.Builder
	kept [][2]int
}

// A piece is a child as the renderer sees it.
type piece struct {
	node *Node
	drop bool
}

// A gap is a byte range of the source that is left out.
type gap struct{ start, end int }

func (r *renderer) node(n *Node) {
	if len(n.Children) == 0 {
		r.keep(n.Start, n.End)
		return
	}
	parts := r.parts(nil, n)
	var head *Node
	for len(parts) > 0 {
		if parts[0].node.Kind == Frame {
			head = parts[0].node
			r.node(head)
			parts = parts[1:]
			continue
		}
		body := parts[:bodyLen(parts)]
		r.body(body, r.filler(head, body))
		parts = parts[len(body):]
	}
}

// parts appends n's children to ps. Those that have children but no frame are read as if
// theirs stood in their place, so that what is left out around their ends leaves one mark.
func (r *renderer) parts(ps []piece, n *Node) []piece {
	for _, c := range n.Children {
		switch {
		case c.Kind == Frame:
			ps = append(ps, piece{node: c})
		case r.dropped(c):
			ps = append(ps, piece{c, true})
		case len(c.Children) > 0 && !hasFrame(c):
			ps = r.parts(ps, c)
		default:
			ps = append(ps, piece{node: c})
		}
	}
	return ps
}

func hasFrame(n *Node) bool {
	for _, c := range n.Children {
		if c.Kind == Frame {
			return true
		}
	}
	return false
}

// bodyLen returns how many parts there are in front of the next frame.
func bodyLen(parts []piece) int {
	for i, p := range parts {
		if p.node.Kind == Frame {
			return i
		}
	}
	return len(parts)
}

// body writes what stands between two frames. stmt, if any, is the statement that it must
// not be without; the first mark has it.
func (r *renderer) body(parts []piece, stmt string) {
	for i := 0; i < len(parts); {
		if !parts[i].drop {
			r.node(parts[i].node)
			i++
			continue
		}
		first := i
		for i < len(parts) && parts[i].drop {
			i++
		}
		if r.mark(gap{parts[first].node.Start, parts[i-1].node.End}, stmt) {
			stmt = ""
		}
	}
}

// keep writes a part of the source.
func (r *renderer) keep(start, end int) {
	r.out.WriteString(r.file.Source[start:end])
	if r.lines == nil || r.dropped == nil || start == end {
		return
	}
	first, last := r.line(start), r.line(end-1)
	if n := len(r.kept); n > 0 && r.kept[n-1][1] >= first-1 {
		r.kept[n-1][1] = last
		return
	}
	r.kept = append(r.kept, [2]int{first, last})
}

// line returns the number of the line, from 1, that byte pos is on.
func (r *renderer) line(pos int) int { return sort.SearchInts(r.lines, pos+1) }

// lineStarts returns where the lines of text begin, ascending.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' && i+1 < len(text) {
			starts = append(starts, i+1)
		}
	}
	return starts
}
