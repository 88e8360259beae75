package codetree

import (
	"path"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// A Language is what this package knows of a programming language.
type Language struct {
	Name    string   // as in the API: "python", "go", "c++", "tsx"
	Aliases []string // other names and fence tags, lower case: "py", "golang"

	// Line begins a comment to the end of the line; where it is "", Open and Close are
	// around one.
	Line, Open, Close string

	files   []string // endings without their dot, and whole names, of files; lower case
	grammar string   // key of grammars; "" is none
}

// Languages returns all languages, sorted by name. They are not to be changed.
func Languages() []*Language { return slices.Clone(languages) }

// Parsed reports whether there is a grammar for it, so that what is left of a file parses.
func (l *Language) Parsed() bool { return l.grammar != "" }

// Named returns the language with a name, an alias or a fence tag, in any case; nil if
// there is none.
func Named(name string) *Language {
	return byName[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "-")]
}

// Detect returns the language of a text; nil is not known, or no programming language.
// hint is what a caller says of it: the name of a language or a file, or a path; "" is
// nothing. Without one the text is judged, as package content does.
func Detect(hint, text string) *Language {
	if l := Named(hint); l != nil {
		return l
	}
	name := path.Base(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(hint)), `\`, "/"))
	ending := strings.TrimPrefix(path.Ext(name), ".")
	switch {
	case ending == "h":
		return header(text)
	case byFile[name] != nil:
		return byFile[name]
	case byFile[ending] != nil:
		return byFile[ending]
	case slices.Contains(prose, ending):
		return nil
	case strings.HasPrefix(text, "#!"):
		return Named(content.Language("", text))
	case ending != "":
		return Named(content.Language(hint, ""))
	case strings.ContainsAny(hint, `/\`): // a file whose name says nothing
		hint = ""
	}
	return Named(content.Language(hint, text))
}

// prose are endings of files that are no programs.
var prose = strings.Fields("adoc cfg conf csv ini ipynb json json5 jsonl lock log markdown md mdx ndjson org rst svg tex text tsv txt")

// header tells C from C++ by words that C does not have.
func header(text string) *Language {
	for line := range strings.Lines(text[:min(len(text), 64<<10)]) {
		line = strings.TrimSpace(line)
		first, _, _ := strings.Cut(line, " ")
		switch first {
		case "namespace", "template", "template<typename", "template<class", "class", "using", "public:", "private:", "protected:", "constexpr":
			return Named("c++")
		}
		if strings.HasPrefix(line, "#include <") && strings.HasSuffix(line, ">") && !strings.Contains(line, ".") || strings.Contains(line, "std::") {
			return Named("c++")
		}
	}
	return Named("c")
}

// byName and byFile find languages by lower-case names, and by files.
var byName, byFile = index(languages)

func index(all []*Language) (names, files map[string]*Language) {
	names, files = map[string]*Language{}, map[string]*Language{}
	for _, l := range all {
		names[l.Name] = l
		for _, a := range l.Aliases {
			names[a] = l
		}
		for _, f := range l.files {
			files[f] = l
		}
	}
	return names, files
}
