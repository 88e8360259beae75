package suite

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
)

// fixedRun has arms whose values are set by item.
func fixedRun(values map[string]func(item int) float64) Options {
	o := Options{Set: dataset.Set{Tasks: []dataset.Task{{Name: "big"}, {Name: "small"}}}, Rates: []float64{0.5}, Counter: eval.Words, Resamples: 200}
	for i := range 21 {
		task := "big"
		if i >= 16 {
			task = "small"
		}
		o.Set.Items = append(o.Set.Items, eval.Item{ID: string(rune('a' + i)), Dataset: task, Context: "x y", Length: i})
	}
	kinds := map[string]string{"none": "none", "ours": "pith", "theirs": "peer"}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		kind := "baseline"
		if k, ok := kinds[name]; ok {
			kind = k
		}
		o.Arms = append(o.Arms, Arm{Arm: spy{saying{name}, name, func(string, eval.Item, eval.Limit) error { return nil }}, Kind: kind})
	}
	m := fakeMeasure{"m", "", func(item eval.Item, kept eval.Kept) (float64, bool, error) {
		return values[kept.Text](item.Length), true, nil
	}}
	o.Measures = append(o.Measures, m)
	o.Against = "head"
	return o
}

// saying keeps its name.
type saying struct{ name string }

func (s saying) Name() string { return s.name }
func (s saying) Compress(context.Context, eval.Item, eval.Limit) (eval.Kept, error) {
	return eval.Kept{Text: s.name}, nil
}

func TestWhereItHurts(t *testing.T) {
	is := func(v float64) func(int) float64 { return func(int) float64 { return v } }
	o := fixedRun(map[string]func(int) float64{
		"none": is(1), "head": is(0.5), "tail": is(0.6), "random": is(0.6), "bm25": is(0.9),
		"ours":   is(0.4),
		"theirs": func(i int) float64 { return 0.3 + 0.6*float64(i%2) }, // as often better as worse
	})
	got := mustRun(t, o).Hurts
	var have []string
	for _, h := range got {
		// Equal differences: the signs alone can tell, and random is the best of three.
		want := report.Hurt{Arm: "ours", Rate: 0.5, Task: h.Task, Measure: "m", Than: h.Than, By: h.By, Items: 21}
		if h.Task == "big" {
			want.Items = 16
		}
		if want.P = math.Exp2(-float64(want.Items)); h.Than == "random" {
			want.P *= 3
		}
		if h != want || !(h.By.High < 0) {
			t.Errorf("%+v", h)
		}
		have = append(have, h.Arm+"<"+h.Than+"@"+h.Task)
	}
	// Of random and tail, which are equal, random is first; five items of small are too
	// few; the whole text and bm25 are not to be beaten.
	if want := []string{"ours<random@", "ours<random@big", "ours<head@", "ours<head@big"}; !slices.Equal(have, want) {
		t.Errorf("got %v, want %v", have, want)
	}
	o.Against = "random" // the best of the simple ones
	have = nil
	for _, h := range mustRun(t, o).Hurts {
		have = append(have, h.Arm+"<"+h.Than+"@"+h.Task)
	}
	if want := []string{"ours<random@", "ours<random@big"}; !slices.Equal(have, want) {
		t.Errorf("got %v, want %v", have, want)
	}
	o.Reader, o.Score = fakeReader{"fake", func(_ context.Context, p reader.Prompt) (reader.Answer, error) {
		return reader.Answer{Text: p.Text}, nil
	}}, func(_, prediction string, _, _ []string) (float64, error) {
		return map[string]float64{"none": 1, "ours": 0.5, "theirs": 1}[prediction], nil
	}
	for i := range o.Set.Tasks {
		o.Set.Tasks[i].Prompt, o.Set.Tasks[i].Metric = "{context}", "m"
	}
	have = nil
	for _, h := range mustRun(t, o).Hurts {
		if h.Measure == score {
			have = append(have, h.Arm+"<"+h.Than+"@"+h.Task)
		}
	}
	if want := []string{"ours<none@", "ours<none@big"}; !slices.Equal(have, want) {
		t.Errorf("read: got %v, want %v", have, want)
	}
}

