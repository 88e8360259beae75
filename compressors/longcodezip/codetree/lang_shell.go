package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var shellSyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "function_definition",
		constant:   "variable_assignment variable_assignments declaration_command",
		asked:      "command",
		through:    "redirected_statement list pipeline negated_command for_statement c_style_for_statement while_statement",
		braced:     "compound_statement subshell",
		worded:     "if_statement do_group case_statement case_item",
		clause:     "elif_clause else_clause",
	},
	separator: "::",
	ask:       shellAsk,
	public:    hiddenByUnderscore,
	fragile:   true,
	words: map[string]words{
		"if_statement":   between("then", "fi"),
		"elif_clause":    between("then", ""),
		"else_clause":    between("else", ""),
		"do_group":       between("do", "done"),
		"case_statement": between("in", "esac"),
		"case_item":      between(")", ";; ;& ;;&"),
	},
}

// shellAsk: reading another file, and options of the shell, are what a script begins with.
func shellAsk(s *splitter, n *sitter.Node) role {
	word, _, _ := strings.Cut(s.text(n), " ")
	switch word {
	case ".", "source", "set", "shopt", "setopt", "emulate":
		return imports
	}
	return 0
}

// hiddenByUnderscore is for languages where only a name says what others should not use.
func hiddenByUnderscore(_ *splitter, _, _ *sitter.Node, name string, open bool) bool {
	return open && !strings.HasPrefix(name, "_")
}
