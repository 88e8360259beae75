package codetree

import sitter "github.com/tree-sitter/go-tree-sitter"

// small is how many lines a class has at least, to be divided into members.
const small = 5

// A place is where members stand.
type place struct {
	path   string
	public bool // others see it
	open   bool // its members are public if they do not say so
	other  Kind // what those are that are no definitions: Fields or Module
}

// file makes the root.
func (s *splitter) file(root *sitter.Node) *Node {
	n := s.part(Group, 0, s.lines())
	if s.lines() == 0 {
		return n
	}
	if s.exports != nil {
		s.export = s.exports(s, root)
	}
	items := s.items(s.children(root), true)
	n.Children = s.top(items, 0, s.lines(), place{public: true, open: true, other: Module})
	if len(n.Children) == 0 { // nothing but blank lines
		n.Children = []*Node{s.part(Module, 0, s.lines())}
	}
	fit(n.Children, len(s.source))
	return n
}

// top divides what a file begins with from the rest.
func (s *splitter) top(items []item, lo, hi int, p place) []*Node {
	if len(items) > 1 && items[0].pinned { // as "<?php"
		end := items[0].last + 1
		return append([]*Node{s.part(Frame, lo, end)}, s.top(items[1:], end, hi, p)...)
	}
	k := s.preamble(items)
	if k == 0 {
		return s.members(items, lo, hi, p)
	}
	end := items[k-1].last + 1
	return append([]*Node{s.part(Preamble, lo, end)}, s.members(items[k:], end, hi, p)...)
}

// members makes nodes of the items of a file, a namespace or a class.
func (s *splitter) members(items []item, lo, hi int, p place) []*Node {
	m := memberList{splitter: s, place: p, at: lo}
	for i := range items {
		m.add(&items[i])
	}
	m.flush()
	return m.out
}

type memberList struct {
	*splitter
	place
	out []*Node
	run []item // not yet in out
	at  int    // the first line that is not
}

func (m *memberList) add(it *item) {
	end := it.last + 1
	n := m.member(it)
	if n == nil {
		if m.full(it) {
			m.flush()
		}
		m.run = append(m.run, *it)
		return
	}
	m.flush()
	n.Start, n.End = m.starts[m.at], m.starts[end]
	m.at, m.out = end, append(m.out, n)
}

// member makes the node of an item with one of its own; nil is none. Start and End are
// left to add.
func (m *memberList) member(it *item) *Node {
	if it.pinned {
		if m.access != nil && it.solid == 1 {
			m.place.open = m.access(m.splitter, &it.node)
		}
		return &Node{Kind: Frame}
	}
	if it.solid != 1 {
		return nil
	}
	inner, r := m.unwrap(&it.node)
	from := max(m.at, m.runEnd())
	end := it.last + 1
	if r&(class|namespace) != 0 {
		if n := m.container(it, inner, r, from); n != nil {
			return n
		}
		if r&class == 0 || !m.hasSuite(inner) {
			return m.broken(it)
		}
	} else if r&definition == 0 {
		return m.broken(it)
	}
	n := m.named(&Node{Kind: Def}, &it.node, inner)
	if !it.node.HasError() {
		n.Children = m.loose(m.splitter.open(&it.node, from, end, 2, false, m.statements), Statement)
	}
	return n
}

// broken makes a node of an item that the parser found an error in; nil if it did not.
func (m *memberList) broken(it *item) *Node {
	if it.node.HasError() {
		return &Node{Kind: m.other}
	}
	return nil
}

// container makes a node of what has definitions inside; nil if it has none or is short.
func (m *memberList) container(it *item, inner *sitter.Node, r role, from int) *Node {
	if m.length(&it.node) < small || m.depth >= deep || !m.defines(&it.node) {
		return nil
	}
	n := m.named(&Node{Kind: Container}, &it.node, inner)
	p := place{path: n.Path, public: n.Public, open: m.access == nil || m.access(m.splitter, inner), other: Fields}
	inside := func(items []item, lo, hi int) []*Node { return m.members(items, lo, hi, p) }
	if r&namespace != 0 {
		p.other = Module
		if m.is(inner, directives) {
			inside = func(items []item, lo, hi int) []*Node { return m.top(items, lo, hi, p) }
		}
	}
	if n.Name == "" {
		p.path, p.public, p.open = m.path, m.public, m.place.open
	}
	n.Children = m.loose(m.splitter.open(&it.node, from, it.last+1, 1, true, inside), Fields)
	if n.Children == nil {
		return nil
	}
	return n
}

// runEnd is the line behind the run, or 0.
func (m *memberList) runEnd() int {
	if k := len(m.run); k > 0 {
		return m.run[k-1].last + 1
	}
	return 0
}

// full reports whether the run is long enough to end at the blank line in front of it.
func (m *memberList) full(it *item) bool {
	return len(m.run) > 0 && it.first > m.runEnd() && m.runEnd()-m.at >= paragraph
}

// flush makes a node of the run.
func (m *memberList) flush() {
	if len(m.run) == 0 {
		return
	}
	end := m.runEnd()
	n := m.part(m.other, m.at, end)
	if m.other == Module {
		if c := m.statements(m.run, m.at, end); len(c) > 1 || c[0].Children != nil {
			n.Children = c
		}
	}
	m.at, m.out, m.run = end, append(m.out, n), nil
}

// unwrap returns what an export or a decoration stands around.
func (s *splitter) unwrap(n *sitter.Node) (*sitter.Node, role) {
	const kinds = definition | class | namespace
	for range 8 {
		r := s.role(n)
		if r&(kinds|wrapper) == 0 || r&kinds != 0 {
			return n, r
		}
		var inner *sitter.Node
		list := s.children(n)
		for i := range list {
			if s.is(&list[i], kinds|wrapper) {
				inner = &list[i]
			}
		}
		if inner == nil {
			return n, r &^ wrapper
		}
		n = inner
	}
	return n, 0
}

// defines reports whether there are definitions among the items of a node's suites, and
// no error between them.
func (s *splitter) defines(n *sitter.Node) bool { return s.definesWithin(n, 8) }

func (s *splitter) definesWithin(n *sitter.Node, depth int) bool {
	all, whole := s.suites(n)
	if !whole || depth == 0 {
		return false
	}
	for _, su := range all {
		for i := range su.nodes {
			inner, r := s.unwrap(&su.nodes[i])
			if r&(definition|class) != 0 && (r&definition != 0 || s.hasSuite(inner)) ||
				r&namespace != 0 && s.definesWithin(inner, depth-1) {
				return true
			}
		}
	}
	return false
}

func (s *splitter) hasSuite(n *sitter.Node) bool {
	all, _ := s.suites(n)
	return len(all) > 0
}
