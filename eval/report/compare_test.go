package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

var two = plan{arms: []Arm{thirteen[0], thirteen[1], thirteen[7], thirteen[12]}, rates: []float64{0.5, 0.33}, tasks: 3, items: 40, reader: true, resample: 10}

var twoMade = sync.OnceValue(func() *Report { return toLimits(made(two)) })

// toLimits makes every arm keep to its limits, so that no pair is left out.
func toLimits(r *Report) *Report {
	for i := range r.Outcomes {
		if o := &r.Outcomes[i]; o.Limit > 0 {
			o.Kept = min(o.Kept, o.Limit)
		}
	}
	return r
}

// madeOnce is made to limits, with [two] made but once and copied.
func madeOnce(p plan) *Report {
	if !reflect.DeepEqual(p, two) {
		return toLimits(made(p))
	}
	r := *twoMade()
	r.Outcomes = slices.Clone(r.Outcomes)
	for i := range r.Outcomes {
		r.Outcomes[i].Values = maps.Clone(r.Outcomes[i].Values)
	}
	r.Arms, r.Tasks, r.Measures = slices.Clone(r.Arms), slices.Clone(r.Tasks), slices.Clone(r.Measures)
	return &r
}

// changed returns the made report after edit saw each outcome.
func changed(p plan, edit func(i int, o *Outcome)) *Report {
	r := madeOnce(p)
	for i := range r.Outcomes {
		edit(i, &r.Outcomes[i])
	}
	return r
}

