package pathform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// maxLevel is how many headings a name may have above it.
const maxLevel = 2

// A tree has a node for each stretch of two and more lines that share a directory which
// the lines round it do not: the intervals of the longest common prefixes.
type tree struct {
	nodes []node
	first int32
	sizes bool
}

// A node is of the lines [from, to), whose paths share their first cut bytes.
type node struct {
	from, to, cut     int32
	first, last, next int32 // children in order, and the next sibling
	tokens            int   // of the cut bytes
	gain              int   // most tokens that headings within it save
	heads             bool  // and it is one, at level 0
}

const none = int32(-1)

// plant makes the tree, with one stack, as all intervals of a suffix array are found.
func plant(paths []string) tree {
	t := tree{}
	root := node{first: none, last: none}
	var stack []node
	for i := 1; i <= len(paths); i++ {
		cut := 0
		if i < len(paths) {
			cut = shared(paths[i-1], paths[i])
		}
		from, child := int32(i-1), none
		for len(stack) > 0 && int(stack[len(stack)-1].cut) > cut {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			from, top.to = top.from, int32(i)
			t.nodes = append(t.nodes, top)
			child = int32(len(t.nodes) - 1)
			if len(stack) > 0 && int(stack[len(stack)-1].cut) >= cut {
				t.adopt(&stack[len(stack)-1], child)
			}
		}
		if cut == 0 {
			t.adopt(&root, child)
		} else if len(stack) == 0 || int(stack[len(stack)-1].cut) < cut {
			stack = append(stack, node{from: from, cut: int32(cut), first: none, last: none, next: none})
			t.adopt(&stack[len(stack)-1], child)
		}
	}
	t.first = root.first
	return t
}

func (t *tree) adopt(parent *node, child int32) {
	if child == none {
		return
	}
	if parent.last != none {
		t.nodes[parent.last].next = child
	} else {
		parent.first = child
	}
	parent.last = child
}

// shared returns how many bytes of directory two paths share. Each has a name behind it.
func shared(a, b string) int {
	n := min(len(a), len(b)) - 1
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	return strings.LastIndexByte(a[:max(i, 0)], '/') + 1
}

// cost finds the headings that save most. Children are before their parents. Looking
// below each node again costs as much as all paths have slashes, at most.
func (t *tree) cost(paths []string, sizes bool, o structure.Options) {
	t.sizes = sizes
	for id := range t.nodes {
		n := &t.nodes[id]
		n.tokens = tokens(paths[n.from][:n.cut], o)
		own := t.saved(int32(id), 0, 0)
		for c := n.first; c != none; c = t.nodes[c].next {
			n.gain += t.nodes[c].gain
			own += t.nested(c, n.tokens)
		}
		if own > n.gain {
			n.gain, n.heads = own, true
		}
	}
}

// nested is the most that headings at level 1 save in a node, below one of base tokens.
func (t *tree) nested(id int32, base int) int {
	return max(t.saved(id, 1, base), t.below(id, base))
}

func (t *tree) below(id int32, base int) int {
	sum := 0
	for c := t.nodes[id].first; c != none; c = t.nodes[c].next {
		sum += t.nested(c, base)
	}
	return sum
}

// saved is what one heading saves in o200k_base: its tokens on each line but one. A colon
// and a newline go with it. A space before a word is free, one before a size and a second
// one are not.
func (t *tree) saved(id int32, level, base int) int {
	n := t.nodes[id]
	indent := level
	if t.sizes {
		indent++
	}
	lines := int(n.to - n.from)
	return (lines-1)*(n.tokens-base) - 2 - lines*indent
}

// isHeading reports whether a node has a heading at a level, below one of base tokens.
func (t *tree) isHeading(id int32, level, base int) bool {
	switch level {
	case 0:
		return t.nodes[id].heads
	case 1:
		own := t.saved(id, 1, base)
		return own > 0 && own >= t.below(id, base)
	}
	return false
}

func tokens(s string, o structure.Options) int {
	if o.Count == nil {
		return len(s) / 4
	}
	return o.Count(s)
}