// TestOneTaskIsTestedOnce: all items and the only task are one test.
func TestOneTaskIsTestedOnce(t *testing.T) {
	o := fixedRun(map[string]func(int) float64{
		"head": func(int) float64 { return 0.5 },
		"ours": func(i int) float64 { return 0.4 },
	})
	o.Set.Items = o.Set.Items[:14]
	o.Set.Tasks = o.Set.Tasks[:1]
	r := mustRun(t, o)
	if len(r.Cells) != 4 || len(r.Hurts) != 1 || r.Hurts[0].Task != "" {
		t.Errorf("%d cells, hurts %+v", len(r.Cells), r.Hurts)
	}
	for k := 0; k < len(r.Cells); k += 2 {
		all, one := r.Cells[k], r.Cells[k+1]
		if all.Task != "" || one.Task != "big" || all.Values["m"].Estimate != one.Values["m"].Estimate {
			t.Errorf("%+v, but of the only task %+v", all, one)
		}
	}
}

// TestBestOfManyIsDearer: the same lead is a finding over one baseline, and over the best
// of five it takes more items.
func TestBestOfManyIsDearer(t *testing.T) {
	values := map[string]func(int) float64{
		"head": func(int) float64 { return 0.5 },
		"ours": func(i int) float64 { return 0.49 - 0.01*float64(i%2) },
	}
	o := fixedRun(values)
	o.Set.Items, o.Set.Tasks, o.Against = o.Set.Items[:6], o.Set.Tasks[:1], "ours"
	if got := mustRun(t, o).Hurts; len(got) != 1 || got[0].P != 1.0/64 || got[0].Than != "head" {
		t.Errorf("over one: %+v", got)
	}
	few := o
	few.Set.Items = o.Set.Items[:5]
	if got := mustRun(t, few).Hurts; len(got) != 0 {
		t.Errorf("over five items: %+v", got)
	}
	for _, name := range []string{"random", "tail", "middle", "idf"} {
		values[name] = func(int) float64 { return 0.4 }
	}
	more := fixedRun(values)
	more.Set, more.Against = o.Set, "ours"
	if got := mustRun(t, more).Hurts; len(got) != 0 {
		t.Errorf("over the best of five: %+v", got)
	}
	more.Set.Items = append(slices.Clone(o.Set.Items), eval.Item{ID: "g", Dataset: "big", Context: "x y", Length: 6})
	if got := mustRun(t, more).Hurts; len(got) != 1 || got[0].P != 5.0/128 || got[0].Than != "head" || got[0].Items != 7 {
		t.Errorf("over the best of five: %+v", got)
	}
}

// TestIntervalHasToAgree: a p-value of one side is no finding if the interval has 0 in it.
func TestIntervalHasToAgree(t *testing.T) {
	for _, tt := range []struct {
		lead float64
		want int
	}{{0.06, 0}, {0.08, 1}} {
		o := fixedRun(map[string]func(int) float64{
			"head": func(i int) float64 { return tt.lead + 0.125*float64(i%2*2-1) },
			"ours": func(int) float64 { return 0 },
		})
		o.Set.Items, o.Set.Tasks, o.Against, o.Resamples = o.Set.Items[:16], o.Set.Tasks[:1], "ours", 2000
		d := make([]float64, 16)
		for i := range d {
			d[i] = 0.125*float64(i%2*2-1) - tt.lead
		}
		if p := eval.LowerTail([][]float64{d}); p > falseAlarms {
			t.Fatalf("p is %v", p)
		}
		if got := mustRun(t, o).Hurts; len(got) != tt.want {
			t.Errorf("a lead of %v: %+v", tt.lead, got)
		}
	}
}

