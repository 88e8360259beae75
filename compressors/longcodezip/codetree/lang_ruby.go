package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

var rubySyntax = syntax{
	roles: map[role]string{
		comment:    "comment",
		definition: "method singleton_method",
		class:      "class module singleton_class",
		wrapper:    "argument_list",
		asked:      "call assignment identifier",
		through:    "call assignment operator_assignment return parenthesized_statements",
		worded: "method singleton_method class module singleton_class body_statement begin if unless elsif while until for " +
			"do then else ensure rescue case case_match when in_clause do_block block block_body",
		clause: "body_statement elsif do then else ensure rescue when in_clause block_body",
	},
	separator: "::",
	ask:       rubyAsk,
	name:      rubyName,
	public:    rubyPublic,
	access:    rubyAccess,
	glue:      rubyGlue,
	words: map[string]words{
		"body_statement": between("^", ""),
		"block_body":     between("^", ""),
		"begin":          between("begin", "end"),
		"do":             between("^ do", "end"),
		"then":           between("^ then", ""),
		"else":           between("else", "end"),
		"ensure":         between("ensure", ""),
	},
}

// What calls mean at the top of a file or in the body of a class.
var (
	rubyImports  = wordSet("require require_relative load autoload")
	rubyModifies = wordSet("private protected public private_class_method public_class_method module_function memoize")
	rubyGroups   = wordSet("describe context feature shared_examples shared_context shared_examples_for namespace")
	rubyDefines  = wordSet("it specify scenario task test setup teardown before after let subject scope define_method")
)

func rubyAsk(s *splitter, n *sitter.Node) role {
	switch s.kind(n) {
	case "identifier":
		switch s.text(n) {
		case "private", "protected", "public", "module_function":
			return pinned
		}
		return 0
	case "assignment":
		if left := n.ChildByFieldName("left"); left != nil && s.kind(left) == "constant" {
			return constant
		}
		return 0
	}
	return s.rubyCall(n)
}

func (s *splitter) rubyCall(n *sitter.Node) role {
	method := s.field(n, "method")
	block := n.ChildByFieldName("block") != nil
	switch {
	case rubyImports[method]:
		return imports
	case rubyModifies[method]:
		return wrapper
	case rubyGroups[method] && block:
		return class
	case rubyDefines[method] && block:
		return definition
	}
	return 0
}

func rubyName(s *splitter, n *sitter.Node) (name, scope string) {
	switch s.kind(n) {
	case "call":
		if args := n.ChildByFieldName("arguments"); args != nil && args.NamedChildCount() > 0 {
			first := args.NamedChild(0)
			if key := first.ChildByFieldName("key"); key != nil { // task up: :to_date
				first = key
			}
			name = strings.Trim(strings.Join(strings.Fields(s.text(first)), " "), `"':`)
		}
		return strings.TrimSpace(s.field(n, "method") + " " + name), ""
	case "singleton_class": // its methods are the class's around it
		return "", ""
	}
	return s.field(n, "name"), ""
}

func rubyPublic(s *splitter, outer, inner *sitter.Node, name string, open bool) bool {
	if s.kind(outer) == "call" && outer.Id() != inner.Id() {
		m := s.field(outer, "method")
		return open && m != "private" && m != "protected" && m != "private_class_method"
	}
	return open
}

// rubyAccess: the words "private" and "protected" hold until the next of their kind.
func rubyAccess(s *splitter, n *sitter.Node) bool {
	k := s.text(n)
	return s.kind(n) != "identifier" || k == "public" || k == "module_function"
}

// rubyGlue joins the text of a here-document to the statement in front of it. Where none
// is, the text belongs to what opens the body, and stays.
func rubyGlue(s *splitter, all []item) []item {
	out := all[:0]
	for _, it := range all {
		if it.solid > 0 && s.kind(&it.node) == "heredoc_body" {
			if k := len(out) - 1; k >= 0 {
				out[k] = joined(out[k], it)
				continue
			}
			it.pinned = true
		}
		out = append(out, it)
	}
	return out
}
