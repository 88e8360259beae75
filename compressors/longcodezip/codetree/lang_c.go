package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// What C and C++ share.
const (
	cThrough = "if_statement else_clause for_statement while_statement do_statement switch_statement labeled_statement " +
		"attributed_statement expression_statement declaration init_declarator type_definition struct_specifier " +
		"union_specifier enum_specifier assignment_expression return_statement parenthesized_expression cast_expression " +
		"compound_literal_expression initializer_pair"
	cBraced     = "compound_statement field_declaration_list enumerator_list initializer_list declaration_list"
	cDirectives = "preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef"
)

var cSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_definition preproc_function_def",
		namespace:  "linkage_specification preproc_if preproc_ifdef",
		imports:    "preproc_include",
		constant:   "preproc_def",
		asked:      "struct_specifier union_specifier enum_specifier type_definition declaration preproc_call preproc_if preproc_ifdef",
		through:    cThrough,
		braced:     cBraced,
		labelled:   "case_statement",
		directives: cDirectives,
	},
	separator: "::",
	ask:       cAsk,
	name:      cName,
	public:    cPublic,
}

func cAsk(s *splitter, n *sitter.Node) role {
	switch s.kind(n) {
	case "preproc_call", "preproc_if", "preproc_ifdef":
		return s.directive(n)
	case "type_definition":
		if t := n.ChildByFieldName("type"); t != nil && t.ChildByFieldName("body") != nil {
			return definition
		}
	case "declaration":
		return s.declaration(n, definition)
	default:
		if n.ChildByFieldName("body") != nil {
			return definition
		}
	}
	return 0
}

// declaration returns typed if a declaration also has the body of a type, and constant
// unless it declares a function.
func (s *splitter) declaration(n *sitter.Node, typed role) role {
	if t := n.ChildByFieldName("type"); t != nil && t.ChildByFieldName("body") != nil {
		return typed
	}
	for d := n.ChildByFieldName("declarator"); d != nil; d = d.ChildByFieldName("declarator") {
		if s.kind(d) == "function_declarator" {
			return 0
		}
	}
	return constant
}

// directive pins lines of a preprocessor that pair with lines elsewhere, as they do where
// both "{" and "}" of a linkage are conditional.
func (s *splitter) directive(n *sitter.Node) role {
	if s.kind(n) != "preproc_call" {
		last := n.Child(n.ChildCount() - 1)
		if last == nil || last.IsMissing() || s.kind(last) != "#endif" {
			return pinned
		}
		return 0
	}
	word := strings.TrimLeft(strings.TrimPrefix(s.text(n), "#"), " \t")
	for _, w := range []string{"if", "el", "endif"} {
		if strings.HasPrefix(word, w) {
			return pinned
		}
	}
	return constant
}

func cName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "linkage_specification", "preproc_if", "preproc_ifdef":
		return "", ""
	case "declaration":
		if t := n.ChildByFieldName("type"); t != nil && t.ChildByFieldName("body") != nil {
			n = t
		}
	}
	if d := n.ChildByFieldName("declarator"); d != nil {
		return s.declared(d)
	}
	return s.field(n, "name"), ""
}

// declared is the name that a declarator is about.
func (s *splitter) declared(d *sitter.Node) (name, scope string) {
	for range 32 {
		var next *sitter.Node
		switch s.kind(d) {
		case "qualified_identifier":
			next = d.ChildByFieldName("name")
			if part := s.field(d, "scope"); part != "" {
				scope = strings.TrimPrefix(scope+"::"+part, "::")
			}
		case "parenthesized_declarator", "reference_declarator", "template_function", "attributed_declarator", "array_declarator", "variadic_declarator":
			if next = d.ChildByFieldName("declarator"); next == nil {
				next = d.ChildByFieldName("name")
			}
			if next == nil {
				next = d.NamedChild(0)
			}
		case "operator_cast":
			name, _, _ = strings.Cut(s.text(d), "(")
			return strings.Join(strings.Fields(name), " "), scope
		default:
			next = d.ChildByFieldName("declarator")
		}
		if next == nil {
			break
		}
		d = next
	}
	return strings.Join(strings.Fields(s.text(d)), ""), scope
}

func cPublic(s *splitter, _, inner *sitter.Node, _ string, open bool) bool {
	c := s.child(inner, "storage_class_specifier")
	return open && (c == nil || s.text(c) != "static")
}
