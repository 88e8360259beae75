package codetree

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

var kindNames = map[Kind]string{Group: "group", Preamble: "preamble", Def: "def", Container: "container", Fields: "fields",
	Module: "module", Statement: "statement", Frame: "frame"}

// parsed divides a source and fails unless the tree is sound.
func parsed(t testing.TB, source, language string) *File {
	t.Helper()
	l := Named(language)
	if l == nil {
		t.Fatalf("no language %q", language)
	}
	f, err := Parse(context.Background(), source, l)
	if err != nil {
		t.Fatal(err)
	}
	checkShape(t, f)
	return f
}

// outline has a line for each node: its kind, its path, a plus if it is public, its lines
// from 1, and how its first line that is not blank begins.
func outline(f *File) string {
	var b strings.Builder
	var walk func(n *Node, depth int)
	walk = func(n *Node, depth int) {
		first, _, _ := strings.Cut(strings.TrimSpace(f.Text(n)), "\n")
		fmt.Fprintf(&b, "%s%s %s %.40s\n", strings.Repeat("  ", depth), title(n), lineRange(f, n), strings.TrimSpace(first))
		for _, c := range n.Children {
			walk(c, depth+1)
		}
	}
	for _, c := range f.Root.Children {
		walk(c, 0)
	}
	return b.String()
}

// brief has the same on one line, without what is inside definitions and statements, and
// without the text.
func brief(f *File) string {
	var walk func(nodes []*Node) string
	walk = func(nodes []*Node) string {
		var parts []string
		for _, n := range nodes {
			s := title(n) + " " + lineRange(f, n)
			if n.Kind == Container {
				s += " {" + walk(n.Children) + "}"
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, " | ")
	}
	return walk(f.Root.Children)
}

func title(n *Node) string {
	s := kindNames[n.Kind]
	if n.Path != "" {
		s += " " + n.Path
	}
	if n.Public {
		s += "+"
	}
	return s
}

func lineRange(f *File, n *Node) string {
	first := strings.Count(f.Source[:n.Start], "\n") + 1
	last := first + strings.Count(strings.TrimSuffix(f.Text(n), "\n"), "\n")
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}