func compare(t *testing.T, a, b *Report, o CompareOptions) *Comparison {
	t.Helper()
	if o.Resamples == 0 {
		o.Resamples = 200
	}
	c, err := Compare(a, b, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAReportIsNoWorseThanItself(t *testing.T) {
	r := madeOnce(two)
	c := compare(t, r, r, CompareOptions{})
	if c.Worse() || len(c.Unpaired) != 0 || c.Tested != 0 || c.TestedTasks != 0 {
		t.Errorf("worse %v, unpaired %v, tested %d and %d", c.Worse(), c.Unpaired, c.Tested, c.TestedTasks)
	}
	// none once and three arms twice; all tasks and three; survival and rouge_recall do
	// not apply to every task.
	if want := 7 * (4 + 4 + 4 + 3 + 2); len(c.Lines) != want {
		t.Errorf("%d lines, want %d", len(c.Lines), want)
	}
	for _, l := range c.Lines {
		if l.Verdict != Same || l.Diff.Mean != 0 || l.P != 1 || l.Changed != 0 || l.A != l.B {
			t.Fatalf("%+v", l)
		}
	}
}

// lower takes by from a measure of an arm, of every nth outcome of the task, or of all
// tasks.
func lower(arm, task, measure string, by float64, nth int) func(int, *Outcome) {
	return func(i int, o *Outcome) {
		if v, ok := o.Values[measure]; ok && o.Arm == arm && (task == "" || o.Task == task) && i%nth == 0 {
			o.Values[measure] = v - by
		}
	}
}

func TestPlantedRegressionIsFound(t *testing.T) {
	a := madeOnce(two)
	b := changed(two, lower("llmlingua2", "", "must_keep", 0.05, 3))
	c := compare(t, a, b, CompareOptions{})
	if !c.Worse() {
		t.Fatal("not found")
	}
	for _, l := range c.Lines {
		planted := l.Arm == "llmlingua2" && l.Measure == "must_keep"
		if (l.Verdict == Worse) != planted || l.Regression != planted {
			t.Errorf("planted %v: %+v", planted, l)
		}
		if planted && math.Abs(l.Diff.Mean+0.05/3) > 0.002 {
			t.Errorf("difference %v, want %v", l.Diff.Mean, -0.05/3)
		}
	}
	if c := compare(t, a, b, CompareOptions{Tolerance: 0.02}); c.Worse() {
		t.Error("within the tolerance, and yet a regression")
	}
	if c := compare(t, a, b, CompareOptions{Tolerance: 0.005}); !c.Worse() {
		t.Error("beyond the tolerance, and yet no regression")
	}
}

func TestRegressionOfOneTaskIsFound(t *testing.T) {
	b := changed(two, lower("llmlingua2", "qmsum", "score", 0.2, 2))
	c := compare(t, madeOnce(two), b, CompareOptions{})
	for _, l := range c.Lines {
		if l.Task != "" && l.Regression != (l.Arm == "llmlingua2" && l.Measure == "score" && l.Task == "qmsum") {
			t.Errorf("%+v", l)
		}
	}
	if !c.Worse() {
		t.Error("not found")
	}
}

func TestImprovementIsNoRegression(t *testing.T) {
	c := compare(t, madeOnce(two), changed(two, lower("llmlingua2", "", "must_keep", -0.05, 3)), CompareOptions{})
	if c.Worse() {
		t.Error("an improvement is called worse")
	}
	better := 0
	for _, l := range c.Lines {
		if l.Verdict == Better {
			better++
		}
	}
	if better != 8 {
		t.Errorf("%d lines better, want 8", better)
	}
}

func TestCompareIsSymmetric(t *testing.T) {
	a, b := madeOnce(two), changed(two, func(i int, o *Outcome) {
		for _, m := range []string{"must_keep", "score"} {
			o.Values[m] += float64(i%7-3) / 50
		}
	})
	ab, ba := compare(t, a, b, CompareOptions{Seed: 3}), compare(t, b, a, CompareOptions{Seed: 3})
	opposite := map[string]string{Better: Worse, Worse: Better, Same: Same, Few: Few}
	for i, l := range ab.Lines {
		m := ba.Lines[i]
		if l.Diff.Mean != -m.Diff.Mean || l.Diff.Low != -m.Diff.High || l.Diff.High != -m.Diff.Low || l.A != m.B || m.Verdict != opposite[l.Verdict] {
			t.Errorf("%+v\n%+v", l, m)
		}
	}
}

// TestChanceIsNoRegression: of many comparisons of equals with noise, at most one in
// twenty may fail; single lines may look worse.
func TestChanceIsNoRegression(t *testing.T) {
	failed, looked := 0, 0
	for seed := range 40 {
		noise := func(side int) func(int, *Outcome) {
			return func(i int, o *Outcome) {
				for k, m := range []string{"must_keep", "likelihood", "score"} {
					h := uint64(seed*2+side)*0x9e3779b97f4a7c15 + uint64(i*3+k)*0xbf58476d1ce4e5b9
					h ^= h >> 31
					h *= 0x94d049bb133111eb
					h ^= h >> 29
					o.Values[m] += float64(h%1000) / 2000
				}
			}
		}
		c := compare(t, changed(two, noise(0)), changed(two, noise(1)), CompareOptions{Resamples: 100})
		if c.Worse() {
			failed++
		}
		for _, l := range c.Lines {
			if l.Verdict == Worse {
				looked++
			}
		}
	}
	if failed > 5 {
		t.Errorf("%d of 40 comparisons of equals failed", failed)
	}
	if looked < 40 {
		t.Errorf("only %d lines look worse: the noise is not what this test needs", looked)
	}
}

func TestUnpairedIsCounted(t *testing.T) {
	a, b := madeOnce(two), madeOnce(two)
	// One item of a task is not in b, one value is not in a, and an arm is only in b.
	b.Outcomes = slices.DeleteFunc(b.Outcomes, func(o Outcome) bool { return o.ID == "qmsum-3" })
	for i := range a.Outcomes {
		if o := &a.Outcomes[i]; o.ID == "hotpotqa-1" && o.Arm == "random" && o.Rate == 0.5 {
			delete(o.Values, "score")
		}
	}
	b.Arms = append(b.Arms, Arm{Name: "new", Kind: "pith"})
	b.Outcomes = append(b.Outcomes, Outcome{ID: "hotpotqa-1", Task: "hotpotqa", Arm: "new", Rate: 0.5, Values: map[string]float64{"score": 1}})
	c := compare(t, a, b, CompareOptions{})
	want := []Unpaired{
		{In: "a", Arm: "bm25", Rate: 0.5, Items: 1}, {In: "a", Arm: "bm25", Rate: 0.33, Items: 1},
		{In: "a", Arm: "llmlingua2", Rate: 0.5, Items: 1}, {In: "a", Arm: "llmlingua2", Rate: 0.33, Items: 1},
		{In: "a", Arm: "none", Items: 1},
		{In: "a", Arm: "random", Rate: 0.5, Items: 1}, {In: "a", Arm: "random", Rate: 0.33, Items: 1},
		{In: "b", Arm: "new", Rate: 0.5, Items: 1},
		{In: "b", Arm: "random", Rate: 0.5, Measure: "score", Items: 1},
	}
	if !slices.Equal(c.Unpaired, want) {
		t.Errorf("got %+v\nwant %+v", c.Unpaired, want)
	}
	for _, l := range c.Lines {
		n := 119
		if l.Task == "" && l.Measure == "score" && l.Arm == "random" && l.Rate == 0.5 {
			n = 118
		}
		if l.Task == "" && l.Measure != "survival" && l.Measure != "rouge_recall" && l.Items != n {
			t.Errorf("%d pairs, want %d: %+v", l.Items, n, l)
		}
	}
	var b2 bytes.Buffer
	if err := c.WriteMarkdown(&b2); err != nil || !strings.Contains(b2.String(), "| only in B | new |") {
		t.Errorf("the Markdown does not say what is only in b (%v)", err)
	}
}

func TestWhatDoesNotCompare(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(r *Report)
		err    string
		forced bool
	}{
		{"set", func(r *Report) { r.Set = "other" }, `the set is "MiniLongBench" in a and "other" in b`, true},
		{"seed", func(r *Report) { r.Seed = 2 }, `the seed is "1" in a and "2" in b`, true},
		{"through", func(r *Report) { r.Through = "api" }, "the way to the methods", true},
		{"unit", func(r *Report) { r.Unit = "words" }, "the unit", true},
		{"reader", func(r *Report) { r.Reader = &Reader{Name: "x"} }, "the reader", true},
		{"about", func(r *Report) { r.Measures[0].About = "else" }, "the meaning of measure survival", true},
		{"metric", func(r *Report) { r.Tasks[1].Metric = "f1" }, "the metric of task qmsum", true},
		{"nothing_in_common", func(r *Report) { r.Outcomes = nil }, "no arm has an item at a rate in both", false},
		{"twice", func(r *Report) { r.Outcomes = append(r.Outcomes, r.Outcomes[0]) }, "is there twice", false},
		{"unknown_arm", func(r *Report) { r.Arms = r.Arms[:1] }, "unknown arm", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := madeOnce(two)
			c.edit(b)
			if _, err := Compare(madeOnce(two), b, CompareOptions{Resamples: 100}); err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
			got, err := Compare(madeOnce(two), b, CompareOptions{Resamples: 100, Force: true})
			if (err == nil) != c.forced || err == nil && len(got.Differ) != 1 {
				t.Errorf("forced: %v", err)
			}
		})
	}
	if _, err := Compare(nil, madeOnce(two), CompareOptions{}); err == nil {
		t.Error("nil was compared")
	}
	for _, tol := range []float64{-0.1, math.NaN()} {
		if _, err := Compare(madeOnce(two), madeOnce(two), CompareOptions{Tolerance: tol}); err == nil {
			t.Errorf("tolerance %v was taken", tol)
		}
	}
}

