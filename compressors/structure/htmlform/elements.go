package htmlform

import (
	"bytes"
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func set(tags ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(tags))
	for _, t := range tags {
		m[t] = true
	}
	return m
}

// Elements whose content is not shown, or not as text.
var dropped = set(atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Object,
	atom.Audio, atom.Video, atom.Canvas, atom.Noembed, atom.Noframes, atom.Datalist)

var void = set(atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link,
	atom.Meta, atom.Source, atom.Track, atom.Wbr)

// breaks are the line ends before and behind an element: 2 for those with a margin.
var breaks = map[atom.Atom]int{
	atom.P: 2, atom.Ul: 2, atom.Ol: 2, atom.Dl: 2, atom.Menu: 2, atom.Table: 2, atom.Blockquote: 2, atom.Pre: 2,
	atom.Figure: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Title: 2, atom.Xmp: 2,
	atom.Div: 1, atom.Section: 1, atom.Article: 1, atom.Aside: 1, atom.Header: 1, atom.Footer: 1, atom.Main: 1,
	atom.Nav: 1, atom.Address: 1, atom.Form: 1, atom.Fieldset: 1, atom.Legend: 1, atom.Details: 1, atom.Summary: 1,
	atom.Dialog: 1, atom.Figcaption: 1, atom.Li: 1, atom.Dt: 1, atom.Dd: 1, atom.Tr: 1, atom.Caption: 1,
	atom.Option: 1, atom.Optgroup: 1, atom.Center: 1, atom.Hgroup: 1, atom.Body: 1, atom.Textarea: 1, atom.Search: 1,
}

// spaced elements have a border or a margin at their sides.
var spaced = set(atom.Button, atom.Select, atom.Label, atom.Input, atom.Td, atom.Th)

var headings = map[atom.Atom]string{
	atom.H1: "# ", atom.H2: "## ", atom.H3: "### ", atom.H4: "#### ", atom.H5: "##### ", atom.H6: "###### ",
}

var containers = set(atom.Ul, atom.Ol, atom.Dl, atom.Menu, atom.Table, atom.Select)

// followers are the tags that end an element whose end tag is optional.
var followers = map[atom.Atom]map[atom.Atom]bool{
	atom.Li:     set(atom.Li),
	atom.Dt:     set(atom.Dt, atom.Dd),
	atom.Dd:     set(atom.Dt, atom.Dd),
	atom.Tr:     set(atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot),
	atom.Td:     set(atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot),
	atom.Th:     set(atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot),
	atom.Option: set(atom.Option, atom.Optgroup),
	atom.P:      paragraphEnds(),
}

func paragraphEnds() map[atom.Atom]bool {
	m := map[atom.Atom]bool{atom.Hr: true}
	for tag := range breaks {
		m[tag] = true
	}
	for _, tag := range []atom.Atom{atom.Li, atom.Option, atom.Optgroup, atom.Textarea, atom.Title} {
		delete(m, tag)
	}
	return m
}

// attributes are those that can be seen.
type attributes struct {
	hidden, checked  bool
	href, alt        string
	kind, value      string
	start, cols, row int
}

func readAttributes(z *html.Tokenizer, more bool) attributes {
	a := attributes{start: 1, cols: 1, row: 1}
	var key, value []byte
	for more {
		key, value, more = z.TagAttr()
		switch string(key) {
		case "hidden":
			a.hidden = true
		case "style":
			a.hidden = a.hidden || hides(value)
		case "checked":
			a.checked = true
		case "href":
			a.href = string(bytes.TrimSpace(value))
		case "alt":
			a.alt = string(value)
		case "type":
			a.kind = string(bytes.ToLower(value))
		case "value":
			a.value = string(value)
		case "start":
			a.start = number(value, a.start)
		case "colspan":
			a.cols = number(value, a.cols)
		case "rowspan":
			a.row = number(value, a.row)
		}
	}
	return a
}

func number(value []byte, otherwise int) int {
	n, err := strconv.Atoi(string(bytes.TrimSpace(value)))
	if err != nil || n < 0 || n > 1<<30 {
		return otherwise
	}
	return n
}

// hides knows the inline styles that keep an element from being seen.
func hides(style []byte) bool {
	for declaration := range bytes.SplitSeq(style, []byte(";")) {
		name, value, _ := bytes.Cut(declaration, []byte(":"))
		value = bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(value), []byte("!important")))
		switch string(bytes.ToLower(bytes.TrimSpace(name))) {
		case "display":
			return bytes.EqualFold(value, []byte("none"))
		case "visibility":
			return bytes.EqualFold(value, []byte("hidden"))
		}
	}
	return false
}
