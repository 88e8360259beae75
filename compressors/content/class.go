package content

// A Class is what a text is made of, as far as its shape tells.
type Class string

// The classes.
const (
	Prose    Class = "prose"    // running text in any language, transcripts and e-mails included
	Markdown Class = "markdown" // prose with headings, lists or links; fenced code is the smaller part
	HTML     Class = "html"     // a page or a part of one
	Log      Class = "log"      // lines with a time or a level, output of builds and passing tests
	Search   Class = "search"   // lists of hits: grep, results of a web search
	Code     Class = "code"     // programs, numbered listings of any file, configuration, XML, SQL
	JSON     Class = "json"     // one JSON value, perhaps cut off at its end
	NDJSON   Class = "ndjson"   // a JSON object or array in each line
	Table    Class = "table"    // CSV, TSV, Markdown tables, columns, lists of files
	Diff     Class = "diff"     // unified diffs, with or without a message before them
	Trace    Class = "trace"    // stack traces, compiler errors, failed tests
	Mixed    Class = "mixed"    // several of these, none of which rules
	Other    Class = "other"    // none of these: base64, lists of names, no text at all
)

// Classes lists every class.
var Classes = []Class{Prose, Markdown, HTML, Log, Search, Code, JSON, NDJSON, Table, Diff, Trace, Mixed, Other}

// Lossy reports whether a text of the class may lose words. In all the others an
// exact string may be needed later, for an edit or a query.
func (c Class) Lossy() bool {
	switch c {
	case Prose, Markdown, HTML, Log, Search:
		return true
	}
	return false
}