func TestFewPairsGiveNoVerdict(t *testing.T) {
	p := two
	p.items, p.tasks = fewPairs-1, 1
	c := compare(t, madeOnce(p), changed(p, func(_ int, o *Outcome) { o.Values["score"] = -1 }), CompareOptions{})
	if c.Worse() {
		t.Error("five items failed a comparison")
	}
	for _, l := range c.Lines {
		if l.Task != "" {
			t.Errorf("a single task has a line of its own: %+v", l)
		}
		if l.Measure == "score" && l.Verdict != Few {
			t.Errorf("%+v", l)
		}
	}
}

// lessKept is the made report with an arm that keeps a twentieth less of every text.
func lessKept(arm string) *Report {
	return changed(two, func(_ int, o *Outcome) {
		if o.Arm == arm {
			o.Kept -= o.Full / 20
		}
	})
}

func TestKeepingMoreIsSaid(t *testing.T) {
	b := changed(two, lower("llmlingua2", "", "must_keep", -0.05, 1))
	c := compare(t, lessKept("llmlingua2"), b, CompareOptions{NameA: "old", NameB: "new"})
	var out bytes.Buffer
	if err := c.WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"better, but keeps more", "| **regression**: new keeps more |", "# new against old",
		"**2 regressions: new is worse. It keeps more of the texts at the same asked rate: llmlingua2 at 2× and 3×.**"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "old has an advantage") {
		t.Error("the other one is said to keep more")
	}
}

