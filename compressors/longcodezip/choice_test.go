package longcodezip

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// telling returns a scorer for which a chunk's gain is that of the first of the words that
// it has, in the given order, as "discount=3"; of other chunks -1.
func telling(words ...string) *fakeScorer {
	return &fakeScorer{gains: func(_ context.Context, _ string, chunks []string) ([]float64, Usage, error) {
		out := make([]float64, len(chunks))
		for i, c := range chunks {
			out[i] = -1
			for _, w := range slices.Backward(words) {
				word, gain := "", 0.0
				if _, err := fmt.Sscanf(strings.Replace(w, "=", " ", 1), "%s %f", &word, &gain); err != nil {
					return nil, Usage{}, err
				}
				if strings.Contains(c, word) {
					out[i] = gain
				}
			}
		}
		return out, Usage{}, nil
	}}
}

// finished is a request that has been worked through.
func finished(t testing.TB, c *Compressor, req pith.Request) *run {
	t.Helper()
	r, err := c.newRun(&req, c.scorers[0])
	if err != nil {
		t.Fatal(err)
	}
	finish(t, r)
	return r
}

func finish(t testing.TB, r *run) {
	t.Helper()
	for _, step := range r.steps() {
		if err := step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// actions says what became of each named chunk.
func actions(t testing.TB, c *Compressor, req pith.Request) map[string]pith.Action {
	t.Helper()
	req.Options.ReturnChunks = true
	out := map[string]pith.Action{}
	for _, r := range compressed(t, c, req).Contexts {
		for _, ch := range r.Chunks {
			name := ch.Name
			if name == "" {
				name = r.ID + " " + ch.Kind
			}
			out[name] = ch.Action
		}
	}
	return out
}

// function makes one of n statements.
func function(name string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func %s(a, b int) int {\n", name)
	for i := range n {
		fmt.Fprintf(&b, "\ta = step%s(a+%d, b*%d)\n", name, i, i+7)
	}
	b.WriteString("\treturn a + b\n}\n")
	return b.String()
}

func program(functions ...string) string { return "package p\n\n" + strings.Join(functions, "\n") }

// No mark stands for less than it costs.
func TestMarksPay(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	seen := 0
	eachRequest(t, func(name string, req pith.Request) {
		req.Options.Strictness = pith.Soft
		r := finished(t, c, req)
		for _, p := range r.pools {
			states, within := p.save(), p.count() <= p.budget
			if within && p.patch() && p.count() <= p.budget {
				t.Errorf("%s: there is something to patch", name)
			}
			p.restore(states)
			seen++
		}
	})
	if seen < 100 {
		t.Errorf("%d pools seen", seen)
	}
}

// Names that kept code refers to come first among signatures.
func TestOutline(t *testing.T) {
	src := program(function("Start", 6)+"// calls Finish\n", function("Other", 20), function("Another", 20), strings.Replace(function("Finish", 20), "stepFinish(", "work(", -1))
	src = strings.Replace(src, "\treturn a + b\n", "\treturn Finish(a, b)\n", 1)
	fake := telling("stepStart=9", "stepOther=3", "stepAnother=2", "work=1")
	c := newFake(t, fake, func(o *Options) { o.Skeletons = 0.16 })
	got := actions(t, c, oneFile("a.go", src, "start", pith.Budget{TargetTokens: 215}))
	if got["Start"] != pith.ActionFull || got["Finish"] != pith.ActionSkeleton || got["Other"] == pith.ActionFull {
		t.Errorf("got %v", got)
	}
}

func TestReferenced(t *testing.T) {
	f := parsed(t, "package p\n\nfunc Start() { Get(); finish(1) }\n\nfunc Get() {}\n\nfunc finish(int) { other() }\n\nfunc other() {}\n", "go")
	p := &pool{contexts: []*contextRun{f.context}, leaves: f.leaves[2:]}
	f.leaves[1].showAll()
	if got := p.referenced(); !got["finish"] || got["Get"] || got["other"] {
		t.Errorf("got %v", got)
	}
}

// Where there is room for a part of a long function only, that is what stays of it, rather
// than all of what tells less.
func TestBorder(t *testing.T) {
	src := program(function("First", 3), function("Second", 40), function("Third", 4))
	c := newFake(t, telling("stepFirst=9", "stepSecond=8", "stepThird=1"))
	got := actions(t, c, oneFile("a.go", src, "x", pith.Budget{Rate: 0.4}))
	if got["First"] != pith.ActionFull || got["Second"] != pith.ActionFine {
		t.Errorf("got %v", got)
	}
}

// A generous budget is spent on whole functions, and no lines are read.
func TestGenerousBudget(t *testing.T) {
	var all []string
	for i := range 12 {
		all = append(all, function(fmt.Sprintf("F%c", 'a'+i), 6))
	}
	fake := telling("func=1", "stepFa=3")
	got := actions(t, newFake(t, fake), oneFile("a.go", program(all...), "x", pith.Budget{Rate: 0.75}))
	for name, a := range got {
		if a == pith.ActionFine {
			t.Errorf("%s is cut", name)
		}
	}
	if got["Fa"] != pith.ActionFull || len(fake.lined) > 0 {
		t.Errorf("got %v, %d read line by line", got, len(fake.lined))
	}
}

// What tells nothing takes no room from what does.
func TestNothingTold(t *testing.T) {
	src := program(function("Good", 16), function("Bad", 4), function("Useless", 9), function("Futile", 40))
	c := newFake(t, telling("stepGood=5"))
	n := counted(t, function("Good", 16))
	got := actions(t, c, oneFile("a.go", src, "x", pith.Budget{TargetTokens: n + n/4}))
	if got["Good"] != pith.ActionFull {
		t.Errorf("got %v", got)
	}
}

// Imports of a file of which little stays are not worth their tokens among many files, and
// those of a single one are bounded.
func TestPreambles(t *testing.T) {
	imports := "package p\n\nimport (\n" + strings.Repeat("\t\"some/long/path/to/a/package\"\n", 8) + ")\n\n"
	good, small := function("Good", 20), function("Small", 2)
	c := newFake(t, telling("stepGood=5", "stepSmall=4"))
	many := newFake(t, telling("stepGood=5", "stepSmall=4"), func(o *Options) { o.Preambles = 0.9 })
	req := pith.Request{Question: "x", Budget: pith.Budget{TargetTokens: counted(t, good+small) + 260},
		Contexts: []pith.Context{{ID: "a.go", Text: pith.Text(imports + good + "\n" + function("Rest", 40))}, {ID: "b.go", Text: pith.Text(imports + small + "\n" + function("Rest", 40))}}}
	res := compressed(t, many, req)
	if a, b := string(res.Contexts[0].Text), string(res.Contexts[1].Text); !strings.Contains(a, "import (") || strings.Contains(b, "import (") || !strings.Contains(b, "func Small") {
		t.Errorf("got\n%s\nand\n%s", a, b)
	}
	one := oneFile("a.go", imports+function("Good", 7)+"\n"+function("Rest", 40), "x", pith.Budget{TargetTokens: counted(t, function("Good", 7)) + 50})
	if out := string(compressed(t, c, one).Contexts[0].Text); strings.Contains(out, "import (") || !strings.Contains(out, function("Good", 7)) {
		t.Errorf("got\n%s", out)
	}
}

// Where frames alone would spend the budget, those that rank lowest go.
func TestShareDropsTheLowest(t *testing.T) {
	var all, words []string
	for i := range 8 {
		name := fmt.Sprintf("F%c", 'a'+i)
		all = append(all, strings.Replace(function(name, 5), "(a, b int)", "(a, b int, theFirst string, theSecond string, theThird map[string]string)", 1))
		words = append(words, fmt.Sprintf("step%s=%d", name, 20-i))
	}
	c := newFake(t, telling(words...), func(o *Options) { o.Fine = 0.2 })
	got := actions(t, c, oneFile("a.go", program(all...), "x", pith.Budget{TargetTokens: 190}))
	if got["Fa"] != pith.ActionFull && got["Fa"] != pith.ActionFine || got["Fh"] != pith.ActionOmitted {
		t.Errorf("got %v", got)
	}
}

// cutLeaf is a function with a block for each statement, all closed.
func cutLeaf(t *testing.T, source string) *leaf {
	t.Helper()
	f := parsed(t, source, "go")
	l := f.leaves[len(f.leaves)-1]
	l.show()
	l.segment(nil, 1)
	return l
}

// Blocks that are chosen are within the limit, frames and marks included.
func TestChooseKeepsTheLimit(t *testing.T) {
	src := "package p\n\n" + function("F", 4) + "\nfunc G(a int) int {\n\tfor i := range someFunctionWithALongName(a, a, a, a) {\n" + strings.Repeat("\t\tuse(a)\n", 14) + "\t}\n\tif a > 1 && a < 100 && a != 17 && a != 18 && a != 19 {\n" + strings.Repeat("\t\tuse(a)\n", 14) + "\t}\n\treturn a\n}\n"
	rng := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		l := cutLeaf(t, src)
		for i := range l.blocks {
			l.blocks[i].value = rng.Float64()
		}
		l.limit = l.frame + rng.IntN(l.tokens-l.frame)
		cost := l.choose()
		if spent := l.frame + cost; spent > l.limit && cost > 0 {
			t.Fatalf("spent %d of %d", spent, l.limit)
		}
	}
}

func TestBlocksOfALeaf(t *testing.T) {
	l := cutLeaf(t, program(function("F", 8)))
	if len(l.blocks) != 9 {
		t.Fatalf("%d blocks", len(l.blocks))
	}
	l.blocks[5].show()
	l.blocks[2].value, l.blocks[5].value = 3, 1
	if got, want := l.nearestFirst(), []int{0, 4, 6, 1, 3, 7, 2, 8}; !slices.Equal(got, want) {
		t.Errorf("nearest first %v, want %v", got, want)
	}
	l.blocks[7].value = 2
	l.blocks[7].show()
	if b := l.cheapest(); b != &l.blocks[5] {
		t.Error("not the cheapest")
	}
	r := l.file.context
	p := &pool{run: &run{req: &pith.Request{}}, contexts: []*contextRun{r}, leaves: []*leaf{l}}
	if saved := p.trim(1); saved < 5 || l.blocks[5].open() || !l.blocks[7].open() {
		t.Errorf("saved %d", saved)
	}
	if p.trim(1000); l.open || l.file.root.open {
		t.Error("something is left")
	}
}

// A beginning of a file does not stay alone.
func TestClose(t *testing.T) {
	f := parsed(t, goldenGo, "go")
	f.preamble.showAll()
	for _, l := range f.leaves[1:3] {
		l.showAll()
	}
	f.leaves[1].close()
	if !f.preamble.open {
		t.Error("closed too soon")
	}
	if f.leaves[2].close(); f.preamble.open || f.root.open {
		t.Error("the preamble is alone")
	}
	f.leaves[3].require()
	f.root.showMust()
	if saved := f.leaves[3].close(); saved != 0 || !f.leaves[3].open {
		t.Error("what must stay does not")
	}
	g := parsed(t, goldenPython, "python")
	load := g.leaves[slices.IndexFunc(g.leaves, func(l *leaf) bool { return l.name == "Box.load" })]
	load.showAll()
	if load.close(); g.root.open {
		t.Error("a class without members stays")
	}
}

// A file that does not parse any more is cut at its top only.
func TestWholeUnits(t *testing.T) {
	for _, budget := range []int{10_000, 0} {
		f := parsed(t, goldenPython, "python")
		for _, l := range f.leaves[:4] {
			l.show()
		}
		p := &pool{run: &run{req: &pith.Request{}}, contexts: []*contextRun{f.context}, leaves: f.leaves, budget: budget}
		f.atomic = true
		p.wholeUnits(f)
		for _, c := range f.root.children {
			if c.open && !c.full() || c.open && budget == 0 && c.tokens > f.mark && len(c.children) > 0 {
				t.Errorf("budget %d: %q", budget, c.source())
			}
		}
		if u := f.leaves[3].unit(); u.parent != f.root {
			t.Errorf("a unit is %q", u.source())
		}
	}
}

// What does not parse any more is cut at the file's top only, or not at all.
func TestMend(t *testing.T) {
	nested := regexp.MustCompile(`(?m)^[ \t]+(//|#|\.\.\.).*omitted\)$`)
	for _, tt := range []struct {
		name   string
		rate   float64
		valid  func(text string) bool
		wanted func(out string, cr *contextRun) bool
	}{
		{"inside_no_function", 0.5, func(text string) bool { return !nested.MatchString(text) },
			func(out string, cr *contextRun) bool {
				return !nested.MatchString(out) && strings.Contains(out, "omitted") && strings.Contains(out, "func discount") && len(cr.warnings) == 0
			}},
		{"nowhere", 0.5, func(text string) bool { return text == goldenGo },
			func(out string, cr *contextRun) bool { return len(cr.warnings) == 1 && cr.tokens <= cr.input/2 }},
		{"nowhere_in_the_source_either", 0.5, func(text string) bool { return false },
			func(out string, cr *contextRun) bool { return nested.MatchString(out) && len(cr.warnings) == 0 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newFake(t, telling("discount=9", "Total=8", "Label=7"))
			req := oneFile("a.go", goldenGo, "x", pith.Budget{Rate: tt.rate})
			r, err := c.newRun(&req, c.scorers[0])
			if err != nil {
				t.Fatal(err)
			}
			r.valid = func(_ *codetree.Language, _ context.Context, text string) bool { return tt.valid(text) }
			finish(t, r)
			if cr := r.contexts[0]; !tt.wanted(cr.output, cr) || cr.tokens > cr.input/2 {
				t.Errorf("%d tokens, warnings %v\n%s", cr.tokens, cr.warnings, cr.output)
			}
		})
	}
}

// Without a query lines that surprise stay.
func TestWithoutQueryBlocks(t *testing.T) {
	fake := &fakeScorer{lines: func(_ context.Context, chunks []string) ([][]float64, Usage, error) {
		var out [][]float64
		for _, c := range chunks {
			var values []float64
			for _, line := range strings.Split(c, "\n") {
				x := 0.1
				if strings.Contains(line, "+29,") {
					x = 9
				}
				values = append(values, x)
			}
			out = append(out, values)
		}
		return out, Usage{}, nil
	}}
	out := string(compressed(t, newFake(t, fake), oneFile("a.go", program(function("F", 40)), "", pith.Budget{Rate: 0.3})).Contexts[0].Text)
	if !strings.Contains(out, "a+29,") || strings.Contains(out, "a+38,") {
		t.Errorf("got\n%s", out)
	}
}

func TestStanding(t *testing.T) {
	src := "package p\n\nfunc Used() { recurse(); recurse() }\n\nfunc recurse() { recurse() }\n\nfunc alone() { alone(); alone() }\n"
	f := parsed(t, src, "go")
	got := map[string]float64{}
	for _, l := range f.leaves {
		got[l.name] = l.standing()
	}
	if want := (map[string]float64{"": 0, "Used": publicWeight, "recurse": usesWeight * math.Log2(3), "alone": 0}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	g := parsed(t, goldenPython, "python")
	for _, l := range g.leaves {
		if l.kindName() == "fields" && l.standing() != fieldsWeight {
			t.Errorf("fields have %v", l.standing())
		}
	}
}

func TestLeaves(t *testing.T) {
	long := "def f(a):\n    if a:\n" + strings.Repeat("        x(a)\n", 13) + "    else:\n" + strings.Repeat("        y(a)\n", 13) + "    for i in a:\n        z(i)\n    return a\n"
	for _, tt := range []struct{ name, lang, source, want string }{
		{"golden", "python", goldenPython, "preamble | area | fields | Box.size | Box.load | tail | statements"},
		{"short_class", "python", "import a\n\nclass E(Exception):\n    x = 1\n    y = 2\n", "preamble | E"},
		{"only_imports", "python", "import a\nimport b\n", "preamble"},
		{"compound_statements", "python", long, "f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parsed(t, tt.source, tt.lang)
			var got []string
			for _, l := range f.leaves {
				got = append(got, orElse(l.name, l.kindName()))
			}
			if s := strings.Join(got, " | "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
	if f := parsed(t, "import a\n", "python"); f.preamble != nil {
		t.Error("a file that is nothing else has a preamble")
	}
	f := parsed(t, long, "python")
	it := f.leaves[0].children
	if len(it) != 3 || len(it[0].children) != 26 || it[0].runs != 2 || it[0].children[13].prev != nil || len(it[1].children) != 0 {
		t.Errorf("%d statements, %d in the first", len(it), len(it[0].children))
	}
}

// Leaves that were not read rank behind those that were, by the prefilter.
func TestUnreadRankBehind(t *testing.T) {
	names := []string{"Alpha", "Beta", "Gamma", "Delta"}
	var all []string
	for _, n := range names {
		all = append(all, function(n, 5))
	}
	pre := telling("stepBeta=9", "stepDelta=5", "stepAlpha=3", "stepGamma=1")
	fake := telling("stepBeta=-2", "stepDelta=-1")
	c := newFake(t, fake, func(o *Options) { o.MaxScored, o.Prefilter = 2, pre })
	r := finished(t, c, oneFile("a.go", program(all...), "x", pith.Budget{Rate: 0.5}))
	var got []string
	for _, l := range r.pools[0].leaves {
		got = append(got, l.name)
	}
	if want := []string{"Delta", "Beta", "Alpha", "Gamma"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(fake.read) < 2 || !strings.Contains(fake.read[0], "stepBeta") || !strings.Contains(fake.read[1], "stepDelta") {
		t.Errorf("read %q", fake.read)
	}
}

// A lexical scorer reads all chunks: it needs no prefilter.
func TestLexicalReadsAll(t *testing.T) {
	c, err := New(Options{Scorers: []Source{lexicalSource()}, MaxScored: 2})
	if err != nil {
		t.Fatal(err)
	}
	if res := compressed(t, c, oneFile("a.go", goldenGo, "discount", pith.Budget{Rate: 0.5})); len(res.Warnings) > 0 {
		t.Errorf("got %v", res.Warnings)
	}
}

// Spoiled lines are read again, and gains of another query are not taken for this one's.
func TestMemoryKeys(t *testing.T) {
	c, memory := newFake(t, &fakeScorer{}), newMemory()
	for _, q := range []string{"stepF", "return int", ""} {
		req := oneFile("a.go", program(function("F", 30), function("G", 30)), q, pith.Budget{Rate: 0.3})
		want := compressed(t, c, req).Contexts[0].Text
		req.Memory = memory
		memory.spoil = nil
		for _, spoil := range []func([]byte) []byte{nil, func(b []byte) []byte { return append(b[:1], b[min(5, len(b)):]...) }} {
			memory.spoil = spoil
			if got := compressed(t, c, req).Contexts[0].Text; got != want {
				t.Errorf("%q: got\n%s\nwant\n%s", q, got, want)
			}
		}
	}
}
