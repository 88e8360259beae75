package codetree

import sitter "github.com/tree-sitter/go-tree-sitter"

// A suite is a list of items inside a node: the body of a function, a case, a class.
type suite struct {
	head  int // the last line of what is in front of it
	foot  int // the first line of what is behind it; -1 if nothing ends it
	nodes []sitter.Node
	doc   bool // may begin with documentation
	bare  bool // between brackets where other suites are not, so that it may be empty
}

// spans is how far into a node suites are looked for.
const spans = 256

// suites returns those of a node that are not inside others, in order. whole says that
// the parser found no error between them.
func (s *splitter) suites(n *sitter.Node) (all []suite, whole bool) {
	w := suiteWalk{splitter: s, whole: true}
	w.inside(n, 0)
	return w.all, w.whole
}

type suiteWalk struct {
	*splitter
	all   []suite
	whole bool
}

// inside looks at what a node has in it.
func (w *suiteWalk) inside(n *sitter.Node, depth int) {
	if depth > spans {
		return
	}
	list := w.children(n)
	if w.own(n, list, depth) {
		return
	}
	doc := w.is(n, definition|class)
	for i := range list {
		c := &list[i]
		switch r := w.role(c); {
		case r&offside != 0:
			w.add(suite{head: w.colon(list[:i], c), foot: -1, nodes: w.children(c), doc: doc})
		case r&(braced|labelled|directives|worded|through|wrapper|class|namespace|definition) != 0:
			w.inside(c, depth+1)
		case c.HasError() || c.IsMissing():
			w.whole = false
		}
	}
}

// own adds the suites of a node that is one.
func (w *suiteWalk) own(n *sitter.Node, list []sitter.Node, depth int) bool {
	switch r := w.role(n); {
	case r&braced != 0:
		return w.braces(list, r&tailed != 0)
	case r&labelled != 0:
		return w.label(list)
	case r&directives != 0:
		w.conditional(n, list, depth)
		return true
	case r&worded != 0:
		w.worded(n, list)
		return true
	}
	return false
}

func (w *suiteWalk) add(su suite) { w.all = append(w.all, su) }

// colon is the line of the token in front of an offside suite.
func (w *suiteWalk) colon(before []sitter.Node, n *sitter.Node) int {
	for i := len(before) - 1; i >= 0; i-- {
		if !before[i].IsNamed() {
			return w.line(int(before[i].StartByte()))
		}
	}
	return w.line(int(n.StartByte()))
}

// braces finds what is between the first bracket and the last; of a tail, what is after the
// first semicolon between them, if there is one.
func (w *suiteWalk) braces(list []sitter.Node, tail bool) bool {
	open, end := -1, len(list)-1
	for i := range list {
		if k := w.kind(&list[i]); !list[i].IsNamed() && (k == "{" || k == "(" || k == "[") {
			open = i
			break
		}
	}
	if open < 0 || end <= open {
		return false
	}
	if list[open].IsMissing() || list[end].IsMissing() || list[end].IsNamed() {
		w.whole = false
		return true
	}
	for i := open; tail && i < end; i++ {
		if w.kind(&list[i]) == ";" {
			open, tail = i, false
		}
	}
	w.add(suite{head: w.line(int(list[open].StartByte())), foot: w.line(int(list[end].StartByte())), nodes: list[open+1 : end], bare: w.indented()})
	return true
}

// label finds what is behind the last colon.
func (w *suiteWalk) label(list []sitter.Node) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if k := w.kind(&list[i]); k == ":" && !list[i].IsNamed() {
			w.add(suite{head: w.line(int(list[i].StartByte())), foot: -1, nodes: list[i+1:]})
			return true
		}
	}
	return false
}

// conditional finds what stands between the lines of a preprocessor: from the condition,
// or the word else, to the next of those or the end.
func (w *suiteWalk) conditional(n *sitter.Node, list []sitter.Node, depth int) {
	head, next := n.ChildByFieldName("condition"), n.ChildByFieldName("alternative")
	if head == nil {
		head = n.ChildByFieldName("name")
	}
	if head == nil && len(list) > 0 {
		head = &list[0] // the word "#else"
	}
	from, to, foot := 0, len(list), -1
	for i := range list {
		c := &list[i]
		if c.Id() == head.Id() {
			from = i + 1
		}
		if next != nil && c.Id() == next.Id() || i > 0 && !c.IsNamed() && w.kind(c) == "#endif" {
			to, foot = i, w.line(int(c.StartByte()))
			break
		}
	}
	if from == 0 || to < from {
		return
	}
	w.add(suite{head: w.line(int(list[from-1].EndByte()) - 1), foot: foot, nodes: list[from:to]})
	if next != nil {
		w.inside(next, depth+1)
	}
}

// within returns the items of a suite that have their lines for themselves, [lo, hi). What
// shares a line with what stands around stays with that.
func (s *splitter) within(su suite, near bool) (all []item, lo, hi int) {
	all = s.items(su.nodes, near)
	lo, hi = su.head+1, su.foot
	for len(all) > 0 && (all[0].first < lo || su.doc && s.isShortText(&all[0])) {
		lo = max(lo, all[0].last+1)
		all, su.doc = all[1:], false
	}
	for k := len(all) - 1; k >= 0 && hi >= 0 && all[k].last >= hi; k-- {
		hi = min(hi, all[k].first)
		all = all[:k]
	}
	if len(all) > 0 {
		hi = all[len(all)-1].last + 1
	}
	return all, lo, hi
}

// longText is how many lines documentation may have that goes wherever its signature does.
const longText = 6

func (s *splitter) isShortText(it *item) bool {
	return s.isText(it) && it.last-it.first < longText
}

// isText reports whether an item is nothing but a string: documentation, or a directive.
func (s *splitter) isText(it *item) bool {
	if it.solid != 1 || s.kind(&it.node) != "expression_statement" || it.node.NamedChildCount() != 1 {
		return false
	}
	k := s.kind(it.node.NamedChild(0))
	return k == "string" || k == "concatenated_string"
}