func TestTimingsNeverFail(t *testing.T) {
	b := changed(two, func(_ int, o *Outcome) { o.Millis *= 100 })
	c := compare(t, madeOnce(two), b, CompareOptions{})
	if c.Worse() {
		t.Error("slower is called worse")
	}
	for _, x := range c.Timings {
		if math.Abs(x.B/x.A-100) > 1e-9 {
			t.Errorf("%+v", x)
		}
	}
}

func TestReaderScoreIsTheMeanOfTheTasks(t *testing.T) {
	r := madeOnce(two)
	r.Outcomes = slices.DeleteFunc(r.Outcomes, func(o Outcome) bool { return o.Task == "qmsum" && o.ID > "qmsum-2" })
	c := compare(t, r, r, CompareOptions{})
	all, sum, n := 0.0, 0.0, 0
	for _, l := range c.Lines {
		if l.Measure == "score" && l.Arm == "bm25" && l.Rate == 0.5 {
			if l.Task == "" {
				all = l.A
			} else {
				sum, n = sum+l.A, n+1
			}
		}
	}
	if n != 3 || math.Abs(all-sum/3) > 1e-12 {
		t.Errorf("over all tasks %v, the mean of %d tasks is %v", all, n, sum/float64(n))
	}
}

func TestCompareArms(t *testing.T) {
	r := madeOnce(two)
	c, err := CompareArms(r, "llmlingua2", "random", CompareOptions{Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Worse() || c.A != "llmlingua2" || c.B != "random" {
		t.Errorf("random is no worse than llmlingua2: %+v", c.Lines[0])
	}
	back, err := CompareArms(r, "random", "llmlingua2", CompareOptions{Resamples: 200})
	if err != nil || back.Worse() {
		t.Errorf("llmlingua2 is worse than random (%v)", err)
	}
	x := newIndex(r)
	v, _ := x.value(x.arms["random"], 0.5, "", "must_keep")
	for _, l := range c.Lines {
		if l.Rate == 0.5 && l.Task == "" && l.Measure == "must_keep" && math.Abs(l.B-v.Mean) > 1e-12 {
			t.Errorf("b is %v, the report says %v", l.B, v.Mean)
		}
	}
	// The whole text stands against each rate.
	whole, err := CompareArms(r, "none", "bm25", CompareOptions{Resamples: 100})
	if err != nil || !whole.Worse() || len(whole.Kept) != 2 || len(whole.Unpaired) != 0 {
		t.Errorf("against the whole text: %v, %+v", err, whole)
	}
	if _, err := CompareArms(r, "none", "nobody", CompareOptions{}); err == nil || !strings.Contains(err.Error(), `no arm "nobody"`) {
		t.Errorf("got %v", err)
	}
}

func TestComparisonJSON(t *testing.T) {
	c := compare(t, madeOnce(two), changed(two, lower("bm25", "", "score", 0.1, 2)), CompareOptions{})
	var b bytes.Buffer
	if err := c.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got Comparison
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || len(got.Lines) != len(c.Lines) || got.Worse() != c.Worse() {
		t.Errorf("another comparison came back (%v)", err)
	}
}

// TestFamiliesShareTheErrorRate: 0.04 stands alone, but not beside tests of tasks.
func TestFamiliesShareTheErrorRate(t *testing.T) {
	line := Line{P: 0.04, Changed: 9, Verdict: Worse}
	for _, c := range []struct {
		name   string
		others []Line
		want   bool
	}{
		{"alone", nil, true},
		{"beside_a_task", []Line{{Task: "qa", P: 0.9, Changed: 9}}, false},
		{"beside_a_task_that_did_not_change", []Line{{Task: "qa", P: 1}}, true},
		{"beside_another_measure", []Line{{P: 0.9, Changed: 9}}, false},
	} {
		cmp := &Comparison{Lines: append([]Line{line}, c.others...)}
		if cmp.decide(&Report{}, &Report{}); cmp.Worse() != c.want {
			t.Errorf("%s: worse is %v", c.name, cmp.Worse())
		}
	}
}

// TestFewNeverFails: whatever its p, a line of few pairs is no regression, and it is not
// counted among the tests.
func TestFewNeverFails(t *testing.T) {
	c := &Comparison{Lines: []Line{{P: 1e-9, Changed: 5, Items: 5, Verdict: Few}, {P: 1e-9, Changed: 9, Verdict: Worse}, {P: 1e-9, Changed: 9, Verdict: Same}}}
	c.decide(&Report{}, &Report{})
	if c.Lines[0].Regression || !c.Lines[1].Regression || c.Lines[2].Regression || c.Tested != 2 {
		t.Errorf("%+v, %d tested", c.Lines, c.Tested)
	}
	p := two
	p.items, p.tasks = fewPairs-1, 1
	// Five pairs that all fall alike: 1 in 32, and nothing else is tested.
	c = compare(t, madeOnce(p), changed(p, lower("bm25", "", "must_keep", 0.5, 1)), CompareOptions{})
	if c.Worse() || c.Tested != 0 {
		t.Errorf("worse %v, %d tested", c.Worse(), c.Tested)
	}
}

// TestVerdictsAgreeWithTheExitCode: the head counts as many regressions as fail, and
// each is one of the lines called worse.
func TestVerdictsAgreeWithTheExitCode(t *testing.T) {
	c := &Comparison{Lines: []Line{{P: 1e-9, Changed: 9, Verdict: Same}}}
	c.decide(&Report{}, &Report{})
	if c.Worse() || c.outcome() != "No regression." {
		t.Errorf("worse %v, and it says %q", c.Worse(), c.outcome())
	}
}

func TestAnotherTextUnderTheSameID(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(o *Outcome)
	}{
		{"another_digest", func(o *Outcome) { o.Item = "other" }},
		{"another_length", func(o *Outcome) { o.Full++ }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := changed(two, func(_ int, o *Outcome) {
				if o.ID == "qmsum-3" {
					c.edit(o)
				}
			})
			_, err := Compare(madeOnce(two), b, CompareOptions{Resamples: 100})
			if err == nil || !strings.Contains(err.Error(), "7 results of a have another text or question in b under the same ID") {
				t.Fatalf("got %v", err)
			}
			got := compare(t, madeOnce(two), b, CompareOptions{Resamples: 100, Force: true})
			n := 0
			for _, u := range got.Unpaired {
				if !u.Other || u.Items != 1 {
					t.Errorf("%+v", u)
				}
				n += u.Items
			}
			if n != 14 {
				t.Errorf("%d results have no partner, want 7 of each", n)
			}
			for _, l := range got.Lines {
				if l.Task == "" && l.Measure == "must_keep" && l.Items != 119 {
					t.Errorf("%d pairs, want 119", l.Items)
				}
			}
			var m bytes.Buffer
			if err := got.WriteMarkdown(&m); err != nil || !strings.Contains(m.String(), "another text or question has the same ID in the other") {
				t.Errorf("it is not said (%v)", err)
			}
		})
	}
}

