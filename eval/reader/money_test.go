package reader

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// later opens the store of a run before, as a new process does, and counts what it left.
func later(t *testing.T, dir, url string, change func(*Options)) *Client {
	t.Helper()
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := client(t, url, func(o *Options) { o.Store = s; change(o) })
	if err := c.Recall(); err != nil {
		t.Fatal(err)
	}
	return c
}

// However often a run is started again, what its calls may have cost stays within the cap.
func TestCapOverRestarts(t *testing.T) {
	const most = 10 // calls that fit
	v, url := serve(t, fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault { return fakevendor.Fault{Status: 504} }})
	dir := t.TempDir()
	for run := range 4 {
		before := v.Ledger().Totals.Received
		c := later(t, dir, url, func(o *Options) { capped(most * worstDollars)(o); o.Retries = 6 })
		if s := c.Spent(); s.DoubtDollars != float64(before*worstDollars) {
			t.Errorf("run %d begins with %d calls in doubt, and counts $%v", run, before, s.DoubtDollars)
		}
		_, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8})
		if want := min(7*(run+1), most); v.Ledger().Totals.Received != want || errors.Is(err, ErrCap) != (run > 0) {
			t.Errorf("after run %d: %d calls, want %d; %v", run, v.Ledger().Totals.Received, want, err)
		}
		if run > 0 && !strings.Contains(err.Error(), "$260.0000 of $260.0000 are used, $260.0000 of them by calls that came to no answer") {
			t.Errorf("run %d: %v", run, err)
		}
		c.o.Store.Close()
	}
}

// A call in doubt counts in later runs, also when its prompt has got its answer.
func TestDoubtBesideAnswers(t *testing.T) {
	const most = 10 * worstDollars
	v, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault { return fakevendor.Fault{Drop: q.Nth <= 6} }})
	dir := t.TempDir()
	for run := range 3 {
		c := later(t, dir, url, func(o *Options) { capped(most)(o); o.Retries = 6 })
		_, err := c.Answer(t.Context(), Prompt{Text: fmt.Sprint("q ", run), MaxTokens: 8})
		if l := v.Ledger().Totals; l.PromptTokens+l.CompletionTokens > most || errors.Is(err, ErrCap) != (run > 0) {
			t.Errorf("run %d: charged %+v of %v; %v", run, l, most, err)
		}
		if s := c.Spent(); s.DoubtDollars < 6*worstDollars || s.Dollars+s.Earlier != actualDollars {
			t.Errorf("run %d: spent %+v", run, s)
		}
		if run == 0 { // given again, it counts once
			ask(t, c, "q 0")
			if s := c.Spent(); s.DoubtDollars != 6*worstDollars || s.Earlier != 0 {
				t.Errorf("spent %+v", s)
			}
		}
		c.o.Store.Close()
	}
}

// Calls in doubt count, whatever this run asks, and of which model.
func TestRecallCountsCallsInDoubt(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault { return fakevendor.Fault{Status: 504} }})
	dir := t.TempDir()
	first := later(t, dir, url, func(o *Options) { o.Retries = -1; capped(0)(o) })
	for i := range 5 {
		if _, err := first.Answer(t.Context(), Prompt{Text: fmt.Sprint("q ", i), MaxTokens: 8}); err == nil {
			t.Fatal("answered")
		}
	}
	first.o.Store.Close()
	c := later(t, dir, url, func(o *Options) { o.Model, o.Input, o.Output = "another", 1, 1 })
	if s := c.Spent(); s.DoubtDollars != 5*worstDollars || s.InDoubt != 0 {
		t.Errorf("recalled %+v", s)
	}
	if err := c.Recall(); err != nil || c.Spent().DoubtDollars != 5*worstDollars {
		t.Errorf("recalled twice %+v, %v", c.Spent(), err)
	}
}

// A try that cannot have been charged is not in doubt later, but those before it are.
func TestNotesAreTakenBack(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Status: 500}, fakevendor.Fault{Cut: true}, fakevendor.Fault{Status: 503})})
	dir := t.TempDir()
	c := later(t, dir, url, func(o *Options) { o.Retries = 2; capped(0)(o) })
	if _, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8}); err == nil {
		t.Fatal("answered")
	}
	c.o.Store.Close()
	if s := later(t, dir, url, capped(0)).Spent(); s.DoubtDollars != worstDollars {
		t.Errorf("recalled %+v", s)
	}
}

// Answers count at what they cost when they were bought.
func TestRecallAtThePricesOfThen(t *testing.T) {
	priced := func(model string, price float64) func(*Options) {
		return func(o *Options) { o.Model, o.Input, o.Output = model, price, price }
	}
	tests := []struct {
		name         string
		bought, then func(*Options)
		want         float64
	}{
		{"dear_then_cheap", priced("dear", 1e6), priced("cheap", 1), actualDollars},
		{"cheap_then_dear", priced("cheap", 1), priced("dear", 1e6), actualDollars / 1e6},
		{"another_price", priced("m", 1e6), priced("m", 5), actualDollars},
		{"then_without_prices", priced("m", 1e6), priced("m", 0), actualDollars},
		{"bought_without_prices", priced("m", 0), priced("m", 1e6), actualDollars},
		{"without_prices_and_another_model", priced("free", 0), priced("m", 1e6), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, url := serve(t, fakevendor.Options{})
			dir := t.TempDir()
			c := later(t, dir, url, tt.bought)
			ask(t, c, "q 1")
			c.o.Store.Close()
			if s := later(t, dir, url, tt.then).Spent(); s.Earlier != tt.want || s.DoubtDollars != 0 {
				t.Errorf("recalled %+v, want %v", s, tt.want)
			}
		})
	}
}

