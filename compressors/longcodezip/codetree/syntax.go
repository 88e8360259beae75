package codetree

import (
	"strings"
	"sync"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// A role is what the nodes of a kind mean to the division of a text. Roles add up.
type role uint32

const (
	comment    role = 1 << iota
	attached        // belongs to the item below it: an attribute
	definition      // a function, or a type that is never divided into members
	class           // has definitions inside, the others are its fields
	namespace       // has definitions inside, the others are statements: a namespace
	wrapper         // stands around one of the three above: an export
	imports         // of a preamble
	constant        // of a preamble, if it is short
	through         // is looked into for suites
	braced          // a suite between two brackets
	tailed          // one that only begins after a semicolon, if there is one
	labelled        // a suite after a colon: a case
	offside         // a suite that begins after a colon in front of it, without an end
	directives      // suites between lines of a preprocessor
	worded          // suites between words, which the syntax's words has
	clause          // a worded part of a worded node that ends the suite in front of it
	flat            // stands for its children
	pinned          // stays where its parent does
	asked           // the syntax's ask says more
)

// A syntax says what a grammar's kinds mean. Everything but roles may be nil.
type syntax struct {
	// roles has the kinds of nodes, separated by space, for each role.
	roles map[role]string

	// separator is between the names in a path.
	separator string

	// ask returns the roles of a node whose kind does not tell.
	ask func(*splitter, *sitter.Node) role

	// name returns the name of a definition or a class or a namespace, and the names of what
	// it says to be in, joined: of "func (t *T) Sum()", "Sum" and "T". nil is field "name".
	name func(*splitter, *sitter.Node) (name, scope string)

	// public says whether others see a definition, if they see what it is in. open is what
	// access said, outer the item it was found in, with its wrappers. nil is open.
	public func(s *splitter, outer, inner *sitter.Node, name string, open bool) bool

	// access says whether members are public that do not say so: at the beginning of a class
	// or namespace n, and after a pinned n. nil is always.
	access func(s *splitter, n *sitter.Node) bool

	// exports returns the names that a file exports apart from their definitions, or nil if
	// it does not say what it exports.
	exports func(s *splitter, root *sitter.Node) map[string]bool

	// glue joins items of which none can stand without the others.
	glue func(*splitter, []item) []item

	// fragile says that what the parser makes of a text with an error in it is not to be
	// relied on even elsewhere. Such a text is divided by its shape.
	fragile bool

	// words says for the kinds that are worded where suites begin and end.
	words map[string]words

	// full are kinds that hold more than comments wherever a text is valid, which the
	// parser does not demand.
	full string
}

// indented reports whether suites end by their indentation.
func (x *syntax) indented() bool { return x.roles[offside] != "" }

// syntaxes has one for each of grammars.
var syntaxes = map[string]*syntax{
	"bash":       &shellSyntax,
	"c":          &cSyntax,
	"c#":         &csharpSyntax,
	"c++":        &cppSyntax,
	"go":         &goSyntax,
	"java":       &javaSyntax,
	"javascript": &javascriptSyntax,
	"kotlin":     &kotlinSyntax,
	"php":        &phpSyntax,
	"python":     &pythonSyntax,
	"ruby":       &rubySyntax,
	"rust":       &rustSyntax,
	"tsx":        &typescriptSyntax,
	"typescript": &typescriptSyntax,
}

// A dialect is a grammar with what its kinds mean, by their numbers.
type dialect struct {
	*syntax
	language *sitter.Language
	kinds    []string // names
	means    []role
}

var dialects = map[string]func() *dialect{}

func init() {
	for name := range syntaxes {
		dialects[name] = sync.OnceValue(func() *dialect { return compile(grammars[name](), syntaxes[name]) })
	}
}

// compile looks the kinds of a syntax up.
func compile(l *sitter.Language, x *syntax) *dialect {
	d := &dialect{syntax: x, language: l}
	means := map[string]role{}
	for r, kinds := range x.roles {
		for _, k := range strings.Fields(kinds) {
			means[k] |= r
		}
	}
	for id := range uint16(l.NodeKindCount()) {
		name, r := l.NodeKindForId(id), role(0)
		if l.NodeKindIsNamed(id) {
			r = means[name]
		}
		d.kinds = append(d.kinds, name)
		d.means = append(d.means, r)
	}
	return d
}

// kind is the name of a node's kind.
func (d *dialect) kind(n *sitter.Node) string {
	if id := int(n.KindId()); id < len(d.kinds) {
		return d.kinds[id]
	}
	return "ERROR"
}