// TestOlderReportsPairByLength says so, and refuses what differs in that.
func TestOlderReportsPairByLength(t *testing.T) {
	old := changed(two, func(_ int, o *Outcome) { o.Item = "" })
	c := compare(t, old, madeOnce(two), CompareOptions{Resamples: 100})
	var m bytes.Buffer
	if err := c.WriteMarkdown(&m); err != nil || !c.ByLength || len(c.Unpaired) > 0 || !strings.Contains(m.String(), "from before items had digests") {
		t.Errorf("by length %v, unpaired %v, %v", c.ByLength, c.Unpaired, err)
	}
	if c := compare(t, madeOnce(two), madeOnce(two), CompareOptions{Resamples: 100}); c.ByLength {
		t.Error("of two newer reports it is said, too")
	}
	longer := changed(two, func(_ int, o *Outcome) { o.Item, o.Full = "", o.Full+1 })
	if _, err := Compare(old, longer, CompareOptions{Resamples: 100}); err == nil || !strings.Contains(err.Error(), "another text") {
		t.Errorf("got %v", err)
	}
}

// TestOtherUnitsPairByDigest: counted otherwise, the same text has another length.
func TestOtherUnitsPairByDigest(t *testing.T) {
	b := changed(two, func(_ int, o *Outcome) { o.Full *= 2 })
	b.Unit = "words"
	if c := compare(t, madeOnce(two), b, CompareOptions{Resamples: 100, Force: true}); len(c.Unpaired) > 0 {
		t.Errorf("unpaired %v", c.Unpaired)
	}
}

