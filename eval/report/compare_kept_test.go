package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestKeepingMoreIsARegression: the same values at twice the tokens are no success.
func TestKeepingMoreIsARegression(t *testing.T) {
	of := func(arm string, edit func(o *Outcome)) func(int, *Outcome) {
		return func(_ int, o *Outcome) {
			if o.Arm == arm {
				edit(o)
			}
		}
	}
	for _, c := range []struct {
		name      string
		a, b      *Report
		tolerance float64
		want      string // the arms and rates
	}{
		{"nearly_all_instead_of_half", madeOnce(two), changed(two, of("bm25", func(o *Outcome) { o.Kept = o.Full * 98 / 100 })), 0, "bm25 at 2× and 3×"},
		{"at_one_rate", madeOnce(two), changed(two, of("bm25", func(o *Outcome) {
			if o.Rate == 0.33 {
				o.Kept += o.Full / 50
			}
		})), 0, "bm25 at 3×"},
		{"within_the_limit", lessKept("random"), madeOnce(two), 0, "random at 2× and 3×"},
		{"less", madeOnce(two), lessKept("random"), 0, ""},
		{"by_less_than_a_hundredth_of_what_was_asked", madeOnce(two), changed(two, of("bm25", func(o *Outcome) { o.Kept += o.Full / 400 })), 0, ""},
		{"by_less_than_the_tolerance", lessKept("random"), madeOnce(two), 0.06, ""},
		{"of_texts_that_were_refused", changed(two, of("bm25", func(o *Outcome) { o.Kept, o.Refused = 0, true })), madeOnce(two), 0, ""},
		{"of_five_texts", changed(two, func(_ int, o *Outcome) { o.Kept -= five(o) }), madeOnce(two), 0, ""},
	} {
		got := compare(t, c.a, c.b, CompareOptions{Tolerance: c.tolerance})
		if said := listed(got.keptMore()); said != c.want || got.Worse() != (c.want != "") {
			t.Errorf("%s: got %q, want %q; worse %v", c.name, said, c.want, got.Worse())
		}
		if c.want == "" && strings.Contains(got.outcome(), "keeps more") || !strings.Contains(got.outcome(), c.want) {
			t.Errorf("%s: it says %q", c.name, got.outcome())
		}
	}
}

// five is a lot for the first five items of a task, else nothing.
func five(o *Outcome) int {
	if o.Task == "qmsum" && len(o.ID) == len("qmsum-0") && o.ID < "qmsum-5" && o.Arm == "bm25" {
		return o.Full / 4
	}
	return 0
}

// TestArmsMayKeepMore: of two methods of one report each may keep what its limit lets it.
func TestArmsMayKeepMore(t *testing.T) {
	r := lessKept("random")
	c, err := CompareArms(r, "random", "bm25", CompareOptions{Resamples: 100})
	if err != nil || c.Worse() || len(c.keptMore()) > 0 || !c.Arms {
		t.Errorf("worse %v, keeps more %v (%v)", c.Worse(), c.keptMore(), err)
	}
	var out bytes.Buffer
	if err := c.WriteMarkdown(&out); err != nil || !strings.Contains(out.String(), "| bm25 has an advantage |") || strings.Contains(out.String(), "is such a line") {
		t.Errorf("%v in\n%s", err, out.String())
	}
}

// TestKeptIsOneOfTheLines: what is kept is tested with the lines over all tasks.
func TestKeptIsOneOfTheLines(t *testing.T) {
	kept := func(p float64) KeptLine {
		k := KeptLine{Rate: 0.5, Items: 20, Changed: 20, P: p}
		k.Diff.Low = 0.1
		return k
	}
	for _, c := range []struct {
		p     float64
		lines int // others, that are not worse
		want  bool
	}{{0.04, 0, true}, {0.04, 1, false}, {0.02, 1, true}} {
		got := &Comparison{Kept: []KeptLine{kept(c.p)}}
		for range c.lines {
			got.Lines = append(got.Lines, Line{P: 0.9, Changed: 9, Verdict: Same})
		}
		got.decide(&Report{}, &Report{})
		if got.Kept[0].Regression != c.want || got.Tested != 1+c.lines {
			t.Errorf("p %v beside %d: %v, %d tested", c.p, c.lines, got.Kept[0].Regression, got.Tested)
		}
	}
	few := kept(1e-9)
	few.Items = fewPairs - 1
	got := &Comparison{Kept: []KeptLine{few}}
	if got.decide(&Report{}, &Report{}); got.Worse() || got.Tested != 0 {
		t.Errorf("of five texts: worse %v, %d tested", got.Worse(), got.Tested)
	}
}