// noise are equal arms: what an item is worth is drawn for each anew, where 0 and 1 are
// as likely, or 0 is rare, or anything between is.
func noise(seed uint64, names ...string) map[string]func(int) float64 {
	values := map[string]func(int) float64{}
	for a, name := range names {
		values[name] = func(i int) float64 {
			v := rand.New(rand.NewPCG(seed, uint64(a*1000+i))).Float64()
			switch seed % 3 {
			case 0:
				return math.Round(v)
			case 1:
				return math.Round(min(1, v+0.35))
			}
			return v
		}
	}
	return values
}

func TestEqualArmsAreSeldomListed(t *testing.T) {
	const runs = 300
	names := []string{"bm25", "head", "idf", "middle", "none", "ours", "random", "tail", "theirs"}
	alarms, found := map[string]int{}, 0
	for seed := range uint64(runs) {
		o := fixedRun(noise(seed, names...))
		o.Against, o.Resamples = "bm25", 40
		for arm := range listed(mustRun(t, o)) {
			alarms[arm]++
		}
		if seed >= 30 {
			continue
		}
		// A worse arm has to be found, or the test above is for nothing.
		values := noise(seed, names...)
		values["ours"] = func(int) float64 { return -0.5 }
		o = fixedRun(values)
		o.Against, o.Resamples = "bm25", 40
		if slices.ContainsFunc(mustRun(t, o).Hurts, func(h report.Hurt) bool { return h.Arm == "ours" && h.Than == "bm25" && h.Task == "" }) {
			found++
		}
	}
	t.Logf("of %d runs of equal arms these list one: %v; a worse one is found in %d of 30", runs, alarms, found)
	// 15 are expected at most for an arm; their standard deviation is 3.8.
	if alarms["ours"] > 24 || alarms["theirs"] > 24 || found < 28 {
		t.Errorf("of %d runs of equal arms these list one as worse: %v; a worse one is found in %d of 30", runs, alarms, found)
	}
}

// listed are the findings by arm.
func listed(r *report.Report) map[string][]report.Hurt {
	by := map[string][]report.Hurt{}
	for _, h := range r.Hurts {
		by[h.Arm] = append(by[h.Arm], h)
	}
	return by
}

// TestOtherArmsChangeNoList: what is said of an arm is the same whatever other methods run
// beside it, worse ones, equal ones and such as have hundreds of tests of their own.
func TestOtherArmsChangeNoList(t *testing.T) {
	some := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		draw := func(less float64) func(int) float64 {
			var at [21]float64
			for i := range at {
				at[i] = rng.Float64() - less
			}
			return func(i int) float64 { return at[i] }
		}
		values := map[string]func(int) float64{"head": draw(0), "idf": draw(0), "none": draw(0), "ours": draw(0.2)}
		alone := fixedRun(values)
		want := listed(mustRun(t, alone))["ours"]
		some += len(want)
		for n, less := range []float64{2, 0, 0, 0, 0, -1} {
			name := fmt.Sprint("other", n)
			values[name] = draw(less)
		}
		more := fixedRun(values)
		for i := range more.Arms {
			if strings.HasPrefix(more.Arms[i].Name(), "other") {
				more.Arms[i].Kind = "pith"
			}
		}
		r := listed(mustRun(t, more))
		if !slices.Equal(r["ours"], want) {
			t.Errorf("seed %d: alone %+v, among others %+v", seed, want, r["ours"])
		}
		if len(r["other0"]) == 0 {
			t.Errorf("seed %d: what is always worse is not listed", seed)
		}
	}
	if some < 5 || some > 100 {
		t.Errorf("%d findings in 20 runs: too few or too many to tell", some)
	}
}

// keeping keeps as many words of an item as says.
type keeping struct {
	name string
	says func(eval.Item, eval.Limit) int
}

