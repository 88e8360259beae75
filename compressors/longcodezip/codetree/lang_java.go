package codetree

import (
	"slices"
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var javaSyntax = syntax{
	roles: map[role]string{
		comment:    "line_comment block_comment",
		definition: "method_declaration constructor_declaration compact_constructor_declaration",
		class:      "class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration",
		imports:    "package_declaration import_declaration",
		through: "if_statement for_statement enhanced_for_statement while_statement do_statement try_statement " +
			"try_with_resources_statement catch_clause finally_clause synchronized_statement labeled_statement " +
			"switch_expression switch_rule expression_statement local_variable_declaration field_declaration variable_declarator " +
			"assignment_expression method_invocation argument_list lambda_expression object_creation_expression return_statement " +
			"throw_statement yield_statement parenthesized_expression static_initializer",
		braced:   "block constructor_body class_body interface_body annotation_type_body switch_block array_initializer enum_body",
		tailed:   "enum_body",
		flat:     "enum_body_declarations",
		labelled: "switch_block_statement_group",
	},
	separator: ".",
	public:    javaPublic,
	access:    javaAccess,
}

func javaPublic(s *splitter, outer, _ *sitter.Node, _ string, open bool) bool {
	var words []string
	if m := s.child(outer, "modifiers"); m != nil {
		words = strings.Fields(s.text(m))
	}
	return slices.Contains(words, "public") || open && !slices.Contains(words, "private") && outer.Parent() != nil && s.kind(outer.Parent()) != "program"
}

// javaAccess: what an interface has is public.
func javaAccess(s *splitter, n *sitter.Node) bool {
	k := s.kind(n)
	return k == "interface_declaration" || k == "annotation_type_declaration"
}
