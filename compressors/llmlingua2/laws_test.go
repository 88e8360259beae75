package llmlingua2

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// checkLaws fails unless res keeps what every result must keep.
func checkLaws(t testing.TB, req pith.Request, res pith.Result) {
	t.Helper()
	counter, err := tokenize.CounterFor(req.Options.Tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Contexts) != len(req.Contexts) {
		t.Fatalf("got %d results for %d contexts", len(res.Contexts), len(req.Contexts))
	}
	for i, got := range res.Contexts {
		in, out := string(req.Contexts[i].Text), string(got.Text)
		if joined := join(in, got.Spans); joined != out {
			t.Fatalf("context %d: spans give %q, text is %q", i, joined, out)
		}
		end := -1
		for _, s := range got.Spans {
			if s.Start <= end || s.Start >= s.End || s.End > len(in) {
				t.Fatalf("context %d: spans %v are not ascending and disjoint", i, got.Spans)
			}
			end = s.End
		}
		if utf8.ValidString(in) && !utf8.ValidString(out) {
			t.Fatalf("context %d: output is not UTF-8", i)
		}
		if n := counter.Count(in); n != got.InputTokens {
			t.Fatalf("context %d: input_tokens %d, counted %d", i, got.InputTokens, n)
		}
		if n := counter.Count(out); n != got.OutputTokens {
			t.Fatalf("context %d: output_tokens %d, counted %d", i, got.OutputTokens, n)
		}
		if got.OutputTokens > got.InputTokens {
			t.Fatalf("context %d grew from %d to %d tokens", i, got.InputTokens, got.OutputTokens)
		}
		if got.Status == pith.StatusUnchanged && in != out {
			t.Fatalf("context %d: unchanged, but it changed", i)
		}
		if req.Contexts[i].Locked && in != out {
			t.Fatalf("context %d is locked, but it changed", i)
		}
	}
}

