package htmlform

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// most is the longest page, in bytes.
const most = 16 << 20

// Text returns what can be read of a page or a part of one. It reports false for what is
// empty, has no tags, hides all that follows, is longer than 16 MiB, or would not get
// shorter; then the text is "".
func Text(page string) (string, bool) {
	if len(page) > most || strings.IndexByte(page, '<') < 0 {
		return "", false
	}
	b := &budget{left: len(page)}
	r := &renderer{z: html.NewTokenizer(strings.NewReader(page)), out: &writer{budget: b}}
	for r.next() {
		if b.left < 0 {
			return "", false
		}
	}
	r.closeTo(0)
	text := strings.TrimRight(string(r.out.text), " \n")
	if !r.tags || r.skip.name != "" || b.left < 0 || text == "" || len(text)+1 >= len(page) {
		return "", false
	}
	return text + "\n", true
}

// A renderer writes a page token by token.
type renderer struct {
	z      *html.Tokenizer
	out    *writer
	open   []element
	tables []*table
	skip   skipped
	tags   bool // any that is HTML
	rp     bool // the ruby has parentheses
	pre    int  // open pre elements
	code   []byte
}

// next renders a token, and reports whether there was one.
func (r *renderer) next() bool {
	switch r.z.Next() {
	case html.ErrorToken:
		return false
	case html.TextToken:
		r.text()
	case html.StartTagToken:
		r.start(false)
	case html.SelfClosingTagToken:
		r.start(true)
	case html.EndTagToken:
		name, _ := r.z.TagName()
		r.end(atom.Lookup(name), name)
	}
	return true
}

func (r *renderer) text() {
	if r.skip.name == "" {
		r.words(r.z.Text())
	}
}

func (r *renderer) words(s []byte) {
	if r.pre > 0 {
		r.code = append(r.code, s...)
	} else {
		r.out.words(s)
	}
}

// start renders a start tag; whole says that it ends in "/>", which means something for
// svg, and for hidden elements, which would else hide the rest of an XHTML page.
func (r *renderer) start(whole bool) {
	name, more := r.z.TagName()
	tag := atom.Lookup(name)
	if r.skip.name != "" && !r.skip.start(tag, name, whole) {
		return
	}
	a := readAttributes(r.z, more)
	r.tags = r.tags || tag != 0
	if a.hidden || dropped[tag] {
		if !whole && !void[tag] {
			r.closeFor(tag)
			r.skip = skipped{name: string(name), tag: tag}
		}
		return
	}
	r.closeFor(tag)
	r.show(tag, a)
}

func (r *renderer) end(tag atom.Atom, name []byte) {
	if r.skip.name != "" && !r.skip.end(tag, name) {
		return
	}
	switch tag {
	case atom.Br:
		r.out.newline() // as browsers do
	case atom.Ruby:
		r.closeOpen(atom.Rt)
	}
	if k := r.find(tag); k >= 0 {
		r.closeTo(k)
	} else if n := breaks[tag]; n > 0 {
		r.breakLine(n)
	}
}
