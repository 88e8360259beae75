package codetree

import sitter "github.com/tree-sitter/go-tree-sitter"

// An item is what a suite has between two borders of lines: a statement or a member, with
// the comments in front of it.
type item struct {
	node, tail  sitter.Node // the first and the last that is no comment
	first, last int         // lines
	solid       int         // nodes that are no comments
	attached    bool        // has to be followed by another
	pinned      bool        // stays
}

// items makes them of the nodes of a suite. Nodes that share a line are one. Comments go
// with what is below them: at once, or if near with no blank line between.
func (s *splitter) items(nodes []sitter.Node, near bool) []item {
	var all []item
	for i := range nodes {
		it, separator, ok := s.item(&nodes[i])
		if !ok {
			continue
		}
		if k := len(all) - 1; k >= 0 && (it.first <= all[k].last || separator) {
			all[k] = joined(all[k], it)
			continue
		}
		all = append(all, it)
	}
	all = s.attach(all, near && !s.indented())
	if s.glue != nil {
		all = s.glue(s, all)
	}
	return all
}

// item makes one of a node. separator says that it is a token that ends the one before.
func (s *splitter) item(n *sitter.Node) (it item, separator, ok bool) {
	it.first, it.last, ok = s.extent(n)
	if !ok {
		return it, false, false
	}
	r := s.role(n)
	it.pinned, it.attached = r&pinned != 0, r&attached != 0
	switch {
	case r&(comment|attached) != 0:
	case !n.IsNamed() && !n.IsError():
		separator = true
	default:
		it.node, it.tail, it.solid = *n, *n, 1
	}
	return it, separator, true
}

// attach joins comments and attributes to what is below them.
func (s *splitter) attach(all []item, near bool) []item {
	out := all[:0]
	for _, it := range all {
		k := len(out) - 1
		if k >= 0 && out[k].solid == 0 && s.leads(out[k], it, near) {
			out[k] = joined(out[k], it)
			continue
		}
		out = append(out, it)
	}
	k := len(out) - 1
	if k > 0 && out[k].solid == 0 && (out[k].attached || s.indented()) {
		out[k-1] = joined(out[k-1], out[k]) // nothing below
		out = out[:k]
	}
	return out
}

// leads reports whether a comment or an attribute belongs to the item below it.
func (s *splitter) leads(above, below item, near bool) bool {
	if above.first == 0 && len(s.source) > 1 && s.source[:2] == "#!" {
		return false
	}
	return above.attached || !near || below.first == above.last+1
}

// joined is an item of two that follow each other.
func joined(a, b item) item {
	if a.solid == 0 {
		a.node = b.node
	}
	if b.solid > 0 {
		a.tail = b.tail
	}
	a.attached = b.attached && b.solid == 0
	a.last = max(a.last, b.last)
	a.solid += b.solid
	a.pinned = a.pinned || b.pinned
	return a
}