func TestRateOneIsTheIdentity(t *testing.T) {
	c, scorer := newFake(t)
	for _, text := range []string{"", " ", prose, "\n\n" + prose, "a\x00b \xff c", "👩‍👩‍👧 ok"} {
		req := pith.Request{Contexts: english(text), Budget: pith.Budget{Rate: 1}}
		res := compress(t, c, req)
		checkLaws(t, req, res)
		if got := string(res.Contexts[0].Text); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if scorer.windows != 0 {
		t.Errorf("the model ran over %d windows for nothing", scorer.windows)
	}
}

// A text must not become empty because its one word is dearer than its share.
func TestTextsDoNotBecomeEmpty(t *testing.T) {
	c, _ := newFake(t)
	for _, text := range []string{"Yes.", strings.Repeat("abcdefghij", 300), "one two"} {
		req := pith.Request{Contexts: english(text), Budget: pith.Budget{Rate: 0.1}}
		res := compress(t, c, req)
		checkLaws(t, req, res)
		if res.Contexts[0].Text == "" {
			t.Errorf("%.20q became empty", text)
		}
	}
	req := pith.Request{Contexts: english("Yes."), Budget: pith.Budget{Threshold: 0.999}}
	if res := compress(t, c, req); res.Contexts[0].Status != pith.StatusUnchanged || len(res.Contexts[0].Warnings) == 0 {
		t.Errorf("status %v, warnings %v", res.Contexts[0].Status, res.Contexts[0].Warnings)
	}
}

func TestLockedContextsStay(t *testing.T) {
	c, _ := newFake(t)
	req := pith.Request{Contexts: english(prose, prose), Budget: pith.Budget{Rate: 0.2}}
	req.Contexts[0].Locked = true
	res := compress(t, c, req)
	checkLaws(t, req, res)
	if res.Contexts[0].Status != pith.StatusUnchanged || res.Contexts[1].Status != pith.StatusCompressed {
		t.Errorf("statuses %v, %v", res.Contexts[0].Status, res.Contexts[1].Status)
	}
}

func TestBudgetHolds(t *testing.T) {
	c, _ := newFake(t)
	for _, question := range []string{"", "What was the main reason?"} {
		for _, tokens := range []int{60, 80, 100, 140} {
			req := pith.Request{Contexts: english(prose, prose[:200]), Question: pith.Text(question),
				Budget: pith.Budget{TargetTokens: tokens}}
			res := compress(t, c, req)
			checkLaws(t, req, res)
			got := res.Contexts[0].OutputTokens + res.Contexts[1].OutputTokens
			if got > tokens || got < tokens*8/10 {
				t.Errorf("question %q: %d tokens of a budget of %d", question, got, tokens)
			}
		}
	}
}

func TestBudgetBelowProtectedText(t *testing.T) {
	c, _ := newFake(t)
	req := pith.Request{Contexts: english(prose), Budget: pith.Budget{TargetTokens: 5}}
	_, err := c.Compress(context.Background(), req)
	if pith.CodeOf(err) != pith.CodeBudgetUnreachable {
		t.Fatalf("got %v, want %s", err, pith.CodeBudgetUnreachable)
	}
	req.Options.Strictness = pith.Soft
	res := compress(t, c, req)
	checkLaws(t, req, res)
	if len(res.Contexts[0].Warnings) == 0 {
		t.Error("a passed budget gave no warning")
	}
	for _, keep := range []string{"14 March 2023", "1,250 euros", "office@acme.example", "`renewal.go`"} {
		if !strings.Contains(string(res.Contexts[0].Text), keep) {
			t.Errorf("%q is gone: %q", keep, res.Contexts[0].Text)
		}
	}
}

func TestProtectedSpansAreNeverCutWithAQuestion(t *testing.T) {
	c, _ := newFake(t)
	fence := "```go\nfunc add(a, b int) int {\n\treturn a + b\n}\n```"
	text := prose + fence + "\n" + prose
	for tokens := 10; tokens < 260; tokens += 10 {
		req := pith.Request{Contexts: english(text), Question: "Who wrote the letter?",
			Budget: pith.Budget{TargetTokens: tokens}}
		res := compress(t, c, req)
		checkLaws(t, req, res)
		out := string(res.Contexts[0].Text)
		if strings.Contains(out, "func") != strings.Contains(out, fence) {
			t.Errorf("%d tokens: the fence was cut: %q", tokens, out)
		}
	}
}

// A threshold judges each word by itself: what stands beside a text, and what
// follows it, never changes what is kept of it.
func TestThresholdIsPure(t *testing.T) {
	c, _ := newFake(t)
	at := pith.Budget{Threshold: 0.5}
	alone := compress(t, c, pith.Request{Contexts: english(prose), Budget: at})
	beside := compress(t, c, pith.Request{Contexts: english(prose[50:], prose, "other text"), Budget: at})
	if got, want := beside.Contexts[1].Text, alone.Contexts[0].Text; got != want {
		t.Errorf("beside others: %q, alone: %q", got, want)
	}
}

func TestDeterministic(t *testing.T) {
	c, _ := newFake(t)
	text := strings.Repeat(prose, 10)
	req := pith.Request{Contexts: english(text), Question: "What did it cost?", Budget: pith.Budget{Rate: 0.3}}
	want := compress(t, c, req).Contexts[0].Text
	for range 20 {
		if got := compress(t, c, req).Contexts[0].Text; got != want {
			t.Fatal("two runs differ")
		}
	}
}

// With a question, a sentence of which only shreds would fit goes whole.
func TestEvidenceIsNotShreds(t *testing.T) {
	var cs []candidate
	for s := range 3 {
		for i := range 10 {
			cs = append(cs, candidate{sentence: s, cost: 1, score: float64(100 - 40*s - i)})
		}
	}
	for budget, want := range map[int][3]int{9: {9, 0, 0}, 11: {10, 0, 0}, 12: {10, 2, 0}, 21: {10, 10, 0}} {
		chooseEvidence(cs, ranked(cs), budget)
		var got [3]int
		for _, c := range cs {
			if c.keep {
				got[c.sentence]++
			}
		}
		if got != want {
			t.Errorf("budget %d: kept %v, want %v", budget, got, want)
		}
	}
}

func TestForceTokens(t *testing.T) {
	c, _ := newFake(t)
	req := pith.Request{Contexts: english(prose), Budget: pith.Budget{Rate: 0.4}}
	req.Options.ForceTokens = []string{".", "weather", "chair"}
	res := compress(t, c, req)
	checkLaws(t, req, res)
	out := string(res.Contexts[0].Text)
	for _, w := range []string{"weather", "chair"} {
		if !strings.Contains(out, w) {
			t.Errorf("%q is gone: %q", w, out)
		}
	}
	dots := func(s string) int { return strings.Count(s, ". ") + strings.Count(s, ".\n") }
	if got, want := dots(out), dots(prose); got != want {
		t.Errorf("%d full stops, want %d: %q", got, want, out)
	}
	if strings.Contains(out, " .") {
		t.Errorf("a full stop stands alone: %q", out)
	}
}

// One word of a megabyte with a hundred force tokens: were each hit a search of
// the whole rest for each token, this would not end in a day.
func TestForceTokensInOneHugeWord(t *testing.T) {
	text := strings.Repeat("a.", 1<<19)
	r := &rules{forceTokens: []string{"."}}
	for i := range 99 {
		r.forceTokens = append(r.forceTokens, fmt.Sprintf("absent%d", i))
	}
	cs := r.split(nil, text, candidate{end: len(text)})
	if len(cs) != 1<<20 {
		t.Fatalf("%d parts, want %d", len(cs), 1<<20)
	}
	for i, c := range cs {
		if c.start != i || c.end != i+1 || (c.claim == forced) != (i%2 == 1) {
			t.Fatalf("part %d is [%d, %d) with claim %d", i, c.start, c.end, c.claim)
		}
	}
}

func TestSplitAtForceTokens(t *testing.T) {
	tests := map[string]struct {
		tokens []string
		word   string
		want   string // forced parts in brackets
	}{
		"none":              {[]string{"x"}, "word", "word"},
		"whole":             {[]string{"word"}, "word", "[word]"},
		"inside_a_word":     {[]string{"or"}, "word", "word"},
		"mark_at_the_end":   {[]string{"."}, "word.", "word [.]"},
		"longer_of_two":     {[]string{".", "..."}, "word...", "word [...]"},
		"overlap":           {[]string{"a-b", "b-c"}, "a-b-c", "[a-b] -c"},
		"one_after_another": {[]string{"!", "?"}, "what?!?", "what [?] [!] [?]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &rules{forceTokens: tt.tokens}
			var got []string
			for _, c := range r.split(nil, tt.word, candidate{end: len(tt.word)}) {
				part := tt.word[c.start:c.end]
				if c.claim == forced {
					part = "[" + part + "]"
				}
				got = append(got, part)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

func TestDropConsecutive(t *testing.T) {
	c, _ := newFake(t)
	req := pith.Request{Contexts: english(strings.Repeat("so so so so well then ", 20)), Budget: pith.Budget{Rate: 0.5}}
	req.Options.ForceTokens = []string{"so"}
	req.Options.DropConsecutive = true
	out := string(compress(t, c, req).Contexts[0].Text)
	if strings.Contains(out, "so so") || !strings.Contains(out, "so") {
		t.Errorf("got %q", out)
	}
}

func TestEmojiStayWithTheirWords(t *testing.T) {
	prob := []float32{0.1, nan, 0.8, nan, nan, 0.3}
	fillUnknown(prob, []int{0, 0, 0, 1, 1, 2})
	if want := []float32{0.1, 0.8, 0.8, 1, 1, 0.3}; !slices.Equal(prob, want) {
		t.Errorf("got %v, want %v", prob, want)
	}
}

var nan = float32(func() float64 { var z float64; return z / z }())

func TestContextFilter(t *testing.T) {
	c, _ := newFake(t)
	req := pith.Request{Contexts: english("The sky is blue today.", "Acme signed the contract in May.", "Fish swim in rivers."),
		Question: "Who signed the contract?", Budget: pith.Budget{Rate: 0.9}}
	req.Options.TopN = 1
	res := compress(t, c, req)
	checkLaws(t, req, res)
	for i, want := range []bool{true, false, true} {
		if got := res.Contexts[i].Status == pith.StatusDropped; got != want {
			t.Errorf("context %d: dropped %v, want %v", i, got, want)
		}
		if res.Contexts[i].Score == nil {
			t.Errorf("context %d has no score", i)
		}
	}
}

func TestErrors(t *testing.T) {
	c, scorer := newFake(t)
	boom := errors.New("boom")
	tests := map[string]struct {
		change func(*pith.Request)
		want   pith.Code
	}{
		"no_contexts":   {func(r *pith.Request) { r.Contexts = nil }, pith.CodeInvalid},
		"rate":          {func(r *pith.Request) { r.Budget.Rate = 1.5 }, pith.CodeInvalid},
		"two_budgets":   {func(r *pith.Request) { r.Budget.TargetTokens = 5 }, pith.CodeInvalid},
		"unknown_model": {func(r *pith.Request) { r.Model = "other" }, pith.CodeInvalid},
		"unknown_class": {func(r *pith.Request) { r.Options.Preserve.Classes = []string{"cats"} }, pith.CodeInvalid},
		"scorer_fails":  {func(*pith.Request) { scorer.err = boom }, pith.CodeCompression},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req := pith.Request{Contexts: english("canary words of a prompt"), Budget: pith.Budget{Rate: 0.5}}
			tt.change(&req)
			_, err := c.Compress(context.Background(), req)
			scorer.err = nil
			if pith.CodeOf(err) != tt.want {
				t.Fatalf("got %v, want code %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error quotes the prompt: %v", err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	c, _ := newFake(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.Compress(ctx, pith.Request{Contexts: english(prose), Budget: pith.Budget{Rate: 0.5}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestWindowsFit(t *testing.T) {
	c, scorer := newFake(t)
	for _, text := range []string{strings.Repeat(prose, 5), strings.Repeat("x", 5000), strings.Repeat("word ", 900)} {
		compress(t, c, pith.Request{Contexts: english(text), Budget: pith.Budget{Rate: 0.5}})
	}
	if scorer.longest > 64 {
		t.Errorf("a window of %d tokens was sent to a model that takes 64", scorer.longest)
	}
}

func FuzzCompress(f *testing.F) {
	c, _ := newFake(f)
	f.Add(prose, "What was the reason?", uint8(80), uint8(0))
	f.Add("我们用Python写Java，2023年3月14日。价格 is 1,250 €！ok", "", uint8(100), uint8(1))
	f.Add("a\x00b\xff \u200b 👩‍👩‍👧 e\u0301e\u0301", "q", uint8(10), uint8(2))
	f.Add("`open ``` fence\n\n\n~~~", "", uint8(128), uint8(5))
	f.Fuzz(func(t *testing.T, text, question string, rate, mode uint8) {
		if len(text) > 1<<14 || len(question) > 1<<10 {
			return
		}
		req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(text)}}, Question: pith.Text(question)}
		if mode&1 != 0 {
			req.Contexts[0].Language = []string{"en", "zh"}[mode>>1&1]
		}
		switch mode >> 2 % 3 {
		case 0:
			req.Budget.Rate = (float64(rate) + 1) / 256
		case 1:
			req.Budget.TargetTokens = int(rate) + 1
		case 2:
			req.Budget.Threshold = (float64(rate) + 1) / 257
		}
		if mode&64 != 0 {
			req.Options.ForceTokens = []string{".", "the", "é"}
			req.Options.ReserveDigits = true
		}
		req.Options.ReturnSpans = true
		res, err := c.Compress(context.Background(), req)
		if pith.CodeOf(err) == pith.CodeBudgetUnreachable {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		checkLaws(t, req, res)
		if n := req.Budget.TargetTokens; n > 0 && res.Contexts[0].OutputTokens > n {
			t.Fatalf("%d tokens of a budget of %d", res.Contexts[0].OutputTokens, n)
		}
	})
}

// Whatever is chosen, words that were apart stay apart.
func TestWordsDoNotRunTogether(t *testing.T) {
	c, _ := newFake(t)
	rng := rand.New(rand.NewPCG(1, 2))
	parts := []string{"Python", "写", "Java", "用", "我们", "和", "2023", "年", " ", "。", "ok", "价格"}
	for range 300 {
		var b strings.Builder
		for range 40 {
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		text := b.String()
		req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(text), Language: "zh"}},
			Budget: pith.Budget{Rate: 0.5}}
		req.Options.Preserve.Classes = []string{}
		res := compress(t, c, req)
		checkLaws(t, req, res)
		whole := latinRuns(text)
		for run := range latinRuns(string(res.Contexts[0].Text)) {
			if !whole[run] {
				t.Fatalf("%q was made up: %q from %q", run, res.Contexts[0].Text, text)
			}
		}
	}
}

func latinRuns(s string) map[string]bool {
	runs := map[string]bool{}
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return !spacedAlnum(r) }) {
		runs[f] = true
	}
	return runs
}

func ExampleCompressor_Compress() {
	m := fakeModel("fake", 64)
	c, _ := New(Options{Models: []Source{{Name: "fake", Languages: []string{"en"},
		Open: func(context.Context) (*Model, error) { return m, nil }}}})
	res, _ := c.Compress(context.Background(), pith.Request{
		Contexts: []pith.Context{{ID: "a", Text: "Call me on 14 March, please, will you?", Language: "en"}},
		Budget:   pith.Budget{Rate: 0.5},
	})
	fmt.Println(res.Contexts[0].Status)
	// Output: compressed
}
