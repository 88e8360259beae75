package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// corpus is some source code of different sizes and shapes.
func corpus(t testing.TB) []pith.Context {
	cs := []pith.Context{{ID: "shop.go", Text: goldenGo}, {ID: "box.py", Text: goldenPython}, {ID: "work.py", Text: work},
		{ID: "conf.toml", Text: "[a]\nx = 1\n\n[b]\ny = 2\nz = 3\n"}, {ID: "crlf.py", Text: pith.Text(strings.ReplaceAll(goldenPython, "\n", "\r\n"))},
		{ID: "broken.py", Text: "def f(:\n  x = (1\n\ndef g():\n    a()\n    b()\n    c()\n    d()\n    return 1\n"},
		{ID: "a.ts", Text: "import {x} from 'y';\n\nexport class A {\n  private n = 1;\n\n  get size(): number {\n    const a = this.n;\n    const b = a * 2;\n    if (b > 3) {\n      return b;\n    }\n    return a;\n  }\n}\n\nexport const h = (x: number) => x + 1;\n"},
		{ID: "m.rs", Text: "use std::fmt;\n\n#[derive(Debug)]\npub struct P { x: i32 }\n\nimpl P {\n    pub fn new(x: i32) -> P {\n        let y = x + 1;\n        let z = y * 2;\n        log(z);\n        P { x: z }\n    }\n\n    fn get(&self) -> i32 {\n        self.x\n    }\n}\n"},
		{ID: "", Text: "### a.py\n```python\n" + goldenPython + "```\n\nand\n\n### b.go\n```go\n" + goldenGo + "```\n"},
	}
	return append(cs, sources(t, "../llmlingua2/s*.go")...)
}

var queries = []string{"", "which words stay in the budget", "regular customers discount years", "zzz"}

// eachRequest calls visit with requests of one file and of several.
func eachRequest(t testing.TB, visit func(name string, req pith.Request)) {
	cs := corpus(t)
	groups := [][]pith.Context{cs}
	for i := range cs {
		groups = append(groups, cs[i:i+1])
	}
	for i, contexts := range groups {
		for q, query := range queries {
			for _, b := range []pith.Budget{{Rate: 0.12}, {Rate: 0.25}, {Rate: 0.5}, {Rate: 0.8}, {TargetTokens: 150}, {TargetTokens: 40}} {
				req := pith.Request{Contexts: contexts, Question: pith.Text(query), Budget: b}
				req.Options.Strictness = pith.Hard
				visit(fmt.Sprintf("group %d, query %d, %+v", i, q, b), req)
			}
		}
	}
}

