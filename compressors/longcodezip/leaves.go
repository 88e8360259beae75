package longcodezip

import (
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// A leaf is what the coarse stage takes or leaves: a function, the fields of a class, some
// statements.
type leaf struct {
	*item
	index int // among the leaves of the request
	kind  codetree.Kind
	name  string // path
	word  string // the last part of it
	sign  *item  // whose frame is its signature; nil if it has none

	public bool
	lines  int // that are not blank

	gain   float64
	scored bool    // gain was read
	limit  int     // the most tokens that the fine stage leaves of it; negative: all
	blocks []block // nil until the fine stage divides it
}

// divide makes the items and the leaves of a file.
func (r *run) divide(f *file) {
	f.prices = f.context.prices
	f.mark = markTokens(f.Language, r.marks, r.counter)
	f.root = r.item(f, f.Root, nil)
	if preamble := f.preamble; preamble != nil && len(f.leaves) == 1 {
		f.preamble = nil
	}
}

// item makes what is around leaves, or a leaf.
func (r *run) item(f *file, n *codetree.Node, parent *item) *item {
	it := f.item(n, parent)
	parts := inside(n)
	switch {
	case len(parts) == 0:
		r.leaf(it, n, nil)
	case n.Kind == codetree.Group, n.Kind == codetree.Container && f.lines(it) >= r.opts.MinLines:
		for _, c := range parts {
			it.children = append(it.children, r.item(f, c, it))
		}
	case it.tokens > r.opts.MaxLeafTokens && n.Kind != codetree.Preamble:
		r.divideLong(it, n, n)
	default:
		l := r.leaf(it, n, nil)
		r.statements(it, n, l)
	}
	it.settle()
	return it
}

// divideLong makes leaves of a long function's statements: those of some that follow each
// other, or of parts of one that is long itself. def is the function.
func (r *run) divideLong(it *item, n, def *codetree.Node) {
	most := max(1, r.opts.MaxLeafTokens/4)
	var group *item
	for _, c := range inside(n) {
		tokens := it.file.tokens(c)
		if tokens > r.opts.MaxLeafTokens && len(inside(c)) > 0 {
			group = nil
			long := it.file.item(c, it)
			it.children = append(it.children, long)
			r.divideLong(long, c, def)
			long.settle()
			continue
		}
		if group == nil || group.tokens+tokens > most {
			group = &item{file: it.file, parent: it, start: c.Start}
			it.children = append(it.children, group)
			r.leaf(group, def, it)
		}
		s := it.file.item(c, group)
		r.statements(s, c, group.leaf)
		s.leaf = group.leaf
		s.settle()
		group.children = append(group.children, s)
		group.end, group.tokens = c.End, group.tokens+tokens
	}
	for _, c := range it.children {
		if c.node == nil {
			c.leaf.lines = it.file.lines(c)
			c.settle()
		}
	}
}

// statements makes items of what can be left out inside a leaf.
func (r *run) statements(it *item, n *codetree.Node, l *leaf) {
	it.leaf = l
	for _, c := range inside(n) {
		s := it.file.item(c, it)
		r.statements(s, c, l)
		s.settle()
		it.children = append(it.children, s)
	}
}

// leaf adds a leaf for n to its file. sign has its signature if it is not it itself.
func (r *run) leaf(it *item, n *codetree.Node, sign *item) *leaf {
	l := &leaf{item: it, kind: n.Kind, name: n.Path, word: n.Name, public: n.Public, lines: it.file.lines(it), sign: sign, limit: -1}
	it.leaf = l
	if sign == nil && len(inside(n)) < len(n.Children) {
		l.sign = it
	}
	if n.Kind == codetree.Preamble && it.file.preamble == nil {
		it.file.preamble = it
	}
	it.file.leaves = append(it.file.leaves, l)
	return l
}

// inside returns the children of a node that can be left out; nil if there are none.
func inside(n *codetree.Node) []*codetree.Node {
	var out []*codetree.Node
	for _, c := range n.Children {
		if c.Kind != codetree.Frame {
			out = append(out, c)
		}
	}
	return out
}

func (f *file) item(n *codetree.Node, parent *item) *item {
	it := &item{file: f, node: n, parent: parent, start: n.Start, end: n.End, tokens: f.tokens(n)}
	f.items[n] = it
	return it
}

func (f *file) tokens(n *codetree.Node) int { return f.prices.of(f.start+n.Start, f.start+n.End) }

// lines returns how many lines of an item are not blank.
func (f *file) lines(it *item) int { return f.prices.lines(f.start+it.start, f.start+it.end) }

// source returns an item's text.
func (it *item) source() string { return it.file.Source[it.start:it.end] }

// settle completes an item whose children are there.
func (it *item) settle() {
	it.frame = it.tokens
	framed := map[int]bool{} // where frames begin
	if it.node != nil {
		for _, c := range it.node.Children {
			if c.Kind == codetree.Frame {
				framed[c.Start] = true
			}
		}
	}
	for i, c := range it.children {
		it.frame -= c.tokens
		if i > 0 && !framed[it.children[i-1].end] {
			c.prev, it.children[i-1].next = it.children[i-1], c
		} else {
			it.runs++
		}
	}
	it.frame = max(0, it.frame)
}
