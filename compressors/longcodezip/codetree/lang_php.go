package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var phpSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_definition method_declaration",
		class:      "class_declaration interface_declaration trait_declaration enum_declaration",
		namespace:  "namespace_definition",
		imports:    "namespace_use_declaration declare_statement",
		constant:   "const_declaration",
		pinned:     "php_tag text_interpolation text",
		asked:      "expression_statement namespace_definition",
		through: "if_statement else_if_clause else_clause for_statement foreach_statement while_statement do_statement " +
			"switch_statement try_statement catch_clause finally_clause expression_statement assignment_expression " +
			"anonymous_function arrow_function function_call_expression member_call_expression scoped_call_expression " +
			"arguments argument return_statement array_element_initializer match_expression object_creation_expression " +
			"anonymous_class const_declaration const_element property_declaration property_element",
		braced:   "compound_statement declaration_list enum_declaration_list switch_block match_block array_creation_expression",
		labelled: "case_statement default_statement",
		worded:   "colon_block",
	},
	separator: "::",
	ask:       phpAsk,
	public:    phpPublic,
	words:     map[string]words{"colon_block": between(":", "")},
}

// phpAsk: a namespace without braces, and reading a file, are imports.
func phpAsk(s *splitter, n *sitter.Node) role {
	switch {
	case s.kind(n) == "namespace_definition":
		if n.ChildByFieldName("body") == nil {
			return imports
		}
	case n.NamedChildCount() > 0:
		if k := s.kind(n.NamedChild(0)); strings.HasPrefix(k, "require") || strings.HasPrefix(k, "include") {
			return imports
		}
	}
	return 0
}

func phpPublic(s *splitter, _, inner *sitter.Node, _ string, open bool) bool {
	v := s.child(inner, "visibility_modifier")
	return open && (v == nil || s.text(v) == "public")
}
