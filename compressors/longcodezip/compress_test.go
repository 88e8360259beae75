package longcodezip

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// goldenGo is a file of functions that are easy to tell apart.
const goldenGo = `// Package shop sells things.
package shop

import (
	"errors"
	"fmt"
)

// Price is in cents.
type Price int

// ErrEmpty says that there is nothing to sell.
var ErrEmpty = errors.New("empty")

// Total adds the prices up, without those of things that are free.
func Total(prices []Price) (Price, error) {
	if len(prices) == 0 {
		return 0, ErrEmpty
	}
	var sum Price
	for _, p := range prices {
		if p == 0 {
			continue
		}
		sum += p
	}
	return sum, nil
}

// Label writes a price down for a customer.
func Label(p Price) string {
	euros := p / 100
	cents := p % 100
	if cents == 0 {
		return fmt.Sprintf("%d euros", euros)
	}
	return fmt.Sprintf("%d euros %02d", euros, cents)
}

// discount is what regular customers need not pay.
func discount(p Price, years int) Price {
	rate := min(years, 10)
	if rate < 0 {
		rate = 0
	}
	return p * Price(rate) / 100
}

func unused() {
	fmt.Println("one")
	fmt.Println("two")
	fmt.Println("three")
	fmt.Println("four")
	fmt.Println("five")
}
`

func oneFile(name, text, question string, b pith.Budget) pith.Request {
	return pith.Request{Contexts: []pith.Context{{ID: name, Text: pith.Text(text)}}, Question: pith.Text(question), Budget: b}
}

// Golden case G2, as far as it is not about the renderer: what is named stays, what is not
// leaves a mark, and the rest of the file is as it was.
func TestGoldenOutput(t *testing.T) {
	f := parsed(t, goldenPython, "python")
	for _, l := range f.leaves {
		if l.item == f.preamble || l.name == "area" || l.name == "Box.load" {
			l.showAll()
		}
	}
	got := f.render(marksOf(""))
	want := goldenPython[:strings.Index(goldenPython, "    side = 1")] +
		"    # ... (6 lines omitted)\n\n    async def load(self):\n        await go()\n\n# ... (3 lines omitted)\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCompress(t *testing.T) {
	t.Run("what_the_question_is_about_stays", func(t *testing.T) {
		c := newFake(t, &fakeScorer{})
		res := compressed(t, c, oneFile("shop.go", goldenGo, "customers discount years", pith.Budget{Rate: 0.5}))
		out := res.Contexts[0]
		if !strings.Contains(string(out.Text), "return p * Price(rate) / 100") || strings.Contains(string(out.Text), `"three"`) {
			t.Errorf("got\n%s", out.Text)
		}
		if out.Status != pith.StatusCompressed || out.Language != "go" || out.Kind != "code" || out.Method != ID || out.Score == nil || *out.Score < 2 {
			t.Errorf("got %+v", out)
		}
		if out.OutputTokens != counted(t, string(out.Text)) || out.InputTokens != counted(t, goldenGo) || out.OutputTokens > out.InputTokens/2 {
			t.Errorf("%d of %d tokens", out.OutputTokens, out.InputTokens)
		}
		if !slices.Equal(res.Models, []string{"fake"}) || res.Method != ID || len(res.Warnings) > 0 {
			t.Errorf("models %v, warnings %v", res.Models, res.Warnings)
		}
	})
	t.Run("instruction_stands_in_for_a_question", func(t *testing.T) {
		fake := &fakeScorer{}
		req := oneFile("shop.go", goldenGo, " \n", pith.Budget{Rate: 0.5})
		req.Instruction = "customers discount years"
		asked := oneFile("shop.go", goldenGo, "customers discount years", pith.Budget{Rate: 0.5})
		if a, b := compressed(t, newFake(t, fake), req), compressed(t, newFake(t, fake), asked); a.Contexts[0].Text != b.Contexts[0].Text {
			t.Error("they differ")
		}
	})
	t.Run("default_rate", func(t *testing.T) {
		c := newFake(t, &fakeScorer{})
		a := compressed(t, c, oneFile("shop.go", goldenGo, "discount", pith.Budget{}))
		b := compressed(t, c, oneFile("shop.go", goldenGo, "discount", pith.Budget{Rate: DefaultRate}))
		if a.Contexts[0].Text != b.Contexts[0].Text || a.Contexts[0].Status != pith.StatusCompressed {
			t.Error("they differ")
		}
	})
	t.Run("whole_function_fits_nothing_is_cut_in_it", func(t *testing.T) {
		req := oneFile("shop.go", goldenGo, "discount", pith.Budget{Rate: 0.5})
		req.Options.Code.RankOnly = true
		req.Options.ReturnChunks = true
		for _, ch := range compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0].Chunks {
			if ch.Action != pith.ActionFull && ch.Action != pith.ActionOmitted {
				t.Errorf("%s is %s", ch.Name, ch.Action)
			}
		}
	})
	t.Run("marks", func(t *testing.T) {
		for marks, want := range map[pith.Marks]string{pith.MarksShort: "// ...\n", pith.MarksRange: "// ... (lines ", pith.MarksCounted: "lines omitted)"} {
			req := oneFile("shop.go", goldenGo, "discount", pith.Budget{Rate: 0.5})
			req.Options.Code.Marks = marks
			if out := compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0].Text; !strings.Contains(string(out), want) {
				t.Errorf("%s: got\n%s", marks, out)
			}
		}
	})
}

