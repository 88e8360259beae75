package policy

// The methods that lose nothing.
const (
	MethodStructure = "structure" // other forms of JSON, tables, logs
	MethodLossless  = "lossless"  // these, and a dictionary of repeated phrases
	MethodMetatoken = "metatoken" // the dictionary alone

	// MethodNone changes nothing.
	MethodNone = "none"

	// LosslessOff is the setting for none of them.
	LosslessOff = "off"
)

// LosslessMethod reports whether a method loses nothing.
func LosslessMethod(name string) bool {
	return name == MethodStructure || name == MethodLossless || name == MethodMetatoken
}

// shellForms are the forms for what programs print. None of them changes what a line of a
// file says, and only in lists of paths is something taken off its beginning. Aligned
// columns are not among them, since fstab and its like are edited.
var shellForms = []string{"noise", "log", "hits", "paths"}

// dataWords name what answers with rows, which no edit is made of.
var dataWords = set("sql query queries database db table tables rows")

// ToolForms returns the forms in which the results of a tool may be written; nil is all,
// an empty list none. Of a file the model must see the very bytes, since an edit of it
// will name them.
func ToolForms(name string) []string {
	if name == "" {
		return shellForms // any tool
	}
	parts := nameParts(toolPart(name))
	switch {
	case !ProtectedTool(name), hasWord(parts, dataWords) && !hasWord(parts, exactWords):
		return nil
	case hasWord(parts, exactWords), hasWord(parts, sightWords):
		return []string{}
	case hasWord(parts, shellWords):
		return shellForms
	}
	return []string{}
}
