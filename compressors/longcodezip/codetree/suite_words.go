package codetree

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// words are the tokens that suites of a node stand between.
type words struct {
	begin, end map[string]bool
	start      bool // the first begins with the node, or behind the word it begins with
}

// between makes words of tokens with space between them. "^" is the node's start.
func between(begin, end string) words {
	w := words{wordSet(begin), wordSet(end), false}
	w.start = w.begin["^"]
	return w
}

// worded adds the suites of a node that words divide, and those of its clauses.
func (w *suiteWalk) worded(n *sitter.Node, list []sitter.Node) {
	w.clauses(n, list, w.line(int(n.StartByte())), w.after(int(n.EndByte())))
}

// after is the line of what follows a byte of the source, but for space; -1 if nothing does.
func (w *suiteWalk) after(at int) int {
	rest := w.source[at:]
	text := strings.TrimLeft(rest, blanks)
	if text == "" {
		return -1
	}
	return w.line(at + len(rest) - len(text))
}

// clauses adds the suites of a node that begins below line head and ends above line foot.
func (w *suiteWalk) clauses(n *sitter.Node, list []sitter.Node, head, foot int) {
	words := w.words[w.kind(n)]
	c := clauseWalk{suiteWalk: w, head: head, from: -1}
	if words.start {
		c.from = 0
	}
	for i := range list {
		child := &list[i]
		word := !child.IsNamed() && !child.IsError()
		switch k := w.kind(child); {
		case word && words.begin[k] && (c.from < 0 || c.from == i):
			c.from, c.head = i+1, max(c.head, w.line(int(child.StartByte())))
		case word && words.end[k]:
			c.close(list, i, w.line(int(child.StartByte())))
		case w.is(child, clause):
			c.clause(list, i, foot)
		case c.from < 0:
			c.look(child)
		}
	}
	c.close(list, len(list), foot)
}

// A clauseWalk is on its way through the children of a node.
type clauseWalk struct {
	*suiteWalk
	head int // the last line of what is in front of the suite
	from int // its first node; -1 if there is none
}

// close adds the suite that is open, if one is. It ends above line foot, in front of
// list[end].
func (c *clauseWalk) close(list []sitter.Node, end, foot int) {
	if c.from >= 0 && end > c.from {
		c.add(suite{head: c.head, foot: foot, nodes: list[c.from:end:end]})
	}
	c.from = -1
}

// clause adds the suites of list[i].
func (c *clauseWalk) clause(list []sitter.Node, i, foot int) {
	n := &list[i]
	first, last, ok := c.extent(n)
	if !ok { // nothing is in it
		return
	}
	c.close(list, i, first)
	if i+1 < len(list) {
		if next, _, ok := c.extent(&list[i+1]); ok {
			foot = next
		}
	}
	c.clauses(n, c.children(n), c.head, foot)
	c.head = max(c.head, last)
}

// look keeps in mind what stands in front of a suite, and looks for errors in it.
func (c *clauseWalk) look(n *sitter.Node) {
	if c.is(n, comment) {
		return
	}
	if n.HasError() || n.IsMissing() {
		c.whole = false
	}
	if _, last, ok := c.extent(n); ok {
		c.head = max(c.head, last)
	}
}