// TestTimesAreOfTextsThatWereNew: the second rate is answered from memory, in either report
// another one.
func TestTimesAreOfTextsThatWereNew(t *testing.T) {
	cold := func(rate, ms float64) *Report {
		return changed(two, func(_ int, o *Outcome) {
			if o.Millis = 0.1; o.Rate == rate || o.Rate == 0 {
				o.Millis = ms
			}
		})
	}
	c := compare(t, cold(0.5, 100), cold(0.33, 50), CompareOptions{Resamples: 100})
	if len(c.Timings) != 4 {
		t.Fatalf("%d timings, want one for each arm: %+v", len(c.Timings), c.Timings)
	}
	for _, x := range c.Timings {
		if x.A != 100 || x.B != 50 || x.Items != 120 {
			t.Errorf("%+v", x)
		}
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2 {
		t.Errorf("the median is %v, want the lower of two as in a report", got)
	}
}

// TestLinesAreOnEqualTerms: a pair of which either side kept more than it might is in no
// line, as in a report's gains.
func TestLinesAreOnEqualTerms(t *testing.T) {
	over := func(id string) func(int, *Outcome) {
		return func(_ int, o *Outcome) {
			if o.ID == id && o.Limit > 0 {
				o.Kept = o.Limit + o.Limit/100 + 1
				o.Values["must_keep"] = 0
			}
		}
	}
	a, b := changed(two, over("qmsum-3")), changed(two, over("hotpotqa-7"))
	for _, l := range compare(t, a, b, CompareOptions{Resamples: 100}).Lines {
		left, all := 2, 120
		if l.Task != "" {
			left, all = 1, 40
		}
		if l.Rate == 0 || l.Task == "govreport" {
			left = 0
		}
		if l.Measure == "must_keep" && (l.Items != all-left || l.LeftOut != left || l.Changed != 0) {
			t.Errorf("%+v, want %d left out", l, left)
		}
	}
	c, err := CompareArms(a, "none", "bm25", CompareOptions{Resamples: 100})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.WriteMarkdown(&out); err != nil || !strings.Contains(out.String(), "| 119 of 120 |") || !strings.Contains(out.String(), "as in a report's gains") {
		t.Errorf("it is not said (%v) in\n%s", err, out.String())
	}
}

func TestMeets(t *testing.T) {
	for _, c := range []struct {
		limit, kept int
		want        bool
	}{{0, 999, true}, {50, 51, true}, {50, 52, false}, {300, 303, true}, {300, 304, false}, {399, 402, true}, {399, 403, false}} {
		if got := (&Outcome{Limit: c.limit, Kept: c.kept}).meets(); got != c.want {
			t.Errorf("limit %d, kept %d: %v", c.limit, c.kept, got)
		}
	}
}

// TestArmsAgreeWithTheReport: over the same items as the report's gain, and so the same.
func TestArmsAgreeWithTheReport(t *testing.T) {
	p := two
	p.resample = 200
	r := made(p) // in which llmlingua2 keeps too much of some texts
	c, err := CompareArms(r, "bm25", "llmlingua2", CompareOptions{Resamples: 200, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	x := newIndex(r)
	n := 0
	for _, l := range c.Lines {
		if l.Kind == OfReader {
			continue // the made report's gain is not by task
		}
		v, _ := x.value(x.arms["llmlingua2"], l.Rate, l.Task, l.Measure)
		if l.Items != v.GainItems || l.LeftOut == 0 || math.Abs(l.Diff.Mean-v.Gain.Mean) > 1e-12 || l.Diff.Low != v.Gain.Low || l.Diff.High != v.Gain.High {
			t.Errorf("%+v\nthe report has %+v over %d", l, *v.Gain, v.GainItems)
		}
		n++
	}
	if n == 0 {
		t.Error("nothing was compared")
	}
}

// TestPromptsThatNobodyRead are in no line of a reader's score.
func TestPromptsThatNobodyRead(t *testing.T) {
	b := changed(two, func(_ int, o *Outcome) {
		if o.Arm == "bm25" && o.ID == "qmsum-3" {
			read := *o.Read
			read.TooLong = true
			o.Read, o.Values["score"] = &read, 0
		}
	})
	n := 0
	for _, l := range compare(t, madeOnce(two), b, CompareOptions{Resamples: 100}).Lines {
		left := 0
		if l.Arm == "bm25" && l.Measure == "score" && (l.Task == "" || l.Task == "qmsum") {
			left = 1
			n++
		}
		if l.LeftOut != left || l.Changed != 0 {
			t.Errorf("%+v", l)
		}
	}
	if n != 4 {
		t.Errorf("%d lines, want 4", n)
	}
}

// numbered gives items IDs by their place, as data without IDs have them, with some lines
// put in front.
func numbered(front int) *Report {
	at := map[string]int{}
	r := changed(two, func(_ int, o *Outcome) {
		k := fmt.Sprint(o.Task, o.Arm, o.Rate)
		at[k]++
		o.ID = fmt.Sprintf("mine.jsonl:%s:%d", o.Task, at[k]+front)
	})
	for k := range front {
		for _, o := range r.Outcomes[:1] {
			o.ID, o.Item = fmt.Sprintf("mine.jsonl:%s:%d", o.Task, k+1), fmt.Sprint("new ", k)
			r.Outcomes = append(r.Outcomes, o)
		}
	}
	return r
}

func TestItemsPairByWhatTheyAre(t *testing.T) {
	b := numbered(1)
	c := compare(t, numbered(0), b, CompareOptions{Resamples: 100})
	if want := []Unpaired{{In: "b", Arm: "none", Items: 1}}; !slices.Equal(c.Unpaired, want) {
		t.Errorf("got %+v, want %+v", c.Unpaired, want)
	}
	for _, l := range c.Lines {
		if l.Changed != 0 {
			t.Fatalf("other items were paired: %+v", l)
		}
	}
	// A line was taken out and another was written over: only the latter is an error.
	short := numbered(0)
	short.Outcomes = slices.DeleteFunc(short.Outcomes, func(o Outcome) bool { return strings.HasSuffix(o.ID, ":qmsum:1") })
	if c := compare(t, numbered(0), short, CompareOptions{Resamples: 100}); c.others() != 0 || c.lonely() != 7 || !strings.HasPrefix(c.outcome(), "No regression in what both have: 7 results of A have no partner") {
		t.Errorf("%d have another text, %d no partner: %s", c.others(), c.lonely(), c.outcome())
	}
	for i := range b.Outcomes {
		if o := &b.Outcomes[i]; o.ID == "mine.jsonl:qmsum:9" {
			o.Item = "written over"
		}
	}
	if _, err := Compare(numbered(0), b, CompareOptions{Resamples: 100}); err != nil {
		t.Errorf("the ninth of a is the tenth of b, and the eighth is gone: %v", err)
	}
	same := numbered(0)
	for i := range same.Outcomes {
		if o := &same.Outcomes[i]; o.ID == "mine.jsonl:qmsum:9" {
			o.Item = "written over"
		}
	}
	if _, err := Compare(numbered(0), same, CompareOptions{Resamples: 100}); err == nil || !strings.Contains(err.Error(), "under the same ID") {
		t.Errorf("another text under the same ID: %v", err)
	}
}

// TestEqualItemsPairInOrder, but one with the same ID goes first.
func TestEqualItemsPairInOrder(t *testing.T) {
	of := func(ids ...string) *Report {
		r := &Report{}
		for _, id := range ids {
			r.Outcomes = append(r.Outcomes, Outcome{ID: id, Item: "x", Task: "t", Arm: "m"})
		}
		return r
	}
	got := ""
	for _, p := range partners(of("1", "2", "3", "4"), of("0", "5", "2")) {
		if p == nil {
			got += " -"
		} else {
			got += " " + p.ID
		}
	}
	if got != " 0 2 5 -" {
		t.Errorf("got%s", got)
	}
}
