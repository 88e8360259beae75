package eval

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith"
)

func testItems() []Item {
	other := storyItem()
	other.ID, other.Context, other.Answers = "o", "Rain fell all day in Rome and nobody minded it at all, they said.", []string{"Rome"}
	lost := storyItem()
	lost.ID, lost.Dataset, lost.Answers = "l", "u", []string{"absent"}
	return []Item{storyItem(), other, lost}
}

func run(t *testing.T) Report {
	t.Helper()
	var last, calls int
	r, err := Survival(context.Background(), SurvivalOptions{
		Items: testItems(), Arms: append(Baselines(3, DocFreqOfItems(testItems())), Full()),
		Rates: []float64{0.2, 0.5}, Against: "head", Resamples: 200, Detail: true,
		Progress: func(done, total int) { calls++; last = done * 100 / total },
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls != 2 || last != 100 {
		t.Errorf("%d calls of progress, the last at %d %%", calls, last)
	}
	return r
}

func TestSurvival(t *testing.T) {
	r := run(t)
	if r.Items != 2 || r.Tasks[0] != (TaskCount{"t", 2, 2}) || r.Tasks[1] != (TaskCount{"u", 1, 0}) {
		t.Errorf("%d items, tasks %v", r.Items, r.Tasks)
	}
	for _, tt := range []struct {
		arm  string
		rate float64
		want int
	}{
		{"none", 0.2, 2}, {"bm25", 0.2, 1}, {"head", 0.2, 0}, {"head", 0.5, 1}, {"tail", 0.5, 1},
	} {
		c, ok := r.Cell(tt.arm, tt.rate)
		if !ok || c.Survived != tt.want || c.Share.Mean != float64(tt.want)/2 {
			t.Errorf("%s at %v: %d survive (%v); want %d", tt.arm, tt.rate, c.Survived, c.Share, tt.want)
		}
		if tt.arm != "none" && c.OverBudget != 0 || (c.Difference == nil) != (tt.arm == "head") {
			t.Errorf("%s at %v: %+v", tt.arm, tt.rate, c)
		}
	}
	if len(r.Outcomes) != 7*2*2 {
		t.Errorf("%d outcomes", len(r.Outcomes))
	}
}

func TestSurvivalRepeats(t *testing.T) {
	var first []byte
	for _, procs := range []int{1, 4} {
		old := runtime.GOMAXPROCS(procs)
		r := run(t)
		runtime.GOMAXPROCS(old)
		var b bytes.Buffer
		if err := errors.Join(r.WriteJSON(&b), r.WriteMarkdown(&b)); err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, b.Bytes()) {
			t.Error("two runs, two reports")
		}
		first = b.Bytes()
	}
	for _, want := range []string{"| head | 0.000 [0.000, 0.000] | 0.500 [", "t 2 of 2, u 0 of 1", "Difference to head", "| bm25 | +0.500 ["} {
		if !strings.Contains(string(first), want) {
			t.Errorf("the report lacks %q:\n%s", want, first)
		}
	}
}

func TestSurvivalStopsAtAnError(t *testing.T) {
	boom := errors.New("boom")
	var calls atomic.Int64
	arm := &Pith{Label: "p", Func: func(context.Context, pith.Request) (pith.Result, error) {
		calls.Add(1)
		return pith.Result{}, boom
	}}
	items := make([]Item, 1000)
	for i := range items {
		items[i] = storyItem()
	}
	_, err := Survival(context.Background(), SurvivalOptions{Items: items, Arms: []Arm{arm}})
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "arm p, item s") || calls.Load() > 100 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Survival(ctx, SurvivalOptions{Items: items, Arms: []Arm{Full()}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSurvivalRefuses(t *testing.T) {
	arms := []Arm{Full()}
	for name, o := range map[string]SurvivalOptions{
		"no_arms":        {Items: testItems()},
		"rate_0":         {Items: testItems(), Arms: arms, Rates: []float64{0}},
		"rate_above_1":   {Items: testItems(), Arms: arms, Rates: []float64{1.01}},
		"two_of_a_name":  {Items: testItems(), Arms: []Arm{Full(), Full()}},
		"against_nobody": {Items: testItems(), Arms: arms, Against: "x"},
		"match":          {Items: testItems(), Arms: arms, Match: "x"},
		"no_answers":     {Items: testItems()[2:], Arms: arms},
	} {
		if _, err := Survival(context.Background(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPithArm(t *testing.T) {
	var got pith.Request
	arm := &Pith{Label: "p", Question: true, Model: "m", Options: pith.Options{ReserveDigits: true},
		Func: func(_ context.Context, r pith.Request) (pith.Result, error) {
			got = r
			return pith.Result{Contexts: []pith.ContextResult{{Text: "It was", Status: pith.StatusCompressed,
				Spans: []pith.Span{{Start: 28, End: 34}}}}}, nil
		}}
	k, err := arm.Compress(context.Background(), storyItem(), LimitFor(story, 0.2, Words))
	if err != nil || k.Text != "It was" || len(k.Spans) != 1 {
		t.Fatalf("%+v, %v", k, err)
	}
	if got.Budget.TargetTokens != 5 || got.Options.Tokenizer != "words" || !got.Options.ReserveDigits ||
		got.Question == "" || got.Model != "m" || got.Contexts[0].Language != "en" || string(got.Contexts[0].Text) != story {
		t.Errorf("request %+v", got)
	}
}

func TestTooMuchIsReported(t *testing.T) {
	arm := &Pith{Label: "p", Func: func(_ context.Context, r pith.Request) (pith.Result, error) {
		return pith.Result{Contexts: []pith.ContextResult{{Text: r.Contexts[0].Text, Status: pith.StatusUnchanged,
			Spans: []pith.Span{{End: len(r.Contexts[0].Text)}}}}}, nil
	}}
	r, err := Survival(context.Background(), SurvivalOptions{Items: testItems(), Arms: []Arm{arm}, Rates: []float64{0.5}})
	var b bytes.Buffer
	if err := errors.Join(err, r.WriteMarkdown(&b)); err != nil {
		t.Fatal(err)
	}
	if r.Cells[0].OverBudget != 2 || r.Cells[0].KeptRate != 1 || !strings.Contains(b.String(), "(2 over budget)") {
		t.Errorf("%+v\n%s", r.Cells[0], b.String())
	}
	text := "a b"
	p := Passage{Level: "tight", Language: "en", Text: text, Units: wordSpans(text), Keep: []bool{true, false}}
	a, err := Agreement(context.Background(), AgreementOptions{Passages: []Passage{p}, Arms: []Arm{arm}})
	if err != nil || a.Cells[0].OverBudget != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRefusals(t *testing.T) {
	arm := &Pith{Label: "p", Func: func(context.Context, pith.Request) (pith.Result, error) {
		return pith.Result{}, &pith.Error{Code: pith.CodeBudgetUnreachable}
	}}
	r, err := Survival(context.Background(), SurvivalOptions{Items: testItems(), Arms: []Arm{arm}, Rates: []float64{0.5}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil || r.Cells[0].Refused != 2 || r.Cells[0].Share.Mean != 0 || !strings.Contains(b.String(), "(2 refused)") {
		t.Errorf("%v, %+v\n%s", err, r.Cells[0], b.String())
	}
}
