package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

type link struct {
	target string
	line   int // from 1
}

type document struct {
	links   []link
	anchors map[string]bool
}

// An HTML element can carry an anchor, a link or an image too.
var (
	htmlAnchor = regexp.MustCompile(`(?i)\s(?:id|name)\s*=\s*["']([^"']+)["']`)
	htmlLink   = regexp.MustCompile(`(?i)\s(?:href|src)\s*=\s*["']([^"']+)["']`)
)

// parse finds the links and anchors of a Markdown text. What stands in code is
// neither.
func parse(src []byte) document {
	doc := document{anchors: map[string]bool{}}
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(src))
	line := 1
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			line = 1 + bytes.Count(src[:n.Lines().At(0).Start], []byte("\n"))
		}
		switch n := n.(type) {
		case *ast.Heading:
			doc.addHeading(plain(n, src))
		case *ast.Link:
			doc.links = append(doc.links, link{string(n.Destination), line})
		case *ast.Image:
			doc.links = append(doc.links, link{string(n.Destination), line})
		case *ast.RawHTML:
			doc.addHTML(n.Segments.Value(src), line)
		case *ast.HTMLBlock:
			doc.addHTML(n.Lines().Value(src), line)
		}
		return ast.WalkContinue, nil
	})
	return doc
}

// addHeading gives a heading the anchor that GitHub gives it; the second of two
// equal ones gets "-1", the third "-2".
func (d *document) addHeading(title string) {
	base := slug(title)
	name := base
	for i := 1; d.anchors[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	d.anchors[name] = true
}

func (d *document) addHTML(html []byte, line int) {
	for _, m := range htmlAnchor.FindAllSubmatch(html, -1) {
		d.anchors[string(m[1])] = true
	}
	for _, m := range htmlLink.FindAllSubmatch(html, -1) {
		d.links = append(d.links, link{string(m[1]), line})
	}
}

// slug lowers the letters, makes spaces hyphens and drops what is neither letter,
// digit, hyphen nor underscore.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

// plain returns the text of a node without its markup.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Value(src))
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
