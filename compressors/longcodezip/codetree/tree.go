package codetree

// A File is a source text as a tree of parts that can be left out.
type File struct {
	Source   string
	Language *Language // nil if it is not known; the text was then divided by its shape
	Root     *Node     // of Kind [Group]; covers all of Source

	// Broken says that the parser found errors. Where they are nothing is divided, unless
	// the text merely breaks off.
	Broken bool

	breaks bool // it merely breaks off
}

// Kind says what a [Node] is.
type Kind uint8

// The kinds of nodes.
const (
	// Group is the root of a file.
	Group Kind = iota + 1

	// Preamble is what a file begins with: shebang, licence, module documentation, package
	// clause, imports, constants in front of the first definition. It has no children.
	Preamble

	// Def is a function, method, constructor, accessor, macro, or a type without functions
	// of its own; with its documentation and its decorators.
	Def

	// Container is a class, an impl block, a namespace: what has definitions inside.
	Container

	// Fields is a run of members of a container that are no definitions. No children.
	Fields

	// Module is a run of other statements of a file or namespace. Its children, if any,
	// are [Statement] nodes.
	Module

	// Statement is a statement of a body, or several that share a line; a long compound
	// one has children.
	Statement

	// Frame is the first lines of what has children, signature and documentation in them, or
	// its last ones, or those between two of its bodies, as "} else {", or between members
	// that it says something about, as "public:".
	Frame
)

// A Node is a part of a file, of whole lines. Children follow one another and make up
// the whole node: each begins where the one before ends, the first one at Start, and the
// last one ends at End. Blank lines belong to the node below them; the last ones of a file
// to its last node.
//
// Any set of nodes other than frames may be left out, with all that is in them, and
// [File.Render] writes what is left: if the source parses without error, so does that. A
// frame goes with its parent only.
type Node struct {
	Kind       Kind
	Start, End int // bytes of the source

	Name string // of a Def or Container, without its containers; "" if it has none
	Path string // with them, as the language writes it: "Box.size", "P::new"

	// Public says that other files can see it, as far as the text of this one tells.
	Public bool

	Children []*Node // nil for what is left out whole or not at all

	bare bool // a frame below which nothing has to stand, whatever the language
}

// Text returns the node's part of the source.
func (f *File) Text(n *Node) string { return f.Source[n.Start:n.End] }

// All calls visit for n and everything in it, parents before children, in the order of
// the source; where visit returns false, not for what is inside.
func (n *Node) All(visit func(*Node) bool) {
	if !visit(n) {
		return
	}
	for _, c := range n.Children {
		c.All(visit)
	}
}
