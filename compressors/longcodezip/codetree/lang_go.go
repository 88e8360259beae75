package codetree

import (
	"unicode"
	"unicode/utf8"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var goSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_declaration method_declaration type_declaration",
		imports:    "package_clause import_declaration",
		constant:   "const_declaration var_declaration",
		through: "if_statement for_statement labeled_statement go_statement defer_statement call_expression argument_list " +
			"func_literal expression_statement assignment_statement short_var_declaration expression_list return_statement " +
			"selector_expression parenthesized_expression unary_expression composite_literal keyed_element literal_element " +
			"var_declaration var_spec var_spec_list type_spec struct_type",
		braced: "block field_declaration_list interface_type literal_value " +
			"expression_switch_statement type_switch_statement select_statement",
		labelled: "expression_case type_case communication_case default_case",
		flat:     "statement_list",
	},
	separator: ".",
	name:      goName,
	public:    goPublic,
}

func goName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "type_declaration":
		if n = s.child(n, "type_spec", "type_alias"); n == nil {
			return "", ""
		}
	case "method_declaration":
		scope = s.receiver(n)
	}
	return s.field(n, "name"), scope
}

// receiver is the name of the type that a method is of.
func (s *splitter) receiver(method *sitter.Node) string {
	n := method.ChildByFieldName("receiver")
	if n == nil {
		return ""
	}
	if n = s.child(n, "parameter_declaration"); n != nil {
		n = n.ChildByFieldName("type")
	}
	for n != nil {
		switch s.kind(n) {
		case "type_identifier":
			return s.text(n)
		case "generic_type":
			n = n.ChildByFieldName("type")
		case "pointer_type", "parenthesized_type":
			n = s.child(n, "type_identifier", "generic_type", "pointer_type", "parenthesized_type")
		default:
			return ""
		}
	}
	return ""
}

func goPublic(_ *splitter, _, _ *sitter.Node, name string, _ bool) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}
