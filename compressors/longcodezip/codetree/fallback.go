package codetree

import "strings"

// divide makes the tree of a source that no grammar is at hand for, or that its grammar
// does not fit, from its shape: a line that deeper ones follow, or that opens a bracket,
// is the head of a definition, other lines are statements in paragraphs. l may be nil. It
// takes time linear in the source.
func divide(source string, l *Language) *Node {
	root := &Node{Kind: Group, End: len(source)}
	if blank(source) {
		if source != "" {
			root.Children = []*Node{{Kind: Module, End: len(source)}}
		}
		return root
	}
	d := &divider{source: source, rules: rulesOf(source, l)}
	d.scan()
	root.Children = d.top(d.units(0, len(d.lines)))
	fit(root.Children, len(source))
	return root
}

// fit gives blank lines at the end of a file to its last node, at each level.
func fit(nodes []*Node, end int) {
	for len(nodes) > 0 {
		last := nodes[len(nodes)-1]
		last.End = end
		nodes = last.Children
	}
}

// A divider divides one source.
type divider struct {
	source string
	rules  rules
	lines  []shapeLine
	last   shapeLine // stands for the end of the source

	sections int // the first line that begins a section; len(lines) if none does
}

// A unit is a run of lines that belong together: [lo, hi), blank ones and comments first,
// the others from head.
type unit struct{ lo, head, hi int }

const (
	openable  = 12 // lines up to which a compound statement is one
	deepest   = 8  // levels of statements inside statements
	paragraph = 40 // lines after which a run of statements ends even without a blank line
)

// units divides the lines [lo, hi), which stand at one level of a body or a file.
func (d *divider) units(lo, hi int) []unit {
	sections := d.sections
	if lo > 0 || hi < len(d.lines) {
		sections = len(d.lines) // which are not inside anything
	}
	base, depth := d.level(lo, hi)
	var us []unit
	comments := true // so far, the last unit is nothing but comments, and no blank line follows
	for i := lo; i < hi; i++ {
		ln := &d.lines[i]
		if ln.blank {
			comments = false
			continue
		}
		attached := ln.comment || ln.attribute
		switch {
		case len(us) > 0 && (comments || !d.begins(i, base, depth) || i > sections && !ln.section):
			u := &us[len(us)-1]
			u.hi = i + 1
			if comments && !attached {
				u.head, comments = i, false
			}
		default:
			first := lo
			if len(us) > 0 {
				first = us[len(us)-1].hi
			}
			us = append(us, unit{lo: first, head: i, hi: i + 1})
			comments = attached
		}
	}
	if len(us) > 0 {
		us[len(us)-1].hi = hi
	}
	return us
}

// level returns the least indentation of the lines [lo, hi) and the brackets open at their
// beginning.
func (d *divider) level(lo, hi int) (base, depth int) {
	base, depth = -1, -1
	for i := lo; i < hi; i++ {
		ln := &d.lines[i]
		if ln.blank || ln.inside {
			continue
		}
		if depth < 0 {
			depth = ln.depth
		}
		if base < 0 || ln.indent < base {
			base = ln.indent
		}
	}
	return base, depth
}

// begins says whether line i, which is not blank, may be the first of a unit.
func (d *divider) begins(i, base, depth int) bool {
	ln := &d.lines[i]
	if ln.inside || ln.joined || ln.indent > base || ln.depth != depth || ln.closer || d.goesOn(i) {
		return false
	}
	if d.rules.ends != nil {
		return ln.ended
	}
	return true
}

// goesOn says whether line i is no more than the bracket of what stands right above.
func (d *divider) goesOn(i int) bool {
	if i == 0 || d.lines[i-1].blank || d.rules.data || !opener(d.text(i)) {
		return false
	}
	above := strings.TrimRight(d.text(i-1), blanks)
	return !strings.HasSuffix(above, "},") && strings.IndexByte("{[(", above[len(above)-1]) < 0
}

// top makes the nodes of a file: what it begins with, then definitions, and between them
// runs of statements.
func (d *divider) top(us []unit) []*Node {
	var nodes []*Node
	n := d.preamble(us)
	if n > 0 {
		nodes = append(nodes, d.leaf(Preamble, us[0].lo, us[n-1].hi))
	}
	return append(nodes, d.members(us[n:], "", Module, 0)...)
}

// members makes nodes of the units of a file or a container: kind is that of a run of
// those that are no definitions.
func (d *divider) members(us []unit, path string, kind Kind, level int) []*Node {
	var nodes []*Node
	us = d.loosen(us, level)
	for i := 0; i < len(us); {
		if n := d.definition(us[i], path, level); n != nil {
			nodes = append(nodes, n)
			i++
			continue
		}
		j, lines := i+1, us[i].hi-us[i].head
		for j < len(us) && us[j].lo == d.blanksAt(us[j].lo) && lines < paragraph && !d.defines(us[j]) {
			lines += us[j].hi - us[j].lo
			j++
		}
		run := d.leaf(kind, us[i].lo, us[j-1].hi)
		if kind == Module && j-i > 1 {
			run.Children = d.statements(us[i:j], level)
		}
		nodes = append(nodes, run)
		i = j
	}
	return nodes
}

// blanksAt returns the first line from i that is not blank.
func (d *divider) blanksAt(i int) int {
	for i < len(d.lines) && d.lines[i].blank {
		i++
	}
	return i
}

// leaf makes a node of the lines [lo, hi).
func (d *divider) leaf(kind Kind, lo, hi int) *Node {
	return &Node{Kind: kind, Start: d.start(lo), End: d.start(hi)}
}

// start returns where line i begins; the end of the source for the line behind the last.
func (d *divider) start(i int) int {
	if i == len(d.lines) {
		return len(d.source)
	}
	return d.lines[i].start
}

// text returns line i.
func (d *divider) text(i int) string { return d.source[d.start(i):d.start(i+1)] }
