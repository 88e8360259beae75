package codetree

import (
	"sort"
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// A splitter divides one text by its syntax tree. It works in lines, counted from 0: a
// part is [first, end).
type splitter struct {
	*dialect
	comments *Language
	source   string
	starts   []int // where lines begin, and the end of the text
	cursor   *sitter.TreeCursor
	depth    int             // of opened nodes
	export   map[string]bool // what exports said

	answers map[uintptr]role // of ask, by the identity of nodes
}

// deep is how many nodes are opened inside each other. What lies deeper is not divided.
const deep = 48

func newSplitter(d *dialect, source string, tree *sitter.Tree, l *Language) *splitter {
	s := &splitter{dialect: d, comments: l, source: source, cursor: tree.Walk(), answers: map[uintptr]role{}}
	for at := 0; at < len(source); {
		s.starts = append(s.starts, at)
		next := strings.IndexByte(source[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	s.starts = append(s.starts, len(source))
	return s
}

func (s *splitter) close() { s.cursor.Close() }

// line is the line of a byte.
func (s *splitter) line(at int) int {
	return sort.SearchInts(s.starts[:len(s.starts)-1], at+1) - 1
}

// lines is their number.
func (s *splitter) lines() int { return len(s.starts) - 1 }

// part makes a node of the lines [first, end).
func (s *splitter) part(k Kind, first, end int) *Node {
	return &Node{Kind: k, Start: s.starts[first], End: s.starts[end]}
}

func (s *splitter) text(n *sitter.Node) string {
	from, to := n.ByteRange()
	return s.source[from:to]
}

// extent is the first and the last line of a node, without the space around what it
// covers; ok is false if that is all there is.
func (s *splitter) extent(n *sitter.Node) (first, last int, ok bool) {
	from, to := n.ByteRange()
	text := s.source[from:to]
	left := strings.TrimLeft(text, " \t\r\n\f")
	if left == "" {
		return 0, 0, false
	}
	at := int(from) + len(text) - len(left)
	return s.line(at), s.line(at + len(strings.TrimRight(left, " \t\r\n\f")) - 1), true
}

// children are those of a node, with its tokens, and with the children of those that
// stand for theirs.
func (s *splitter) children(n *sitter.Node) []sitter.Node {
	list := n.Children(s.cursor)
	for i := range list {
		if s.is(&list[i], flat) {
			inner := s.children(&list[i])
			return append(append(list[:i:i], inner...), list[i+1:]...)
		}
	}
	return list
}

// is reports whether a node has one of the roles.
func (s *splitter) is(n *sitter.Node, r role) bool { return s.role(n)&r != 0 }

// role returns all roles of a node.
func (s *splitter) role(n *sitter.Node) role {
	id := int(n.KindId())
	if id >= len(s.means) {
		return 0
	}
	r := s.means[id]
	if r&asked == 0 {
		return r
	}
	if known, ok := s.answers[n.Id()]; ok {
		return known
	}
	r |= s.ask(s, n)
	s.answers[n.Id()] = r
	return r
}

// child returns the first child of a kind; nil if there is none.
func (s *splitter) child(n *sitter.Node, kinds ...string) *sitter.Node {
	list := n.Children(s.cursor)
	for i := range list {
		for _, k := range kinds {
			if s.kind(&list[i]) == k {
				return &list[i]
			}
		}
	}
	return nil
}
