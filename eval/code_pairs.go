package eval

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// A Function is one of a source file, apart from its documentation.
type Function struct {
	Path string // of its file, from the folder that was read, with slashes
	Name string
	Code string // without documentation
	Doc  string // the documentation's text without comment signs; "" if it has none
}

// PairLanguages are the languages of which [Functions] knows what documentation is.
var PairLanguages = []string{"go", "python", "rust"}

// skipped are folders without a library's own code.
var skipped = regexp.MustCompile(`^(\..*|_.*|test|tests|testdata|benches|examples|vendor|site-packages|node_modules|idlelib|lib2to3)$`)

const maxSource = 1 << 20 // bytes; longer files are tables

// Functions reads the functions and methods of the source files in dir and below, in the
// order of their paths and places. Tests, hidden folders, files that do not parse and
// functions without a body are left out.
func Functions(ctx context.Context, dir, language string) ([]Function, error) {
	lang := codetree.Named(language)
	apart := documentation[language]
	if lang == nil || apart == nil {
		return nil, fmt.Errorf("language must be one of %s; got %q", strings.Join(PairLanguages, ", "), language)
	}
	var all []Function
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && skipped.MatchString(d.Name()) {
				return fs.SkipDir
			}
			return ctx.Err()
		}
		if !d.Type().IsRegular() || codetree.Detect(d.Name(), "") != lang || isTest(d.Name()) {
			return nil
		}
		source, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		if err != nil || len(source) > maxSource {
			return err
		}
		f, err := codetree.Parse(ctx, string(source), lang)
		if err != nil || f.Broken {
			return err
		}
		f.Root.All(func(n *codetree.Node) bool {
			if n.Kind != codetree.Def {
				return true
			}
			if code, doc, ok := apart(f.Text(n)); ok {
				all = append(all, Function{Path: path, Name: n.Name, Code: code, Doc: doc})
			}
			return false
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read functions: %w", err)
	}
	return all, nil
}

func isTest(file string) bool {
	base := strings.TrimSuffix(file, filepath.Ext(file))
	return strings.HasSuffix(base, "_test") || strings.HasPrefix(base, "test_") || base == "tests" || base == "test"
}

// documentation takes the source of a definition apart; false for what is no function with
// a body.
var documentation = map[string]func(string) (code, doc string, ok bool){
	"go":     commentsAbove(regexp.MustCompile(`^func\b`), regexp.MustCompile(`^//( |\t|$)`)),
	"rust":   commentsAbove(regexp.MustCompile(`^[^("]*\bfn\b`), regexp.MustCompile(`^///`)),
	"python": docstring,
}

// commentsAbove is for languages whose documentation are the lines like doc in front of a
// line like start; other comments there are no part of either.
func commentsAbove(start, doc *regexp.Regexp) func(string) (string, string, bool) {
	return func(text string) (string, string, bool) {
		var code, docs []string
		lines := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
		for i, l := range lines {
			trimmed := strings.TrimSpace(l)
			switch {
			case start.MatchString(trimmed):
				code = append(code, lines[i:]...)
				body := strings.Join(lines[i:], "\n")
				return strings.Join(code, "\n"), strings.Join(docs, "\n"), strings.Contains(body, "{")
			case doc.MatchString(trimmed):
				docs = append(docs, strings.TrimPrefix(strings.TrimLeft(trimmed, "/"), " "))
			case trimmed == "" || strings.HasPrefix(trimmed, "//"):
			case !strings.HasPrefix(trimmed, "#[doc"):
				code = append(code, l) // an attribute
			}
		}
		return "", "", false
	}
}

var (
	pythonDef = regexp.MustCompile(`(?m)^[ \t]*(async[ \t]+)?def\b`)
	pythonDoc = regexp.MustCompile(`(?s)\A(\s|#[^\n]*\n)*[rRuU]?("""(.*?)"""|'''(.*?)'''|"([^"\n]*)"|'([^'\n]*)')[ \t]*(\r?\n|\z)`)
)

// docstring is for Python.
func docstring(text string) (code, doc string, ok bool) {
	text = strings.TrimRight(text, " \t\r\n")
	text = text[len(text)-len(strings.TrimLeft(text, "\r\n")):]
	def := pythonDef.FindStringIndex(text)
	if def == nil {
		return "", "", false
	}
	body := def[1] + signature(text[def[1]:])
	m := pythonDoc.FindStringSubmatchIndex(text[body:])
	if m == nil {
		return text, "", true
	}
	for k := 3; k <= 6; k++ {
		if m[2*k] >= 0 {
			doc = text[body+m[2*k] : body+m[2*k+1]]
		}
	}
	rest := text[body+m[1]:]
	return text[:body] + "\n" + rest, doc, strings.TrimSpace(rest) != ""
}

// signature returns where the rest of a Python signature ends: behind the colon outside of
// brackets and strings; the text's end if there is none.
func signature(text string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ':' && depth == 0:
			return i + 1
		}
	}
	return len(text)
}

// describe returns the first paragraph of the documentation on one line, without the
// function's name in front; "" if that is fewer than five words.
func (f Function) describe() string {
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(f.Doc), "\r\n", "\n"), "\n\n")
	words := strings.Fields(first)
	if len(words) > 0 && strings.TrimRight(words[0], "():,.-") == f.Name {
		words = words[1:]
	}
	if len(words) < 5 || strings.HasPrefix(first, "#") {
		return ""
	}
	return strings.Join(words, " ")
}

// folders are those a function is in, from its file's up to "".
func (f Function) folders() []string {
	var all []string
	for at := len(f.Path); at > 0; {
		at = max(0, strings.LastIndexByte(f.Path[:at], '/'))
		all = append(all, f.Path[:at])
	}
	return slices.Compact(all)
}
