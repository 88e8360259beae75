package codetree

import (
	"context"
	"slices"
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// Prompts hold beginnings of files: what is to be completed, and what a limit cut off. The
// parser then takes most of the text for an error, since a class that is never closed has
// no methods.

// unfinished is how many lines at the end of a text may be no statement yet.
const unfinished = 4

// longBroken is from how many bytes on only the whole text is tried.
const longBroken = 256 << 10

// broken divides a text with errors: as the parser sees it, or as if it went on and ended
// well, or by its shape, whichever finds most. breaks says that it was the second.
func (s *splitter) broken(ctx context.Context, root *sitter.Node, l *Language) (tree *Node, breaks bool) {
	whole := s.whole(ctx, s.source, l)
	if s.fragile {
		if whole != nil {
			return whole, true
		}
		return divide(s.source, l), false
	}
	own := s.file(root)
	if whole != nil {
		if a, b := definitions(whole), definitions(own); a > b || a == b && lump(whole) < lump(own) {
			return whole, true
		}
	}
	return mended(own, s.source, l), false
}

// definitions is how many there are.
func definitions(root *Node) (n int) {
	root.All(func(c *Node) bool {
		if c.Kind == Def {
			n++
		}
		return true
	})
	return n
}

// whole divides a text that has errors as if it went on and ended well: with what closes
// the brackets that are open, and without the last lines where they are half a statement.
// It returns nil if that does not parse either.
func (d *dialect) whole(ctx context.Context, source string, l *Language) *Node {
	cut, tries := len(source), unfinished+1
	if len(source) > longBroken {
		tries = 1
	}
	for range tries {
		text := strings.TrimRight(source[:cut], " \t\r\n")
		if text == "" {
			return nil
		}
		if root := d.completed(ctx, text, l); root != nil {
			endAt(root, len(text))
			fit([]*Node{root}, len(source))
			return root
		}
		cut = strings.LastIndexByte(text, '\n') + 1
	}
	return nil
}

// completed divides a text with its brackets closed; nil if it has errors all the same.
func (d *dialect) completed(ctx context.Context, text string, l *Language) *Node {
	text += "\n"
	last := strings.TrimRight(text[strings.LastIndexByte(text[:len(text)-1], '\n')+1:], "\n")
	closing, ok := closeAll(text, l)
	switch {
	case !ok:
		return nil
	case d.indented() && strings.HasSuffix(last, ":"):
		closing = last[:len(last)-len(strings.TrimLeft(last, " \t"))] + "\tpass\n" + closing
	}
	tree := d.parse(ctx, text+closing)
	if tree == nil {
		return nil
	}
	defer tree.Close()
	root := tree.RootNode()
	if root.HasError() {
		return nil
	}
	s := newSplitter(d, text+closing, tree, l)
	defer s.close()
	return s.file(root)
}

// closeAll returns the brackets that close those which are open at the end of a text, each
// on a line, and whether that can be told.
func closeAll(text string, l *Language) (string, bool) {
	d := &divider{source: text, rules: rulesOf(text, l)}
	s := scanner{d: d, ended: true, last: map[string]int{}}
	start := 0
	for line := range strings.Lines(text) {
		s.line(start, line)
		start += len(line)
	}
	if s.bad || s.until != "" || len(s.words) > 0 || len(s.stack) > deep {
		return "", false
	}
	var b strings.Builder
	for _, c := range slices.Backward(s.stack) {
		if pairs[c] == 'e' {
			return "", false
		}
		b.WriteByte(pairs[c])
		b.WriteByte('\n')
	}
	return b.String(), true
}

// endAt ends a tree at a byte of its source.
func endAt(n *Node, end int) {
	n.End = min(n.End, end)
	n.Children = slices.DeleteFunc(n.Children, func(c *Node) bool { return c.Start >= end })
	for _, c := range n.Children {
		endAt(c, end)
	}
	if len(n.Children) == 0 || len(n.Children) == 1 && n.Children[0].Kind == Frame {
		n.Children = nil
	}
}

// What of a text with errors may be in one piece before it is rather divided by its shape:
// a share of it, and so many bytes.
const (
	lumpShare = 0.4
	lumpBytes = 1500
)

// lump returns the size of the largest part that cannot be divided.
func lump(n *Node) int {
	if len(n.Children) == 0 {
		return n.End - n.Start
	}
	most := 0
	for _, c := range n.Children {
		most = max(most, lump(c))
	}
	return most
}

// mended returns the better of two trees of a text with errors: its own, or that of its
// shape, where the parser left most of it in one piece.
func mended(root *Node, source string, l *Language) *Node {
	size := lump(root)
	if size < lumpBytes || float64(size) < lumpShare*float64(len(source)) {
		return root
	}
	if shape := divide(source, l); lump(shape) < size/2 {
		return shape
	}
	return root
}
