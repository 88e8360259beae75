package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// without returns a made report with the outcomes that keep says, alone.
func without(p plan, drop func(o Outcome) bool) *Report {
	r := madeOnce(p)
	r.Outcomes = slices.DeleteFunc(r.Outcomes, drop)
	return r
}

func TestUntested(t *testing.T) {
	five := two
	five.items, five.tasks = fewPairs-1, 1
	worse := func(_ int, o *Outcome) { o.Values["must_keep"] -= 0.5 }
	onlyNone := func(o Outcome) bool { return o.Arm != "none" }
	over := func(by float64) *Report {
		return changed(two, func(_ int, o *Outcome) {
			if o.Values["must_keep"] -= by; o.Arm == "bm25" && o.Limit > 0 {
				o.Kept = o.Limit * 2
			}
		})
	}
	noMeasure := changed(two, func(_ int, o *Outcome) { o.Values = map[string]float64{"other": 1} })
	for _, c := range []struct {
		name string
		a, b *Report
		want string
	}{
		{"itself", madeOnce(two), madeOnce(two), ""},
		{"itself_of_few_items", madeOnce(five), madeOnce(five), ""},
		{"worse", madeOnce(two), changed(two, worse), ""},
		{"only_the_whole_text_is_in_b", madeOnce(two), without(two, onlyNone), "no value of an arm that shortens"},
		{"only_the_whole_text_changed", without(two, onlyNone), changed(two, worse), "no value of an arm that shortens"},
		{"no_measure_is_in_both", madeOnce(two), noMeasure, "no value of an arm that shortens"},
		{"an_arm_is_gone", madeOnce(two), without(two, func(o Outcome) bool { return o.Arm == "bm25" }), "Not everything was tested: B has no result of bm25 at 2× and 3×."},
		{"a_rate_is_gone", madeOnce(two), without(two, func(o Outcome) bool { return o.Rate == 0.33 && o.Arm != "bm25" }), "B has no result of llmlingua2 at 3×, random at 3×."},
		{"other_rates", without(two, func(o Outcome) bool { return o.Rate == 0.33 }), without(two, func(o Outcome) bool { return o.Rate == 0.5 }), "Nothing was tested: no value of an arm that shortens texts is in both; B has no result of llmlingua2 at 2×, random at 2×, bm25 at 2×."},
		{"an_arm_is_new", without(two, func(o Outcome) bool { return o.Arm == "bm25" }), madeOnce(two), ""},
		{"the_whole_text_is_gone", madeOnce(two), without(two, func(o Outcome) bool { return o.Arm == "none" }), ""},
		{"a_measure_is_gone", madeOnce(two), changed(two, func(_ int, o *Outcome) { delete(o.Values, "score") }), "Not everything was tested: B has no value of score."},
		{"more_than_the_limit_of_every_text", over(0), over(0.1), "Not everything was tested: values changed, but more was kept than the limit of every text, of bm25 at 2× and 3×."},
		{"more_than_the_limit_and_nothing_changed", over(0), over(0), ""},
		{"all_fell_but_there_are_five", madeOnce(five), changed(five, worse), "6 pairs"},
	} {
		got := compare(t, c.a, c.b, CompareOptions{})
		if (got.Untested() == "") != (c.want == "") || !strings.Contains(got.Untested(), c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got.Untested(), c.want)
		}
		var text, js bytes.Buffer
		if err := got.WriteMarkdown(&text); err != nil {
			t.Fatal(err)
		}
		if err := got.WriteJSON(&js); err != nil {
			t.Fatal(err)
		}
		head := strings.Join(strings.SplitN(text.String(), "\n", 5)[:4], "\n")
		if c.want != "" && (!strings.Contains(head, md(got.Untested())) || strings.Contains(text.String(), "No regression")) {
			t.Errorf("%s: the head is %s", c.name, head)
		}
		if first := strings.HasPrefix(js.String(), "{\n\"untested\":\"No"); first != (c.want != "") {
			t.Errorf("%s: the JSON begins %.60q", c.name, js.String())
		}
	}
	c, err := CompareArms(madeOnce(two), "none", "bm25", CompareOptions{})
	if err != nil || c.Untested() != "" || !c.Worse() {
		t.Errorf("against the whole text: %v, %q", err, c.Untested())
	}
}

func TestComparisonSaysOfWhat(t *testing.T) {
	b := madeOnce(two)
	b.Pith = "1.0.0"
	c := compare(t, madeOnce(two), b, CompareOptions{NameA: "runs/monday", NameB: "runs/friday"})
	var out bytes.Buffer
	if err := c.WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# runs/friday against runs/monday\n", "- a: runs/monday, set MiniLongBench, pith 0.9.0, seed 1\n", "- b: runs/friday, set MiniLongBench, pith 1.0.0, seed 1\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %.300s", want, out.String())
		}
	}
}

func TestFewResamplesAreAnError(t *testing.T) {
	r := madeOnce(two)
	for _, n := range []int{-1, 1, leastResamples - 1} {
		if _, err := Compare(r, r, CompareOptions{Resamples: n}); err == nil || !strings.Contains(err.Error(), "at least 100") {
			t.Errorf("%d: %v", n, err)
		}
	}
	if _, err := Compare(r, r, CompareOptions{Resamples: leastResamples}); err != nil {
		t.Error(err)
	}
}

// TestToleranceInNats: a tolerance that is given for shares is said in terms of a measure
// that is none.
func TestToleranceInNats(t *testing.T) {
	r := madeOnce(two)
	for tolerance, want := range map[float64]bool{0: false, 0.01: true} {
		got := compare(t, r, r, CompareOptions{Tolerance: tolerance}).method()
		if strings.Contains(got, "0.010 (of likelihood in nats a token: 0.010 makes an answer less likely by 1 % a token)") != want {
			t.Errorf("%v: %s", tolerance, got)
		}
	}
	r.Measures = slices.DeleteFunc(r.Measures, func(m Measure) bool { return m.Name == likelihood })
	if got := compare(t, r, r, CompareOptions{Tolerance: 0.01}).method(); strings.Contains(got, "nats") {
		t.Error("nats without a likelihood")
	}
}

// TestCompareArmsOfNeedles: a report of needles has grids of arms that are not compared.
func TestCompareArmsOfNeedles(t *testing.T) {
	r := madeOnce(two)
	r.Grids = []Grid{{"none", 0, "survival", 4000, 0, 2, 1}, {"random", 0.5, "survival", 4000, 0, 2, 1}}
	if c, err := CompareArms(r, "random", "bm25", CompareOptions{}); err != nil || len(c.Lines) == 0 {
		t.Errorf("got %v", err)
	}
}
