package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var pythonSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_definition",
		class:      "class_definition",
		wrapper:    "decorated_definition",
		imports:    "import_statement import_from_statement future_import_statement",
		asked:      "expression_statement",
		through: "if_statement elif_clause else_clause for_statement while_statement try_statement except_clause " +
			"finally_clause with_statement match_statement case_clause " +
			"expression_statement assignment call argument_list keyword_argument return_statement pair",
		offside: "block",
		braced:  "list dictionary set",
	},
	separator: ".",
	ask:       pythonAsk,
	public:    pythonPublic,
	full:      "block",
}

// pythonAsk tells constants from other expressions.
func pythonAsk(s *splitter, n *sitter.Node) role {
	if n.NamedChildCount() == 1 && s.kind(n.NamedChild(0)) == "assignment" {
		return constant
	}
	return 0
}

func pythonPublic(_ *splitter, _, _ *sitter.Node, name string, _ bool) bool {
	return !strings.HasPrefix(name, "_") || strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}
