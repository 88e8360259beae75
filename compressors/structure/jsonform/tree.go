package jsonform

import "strings"

// A node is a value of the content, or the key before one. Children follow their parent:
// the elements of an array; key, value, key, value of an object.
type node struct {
	start, end uint32 // in the content
	next       uint32 // the node behind this one and all in it
	size       uint32 // elements, or members
	kind       byte   // of the first token
}

// A tree has the nodes of a content. The first is an array of the values of a stream, if
// it is one.
type tree struct {
	content string
	nodes   []node
}

func newTree(content string, stream bool) *tree {
	most := 2 // nodes; nearly all of what is counted here stands before one
	for _, sign := range [...]string{",", ":", "[", "{", "\n"} {
		most += strings.Count(content, sign)
	}
	t := &tree{content: content, nodes: make([]node, 0, most)}
	var open []uint32
	begin := func(kind byte, start, end int) {
		if len(open) > 0 && kind != keyKind {
			t.nodes[open[len(open)-1]].size++
		}
		t.nodes = append(t.nodes, node{start: uint32(start), end: uint32(end), next: uint32(len(t.nodes) + 1), kind: kind})
	}
	end := func(at int) {
		n := &t.nodes[open[len(open)-1]]
		n.end, n.next = uint32(at), uint32(len(t.nodes))
		open = open[:len(open)-1]
	}
	if stream {
		begin('[', 0, 0)
		open = append(open, 0)
	}
	lex := lexer{text: content}
	for lex.next() && lex.token.kind != endKind {
		switch k := lex.token; k.kind {
		case ',', ':':
		case '}', ']':
			end(k.end)
		default:
			begin(k.kind, k.start, k.end)
			if k.kind == '{' || k.kind == '[' {
				open = append(open, uint32(len(t.nodes)-1))
			}
		}
	}
	if stream {
		end(len(content))
	}
	return t
}

// text returns the node as it stands in the content.
func (t *tree) text(n uint32) string {
	return t.content[t.nodes[n].start:t.nodes[n].end]
}

// members returns the index of the first child, and of what is behind the last one.
func (t *tree) members(n uint32) (first, end uint32) {
	return n + 1, t.nodes[n].next
}

// step returns the node behind n and all in it.
func (t *tree) step(n uint32) uint32 { return t.nodes[n].next }

// all reports whether a container has at least so many children, all of them of a kind.
func (t *tree) all(n uint32, least int, kind byte) bool {
	if int(t.nodes[n].size) < least {
		return false
	}
	for c, end := t.members(n); c < end; c = t.step(c) {
		if k := t.nodes[c].kind; k != kind && k != keyKind {
			return false
		}
	}
	return true
}
