package longcodezip

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// What tells most is not thinned out for what tells little less, where it leaves room.
func TestBestLeafStaysWhole(t *testing.T) {
	best := function("Best", 12)
	c := newFake(t, telling("stepBest=9", "stepSecond=8.9", "stepThird=1"), func(o *Options) { o.Skeletons, o.Fine = -1, 0.6 })
	src := program(function("Second", 12), best, function("Third", 20), function("Rest", 40))
	got := actions(t, c, oneFile("a.go", src, "x", pith.Budget{TargetTokens: counted(t, best) * 18 / 10}))
	if got["Best"] != pith.ActionFull || got["Second"] == pith.ActionFull {
		t.Errorf("got %v", got)
	}
}

// A leaf that was cut stays with a part of its body or, if there is no room for any, goes.
func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		name  string
		query string
		room  int // tokens beside what is open
		spare int
		open  bool // the leaf
		shows bool // something in it
	}{
		{"best_block", "x", 40, 0, true, true},
		{"room_of_signatures", "x", 40, 40, true, true},
		{"no_room", "x", 3, 0, false, false},
		{"signature_without_query", "", 3, 0, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := cutLeaf(t, program(function("F", 8)))
			l.blocks[3].value = 2
			p := &pool{run: &run{query: tt.query}, leaves: []*leaf{l}, cut: []*leaf{l}, bill: billOf(l.file), spare: tt.spare}
			p.budget = p.bill + tt.room
			p.complete()
			if l.open != tt.open || l.shows() != tt.shows || tt.shows && !l.blocks[3].open() {
				t.Errorf("open %t, with something in it %t", l.open, l.shows())
			}
			if p.bill > p.budget || p.bill != billOf(l.file) {
				t.Errorf("bill %d of %d, counted %d", p.bill, p.budget, billOf(l.file))
			}
		})
	}
}

// Imports come behind the best function of their file.
func TestPreambleIsBehindTheBest(t *testing.T) {
	imports := "package p\n\nimport (\n" + strings.Repeat("\t\"some/long/path/to/a/package\"\n", 6) + ")\n\n"
	best := function("Best", 12)
	c := newFake(t, telling("stepBest=9", "stepSecond=8"), func(o *Options) { o.Preambles = 0.9 })
	req := oneFile("a.go", imports+best+"\n"+function("Second", 4)+function("Rest", 90), "x", pith.Budget{TargetTokens: counted(t, best) + 40})
	out := string(compressed(t, c, req).Contexts[0].Text)
	if !strings.Contains(out, best) || strings.Contains(out, "import (") {
		t.Errorf("got\n%s", out)
	}
}

func TestSpareBest(t *testing.T) {
	f := parsed(t, program(function("Best", 12), function("Second", 12)), "go")
	best, second := f.leaves[1], f.leaves[2]
	best.scored = true
	for _, tt := range []struct {
		name          string
		query         string
		budget, first int // the budget, and the rank of the best
		want          int // leaves that are cut
	}{
		{"room_for_others", "x", best.tokens + second.tokens - 20, 0, 1},
		{"most_of_the_budget", "x", best.tokens + 60, 0, 2},
		{"no_query", "", best.tokens + second.tokens - 20, 0, 2},
		{"not_the_best", "x", best.tokens + second.tokens - 20, 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &pool{run: &run{query: tt.query}, budget: tt.budget, bill: best.tokens + second.tokens, leaves: []*leaf{best, second}}
			if tt.first == 1 {
				p.leaves = []*leaf{second, best}
			}
			if got := p.spareBest([]*leaf{best, second}, tt.budget); len(got) != tt.want {
				t.Errorf("%d are cut", len(got))
			}
		})
	}
}
