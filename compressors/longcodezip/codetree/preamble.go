package codetree

import (
	"slices"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// Limits of constants that count as a preamble, in lines.
const (
	constantLines  = 12 // of one
	constantsLines = 40 // of all
)

// preamble is how many of a file's items are what it begins with. Comments alone are none.
func (s *splitter) preamble(items []item) int {
	if !slices.ContainsFunc(items, func(it item) bool { return it.solid > 0 }) {
		return 0
	}
	n, constants, comments := 0, 0, true // so far nothing but those
	late := s.anyDefinition(items)
	for i := range items {
		it := &items[i]
		lines := it.last - it.first + 1
		switch {
		case it.solid == 0:
			if comments {
				n = i + 1
			}
			continue
		case it.solid != 1 || it.node.HasError():
			return n
		case s.imports(&it.node, lines) || comments && s.isText(it):
		case late && lines <= constantLines && constants+lines <= constantsLines && s.constant(&it.node):
			constants += lines
		default:
			return n
		}
		n, comments = i+1, false
	}
	return n
}

// anyDefinition reports whether there is one among the items.
func (s *splitter) anyDefinition(items []item) bool {
	for i := range items {
		if items[i].solid == 1 {
			inner, r := s.unwrap(&items[i].node)
			if r&(definition|class) != 0 || r&namespace != 0 && s.defines(inner) {
				return true
			}
		}
	}
	return false
}

// constant reports whether a node gives a name to a value, and is no definition.
func (s *splitter) constant(n *sitter.Node) bool {
	inner, r := s.unwrap(n)
	return r&(definition|class|namespace) == 0 && s.is(inner, constant)
}

// imports reports whether a node imports something, or is short and does so in suites.
func (s *splitter) imports(n *sitter.Node, lines int) bool {
	if s.is(n, imports) {
		return true
	}
	if lines > 2*constantLines || !s.is(n, through|directives) {
		return false
	}
	all, whole := s.suites(n)
	found := false
	for _, su := range all {
		for i := range su.nodes {
			c := &su.nodes[i]
			switch {
			case s.is(c, imports):
				found = true
			case s.is(c, comment) || !c.IsNamed() || s.constant(c):
			case s.imports(c, lines-1):
				found = true
			default:
				return false
			}
		}
	}
	return found && whole
}
