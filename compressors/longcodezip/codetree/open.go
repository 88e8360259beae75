package codetree

import sitter "github.com/tree-sitter/go-tree-sitter"

// A list makes the nodes of the items of a suite, the lines [lo, hi).
type list func(items []item, lo, hi int) []*Node

// open returns the children of the part [first, end) that a node of the tree makes: frames
// and, between them, what build says of its suites; nil if it has none. enough is how many
// lines there have to be in them.
func (s *splitter) open(n *sitter.Node, first, end, enough int, near bool, build list) []*Node {
	if s.depth >= deep {
		return nil
	}
	s.depth++
	defer func() { s.depth-- }()
	all, _ := s.suites(n)
	var out []*Node
	at, lines := first, 0
	for _, su := range all {
		items, lo, hi := s.within(su, near)
		if len(items) == 0 || lo <= at || hi > end || lo >= hi {
			continue
		}
		for _, it := range items {
			lines += it.last - it.first + 1
		}
		head := s.part(Frame, at, lo)
		head.bare = su.bare
		out = append(out, head)
		out = append(out, build(items, lo, hi)...)
		at = hi
	}
	if len(out) == 0 || lines < enough {
		return nil
	}
	if at < end {
		out = append(out, s.part(Frame, at, end))
	}
	return out
}

// statements makes a [Statement] of each item. Long ones are opened.
func (s *splitter) statements(items []item, lo, hi int) []*Node {
	var out []*Node
	for i := range items {
		it := &items[i]
		end := it.last + 1
		n := s.part(Statement, lo, end)
		switch {
		case it.pinned:
			n.Kind = Frame
		case it.solid == 1 && !it.node.HasError() && s.length(&it.node) > openable:
			n.Children = s.open(&it.node, lo, end, 1, false, s.statements)
		}
		out, lo = append(out, n), end
	}
	return out
}

// length is how many lines a node has.
func (s *splitter) length(n *sitter.Node) int {
	first, last, _ := s.extent(n)
	return last - first + 1
}
