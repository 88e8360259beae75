package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// maxName is the most bytes of a name; what is longer is none.
const maxName = 200

// named gives a node its name, its path and whether it is public.
func (m *memberList) named(n *Node, outer, inner *sitter.Node) *Node {
	name, scope := m.nameOf(inner)
	if len(name) > maxName || len(scope) > maxName || len(m.path) > 10*maxName {
		name, scope = "", ""
	}
	n.Name = name
	var parts []string
	for _, p := range []string{m.path, scope, name} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if name != "" {
		n.Path = strings.Join(parts, m.separator)
	}
	n.Public = m.place.public && name != "" && m.visible(outer, inner, name)
	return n
}

func (s *splitter) nameOf(n *sitter.Node) (name, scope string) {
	if s.name != nil {
		return s.name(s, n)
	}
	return s.field(n, "name"), ""
}

// field is the text of a field of a node, without space; "" if it has none.
func (s *splitter) field(n *sitter.Node, name string) string {
	if n = n.ChildByFieldName(name); n == nil {
		return ""
	}
	return strings.Join(strings.Fields(s.text(n)), "")
}

// visible reports whether others see a definition, if they see where it is.
func (m *memberList) visible(outer, inner *sitter.Node, name string) bool {
	if m.syntax.public == nil {
		return m.place.open
	}
	return m.syntax.public(m.splitter, outer, inner, name, m.place.open)
}