func (k keeping) Name() string { return k.name }
func (k keeping) Compress(_ context.Context, it eval.Item, limit eval.Limit) (eval.Kept, error) {
	text := []byte{}
	for range k.says(it, limit) {
		text = append(text, "w "...)
	}
	return eval.Kept{Text: string(text)}, nil
}

func TestOnlyEqualTermsAreCompared(t *testing.T) {
	hundredth := func(_ eval.Item, l eval.Limit) int { return l.Units + 5 }
	o := Options{Set: dataset.Set{Tasks: []dataset.Task{{Name: "t"}}}, Rates: []float64{0.5}, Counter: eval.Words, Resamples: 50, Against: "head",
		Measures: offline()[1:], Arms: []Arm{
			{Arm: eval.Full(), Kind: "none", Fixed: true},
			{Arm: keeping{"head", func(it eval.Item, l eval.Limit) int {
				if it.Length == 0 {
					return 2 * l.Units
				}
				return l.Units
			}}, Kind: "baseline"},
			{Arm: keeping{"tail", hundredth}, Kind: "baseline"},
			// The whole text of every other item, and less than the others of the rest.
			{Arm: keeping{"ours", func(it eval.Item, l eval.Limit) int {
				if it.Length%2 == 1 {
					return 2 * l.Units
				}
				return l.Units - 10
			}}, Kind: "pith"},
			{Arm: keeping{"always", func(_ eval.Item, l eval.Limit) int { return l.Units + 6 }}, Kind: "pith"},
		}}
	text := ""
	for range 1000 {
		text += "w "
	}
	for i := range 40 {
		o.Set.Items = append(o.Set.Items, eval.Item{ID: string(rune('a' + i)), Dataset: "t", Context: text, Length: i})
	}
	r := mustRun(t, o)
	byArm := map[string]report.Value{}
	for _, c := range r.Cells {
		byArm[c.Arm] = c.Values["share"]
	}
	// Of 40 items ours is over with 20, and head with one of the others.
	if v := byArm["ours"]; v.Items != 40 || v.GainItems != 19 || v.Gain == nil || !near(v.Gain.Mean, -0.01) || !near(v.KeptRate, 0.745) || !near(v.Loss.Mean, -0.255) {
		t.Errorf("ours: %+v, gain %+v, loss %+v", v, v.Gain, v.Loss)
	}
	if v := byArm["always"]; v.GainItems != 0 || v.Gain != nil || v.Loss == nil {
		t.Errorf("always over: %+v", v)
	}
	if v := byArm["none"]; v.GainItems != 0 || v.Gain != nil {
		t.Errorf("none: %+v", v)
	}
	want := map[string]int{"head": 19, "tail": 20}
	by := map[string]float64{"head": -0.01, "tail": -0.015}
	for _, h := range r.Hurts {
		if h.Arm != "ours" || h.Items != want[h.Than] || !near(h.By.Mean, by[h.Than]) {
			t.Errorf("%+v", h)
		}
		delete(want, h.Than)
	}
	if len(want) > 0 {
		t.Errorf("not worse than %v", want)
	}
}

