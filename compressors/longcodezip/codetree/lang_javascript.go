package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// What JavaScript and TypeScript share.
const (
	jsThrough = "expression_statement lexical_declaration variable_declaration variable_declarator assignment_expression " +
		"augmented_assignment_expression call_expression new_expression arguments member_expression parenthesized_expression " +
		"await_expression return_statement throw_statement unary_expression yield_expression if_statement else_clause for_statement " +
		"for_in_statement while_statement do_statement try_statement catch_clause finally_clause switch_statement with_statement " +
		"labeled_statement pair class_static_block"
	jsAsked = "export_statement expression_statement lexical_declaration variable_declaration"
)

var javascriptSyntax = syntax{
	roles: map[role]string{
		comment:  "comment html_comment hash_bang_line",
		attached: "decorator",
		definition: "function_declaration generator_function_declaration method_definition function_expression " +
			"generator_function arrow_function",
		class:    "class_declaration class",
		imports:  "import_statement",
		asked:    jsAsked + " field_definition",
		through:  jsThrough + " field_definition",
		braced:   "statement_block class_body switch_body object array",
		labelled: "switch_case switch_default",
	},
	separator: ".",
	ask:       jsAsk,
	name:      jsName,
	public:    jsPublic,
	exports:   jsExports,
	glue:      jsGlue,
}

var typescriptSyntax = syntax{
	roles: map[role]string{
		comment:  "comment html_comment hash_bang_line",
		attached: "decorator",
		definition: "function_declaration generator_function_declaration method_definition function_expression " +
			"generator_function arrow_function function_signature type_alias_declaration",
		class:     "class_declaration class abstract_class_declaration interface_declaration enum_declaration",
		namespace: "internal_module module",
		wrapper:   "ambient_declaration",
		imports:   "import_statement import_alias",
		asked:     jsAsked + " public_field_definition",
		through:   jsThrough + " public_field_definition as_expression satisfies_expression",
		braced:    "statement_block class_body switch_body object array interface_body enum_body object_type",
		labelled:  "switch_case switch_default",
	},
	separator: ".",
	ask:       jsAsk,
	name:      jsName,
	public:    jsPublic,
	exports:   jsExports,
	glue:      jsGlue,
}

// jsAsk looks at what an export exports, and at what gets a name.
func jsAsk(s *splitter, n *sitter.Node) role {
	switch s.kind(n) {
	case "export_statement":
		if n.ChildByFieldName("source") != nil {
			return imports
		}
		return wrapper
	case "expression_statement":
		return s.expression(n)
	case "field_definition", "public_field_definition":
		return s.value(n.ChildByFieldName("value")) &^ (constant | imports)
	}
	list := n.Children(s.cursor)
	for i := range list {
		if s.kind(&list[i]) == "variable_declarator" {
			if r := s.value(list[i].ChildByFieldName("value")); r != constant {
				return r
			}
		}
	}
	return constant
}

// expression returns the role of a statement that is one.
func (s *splitter) expression(n *sitter.Node) role {
	if n.NamedChildCount() == 0 {
		return 0
	}
	switch n = n.NamedChild(0); s.kind(n) {
	case "internal_module":
		return wrapper
	case "assignment_expression":
		return s.value(n.ChildByFieldName("right")) &^ (constant | imports)
	case "call_expression":
		return s.value(n) & imports
	}
	return 0
}

// value returns the role of what gives a value a name: of a function it is a definition,
// and of what a call makes of one.
func (s *splitter) value(v *sitter.Node) role {
	if v == nil {
		return constant
	}
	switch s.kind(v) {
	case "arrow_function", "function_expression", "generator_function":
		return definition
	case "class":
		return class
	case "call_expression":
		if f := s.field(v, "function"); f == "require" {
			return imports
		}
		args := v.ChildByFieldName("arguments")
		if args != nil && s.kind(args) == "arguments" && s.child(args, "arrow_function", "function_expression") != nil {
			return definition
		}
	case "await_expression", "member_expression":
		if strings.HasPrefix(s.text(v), "require(") {
			return imports
		}
	}
	return constant
}
