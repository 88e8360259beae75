package content

import (
	"path"
	"slices"
	"strings"

	"github.com/go-enry/go-enry/v2"
)

// judged is how much of a program is read to tell its language, in bytes.
const judged = 8 << 10

// guessed are the languages told by their words alone, where nothing names them. Go is
// not among them: the library takes nearly all of it for something else, and its first
// line says what it is.
var guessed = []string{"C", "C#", "C++", "Java", "JavaScript", "Kotlin", "PHP", "Python", "Ruby", "Rust", "Scala", "Shell", "TSX", "TypeScript"}

// Language returns the language of a program, by the name that GitHub's linguist has for
// it ("Go", "C++", "Shell"); "" is not known. hint is what a caller or a fence says: a
// name or a short name of a language, a file name, an ending; "" is nothing. It is right
// for nine files in ten where there is only the text, which is not to be asked about
// anything but code.
func Language(hint, text string) string {
	text = text[:min(len(text), judged)]
	if l := named(strings.TrimSpace(hint), text); l != "" {
		return l
	}
	if text == "" {
		return ""
	}
	if l, ok := enry.GetLanguageByShebang([]byte(text)); ok {
		return l
	}
	if l, ok := enry.GetLanguageByModeline([]byte(text)); ok {
		return l
	}
	if isGo(text) {
		return "Go"
	}
	l, _ := enry.GetLanguageByClassifier([]byte(text), guessed)
	return l
}

// Languages returns the languages that a program may be in by its words, the likeliest
// first.
func Languages(text string) []string {
	text = text[:min(len(text), judged)]
	all := enry.GetLanguagesByClassifier("", []byte(text), guessed)
	if isGo(text) {
		return append([]string{"Go"}, all...)
	}
	return append(all, "Go")
}

// named is the language that a hint means.
func named(hint, text string) string {
	if hint == "" || len(hint) > 256 {
		return ""
	}
	if l, ok := enry.GetLanguageByAlias(hint); ok {
		return l
	}
	name := path.Base(strings.ReplaceAll(hint, `\`, "/"))
	if !strings.Contains(name, ".") {
		if l, ok := enry.GetLanguageByFilename(name); ok {
			return l
		}
		name = "." + name
	}
	all := enry.GetLanguagesByExtension("a"+path.Ext(name), []byte(text), nil)
	if len(all) > 1 { // of several with one ending, the common ones
		all = slices.DeleteFunc(slices.Clone(all), func(l string) bool { return l != "Go" && !slices.Contains(guessed, l) })
	}
	switch {
	case len(all) == 1 || len(all) > 0 && text == "":
		return all[0]
	case len(all) > 0:
		l, _ := enry.GetLanguageByClassifier([]byte(text), all)
		return l
	}
	return ""
}

// isGo looks for the package clause, which only comments may stand before.
func isGo(text string) bool {
	for text != "" {
		var line string
		line, text = cutLine(text)
		line = trimEnd(line)
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
			continue
		case strings.HasPrefix(line, "/*"):
			_, rest, ok := strings.Cut(line+"\n"+text, "*/")
			if !ok {
				return false
			}
			text = rest
			continue
		}
		f := strings.Fields(line)
		return len(f) >= 2 && f[0] == "package" && (len(f) == 2 || strings.HasPrefix(f[2], "//")) && !strings.ContainsAny(f[1], ".;{")
	}
	return false
}

// dataLanguages are those whose texts are no programs.
var dataLanguages = map[string]Class{"JSON": JSON, "JSON with Comments": Code, "CSV": Table, "TSV": Table, "HTML": HTML, "Diff": Diff,
	"Markdown": Markdown, "Text": ""}

// Fenced is the class of what stands in a fence that is opened by a line such as
// "```python". A language that is named is code, whatever its lines look like.
func Fenced(opening, body string) Class {
	info := strings.ToLower(strings.Trim(strings.TrimSpace(opening), "`~ "))
	info, _, _ = strings.Cut(info, " ")
	switch {
	case slices.Contains([]string{"jsonl", "ndjson"}, info):
		return NDJSON
	case slices.Contains([]string{"log", "logs"}, info):
		return Log
	case slices.Contains([]string{"", "console", "output", "plain", "txt"}, info):
		return Classify(body)
	}
	switch c, ok := dataLanguages[Language(info, "")]; {
	case !ok:
		return Code
	case c == "":
		return Classify(body)
	default:
		return c
	}
}