// What fits costs no call of a scorer, which is not even opened.
func TestIdentity(t *testing.T) {
	opened := false
	c, err := New(Options{Scorers: []Source{{Name: "fake", Open: func(context.Context) (Scorer, error) {
		opened = true
		return nil, errors.New("no")
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, req := range map[string]pith.Request{
		"rate_1":       oneFile("a.go", goldenGo, "discount", pith.Budget{Rate: 1}),
		"large_target": oneFile("a.go", goldenGo, "discount", pith.Budget{TargetTokens: counted(t, goldenGo)}),
		"locked":       {Contexts: []pith.Context{{ID: "a.go", Text: goldenGo, Locked: true}}, Budget: pith.Budget{Rate: 0.1}, Question: "x"},
		"empty":        oneFile("a.go", "", "discount", pith.Budget{Rate: 0.1}),
	} {
		req.Options.ReturnSpans = true
		res := compressed(t, c, req)
		out := res.Contexts[0]
		if out.Text != req.Contexts[0].Text || out.Status != pith.StatusUnchanged || opened || len(res.Models) > 0 || out.OutputTokens != out.InputTokens {
			t.Errorf("%s: %+v, opened %t", name, out, opened)
		}
		if n := len(out.Spans); n != min(1, len(out.Text)) {
			t.Errorf("%s: %d spans", name, n)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, tt := range []struct {
		name, param string
		change      func(*pith.Request)
	}{
		{"threshold", "/threshold", func(r *pith.Request) { r.Budget = pith.Budget{Threshold: 0.5} }},
		{"threshold_of_a_context", "/contexts/0/threshold", func(r *pith.Request) { r.Contexts[0].Budget.Threshold = 0.5 }},
		{"no_contexts", "/contexts", func(r *pith.Request) { r.Contexts = nil }},
		{"unknown_scorer", "/compressor_model", func(r *pith.Request) { r.Model = "gpt" }},
		{"force_tokens", "/force_tokens", func(r *pith.Request) { r.Options.ForceTokens = []string{"x"} }},
		{"labels", "/return", func(r *pith.Request) { r.Options.ReturnLabels = true }},
		{"compat", "/profile", func(r *pith.Request) { r.Profile, r.Question = pith.ProfileCompat, "" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := oneFile("a.go", goldenGo, "x", pith.Budget{})
			tt.change(&req)
			_, err := newFake(t, &fakeScorer{}).Compress(context.Background(), req)
			var e *pith.Error
			if !errors.As(err, &e) || e.Code != pith.CodeInvalid || e.Param != tt.param {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, o := range []Options{{}, {Scorers: []Source{{}}}, {Scorers: []Source{{Name: "x"}}}} {
		if _, err := New(o); err == nil {
			t.Errorf("no error for %+v", o)
		}
	}
}

func TestBudgets(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	two := func(change func(*pith.Request)) pith.Result {
		t.Helper()
		req := pith.Request{Question: "discount years", Contexts: []pith.Context{{ID: "a.go", Text: goldenGo}, {ID: "b.py", Text: goldenPython}}}
		change(&req)
		return compressed(t, c, req)
	}
	all := counted(t, goldenGo) + counted(t, goldenPython)
	t.Run("one_for_all", func(t *testing.T) {
		res := two(func(r *pith.Request) { r.Budget.Rate = 0.2 })
		a, b := res.Contexts[0], res.Contexts[1]
		if a.OutputTokens+b.OutputTokens > all/5 || a.OutputTokens <= b.OutputTokens {
			t.Errorf("%d and %d tokens", a.OutputTokens, b.OutputTokens)
		}
	})
	t.Run("irrelevant_file_is_dropped", func(t *testing.T) {
		res := two(func(r *pith.Request) { r.Budget.TargetTokens = 90 })
		if a, b := res.Contexts[0], res.Contexts[1]; a.OutputTokens > 90 || b.Status != pith.StatusDropped || b.Text != "" || b.OutputTokens != 0 {
			t.Errorf("got %+v", res.Contexts)
		}
	})
	t.Run("target_counts_what_is_between", func(t *testing.T) {
		for target := 60; target < 300; target += 7 {
			res := two(func(r *pith.Request) { r.Budget.TargetTokens = target })
			if n := counted(t, string(res.Contexts[0].Text)+"\n\n"+string(res.Contexts[1].Text)); n > target {
				t.Errorf("%d tokens of %d", n, target)
			}
		}
	})
	t.Run("scope_chunk", func(t *testing.T) {
		res := two(func(r *pith.Request) { r.Budget.Rate, r.Options.Scope = 0.4, pith.ScopeChunk })
		for _, out := range res.Contexts {
			if out.OutputTokens > out.InputTokens*2/5 || out.OutputTokens < out.InputTokens/4 {
				t.Errorf("%s: %d of %d", out.ID, out.OutputTokens, out.InputTokens)
			}
		}
	})
	t.Run("own_budgets_differ", func(t *testing.T) {
		res := two(func(r *pith.Request) { r.Budget.Rate, r.Contexts[1].Budget.TargetTokens = 0.3, 100 })
		if b := res.Contexts[1]; b.OutputTokens > 100 || b.OutputTokens < 60 {
			t.Errorf("%d tokens", b.OutputTokens)
		}
	})
	t.Run("own_budget_first", func(t *testing.T) {
		res := two(func(r *pith.Request) { r.Budget.Rate, r.Contexts[1].Budget.Rate = 0.3, 1 })
		if a, b := res.Contexts[0], res.Contexts[1]; b.Status != pith.StatusUnchanged || a.OutputTokens > a.InputTokens*3/10 {
			t.Errorf("%d of %d, %s", a.OutputTokens, a.InputTokens, b.Status)
		}
	})
	t.Run("unreachable", func(t *testing.T) {
		for _, change := range []func(*pith.Request){
			func(r *pith.Request) { r.Budget.TargetTokens = 3 },
			func(r *pith.Request) { r.Budget.TargetTokens, r.Options.Code.Keep = 50, []string{"Label"} },
			func(r *pith.Request) { r.Budget.Rate, r.Options.Strictness = 0.01, pith.Hard },
		} {
			req := oneFile("a.go", goldenGo, "discount", pith.Budget{})
			change(&req)
			_, err := c.Compress(context.Background(), req)
			var e *pith.Error
			if !errors.As(err, &e) || e.Code != pith.CodeBudgetUnreachable || e.Param != "/"+req.Budget.Name() {
				t.Errorf("got %v", err)
			}
			req.Options.Strictness = pith.Soft
			res := compressed(t, c, req)
			if out := res.Contexts[0]; out.Text == "" || len(out.Warnings) != 1 {
				t.Errorf("got %+v", out)
			}
		}
	})
	t.Run("best_signature_where_nothing_else_fits", func(t *testing.T) {
		res := compressed(t, c, oneFile("a.go", goldenGo, "discount years", pith.Budget{TargetTokens: 60}))
		if out := string(res.Contexts[0].Text); !strings.Contains(out, "func discount(p Price, years int) Price {") {
			t.Errorf("got\n%s", out)
		}
	})
}

func TestAlwaysKept(t *testing.T) {
	label := goldenGo[strings.Index(goldenGo, "// Label"):strings.Index(goldenGo, "\n// discount")]
	box := goldenPython[strings.Index(goldenPython, "class Box"):strings.Index(goldenPython, "\ndef tail")]
	for _, tt := range []struct {
		name, file, text, want string
		change                 func(*pith.Options)
	}{
		{"name", "a.go", goldenGo, label, func(o *pith.Options) { o.Code.Keep = []string{"Label"} }},
		{"glob", "a.go", goldenGo, label, func(o *pith.Options) { o.Code.Keep = []string{"La*"} }},
		{"container", "a.py", goldenPython, box, func(o *pith.Options) { o.Code.Keep = []string{"Box"} }},
		{"method", "a.py", goldenPython, "    async def load(self):\n        await go()\n", func(o *pith.Options) { o.Code.Keep = []string{"load"} }},
		{"literal", "a.go", goldenGo, label, func(o *pith.Options) { o.Preserve.Literals = []string{"p % 100"} }},
		{"pattern", "a.go", goldenGo, label, func(o *pith.Options) { o.Preserve.Patterns = []*regexp.Regexp{regexp.MustCompile(`cents == \d|x*`)} }},
		{"literal_in_the_preamble", "a.go", goldenGo, "import (\n\t\"errors\"\n\t\"fmt\"\n)\n", func(o *pith.Options) { o.Preserve.Literals = []string{`"errors"`} }},
		{"literal_in_a_class_header", "a.py", goldenPython, "class Box(Base):\n", func(o *pith.Options) { o.Preserve.Literals = []string{"(Base)"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := oneFile(tt.file, tt.text, "nothing of that", pith.Budget{Rate: 0.6})
			tt.change(&req.Options)
			if out := string(compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0].Text); !strings.Contains(out, tt.want) || out == tt.text {
				t.Errorf("got\n%s", out)
			}
		})
	}
}

// Every place of a literal stays, and the frame that one is in does with little else.
func TestLiterals(t *testing.T) {
	req := oneFile("a.go", goldenGo, "nothing", pith.Budget{Rate: 0.75})
	req.Options.Preserve.Literals = []string{"rate := min(years, 10)", "cents"}
	out := string(compressed(t, newFake(t, telling("discount=-3", "Label=-4")), req).Contexts[0].Text)
	if strings.Count(out, "cents") != strings.Count(goldenGo, "cents") || !strings.Contains(out, "return p * Price(rate) / 100") {
		t.Errorf("got\n%s", out)
	}
	req = oneFile("a.py", goldenPython, "nothing", pith.Budget{TargetTokens: 60})
	req.Options.Preserve.Literals = []string{"(Base)"}
	out = string(compressed(t, newFake(t, telling("tail=3", "size=-5", "load=-5", "side=-5")), req).Contexts[0].Text)
	if !strings.Contains(out, "class Box(Base):") || !strings.Contains(out, "def tail") {
		t.Errorf("got\n%s", out)
	}
}

func TestFallingBack(t *testing.T) {
	broken := errors.New("no weights")
	failing := &fakeScorer{gains: func(context.Context, string, []string) ([]float64, Usage, error) { return nil, Usage{}, broken }}
	nan := &fakeScorer{gains: func(_ context.Context, _ string, chunks []string) ([]float64, Usage, error) {
		return slices.Repeat([]float64{0, 1 / zero}, len(chunks))[:len(chunks)], Usage{}, nil
	}}
	few := &fakeScorer{gains: func(context.Context, string, []string) ([]float64, Usage, error) { return []float64{1}, Usage{}, nil }}
	unopened := Source{Name: "fake", Open: func(context.Context) (Scorer, error) { return nil, broken }}
	for _, tt := range []struct {
		name   string
		source Source
	}{{"fails", failing.source()}, {"says_nonsense", nan.source()}, {"says_too_little", few.source()}, {"does_not_open", unopened}} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(Options{Scorers: []Source{tt.source, lexicalSource()}})
			if err != nil {
				t.Fatal(err)
			}
			req := oneFile("a.go", goldenGo, "discount of regular customers", pith.Budget{Rate: 0.5})
			res := compressed(t, c, req)
			if !res.Passing || len(res.Warnings) != 1 || !slices.Equal(res.Models, []string{"bm25"}) || !strings.Contains(string(res.Contexts[0].Text), "func discount") {
				t.Errorf("got %+v", res)
			}
			req.Model = "fake"
			if _, err := c.Compress(context.Background(), req); pith.CodeOf(err) != pith.CodeCompression || strings.Contains(err.Error(), "discount") {
				t.Errorf("named: %v", err)
			}
			req.Model = "bm25"
			if res := compressed(t, c, req); res.Passing || len(res.Warnings) > 0 {
				t.Errorf("lexical: %+v", res)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			req.Model = ""
			if _, err := c.Compress(ctx, req); !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		})
	}
}

var zero float64

// Without a query what is left of a text does not depend on what else is there, and
// nothing is asked about a query.
func TestWithoutQuery(t *testing.T) {
	fake := &fakeScorer{}
	c := newFake(t, fake)
	req := oneFile("a.go", goldenGo, "", pith.Budget{Rate: 0.5})
	alone := compressed(t, c, req)
	req.Contexts = append([]pith.Context{{ID: "b.py", Text: goldenPython}}, req.Contexts...)
	res := compressed(t, c, req)
	if res.Contexts[1].Text != alone.Contexts[0].Text {
		t.Errorf("alone\n%s\nbehind another\n%s", alone.Contexts[0].Text, res.Contexts[1].Text)
	}
	if len(fake.read) > 0 || len(fake.lined) == 0 || len(res.Warnings) != 1 || res.Contexts[0].Score != nil {
		t.Errorf("%d gains, %d lines, %v", len(fake.read), len(fake.lined), res.Warnings)
	}
	for _, out := range res.Contexts {
		if out.OutputTokens > out.InputTokens/2 || out.Status == pith.StatusDropped {
			t.Errorf("%s: %d of %d tokens", out.ID, out.OutputTokens, out.InputTokens)
		}
	}
	if out := string(alone.Contexts[0].Text); strings.Contains(out, `"three"`) || !strings.Contains(out, "func Total") || !strings.Contains(out, "func Label") {
		t.Errorf("got\n%s", out)
	}
}

func TestChunks(t *testing.T) {
	req := oneFile("a.go", goldenGo, "customers discount years", pith.Budget{Rate: 0.5})
	req.Options.ReturnChunks = true
	out := compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0]
	at, lines := 0, strings.SplitAfter(goldenGo, "\n")
	names := map[string]pith.Chunk{}
	for _, ch := range out.Chunks {
		if ch.Start != at {
			t.Errorf("%s begins at %d, not %d", ch.Name, ch.Start, at)
		}
		at = ch.End
		names[ch.Name] = ch
		for _, run := range ch.Lines {
			if text := strings.TrimSpace(strings.Join(lines[run[0]-1:run[1]], "")); !strings.Contains(string(out.Text), text) || !strings.Contains(goldenGo[ch.Start:ch.End], text) {
				t.Errorf("%s: lines %v are not there:\n%s", ch.Name, run, text)
			}
		}
		if gone := ch.Action == pith.ActionOmitted; gone != (len(ch.Lines) == 0) {
			t.Errorf("%s is %s with lines %v", ch.Name, ch.Action, ch.Lines)
		}
	}
	if at != len(goldenGo) {
		t.Errorf("chunks end at %d of %d", at, len(goldenGo))
	}
	d := names["discount"]
	if d.Kind != "definition" || d.Action != pith.ActionFull || d.Score == nil || *d.Score < 2 || d.Tokens < 20 {
		t.Errorf("got %+v", d)
	}
	if u := names["unused"]; u.Action == pith.ActionFull {
		t.Errorf("got %+v", u)
	}
}

// A text of several files is cut file by file, and what names them stays.
func TestMixedText(t *testing.T) {
	text := "Look at these files.\n\n### shop.go\n```go\n" + goldenGo + "```\n\n### box.py\n```python\n" + goldenPython + "```\n\nThank you.\n"
	req := oneFile("", text, "regular customers discount years rate need", pith.Budget{Rate: 0.5})
	req.Options.ReturnChunks = true
	out := compressed(t, newFake(t, &fakeScorer{}), req).Contexts[0]
	for _, want := range []string{"Look at these files.\n\n### shop.go\n```go\n", "return p * Price(rate) / 100", "### box.py\n```python\n", "```\n\nThank you.\n", "// ... (", "# ... ("} {
		if !strings.Contains(string(out.Text), want) {
			t.Errorf("no %q in\n%s", want, out.Text)
		}
	}
	if out.OutputTokens > out.InputTokens/2 {
		t.Errorf("%d of %d tokens", out.OutputTokens, out.InputTokens)
	}
	if !slices.ContainsFunc(out.Chunks, func(c pith.Chunk) bool { return c.Name == "shop.go:discount" && len(c.Lines) > 0 }) {
		t.Errorf("chunks %+v", out.Chunks)
	}
	lines := strings.SplitAfter(text, "\n")
	for _, ch := range out.Chunks {
		for _, run := range ch.Lines {
			if kept := strings.Join(lines[run[0]-1:run[1]], ""); !strings.Contains(text[ch.Start:ch.End], strings.TrimLeft(kept, "\n")) || !strings.Contains(string(out.Text), strings.TrimSpace(kept)) {
				t.Errorf("%s has lines %v:\n%s", ch.Name, run, kept)
			}
		}
	}
}

func TestFilter(t *testing.T) {
	req := pith.Request{Question: "discount years", Contexts: []pith.Context{{ID: "b.py", Text: goldenPython}, {ID: "a.go", Text: goldenGo}}}
	req.Options.TopN, req.Budget.Rate = 1, 1
	res := compressed(t, newFake(t, &fakeScorer{}), req)
	if res.Contexts[0].Status != pith.StatusDropped || res.Contexts[1].Status != pith.StatusUnchanged {
		t.Errorf("got %s and %s", res.Contexts[0].Status, res.Contexts[1].Status)
	}
	req.Question = ""
	if res = compressed(t, newFake(t, &fakeScorer{}), req); res.Contexts[0].Status != pith.StatusUnchanged || len(res.Warnings) != 1 {
		t.Errorf("without a question: %s, %v", res.Contexts[0].Status, res.Warnings)
	}
	req.Question = "discount years"
	req.Options.TopN, req.Options.MinScore = 0, 99
	res = compressed(t, newFake(t, &fakeScorer{}), req)
	if res.Contexts[0].Status != pith.StatusDropped || res.Contexts[1].Status != pith.StatusDropped {
		t.Errorf("got %s and %s", res.Contexts[0].Status, res.Contexts[1].Status)
	}
}

// A model reads the best of many chunks only; the others rank behind in the prefilter's
// order.
func TestPrefilter(t *testing.T) {
	fake := &fakeScorer{}
	c := newFake(t, fake, func(o *Options) { o.MaxScored, o.Prefilter = 3, NewLexical() })
	req := oneFile("a.go", goldenGo, "discount of regular customers by years", pith.Budget{Rate: 0.5})
	req.Options.Code.RankOnly = true
	req.Options.ReturnChunks = true
	res := compressed(t, c, req)
	if len(fake.read) != 3 || !slices.ContainsFunc(fake.read, func(s string) bool { return strings.Contains(s, "func discount") }) || len(res.Warnings) != 1 {
		t.Errorf("read %d: %q, warnings %v", len(fake.read), fake.read, res.Warnings)
	}
	scored := 0
	for _, ch := range res.Contexts[0].Chunks {
		if ch.Score != nil {
			scored++
		}
	}
	if scored < 3 || scored == len(res.Contexts[0].Chunks) {
		t.Errorf("%d scored", scored)
	}
}

// What was read before is not read again and changes nothing; what cannot be understood is
// read again. Gains of a lexical scorer are not kept.
func TestMemory(t *testing.T) {
	fake, memory := &fakeScorer{}, newMemory()
	c := newFake(t, fake)
	req := oneFile("a.go", goldenGo, "Total of prices", pith.Budget{Rate: 0.3})
	plain := compressed(t, c, req)
	req.Memory = memory
	first := compressed(t, c, req)
	calls := fake.calls
	second := compressed(t, c, req)
	if fake.calls != calls || second.Cache.Hits == 0 || second.Cache.Misses > 0 || first.Cache.Hits > 0 {
		t.Errorf("%d calls more; %+v then %+v", fake.calls-calls, first.Cache, second.Cache)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"short":   func(b []byte) []byte { return b[:len(b)/2] },
		"garbled": func(b []byte) []byte { return []byte(strings.Repeat("\xff", len(b))) },
		"long":    func(b []byte) []byte { return append(b, 0) },
	} {
		memory.spoil = spoil
		if res := compressed(t, c, req); res.Contexts[0].Text != plain.Contexts[0].Text {
			t.Errorf("%s: other text", name)
		}
	}
	memory.spoil = nil
	if first.Contexts[0].Text != plain.Contexts[0].Text || second.Contexts[0].Text != plain.Contexts[0].Text {
		t.Error("other text with a memory")
	}
	memory = newMemory()
	req.Memory, req.Model = memory, "bm25"
	compressed(t, c, req)
	if len(memory.m) > 0 {
		t.Errorf("%d values of a lexical scorer are kept", len(memory.m))
	}
}

// Tiny definitions next to each other are read as one.
func TestTinyLeaves(t *testing.T) {
	fake := &fakeScorer{}
	text := "package a\n\nimport \"x\"\n\nfunc a() {}\n\nfunc b() {}\n\nfunc c() {}\n" + goldenGo[strings.Index(goldenGo, "// Total"):]
	compressed(t, newFake(t, fake), oneFile("a.go", text, "Total", pith.Budget{Rate: 0.5}))
	if !slices.Contains(fake.read, "func a() {}\nfunc b() {}\nfunc c() {}") {
		t.Errorf("read %q", fake.read)
	}
}

func TestInfo(t *testing.T) {
	c := newFake(t, &fakeScorer{})
	info := c.Info()
	if info.ID != "longcodezip" || info.Kind != "code" || !info.QuestionAware || !info.Deterministic || info.NeedsModel || !info.Loaded ||
		!slices.Equal(info.Models, []string{"fake", "bm25"}) || info.Version != revision+"+fake+bm25" {
		t.Errorf("got %+v", info)
	}
	c.Close()
}

// pinned is what the results of a few requests hash to. Whoever changes it changes
// revision, too: results of the same request differ.
const pinned = "3afd26da59860f9c"

func TestRevision(t *testing.T) {
	h := sha256.New()
	h.Write([]byte(revision))
	c := newFake(t, &fakeScorer{})
	for _, question := range []string{"", "discount of regular customers"} {
		for _, rate := range []float64{0.2, 0.5} {
			for _, model := range []string{"fake", "bm25"} {
				req := pith.Request{Question: pith.Text(question), Budget: pith.Budget{Rate: rate}, Model: model,
					Contexts: []pith.Context{{ID: "a.go", Text: goldenGo}, {ID: "b.py", Text: goldenPython}, {ID: "c.py", Text: work}}}
				for _, out := range compressed(t, c, req).Contexts {
					fmt.Fprintf(h, "%d %s\n", len(out.Text), out.Text)
				}
			}
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != pinned {
		t.Errorf("results hash to %s, not %s: change revision, and then this", got, pinned)
	}
}

// sources are files of this repository.
func sources(t testing.TB, pattern string) []pith.Context {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%v: %v", names, err)
	}
	var out []pith.Context
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			out = append(out, pith.Context{ID: filepath.Base(name), Text: pith.Text(b)})
		}
	}
	return out
}