// TestKeepingMoreIsOfTheSamePairs: one task of three keeps more, the two others less, so
// that all together do not.
func TestKeepingMoreIsOfTheSamePairs(t *testing.T) {
	b := changed(two, func(_ int, o *Outcome) {
		if o.Arm != "llmlingua2" {
			return
		}
		o.Values["must_keep"] += 0.05
		if o.Kept -= o.Full / 10; o.Task == "qmsum" {
			o.Kept += o.Full / 10
		}
	})
	n := 0
	for _, l := range compare(t, lessKept("llmlingua2"), b, CompareOptions{}).Lines {
		if l.Verdict == Better {
			n++
			if l.KeepsMore != (l.Task == "qmsum") {
				t.Errorf("keeps more %v: %+v", l.KeepsMore, l)
			}
		}
	}
	if n != 8 {
		t.Errorf("%d lines better, want 8", n)
	}
}

// TestReaderScoreResamplesWithinTasks: tasks of unlike means and sizes, each with values
// that do not differ, leave no interval; values of another weight would.
func TestReaderScoreResamplesWithinTasks(t *testing.T) {
	drop := map[string]float64{"hotpotqa": 0.1, "qmsum": 0.3, "govreport": 0.2}
	short := func(r *Report) *Report {
		r.Outcomes = slices.DeleteFunc(r.Outcomes, func(o Outcome) bool { return o.Task == "qmsum" && len(o.ID) > len("qmsum-0") })
		return r
	}
	a := short(changed(two, func(_ int, o *Outcome) { o.Values["score"] = 1 }))
	b := short(changed(two, func(_ int, o *Outcome) { o.Values["score"] = 1 - drop[o.Task] }))
	n := 0
	for _, l := range compare(t, a, b, CompareOptions{}).Lines {
		if l.Measure != "score" || l.Task != "" {
			continue
		}
		n++
		if math.Abs(l.Diff.Mean+0.2) > 1e-12 || l.Diff.High-l.Diff.Low > 1e-12 || l.P > 1e-15 {
			t.Errorf("%+v", l)
		}
	}
	if n != 7 {
		t.Errorf("%d lines, want 7", n)
	}
}
