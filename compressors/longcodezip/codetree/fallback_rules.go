package codetree

import (
	"regexp"
	"strings"
)

// rules are what the divider knows of a kind of language.
type rules struct {
	line     string      // begins a comment; "" if none does or nobody knows
	blocks   [][2]string // around strings and comments of several lines
	brackets bool        // (), [] and {} match
	guess    bool        // the language is not known
	data     bool        // entries, not code: "end" is a name as any other
	markup   bool        // neither strings nor brackets
	dashes   bool        // items of a list may stand no deeper than its name
	whole    bool        // nothing is opened
	heredocs bool
	commas   bool // a line that ends with one goes on below
	quotes   bool // strings may have several lines
	lisp     bool // a body ends where its last statement does

	section func(body string) bool           // begins a section, if one does
	opens   func(head string) bool           // entries follow this head, if lines do
	word    func(body string) int            // how many words open, less those that close
	ends    func(body string, open int) bool // ends a statement
	name    func(head string) string
}

// rulesOf returns the rules for a language, or the common ones.
func rulesOf(source string, l *Language) rules {
	r := rules{brackets: true, name: commonName}
	switch {
	case l == nil:
		return guessed(source, r)
	case l.Line != "":
		r.line = l.Line
		if l.Line == "//" {
			r.word = directiveWord
		}
		r.blocks = append(r.blocks, blocksOf[l.Line]...)
	}
	if l.Open != "" {
		r.blocks = append(r.blocks, [2]string{l.Open, l.Close})
	}
	if adapt := adaptions[l.Name]; adapt != nil {
		adapt(&r)
	} else {
		r.blocks = append(r.blocks, [2]string{`"""`, `"""`}, [2]string{"'''", "'''"})
	}
	return r
}

// guessed adapts r to a source in a language that nobody named.
func guessed(source string, r rules) rules {
	r.guess = true
	r.blocks = [][2]string{{`"""`, `"""`}, {"'''", "'''"}, {"/*", "*/"}, {"<!--", "-->"}}
	for line := range strings.Lines(source) {
		body := strings.Trim(line, blanks)
		switch {
		case body == "" || guessComment(body, ""):
			continue
		case guessSection.MatchString(body):
			adaptions["ini"](&r)
		case guessEntry.MatchString(body):
			continue
		case body[0] == '{' || body[0] == '[':
			adaptions["json"](&r)
		case strings.HasPrefix(body, "<!") || strings.HasPrefix(body, "<?xml"):
			adaptions["xml"](&r)
		}
		return r
	}
	return r
}

// guessSection and guessEntry match what files of settings consist of.
var (
	guessSection = regexp.MustCompile(`^\[[\w .:"'/@-]+\]$`)
	guessEntry   = regexp.MustCompile(`^[\w.-]+ ?= ?[^({]*$`)
)

// blocksOf are the comments of several lines in languages with such comments of one line.
var blocksOf = map[string][][2]string{
	"//": {{"/*", "*/"}},
	"--": {{"--[[", "]]"}, {"/*", "*/"}, {"{-", "-}"}},
}

// adaptions are by the names of languages.
var adaptions = map[string]func(*rules){
	"yaml": func(r *rules) {
		*r = rules{line: "#", data: true, dashes: true, opens: opensYAML, name: keyName}
	},
	"toml": func(r *rules) { r.sections(sectionHead); r.blocks = [][2]string{{`"""`, `"""`}, {"'''", "'''"}} },
	"ini":  func(r *rules) { r.sections(sectionHead); r.brackets = false },
	"dockerfile": func(r *rules) {
		r.sections(dockerStage)
		r.brackets, r.heredocs, r.name = false, true, stageName
	},
	"makefile": func(r *rules) { r.word, r.name = makeWord, makeName },
	"json":     func(r *rules) { r.data, r.name = true, keyName },
	"css":      func(r *rules) { r.name, r.commas = selectorName, true },
	"scss":     func(r *rules) { r.name, r.commas = selectorName, true },
	"sql":      func(r *rules) { r.whole, r.word, r.ends, r.name = true, sqlWord, sqlEnds, sqlName; r.dollars() },
	"lisp":     func(r *rules) { r.lisp, r.blocks = true, [][2]string{{"#|", "|#"}} },
	"ruby":     func(r *rules) { r.heredocs, r.blocks = true, [][2]string{{"=begin", "=end"}} },
	"perl":     func(r *rules) { r.heredocs = true },
	"php":      func(r *rules) { r.heredocs = true },
	"shell": func(r *rules) {
		r.brackets, r.quotes, r.heredocs, r.word, r.opens, r.blocks = false, true, true, shellWord, opensShell, nil
	},
	"lua":    func(r *rules) { r.blocks = append(r.blocks, [2]string{"[[", "]]"}) },
	"html":   func(r *rules) { r.markup, r.name = true, noName },
	"vue":    func(r *rules) { r.markup, r.name = true, noName },
	"svelte": func(r *rules) { r.markup, r.name = true, noName },
	"xml":    func(r *rules) { r.markup, r.name = true, noName },
}

func (r *rules) sections(head func(string) bool) {
	r.data, r.section, r.name = true, head, sectionName
}

func (r *rules) dollars() { r.blocks = append(r.blocks, [2]string{"$$", "$$"}) }

// lists says whether what stands in such a bracket is a list, and no body.
func (r *rules) lists(c byte) bool { return !r.lisp && (c == '(' || c == '[' && !r.data) }

// leaders begin comments in languages that are not known; a space follows, or more of it.
var leaders = []string{"//", "#", "--", ";", "%"}

// comments says whether a line is nothing but a comment.
func (r *rules) comments(body string) bool {
	if body == "" {
		return false
	}
	if r.line != "" && strings.HasPrefix(body, r.line) {
		return !r.longer(body)
	}
	if r.data && r.section != nil && body[0] == ';' {
		return true
	}
	return r.guess && guessComment(body, "")
}

// guessComment says whether text begins with what is a comment in many languages.
func guessComment(text, before string) bool {
	for _, l := range leaders {
		rest, ok := strings.CutPrefix(text, l)
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, l)
		if rest == "" || rest[0] == ' ' || rest[0] == '!' || rest[0] == '\t' || l == "//" && before == "" {
			return true
		}
	}
	return false
}

// rest says whether the line is a comment from text[i] on.
func (r *rules) rest(text string, i int) bool {
	if i > 0 && wordByte(text[i-1]) {
		return false
	}
	if r.line != "" {
		return strings.HasPrefix(text[i:], r.line) && !r.longer(text[i:]) &&
			(i == 0 || strings.IndexByte(" \t;{}),", text[i-1]) >= 0)
	}
	return r.guess && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') && text[i] != '%' && text[i] != ';' &&
		guessComment(strings.TrimRight(text[i:], blanks), text[:i])
}

// longer says whether text begins with a comment of several lines whose mark begins with
// that of a line.
func (r *rules) longer(text string) bool {
	for _, b := range r.blocks {
		if len(b[0]) > len(r.line) && strings.HasPrefix(text, b[0]) {
			return true
		}
	}
	return false
}