// The budget holds or the request fails; what is left are lines of the source in their
// order and marks; and it parses if the source did.
func TestLaws(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	filled, served := 0.0, 0
	eachRequest(t, func(name string, req pith.Request) {
		res, err := c.Compress(context.Background(), req)
		if pith.CodeOf(err) == pith.CodeBudgetUnreachable {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		in, out := 0, 0
		for i, r := range res.Contexts {
			in, out = in+r.InputTokens, out+r.OutputTokens
			if n := counted(t, string(r.Text)); n != r.OutputTokens {
				t.Errorf("%s: %s has %d tokens, not %d", name, r.ID, n, r.OutputTokens)
			}
			checkText(t, name, req.Contexts[i], r)
		}
		budget := req.Budget.TargetTokens
		if budget == 0 {
			budget = int(req.Budget.Rate*float64(in) + 1e-9)
		}
		if out > budget {
			t.Errorf("%s: %d tokens of %d", name, out, budget)
		}
		if req.Budget.TargetTokens > 0 { // what stands between contexts counts
			budget -= (len(req.Contexts) - 1) * counted(t, "\n\n")
		}
		if len(req.Contexts) > 1 {
			filled, served = filled+float64(out)/float64(min(in, budget)), served+1
		}
	})
	if mean := filled / float64(served); mean < 0.97 {
		t.Errorf("%.3f of the budgets were used", mean)
	}
}

// checkText checks a result against its source.
func checkText(t *testing.T, name string, in pith.Context, out pith.ContextResult) {
	t.Helper()
	if out.Text == "" || out.Text == in.Text {
		return
	}
	at := strings.SplitAfter(string(in.Text), "\n")
	for _, line := range strings.SplitAfter(string(out.Text), "\n") {
		i := slices.Index(at, line)
		if mark := strings.Contains(line, "omitted)"); i < 0 && !mark && !strings.HasPrefix(strings.TrimSpace(line), "...") {
			t.Errorf("%s: %s: line %q is not there, or not in order", name, in.ID, line)
			return
		} else if !mark && i >= 0 {
			at = at[i+1:]
		}
	}
	lang := codetree.Detect(in.ID, "")
	if lang != nil && lang.Valid(context.Background(), string(in.Text)) && !lang.Valid(context.Background(), string(out.Text)) {
		t.Errorf("%s: %s does not parse:\n%s", name, in.ID, out.Text)
	}
}

// The same request gives the same result, also where the scorer works through its chunks
// in another order or in parts.
func TestDeterminism(t *testing.T) {
	fake := &fakeScorer{}
	shuffled := &fakeScorer{gains: func(ctx context.Context, query string, chunks []string) ([]float64, Usage, error) {
		out := make([]float64, len(chunks))
		for _, i := range rand.Perm(len(chunks)) {
			out[i] = overlap(query, chunks[i])
		}
		return out, Usage{Sequences: len(chunks)}, nil
	}}
	a, b := newFake(t, fake), newFake(t, shuffled)
	eachRequest(t, func(name string, req pith.Request) {
		if len(req.Contexts) == 1 && req.Contexts[0].ID != "shop.go" {
			return
		}
		req.Options.ReturnChunks = true
		x, errX := a.Compress(context.Background(), req)
		y, errY := b.Compress(context.Background(), req)
		if (errX == nil) != (errY == nil) || errX == nil && !reflect.DeepEqual(x.Contexts, y.Contexts) {
			t.Errorf("%s: %v, %v: results differ", name, errX, errY)
		}
	})
}

// What is left of each file depends on which files there are and not on their order.
func TestOrderOfFiles(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	cs := slices.DeleteFunc(corpus(t), func(c pith.Context) bool { return c.ID == "crlf.py" || c.ID == "" }) // which have chunks of others
	want := map[string]pith.Text{}
	for turn := range 3 {
		req := pith.Request{Contexts: cs, Question: "which words stay in the budget", Budget: pith.Budget{Rate: 0.3}}
		for _, r := range compressed(t, c, req).Contexts {
			if turn == 0 {
				want[r.ID] = r.Text
			} else if want[r.ID] != r.Text {
				t.Errorf("turn %d: %s differs", turn, r.ID)
			}
		}
		slices.Reverse(cs[turn:])
	}
}

// A file that is not there any more changes no gain of the others.
func TestUnrelatedFile(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	cs := corpus(t)
	scores := func(contexts []pith.Context) map[string]float64 {
		req := pith.Request{Contexts: contexts, Question: "which words stay in the budget", Budget: pith.Budget{Rate: 0.3}}
		req.Options.ReturnChunks = true
		out := map[string]float64{}
		for _, r := range compressed(t, c, req).Contexts {
			for _, ch := range r.Chunks {
				if ch.Score != nil {
					out[fmt.Sprint(r.ID, ch.Start)] = *ch.Score
				}
			}
		}
		return out
	}
	all := scores(cs)
	for key, gain := range scores(cs[1:]) {
		if all[key] != gain {
			t.Errorf("%s: %v, before %v", key, gain, all[key])
		}
	}
}

// A language that nothing is known of, and bytes that are no text, are cut, too; and
// whatever comes in, nothing worse comes out.
func FuzzCompress(f *testing.F) {
	for _, c := range corpus(f) {
		f.Add(c.ID, string(c.Text[:min(len(c.Text), 3000)]), "budget words", uint8(60), uint8(0))
	}
	f.Add("x.py", "\xff\xfe\x00def f():\n\tpass\n\r\r\n", "", uint8(90), uint8(3))
	f.Add("y", strings.Repeat("(", 400), "q", uint8(9), uint8(7))
	f.Add("z.c", "int f() {\n  return 1;\n}\n#if 0\n}}}\n#endif\n", "f", uint8(120), uint8(1))
	c := newFake(f, &fakeScorer{}, func(o *Options) { o.MaxLeafTokens = 60 })
	f.Fuzz(func(t *testing.T, id, text, query string, rate, how uint8) {
		req := oneFile(id, text, query, pith.Budget{Rate: (float64(rate) + 1) / 256})
		if len(query) > 1000 || req.Validate() != nil {
			return
		}
		req.Options.ReturnChunks = true
		req.Options.Code.RankOnly = how&1 != 0
		if how&2 != 0 {
			req.Options.Code.Marks = pith.MarksNone
		}
		if how&4 != 0 {
			req.Options.Strictness = pith.Hard
		}
		res, err := c.Compress(context.Background(), req)
		var e *pith.Error
		if errors.As(err, &e) && e.Code == pith.CodeBudgetUnreachable && how&4 != 0 {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		out := res.Contexts[0]
		budget := int(req.Budget.Rate*float64(out.InputTokens) + 1e-9)
		if out.OutputTokens > out.InputTokens || out.OutputTokens > budget && (how&4 != 0 || len(out.Warnings) == 0) {
			t.Errorf("%d of %d tokens, budget %d, warnings %q", out.OutputTokens, out.InputTokens, budget, out.Warnings)
		}
		at := 0
		for _, ch := range out.Chunks {
			if ch.Start < at || ch.End < ch.Start || ch.End > len(text) {
				t.Errorf("chunk %+v behind %d of %d", ch, at, len(text))
			}
			at = ch.End
		}
	})
}