// Calls in doubt that were made without prices count at this run's if they are of its model,
// whether an answer came of them or not.
func TestRecallDoubtWithoutPrices(t *testing.T) {
	for model, want := range map[string]float64{"small": 4 * worstDollars, "another": 0} {
		_, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault { return fakevendor.Fault{Drop: q.Nth <= 2} }})
		dir := t.TempDir()
		c := later(t, dir, url, func(o *Options) { o.Retries = 2 })
		ask(t, c, "q 1")
		c.o.Retries = 1
		if _, err := c.Answer(t.Context(), Prompt{Text: "q 2", MaxTokens: 8}); err == nil {
			t.Fatal("answered")
		}
		c.o.Store.Close()
		if s := later(t, dir, url, func(o *Options) { capped(0)(o); o.Model = model }).Spent(); s.DoubtDollars != want || s.Earlier != want/4/worstDollars*actualDollars {
			t.Errorf("%s: recalled %+v", model, s)
		}
	}
}

// Calls in doubt that were made without prices cost this run's when they are made again.
func TestDoubtWithoutPrices(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault { return fakevendor.Fault{Drop: q.Nth <= 2} }})
	dir := t.TempDir()
	c := later(t, dir, url, func(o *Options) { o.Retries = 1 })
	if _, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8}); err == nil {
		t.Fatal("answered")
	}
	c.o.Store.Close()
	c = later(t, dir, url, capped(0))
	ask(t, c, "q 1")
	if s := c.Spent(); s.DoubtDollars != 2*worstDollars {
		t.Errorf("spent %+v", s)
	}
	c.o.Store.Close()
	if s := later(t, dir, url, capped(0)).Spent(); s.DoubtDollars != 2*worstDollars || s.Earlier != actualDollars {
		t.Errorf("recalled %+v", s)
	}
}

// What a damaged answer cost is not forgotten: its file says what the call may have cost,
// or its prompt does.
func TestDamagedAnswersCount(t *testing.T) {
	for _, spoil := range []string{"torn", "gone"} {
		t.Run(spoil, func(t *testing.T) {
			_, url := serve(t, fakevendor.Options{Idempotent: true})
			dir := t.TempDir()
			c := later(t, dir, url, capped(0))
			ask(t, c, "q 1")
			path := c.o.Store.answerPath(c.digest(Prompt{Text: "q 1", MaxTokens: 8}))
			c.o.Store.Close()
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := 0.
			if spoil == "torn" {
				b, want = b[:len(b)-3], worstDollars
			} else {
				b = nil
			}
			write(t, path, b)
			c = later(t, dir, url, capped(0))
			if s := c.Spent(); s.DoubtDollars != want || s.Earlier != 0 {
				t.Errorf("recalled %+v", s)
			}
			// The process ends after the file is put aside, at the cap for example.
			c.o.Meter.max = 1
			if _, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8}); !errors.Is(err, ErrCap) {
				t.Fatal(err)
			}
			c.o.Store.Close()
			c = later(t, dir, url, capped(0))
			if s := c.Spent(); s.DoubtDollars != worstDollars {
				t.Errorf("recalled %+v", s)
			}
			ask(t, c, "q 1")
			if s := c.Spent(); s.DoubtDollars != worstDollars || s.InDoubt != 1 {
				t.Errorf("spent %+v", s)
			}
			c.o.Store.Close()
			if s := later(t, dir, url, capped(0)).Spent(); s.DoubtDollars != worstDollars || s.Earlier != actualDollars {
				t.Errorf("recalled %+v", s)
			}
		})
	}
}

// Thoughts that the vendor counts in the total alone are paid for.
func TestTokensOfTheTotal(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakevendor.Fault
		want  Answer
	}{
		"thoughts":     {fakevendor.Fault{Thoughts: 5000}, Answer{PromptTokens: 2, CompletionTokens: 5002}},
		"too_little":   {fakevendor.Fault{Thoughts: -100}, Answer{PromptTokens: 2, CompletionTokens: 2}},
		"no_prompt":    {fakevendor.Fault{Body: `{"choices":[{"message":{"content":"a"}}],"usage":{"completion_tokens":1,"total_tokens":9}}`}, Answer{PromptTokens: 2 + frameTokens, CompletionTokens: 1, Estimated: true}},
		"total_alone":  {fakevendor.Fault{Body: `{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":3,"total_tokens":9}}`}, Answer{PromptTokens: 3, CompletionTokens: 6}},
		"endless":      {fakevendor.Fault{Thoughts: math.MaxInt - 4}, Answer{PromptTokens: 2, CompletionTokens: math.MaxInt - 2}},
		"without_text": {fakevendor.Fault{Body: `{"choices":[{"message":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":0,"total_tokens":11}}`}, Answer{PromptTokens: 3, CompletionTokens: 8}},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := serve(t, fakevendor.Options{Fault: faults(tt.fault)})
			c, _ := client(t, url, func(o *Options) { o.Input, o.Output = 1, 10 })
			a := ask(t, c, "two words")
			if a.PromptTokens != tt.want.PromptTokens || a.CompletionTokens != tt.want.CompletionTokens || a.Estimated != tt.want.Estimated {
				t.Errorf("got %+v", a)
			}
			if s := c.Spent(); s.Dollars != c.cost(tt.want).dollars() {
				t.Errorf("spent %+v", s)
			}
		})
	}
}

func TestCapThatIsNoAmount(t *testing.T) {
	for _, dollars := range []float64{math.NaN(), -1, math.Inf(-1)} {
		if err := NewMeter(dollars).reserve(t.Context(), 2); !errors.Is(err, ErrCap) {
			t.Errorf("%v: %v", dollars, err)
		}
	}
}