func TestOverTheLimit(t *testing.T) {
	for _, tt := range []struct {
		rate       float64
		full, kept int
		want       bool
	}{
		{0.5, 20, 11, true}, {0.5, 20, 12, false}, {0.5, 2, 0, true},
		{0.5, 400, 202, true}, {0.5, 400, 203, false}, {0.5, 398, 200, true}, {0.5, 398, 201, false},
		{0, 400, 400, true},
	} {
		r := &run{Options: &Options{Counter: eval.Words}, full: []int{tt.full}, rows: [][]*row{{{Kept: tt.kept}}},
			cols: []column{{arm: &Arm{Fixed: tt.rate == 0}, rate: tt.rate}}}
		if got := r.meets(0, 0); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}

// TestSharesHaveAWidth: an arm that never fails in 21 items may fail in a tenth.
func TestSharesHaveAWidth(t *testing.T) {
	values := map[string]func(int) float64{
		"head": func(int) float64 { return 1 }, "ours": func(int) float64 { return 0 },
		"theirs": func(i int) float64 { return float64(i % 2) },
	}
	o := fixedRun(values)
	o.Against = "ours"
	want := map[string]eval.Estimate{"head": eval.Proportion(21, 21), "ours": eval.Proportion(0, 21), "theirs": eval.Proportion(10, 21),
		"head big": eval.Proportion(16, 16), "ours big": eval.Proportion(0, 16), "theirs big": eval.Proportion(8, 16),
		"head small": eval.Proportion(5, 5), "ours small": eval.Proportion(0, 5), "theirs small": eval.Proportion(2, 5)}
	for _, c := range mustRun(t, o).Cells {
		v := c.Values["m"]
		if v.Estimate != want[strings.TrimSpace(c.Arm+" "+c.Task)] {
			t.Errorf("%s %s: %+v", c.Arm, c.Task, v)
		}
		// Differences are resampled, and equal ones have none.
		if c.Task == "" && c.Arm == "head" && *v.Gain != (eval.Estimate{Mean: 1, Low: 1, High: 1}) {
			t.Errorf("gain %+v", v.Gain)
		}
	}
}

// TestOneKindOfInterval: one value between 0 and 1, of any arm, and the measure is no share
// for anybody; where it is of another task, the measure is still one in the rest.
func TestOneKindOfInterval(t *testing.T) {
	o := fixedRun(map[string]func(int) float64{
		"head": func(int) float64 { return 1 },
		"ours": func(i int) float64 {
			if i == 3 {
				return 0.5 // of big
			}
			return float64(i % 2)
		},
	})
	for _, c := range mustRun(t, o).Cells {
		flat := c.Values["m"].Low == c.Values["m"].High
		if wilson := c.Task == "small"; c.Arm == "head" && flat == wilson {
			t.Errorf("%q: %+v", c.Task, c.Values["m"])
		}
		if c.Arm == "ours" && c.Task == "small" && c.Values["m"].Estimate != eval.Proportion(2, 5) {
			t.Errorf("%q: %+v", c.Task, c.Values["m"])
		}
	}
}

func TestOutcomesNameWhatWasAsked(t *testing.T) {
	items := func(change func(*eval.Item)) map[string]string {
		o := offlineRun("")
		change(&o.Set.Items[0])
		got := map[string]string{}
		for _, out := range mustRun(t, o).Outcomes {
			if old, ok := got[out.ID]; ok && old != out.Item {
				t.Errorf("%s is %s and %s", out.ID, old, out.Item)
			}
			got[out.ID] = out.Item
		}
		return got
	}
	base := items(func(*eval.Item) {})
	seen := map[string]bool{}
	for id, d := range base {
		if len(d) != 16 || seen[d] {
			t.Errorf("%s: digest %q", id, d)
		}
		seen[d] = true
	}
	for name, change := range map[string]func(*eval.Item){
		"context":  func(it *eval.Item) { it.Context += "." },
		"question": func(it *eval.Item) { it.Question += "?" },
		"answers":  func(it *eval.Item) { it.Answers = append(slices.Clone(it.Answers), "b") },
		"moved": func(it *eval.Item) {
			end := len(it.Context) - 1
			it.Context, it.Question = it.Context[:end], it.Context[end:]+it.Question
		},
	} {
		got := items(change)
		if got["0-0"] == base["0-0"] || got["0-1"] != base["0-1"] {
			t.Errorf("%s: %s before, %s now", name, base["0-0"], got["0-0"])
		}
	}
	if got := items(func(it *eval.Item) { it.Length++ }); !maps.Equal(got, base) {
		t.Error("the length that the set says changes what was asked")
	}
}
