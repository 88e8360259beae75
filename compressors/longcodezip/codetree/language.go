package codetree

// A Language is what this package knows of a programming language.
type Language struct {
	Name    string   // as in the API: "python", "go", "c++", "tsx"
	Aliases []string // other names and fence tags, lower case: "py", "golang"

	// Line begins a comment to the end of the line; where it is "", Open and Close are
	// around one.
	Line, Open, Close string
}
