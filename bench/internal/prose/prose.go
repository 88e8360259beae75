// Package prose gives English text that anybody with a Go toolchain has: the
// prose of the standard library's doc comments, in a fixed order. The same
// release of Go gives the same text. It is technical English, with more names
// of types and functions in it than a novel has.
package prose

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"
)

// Paragraphs returns the paragraphs of prose in the doc comments of the standard
// library in goroot, without copies, in the order of path and place.
func Paragraphs(goroot string) ([]string, error) {
	src := os.DirFS(goroot + "/src")
	c := collector{seen: map[string]bool{}}
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		data, err := fs.ReadFile(src, name)
		if err != nil {
			return err
		}
		return c.file(data)
	})
	return c.out, err
}

func skipped(dir string) bool {
	switch dir {
	case "cmd", "internal", "testdata", "vendor", "builtin", "runtime", "syscall":
		return true
	}
	return false
}

// collector gathers the paragraphs of one file after the other.
type collector struct {
	comments comment.Parser
	seen     map[string]bool
	out      []string
}

func (c *collector) file(src []byte) error {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	c.group(f.Doc)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			c.group(d.Doc)
		case *ast.GenDecl:
			c.group(d.Doc)
		}
	}
	return nil
}

func (c *collector) group(g *ast.CommentGroup) {
	if g == nil {
		return
	}
	for _, b := range c.comments.Parse(g.Text()).Content {
		p, ok := b.(*comment.Paragraph)
		if !ok {
			continue // code, a list or a heading
		}
		text := strings.Join(strings.Fields(plain(p.Text)), " ")
		if !c.seen[text] && isProse(text) {
			c.seen[text] = true
			c.out = append(c.out, text)
		}
	}
}

func plain(texts []comment.Text) string {
	var b strings.Builder
	for _, t := range texts {
		switch t := t.(type) {
		case comment.Plain:
			b.WriteString(string(t))
		case comment.Italic:
			b.WriteString(string(t))
		case *comment.Link:
			b.WriteString(plain(t.Text))
		case *comment.DocLink:
			b.WriteString(plain(t.Text))
		}
	}
	return b.String()
}

// isProse reports whether a paragraph is whole sentences of mostly letters.
func isProse(text string) bool {
	if len(strings.Fields(text)) < 15 || !strings.HasSuffix(text, ".") || strings.Contains(text, "Copyright") {
		return false
	}
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) || r == ' ' {
			letters++
		}
	}
	return letters*100 >= 94*len(text)
}
