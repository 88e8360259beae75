package htmlform

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// deepest is how many elements are open at most that change what is in them. Others
// within are as if they were not there.
const deepest = 100

// deepestPrefix bounds what a line begins with, in bytes.
const deepestPrefix = 48

// An element that is open, with what it changed.
type element struct {
	tag    atom.Atom
	out    *writer
	prefix string
	count  int // of the next item; negative for no numbers
	mark   *mark
	behind string
	href   string
}

// show renders the start of an element.
func (r *renderer) show(tag atom.Atom, a attributes) {
	switch tag {
	case atom.Br:
		r.out.newline()
	case atom.Hr:
		r.rule()
	case atom.Img:
		r.words([]byte(a.alt))
	case atom.Input:
		r.input(a)
	default:
		if n := breaks[tag]; n > 0 {
			r.breakLine(n)
		}
		if len(r.open) < deepest {
			r.begin(tag, a)
		}
	}
	if spaced[tag] {
		r.out.space = true
	}
}

func (r *renderer) rule() {
	r.breakLine(2)
	r.out.words([]byte("---"))
	r.breakLine(2)
}

// input shows what a person sees of a field.
func (r *renderer) input(a attributes) {
	r.out.space = true
	switch a.kind {
	case "hidden", "password", "file", "range", "color":
	case "checkbox", "radio":
		box := "[ ]"
		if a.checked {
			box = "[x]"
		}
		r.out.due()
		r.out.put(box)
	default:
		r.words([]byte(a.value))
	}
}

// breakLine ends the line, also within pre.
func (r *renderer) breakLine(n int) {
	if r.pre == 0 {
		r.out.breakLine(n)
	} else if k := len(r.code); k > 0 && r.code[k-1] != '\n' {
		r.code = append(r.code, '\n')
	}
}

// begin opens the elements that change what is in them.
func (r *renderer) begin(tag atom.Atom, a attributes) {
	w := r.out
	e := element{tag: tag, out: w, prefix: w.prefix, count: -1}
	switch tag {
	case atom.Ul, atom.Menu, atom.Dl:
		if r.inList() {
			w.breaks = min(w.breaks, 1)
		}
	case atom.Ol:
		if r.inList() {
			w.breaks = min(w.breaks, 1)
		}
		e.count = a.start
	case atom.Li:
		r.item(a)
	case atom.Dd:
		r.indent("  ")
	case atom.Dt:
		w.breaks = min(w.breaks, 1)
	case atom.Blockquote:
		r.indent("> ")
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.flat++
		e.mark = w.markLine(headings[tag])
	case atom.Title:
		w.flat++
		e.mark = w.markLine("Title: ")
	case atom.Pre, atom.Xmp, atom.Textarea:
		r.pre++
	case atom.A:
		if r.pre == 0 {
			r.link(&e, a.href)
		}
	case atom.Sup:
		e.mark = w.mark("^")
	case atom.Sub:
		e.mark = w.mark("_")
	case atom.Ruby:
		r.rp = false
	case atom.Rp:
		r.rp = true // has the parentheses
	case atom.Rt:
		if !r.rp {
			e.mark, e.behind = w.mark("("), ")"
		}
	case atom.Q:
		e.mark, e.behind = w.mark(`"`), `"`
	case atom.Del, atom.S, atom.Strike:
		e.mark, e.behind = w.mark("~~"), "~~"
	case atom.Table:
		r.tables = append(r.tables, &table{})
	case atom.Tr:
		r.row()
	case atom.Td, atom.Th:
		if !r.cell(a) {
			return
		}
	default:
		return
	}
	r.open = append(r.open, e)
}

// inList reports whether a list is an item of another.
func (r *renderer) inList() bool { return r.find(atom.Li) >= 0 }

// item begins a list item. Items follow each other without blank lines.
func (r *renderer) item(a attributes) {
	marker := "- "
	w := r.out
	for k := len(r.open) - 1; k >= 0; k-- {
		list := &r.open[k]
		if list.tag == atom.Ol && list.count >= 0 {
			if n := number([]byte(a.value), list.count); a.value != "" {
				list.count = n
			}
			marker = strconv.Itoa(list.count) + ". "
			list.count++
		}
		if containers[list.tag] {
			break
		}
	}
	w.breaks = min(w.breaks, 1)
	lead := w.lead
	if lead == "" {
		lead = w.prefix
	}
	r.indent(strings.Repeat(" ", len(marker)))
	w.lead = lead + marker
}

