package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var kotlinSyntax = syntax{
	roles: map[role]string{
		comment:    "line_comment block_comment",
		definition: "function_declaration secondary_constructor anonymous_initializer",
		class:      "class_declaration object_declaration companion_object",
		imports:    "package_header import file_annotation shebang",
		constant:   "property_declaration type_alias",
		pinned:     "lambda_parameters",
		asked:      "function_body",
		through: "if_expression when_entry for_statement while_statement do_while_statement try_expression catch_block " +
			"finally_block call_expression annotated_lambda property_declaration assignment return_expression " +
			"getter setter labeled_expression parenthesized_expression value_arguments value_argument",
		braced: "block class_body enum_class_body lambda_literal when_expression",
		tailed: "enum_class_body",
	},
	separator: ".",
	ask:       kotlinAsk,
	name:      kotlinName,
	public:    kotlinPublic,
}

// kotlinAsk: a body that is an expression stays whole.
func kotlinAsk(s *splitter, n *sitter.Node) role {
	if first := n.Child(0); first != nil && s.kind(first) == "block" {
		return through
	}
	return 0
}

func kotlinName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "secondary_constructor":
		return "constructor", ""
	case "anonymous_initializer":
		return "init", ""
	case "function_declaration":
		if id := n.ChildByFieldName("name"); id != nil {
			name = strings.Trim(s.text(id), "`")
		}
		return name, s.extended(n)
	case "companion_object":
		if name = s.field(n, "name"); name == "" {
			name = "Companion"
		}
		return name, ""
	}
	return s.field(n, "name"), ""
}

// extended is the type that an extension function is of.
func (s *splitter) extended(fun *sitter.Node) string {
	list := fun.Children(s.cursor)
	for i := range list {
		if s.kind(&list[i]) == "." && i > 0 {
			name, _, _ := strings.Cut(s.text(&list[i-1]), "<")
			return strings.Trim(name, "?() \n\t")
		}
	}
	return ""
}

func kotlinPublic(s *splitter, outer, _ *sitter.Node, _ string, open bool) bool {
	m := s.child(outer, "modifiers")
	if m == nil {
		return open
	}
	v := s.child(m, "visibility_modifier")
	return open && (v == nil || s.text(v) == "public" || s.text(v) == "internal")
}
