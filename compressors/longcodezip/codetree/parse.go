package codetree

import (
	"context"

	sitter "github.com/tree-sitter/go-tree-sitter"

	"github.com/pith-proxy/pith/compressors/content"
)

// Parse divides a source text. What has no grammar here, what is larger than [MaxSource]
// and what tree-sitter does not read in time is divided by its shape. It fails only if ctx
// ends, with ctx's cause.
func Parse(ctx context.Context, source string, l *Language) (*File, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	f := &File{Source: source, Language: l}
	if d := l.dialect(); d != nil && len(source) <= MaxSource {
		if tree := d.parse(ctx, source); tree != nil {
			defer tree.Close()
			root := tree.RootNode()
			s := newSplitter(d, source, tree, l)
			defer s.close()
			if f.Broken = root.HasError(); !f.Broken {
				f.Root = s.file(root)
				return f, nil
			}
			f.Root, f.breaks = s.broken(ctx, root, l)
			return f, nil
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	f.Root = divide(source, l)
	return f, nil
}

// ParseAny divides a text of which nobody says the language, but that it looks like l: as
// that or, if it has errors then, as the first language that it has none as.
func ParseAny(ctx context.Context, source string, l *Language) (*File, error) {
	f, err := Parse(ctx, source, l)
	if err != nil || l.dialect() != nil && f.fits() || len(source) > longBroken {
		return f, err
	}
	for _, name := range content.Languages(source) {
		other := Named(name)
		if other == nil || other == l || !tried[other.Name] {
			continue
		}
		g, err := Parse(ctx, source, other)
		if err != nil || g.fits() && definitions(g.Root) > 0 {
			return g, err
		}
	}
	return f, nil
}

// fits reports whether a text is one of the language, or the beginning of one.
func (f *File) fits() bool { return !f.Broken || f.breaks }

// tried are languages whose grammars take hardly anything else.
var tried = map[string]bool{"c": true, "c#": true, "c++": true, "go": true, "java": true, "javascript": true, "kotlin": true,
	"python": true, "rust": true, "tsx": true, "typescript": true}

// Valid reports whether a text of the language parses without error; true if there is no
// grammar for it. A text that is too large, or for which ctx leaves no time, is not valid.
func (l *Language) Valid(ctx context.Context, source string) bool {
	d := l.dialect()
	if d == nil {
		return true
	}
	if len(source) > MaxSource {
		return false
	}
	tree := d.parse(ctx, source)
	if tree == nil {
		return false
	}
	defer tree.Close()
	return !tree.RootNode().HasError() && (d.full == "" || d.filled(tree))
}

// dialect is nil if there is no grammar, or none that is known here.
func (l *Language) dialect() *dialect {
	if l == nil || dialects[l.grammar] == nil {
		return nil
	}
	return dialects[l.grammar]()
}

// filled reports whether every node of a kind that has to hold something does.
func (d *dialect) filled(tree *sitter.Tree) bool {
	c := tree.Walk()
	defer c.Close()
	for {
		if d.kind(c.Node()) == d.full && !d.holds(c) {
			return false
		}
		if c.GotoFirstChild() {
			continue
		}
		for !c.GotoNextSibling() {
			if !c.GotoParent() {
				return true
			}
		}
	}
}

// holds reports whether a child of the cursor's node is more than a comment.
func (d *dialect) holds(c *sitter.TreeCursor) bool {
	n := c.Node()
	for i := range n.NamedChildCount() {
		if id := int(n.NamedChild(i).KindId()); id >= len(d.means) || d.means[id]&comment == 0 {
			return true
		}
	}
	return false
}