// indent makes the lines begin with more, as long as that is little.
func (r *renderer) indent(more string) {
	if len(r.out.prefix)+len(more) <= deepestPrefix {
		r.out.prefix += more
	}
}

// link shows where a link leads, unless that says nothing.
func (r *renderer) link(e *element, href string) {
	scheme, _, _ := strings.Cut(strings.ToLower(href[:min(12, len(href))]), ":")
	if href == "" || href[0] == '#' || scheme == "javascript" || scheme == "data" {
		return
	}
	e.href = href
	if strings.ContainsAny(href, " \t\n\r") {
		e.href = strings.NewReplacer(" ", "%20", "\n", "", "\t", "", "\r", "").Replace(href)
	}
	e.mark, e.behind = r.out.mark("["), "]("+e.href+")"
}

// find returns where an element with this tag is open, -1 if none is. It does not look
// out of a cell, but for parts of tables.
func (r *renderer) find(tag atom.Atom) int {
	part := tag == atom.Table || tag == atom.Tr || tag == atom.Td || tag == atom.Th
	for k := len(r.open) - 1; k >= 0; k-- {
		open := r.open[k].tag
		switch {
		case open == tag || headings[tag] != "" && headings[open] != "":
			return k
		case open == atom.Table, !part && (open == atom.Td || open == atom.Th):
			return -1
		}
	}
	return -1
}

// closeFor closes what a start tag ends.
func (r *renderer) closeFor(tag atom.Atom) {
	switch {
	case tag == atom.A:
		r.closeOpen(atom.A)
	case tag == atom.Rt || tag == atom.Rp:
		r.closeOpen(atom.Rt)
	case tag == atom.Dt || tag == atom.Dd:
		r.closeItem(atom.Dt)
		r.closeItem(atom.Dd)
	case tag == atom.Li:
		r.closeItem(atom.Li)
	case tag == atom.Td || tag == atom.Th:
		r.closeOpen(atom.Td)
		r.closeOpen(atom.Th)
	case tag == atom.Tr || tag == atom.Tbody || tag == atom.Thead || tag == atom.Tfoot:
		r.closeOpen(atom.Tr)
	case r.out.flat > 0 && breaks[tag] > 1:
		r.closeOpen(atom.H1) // or any other: a heading has no blocks
	}
}

func (r *renderer) closeOpen(tag atom.Atom) {
	if k := r.find(tag); k >= 0 {
		r.closeTo(k)
	}
}

// closeItem closes an item of the innermost list.
func (r *renderer) closeItem(tag atom.Atom) {
	for k := len(r.open) - 1; k >= 0; k-- {
		switch open := r.open[k].tag; {
		case open == tag:
			r.closeTo(k)
			return
		case containers[open], open == atom.Td, open == atom.Th:
			return
		}
	}
}

// closeTo closes elements until n are open.
func (r *renderer) closeTo(n int) {
	for len(r.open) > n {
		k := len(r.open) - 1
		e := r.open[k]
		r.open = r.open[:k]
		r.close(e)
	}
}

func (r *renderer) close(e element) {
	w := e.out
	switch e.tag {
	case atom.Pre, atom.Xmp, atom.Textarea:
		if r.pre--; r.pre == 0 {
			r.block()
		}
	case atom.Table:
		r.tables = r.tables[:len(r.tables)-1]
	case atom.Tr:
		r.endRow(w)
	case atom.Td, atom.Th:
		r.endCell(w)
	case atom.Li:
		w.lead = ""
	case atom.Title, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.flat--
	}
	w.prefix = e.prefix
	if e.mark != nil && w.unmark(e.mark) {
		r.closeMark(e, w)
	}
	if n := breaks[e.tag]; n > 0 {
		r.breakLine(n)
	}
	if spaced[e.tag] {
		r.out.space = true
	}
}

// closeMark writes what stands behind an element. A link whose text is its address loses
// its mark.
func (r *renderer) closeMark(e element, w *writer) {
	from := e.mark.at + 1
	if e.href != "" && from <= len(w.text) {
		shown := string(w.text[from:])
		if shown == e.href || "mailto:"+shown == e.href || "tel:"+shown == e.href {
			w.text = append(w.text[:e.mark.at], shown...)
			return
		}
	}
	w.put(e.behind)
}
