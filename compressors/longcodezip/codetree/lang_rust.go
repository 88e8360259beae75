package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var rustSyntax = syntax{
	roles: map[role]string{
		comment:    "line_comment block_comment shebang",
		attached:   "attribute_item",
		definition: "function_item function_signature_item struct_item enum_item union_item macro_definition",
		class:      "impl_item trait_item",
		namespace:  "mod_item foreign_mod_item",
		imports:    "use_declaration extern_crate_declaration inner_attribute_item",
		constant:   "const_item static_item type_item",
		asked:      "mod_item line_comment block_comment",
		through: "if_expression else_clause match_expression match_arm while_expression for_expression loop_expression " +
			"unsafe_block async_block const_block gen_block let_declaration expression_statement closure_expression " +
			"call_expression arguments field_expression await_expression try_expression assignment_expression " +
			"return_expression reference_expression parenthesized_expression struct_expression field_initializer",
		braced: "block declaration_list field_declaration_list enum_variant_list match_block field_initializer_list",
	},
	separator: "::",
	ask:       rustAsk,
	name:      rustName,
	public:    rustPublic,
	access:    rustAccess,
}

// rustAsk: a module in another file is an import, and documentation belongs to what is
// below it as an attribute does.
func rustAsk(s *splitter, n *sitter.Node) role {
	switch text := s.text(n); {
	case strings.HasPrefix(text, "//!"), strings.HasPrefix(text, "/*!"):
	case strings.HasPrefix(text, "///") && !strings.HasPrefix(text, "////"), strings.HasPrefix(text, "/**") && len(text) > 4:
		return attached
	case s.kind(n) == "mod_item" && n.ChildByFieldName("body") == nil:
		return imports
	}
	return 0
}

func rustName(s *splitter, n *sitter.Node) (name, scope string) {
	if s.kind(n) != "impl_item" {
		return s.field(n, "name"), ""
	}
	if n = n.ChildByFieldName("type"); n != nil && s.kind(n) == "generic_type" {
		n = n.ChildByFieldName("type")
	}
	if n == nil {
		return "", ""
	}
	return strings.Join(strings.Fields(s.text(n)), " "), ""
}

func rustPublic(s *splitter, outer, inner *sitter.Node, _ string, open bool) bool {
	switch s.kind(inner) {
	case "impl_item":
		return true
	case "macro_definition":
		return false
	}
	return open && inner.Parent() != nil && s.kind(inner.Parent()) != "source_file" || s.child(inner, "visibility_modifier") != nil
}

// rustAccess: the members of traits, and of what implements one, are as public as those.
func rustAccess(s *splitter, n *sitter.Node) bool {
	return s.kind(n) == "trait_item" || n.ChildByFieldName("trait") != nil
}
