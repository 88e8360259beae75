package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

func jsName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "lexical_declaration", "variable_declaration":
		list := n.Children(s.cursor)
		for i := range list {
			if s.kind(&list[i]) == "variable_declarator" && s.value(list[i].ChildByFieldName("value")) != constant {
				return s.field(&list[i], "name"), ""
			}
		}
		return "", ""
	case "expression_statement":
		return assignedName(s.field(n.NamedChild(0), "left"))
	case "field_definition":
		return s.field(n, "property"), ""
	}
	if name = s.field(n, "name"); name == "" && n.Parent() != nil && s.kind(n.Parent()) == "export_statement" {
		name = "default"
	}
	return strings.Trim(name, `"'`), ""
}

// assignedName is the name in the left side of an assignment.
func assignedName(left string) (name, scope string) {
	if left == "module.exports" {
		return left, ""
	}
	left = strings.TrimPrefix(strings.TrimPrefix(left, "module."), "exports.")
	if i := strings.LastIndexByte(left, '.'); i >= 0 {
		return left[i+1:], left[:i]
	}
	return left, ""
}

// jsPublic: what is exported, and of classes what does not say otherwise.
func jsPublic(s *splitter, outer, inner *sitter.Node, name string, _ bool) bool {
	switch s.kind(inner) {
	case "method_definition", "field_definition", "public_field_definition":
		a := s.child(inner, "accessibility_modifier")
		return !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "_") && (a == nil || s.text(a) == "public")
	case "expression_statement":
		left := s.field(inner.NamedChild(0), "left")
		if strings.HasPrefix(left, "exports.") || strings.HasPrefix(left, "module.exports") {
			return true
		}
		name, _, _ = strings.Cut(left, ".")
	}
	return s.export == nil || s.kind(outer) == "export_statement" || s.export[name]
}

// jsExports reads "export { a, b as c }", "export default a", "module.exports = a" and
// "module.exports = { a, b: c }".
func jsExports(s *splitter, root *sitter.Node) map[string]bool {
	var out map[string]bool
	list := s.children(root)
	for i := range list {
		n := &list[i]
		switch s.kind(n) {
		case "export_statement":
			if v := n.ChildByFieldName("value"); v != nil {
				n = v
			} else if n = s.child(n, "export_clause"); n == nil {
				out = with(out, "")
				continue
			}
		case "expression_statement":
			if n = s.exported(n.NamedChild(0)); n == nil {
				continue
			}
		default:
			continue
		}
		out = s.exportedNames(with(out, ""), n)
	}
	return out
}

// exported is what is assigned to a module's exports; nil if nothing is.
func (s *splitter) exported(n *sitter.Node) *sitter.Node {
	if n == nil || s.kind(n) != "assignment_expression" {
		return nil
	}
	if left := s.field(n, "left"); left != "module.exports" && !strings.HasPrefix(left, "exports.") && !strings.HasPrefix(left, "module.exports.") {
		return nil
	}
	return n.ChildByFieldName("right")
}

func (s *splitter) exportedNames(out map[string]bool, n *sitter.Node) map[string]bool {
	if n == nil || s.kind(n) == "identifier" {
		if n != nil {
			out = with(out, s.text(n))
		}
		return out
	}
	if k := s.kind(n); k != "export_clause" && k != "object" {
		return out
	}
	list := n.Children(s.cursor)
	for i := range list {
		switch c := &list[i]; s.kind(c) {
		case "export_specifier":
			out = with(out, s.field(c, "name"))
		case "shorthand_property_identifier":
			out = with(out, s.text(c))
		case "pair":
			out = with(out, s.field(c, "value"))
		}
	}
	return out
}

func with(set map[string]bool, name string) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[name] = true
	return set
}
