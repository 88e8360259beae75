package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var cppSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_definition preproc_function_def concept_definition",
		class:      "class_specifier struct_specifier union_specifier enum_specifier",
		namespace:  "namespace_definition linkage_specification preproc_if preproc_ifdef",
		wrapper:    "template_declaration",
		imports:    "preproc_include using_declaration namespace_alias_definition",
		constant:   "preproc_def alias_declaration",
		pinned:     "access_specifier",
		asked:      "type_definition declaration field_declaration preproc_call preproc_if preproc_ifdef",
		through: cThrough + " for_range_loop try_statement catch_clause lambda_expression call_expression argument_list " +
			"field_expression co_return_statement co_await_expression field_declaration throw_statement",
		braced:     cBraced,
		labelled:   "case_statement",
		directives: cDirectives,
	},
	separator: "::",
	ask:       cppAsk,
	name:      cName,
	public:    cppPublic,
	access:    cppAccess,
}

func cppAsk(s *splitter, n *sitter.Node) role {
	switch s.kind(n) {
	case "declaration", "field_declaration", "type_definition":
		return s.declaration(n, wrapper)
	}
	return cAsk(s, n)
}

// cppPublic: a static function is private to its file unless it is in a class.
func cppPublic(s *splitter, outer, inner *sitter.Node, name string, open bool) bool {
	if p := outer.Parent(); p != nil && s.kind(p) == "field_declaration_list" {
		return open
	}
	return cPublic(s, outer, inner, name, open)
}

// cppAccess: a class begins with what is private.
func cppAccess(s *splitter, n *sitter.Node) bool {
	switch s.kind(n) {
	case "access_specifier":
		return strings.HasPrefix(s.text(n), "public")
	case "class_specifier":
		return false
	}
	return true
}
