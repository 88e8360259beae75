package codetree

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// some returns a function for Render that leaves out about one node in n, the same ones
// for the same seed.
func some(f *File, seed uint64, n int) func(*Node) bool {
	r := rand.New(rand.NewPCG(seed, 0))
	out := map[*Node]bool{}
	f.Root.All(func(n1 *Node) bool {
		out[n1] = n1.Kind != Frame && n1.Kind != Group && r.IntN(n) == 0
		return true
	})
	return func(n *Node) bool { return out[n] }
}

// checkRender fails unless what Render makes of f is what it promises.
func checkRender(t testing.TB, f *File, dropped func(*Node) bool) {
	t.Helper()
	valid := !f.Broken && f.Language.Valid(context.Background(), f.Source)
	for kind := MarkCounted; kind <= MarkNone; kind++ {
		m := Marks{kind}
		asked := map[*Node]int{}
		got := f.Render(func(n *Node) bool {
			if asked[n]++; n.Kind == Frame || n.Kind == Group || asked[n] > 1 {
				t.Fatalf("asked %d times about %+v", asked[n], n)
			}
			return dropped(n)
		}, m)
		if got != f.Render(dropped, m) {
			t.Fatal("two calls differ")
		}
		checkLines(t, f, got, dropped)
		if valid && !f.Language.Valid(context.Background(), got) {
			t.Fatalf("marks %d: no longer valid:\n%s", kind, got)
		}
	}
}

// checkLines fails unless got is the lines that Kept says, with marks and blank lines
// between them, and the marks account for all others.
func checkLines(t testing.TB, f *File, got string, dropped func(*Node) bool) {
	t.Helper()
	source := strings.SplitAfter(f.Source, "\n")
	kept := map[int]bool{}
	last := 0
	for _, k := range f.Kept(dropped) {
		if k[0] <= last+1 && last > 0 || k[1] < k[0] || k[1] > len(source) {
			t.Fatalf("ranges are not in order: %v", f.Kept(dropped))
		}
		for last = k[0]; last <= k[1]; last++ {
			kept[last-1] = true
		}
		last = k[1]
	}
	missing, at := 0, 0
	for i, line := range source {
		if !kept[i] && !blank(line) {
			missing++
		}
	}
	counted := 0
	for _, line := range strings.SplitAfter(got, "\n") {
		if blank(line) {
			continue
		}
		for at < len(source) && (!kept[at] || blank(source[at])) {
			at++
		}
		if at < len(source) && source[at] == line {
			at++
			continue
		}
		n, ok := markOf(line)
		if !ok {
			t.Fatalf("line %q is no mark, and none of the source in its place:\n%s", line, got)
		}
		counted += n
	}
	for ; at < len(source); at++ {
		if kept[at] && !blank(source[at]) {
			t.Fatalf("line %q is missing:\n%s", source[at], got)
		}
	}
	if counted != 0 && counted != missing {
		t.Fatalf("marks count %d lines, %d are missing:\n%s", counted, missing, got)
	}
}

// markOf returns how many lines a line that is a mark says are omitted; 0 if it does not
// say.
func markOf(line string) (n int, ok bool) {
	m := markLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
	if m == nil {
		return 0, false
	}
	n, _ = strconv.Atoi(m[1])
	return n, true
}

var markLine = regexp.MustCompile(`^[ \t]*(?:(?:#|//|--|;|%|/\*|<!--|\(\*) )?(?:case _: \.\.\.|\.\.\.|:)?(?: ?  ?(?:#|//) ?)?(?:\s*\.\.\.)?` +
	`(?: *\((?:(\d+) lines?|lines? [\d-]+) omitted\))?(?: (?:\*/|-->|\*\)))?$`)
