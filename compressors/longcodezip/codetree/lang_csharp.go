package codetree

import (
	"slices"
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var csharpSyntax = syntax{
	roles: map[role]string{
		comment: "comment",
		definition: "method_declaration constructor_declaration destructor_declaration operator_declaration " +
			"conversion_operator_declaration local_function_statement enum_declaration delegate_declaration",
		class:     "class_declaration interface_declaration struct_declaration record_declaration",
		namespace: "namespace_declaration preproc_if",
		wrapper:   "global_statement",
		imports: "using_directive extern_alias_directive global_attribute file_scoped_namespace_declaration " +
			"preproc_nullable preproc_pragma preproc_define preproc_undef shebang_directive",
		constant: "preproc_line",
		pinned:   "preproc_region preproc_endregion",
		asked:    "property_declaration indexer_declaration event_declaration preproc_if",
		through: "if_statement for_statement foreach_statement while_statement do_statement try_statement catch_clause " +
			"finally_clause switch_statement using_statement lock_statement fixed_statement checked_statement " +
			"unsafe_statement labeled_statement expression_statement local_declaration_statement variable_declaration " +
			"variable_declarator field_declaration assignment_expression invocation_expression argument_list argument " +
			"lambda_expression anonymous_method_expression await_expression return_statement object_creation_expression " +
			"implicit_object_creation_expression member_access_expression accessor_declaration property_declaration " +
			"indexer_declaration event_declaration arrow_expression_clause",
		braced:     "block declaration_list enum_member_declaration_list accessor_list switch_body initializer_expression",
		labelled:   "switch_section",
		directives: "preproc_if preproc_elif preproc_else",
	},
	separator: ".",
	ask:       csharpAsk,
	name:      csharpName,
	public:    csharpPublic,
	access:    csharpAccess,
}

// csharpAsk: a property on a line or two is a field.
func csharpAsk(s *splitter, n *sitter.Node) role {
	if s.kind(n) == "preproc_if" {
		return s.directive(n)
	}
	if accessors := n.ChildByFieldName("accessors"); accessors != nil && s.length(accessors) > 2 {
		return definition
	}
	return 0
}

func csharpName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "preproc_if":
		return "", ""
	case "indexer_declaration":
		return "this[]", ""
	case "destructor_declaration":
		return "~" + s.field(n, "name"), ""
	case "operator_declaration":
		return "operator " + s.field(n, "operator"), ""
	case "conversion_operator_declaration":
		return "operator " + s.field(n, "type"), ""
	}
	return s.field(n, "name"), ""
}

func csharpPublic(s *splitter, outer, inner *sitter.Node, _ string, open bool) bool {
	var words []string
	list := inner.Children(s.cursor)
	for i := range list {
		if s.kind(&list[i]) == "modifier" {
			words = append(words, strings.TrimSpace(s.text(&list[i])))
		}
	}
	switch {
	case slices.Contains(words, "public") || slices.Contains(words, "internal"):
		return true
	case slices.Contains(words, "private") || slices.Contains(words, "protected"):
		return false
	}
	return open || s.kind(inner) == "namespace_declaration"
}

// csharpAccess: types are seen in their assembly, members only if they say so; but for
// those of an interface.
func csharpAccess(s *splitter, n *sitter.Node) bool {
	for s.is(n, pinned) && n.Parent() != nil { // a region changes nothing
		n = n.Parent()
		if s.is(n, braced) && n.Parent() != nil {
			n = n.Parent()
		}
	}
	k := s.kind(n)
	return k != "class_declaration" && k != "struct_declaration" && k != "record_declaration"
}
