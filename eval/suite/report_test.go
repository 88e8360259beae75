package suite

import (
	"bytes"
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
)

// meanOf is the mean of the outcomes that a cell is of: over items, or over tasks.
func meanOf(r *report.Report, c report.Cell, value func(report.Outcome) (float64, bool), byTask bool) (float64, int) {
	sums, counts, n := map[string]float64{}, map[string]float64{}, 0
	for _, o := range r.Outcomes {
		if o.Arm != c.Arm || o.Rate != c.Rate || c.Task != "" && o.Task != c.Task {
			continue
		}
		v, ok := value(o)
		if !ok {
			continue
		}
		k := ""
		if byTask {
			k = o.Task
		}
		sums[k] += v
		counts[k]++
		n++
	}
	mean := 0.0
	for k := range sums {
		mean += sums[k] / counts[k] / float64(len(sums))
	}
	return mean, n
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestCellsAreTheOutcomes(t *testing.T) {
	r := mustRun(t, readerRun(""))
	// none and own at one rate, the others at two; ours without task1.
	if want := 4 + 2*4 + 2*4 + 2*3 + 4; len(r.Cells) != want {
		t.Errorf("%d cells, want %d", len(r.Cells), want)
	}
	whole := map[string]report.Outcome{}
	for _, o := range r.Outcomes {
		if o.Arm == "none" {
			whole[o.ID] = o
		}
	}
	for _, c := range r.Cells {
		kept, n := meanOf(r, c, func(o report.Outcome) (float64, bool) { return float64(o.Kept) / float64(o.Full), true }, false)
		if !near(kept, c.KeptRate.Mean) || n != c.Items {
			t.Errorf("%s %v %s: kept %v of %d, cell says %v of %d", c.Arm, c.Rate, c.Task, kept, n, c.KeptRate.Mean, c.Items)
		}
		for _, m := range r.Measures {
			mean, n := meanOf(r, c, func(o report.Outcome) (float64, bool) { v, ok := o.Values[m.Name]; return v, ok }, m.Name == score)
			v, ok := c.Values[m.Name]
			if ok != (n > 0) || v.Items != n || !near(v.Mean, mean) || v.Low > v.Mean || v.High < v.Mean {
				t.Errorf("%s %v %q %s: %v over %d, cell says %+v", c.Arm, c.Rate, c.Task, m.Name, mean, n, v)
			}
			if !ok {
				continue
			}
			if c.Arm == "none" && m.Name == score && v.Mean != 1 {
				t.Errorf("with the whole text the score is %v", v.Mean)
			}
			loss, _ := meanOf(r, c, func(o report.Outcome) (float64, bool) {
				v, ok := o.Values[m.Name]
				return v - whole[o.ID].Values[m.Name], ok
			}, m.Name == score)
			if v.Loss == nil || !near(v.Loss.Mean, loss) {
				t.Errorf("%s %v %q %s: loss %v, cell says %v", c.Arm, c.Rate, c.Task, m.Name, loss, v.Loss)
			}
			kept, _ := meanOf(r, c, func(o report.Outcome) (float64, bool) {
				_, ok := o.Values[m.Name]
				return float64(o.Kept) / float64(o.Full), ok
			}, false)
			if !near(v.KeptRate, kept) {
				t.Errorf("%s %v %q %s: kept %v of the items it is of, cell says %v", c.Arm, c.Rate, c.Task, m.Name, kept, v.KeptRate)
			}
			if (v.Gain == nil) != (c.Rate == 0) {
				t.Errorf("%s %v: gain %v over an arm that has no rate 0", c.Arm, c.Rate, v.Gain)
			}
		}
	}
	if len(r.Outcomes) != 82 || r.Reader.Answers != 66 {
		t.Errorf("%d outcomes, %d answers", len(r.Outcomes), r.Reader.Answers)
	}
}

func TestNoneLosesNothing(t *testing.T) {
	for _, o := range []Options{readerRun(""), offlineRun("")} {
		o.Set.Items[1].Context = "" // is kept as a whole by everyone
		o.Measures = o.Measures[:1]
		r := mustRun(t, o)
		for _, c := range r.Cells {
			if c.Arm != "none" {
				continue
			}
			if c.KeptRate != (eval.Estimate{Mean: 1, Low: 1, High: 1}) || c.OverBudget+c.Refused != 0 {
				t.Errorf("none: %+v", c)
			}
			for m, v := range c.Values {
				if v.Loss == nil || *v.Loss != (eval.Estimate{}) {
					t.Errorf("none loses %v of %s", v.Loss, m)
				}
			}
		}
		if e := r.Economics[0]; e.Arm != "none" || e.Uncached != 1 || e.Before != e.After {
			t.Errorf("none: %+v", e)
		}
	}
}

func TestWithoutReaderOrNone(t *testing.T) {
	o := offlineRun("")
	o.Arms = o.Arms[1:]
	r := mustRun(t, o)
	if r.Reader != nil || len(r.Measures) != 2 {
		t.Errorf("a reader from nowhere: %v, %v", r.Reader, r.Measures)
	}
	for _, c := range r.Cells {
		if _, ok := c.Values[score]; ok {
			t.Errorf("%s has a score", c.Arm)
		}
		for _, v := range c.Values {
			if v.Loss != nil {
				t.Errorf("%s has lost %v to an arm that is not there", c.Arm, v.Loss)
			}
		}
	}
	for _, o := range r.Outcomes {
		if _, ok := o.Values[score]; ok || o.Read != nil {
			t.Errorf("%s was read", o.ID)
		}
	}
}

func TestOrderAndTotals(t *testing.T) {
	r := mustRun(t, readerRun(""))
	if !slices.Equal(r.Rates, []float64{0.5, 0.25}) {
		t.Errorf("rates %v", r.Rates)
	}
	at := func(arm string) int {
		return slices.IndexFunc(r.Arms, func(a report.Arm) bool { return a.Name == arm })
	}
	sorted := slices.IsSortedFunc(r.Cells, func(a, b report.Cell) int {
		if d := at(a.Arm) - at(b.Arm); d != 0 {
			return d
		}
		if a.Rate != b.Rate {
			return int(math.Copysign(1, b.Rate-a.Rate))
		}
		return strings.Compare(a.Task, b.Task)
	})
	if !sorted {
		t.Error("cells are not by arm, rate, task")
	}
	for _, e := range r.Economics {
		before, after, correct, dollars := 0, 0, 0.0, 0.0
		for _, o := range r.Outcomes {
			if o.Arm == e.Arm && o.Rate == e.Rate {
				before += o.Full
				if after += o.Kept; o.Refused {
					after += o.Full - o.Kept // sent raw
				}
				correct += o.Values[score]
				if o.Read != nil {
					dollars += (2*float64(o.Read.PromptTokens) + 10*float64(o.Read.CompletionTokens)) / 1e6
				}
			}
		}
		if e.Before != before || e.After != after || !near(e.Dollars, dollars) || correct > 0 && !near(e.DollarsPerCorrect, dollars/correct) {
			t.Errorf("%+v, want %d, %d, %v, %v", e, before, after, dollars, correct)
		}
	}
	tokens := 0
	for _, task := range r.Tasks {
		tokens += task.Tokens
	}
	if tokens != r.Economics[0].Before {
		t.Errorf("tasks have %d tokens, none %d", tokens, r.Economics[0].Before)
	}
	refused, over := 0, 0
	for _, c := range r.Cells {
		if c.Task == "" {
			refused += c.Refused
			over += c.OverBudget
		}
	}
	n := 0
	for _, o := range r.Outcomes {
		if o.Refused {
			n++
		}
		if o.Limit != max(0, int(o.Rate*float64(o.Full))) || o.Arm == "head" && o.Kept > o.Limit {
			t.Errorf("%+v", o)
		}
	}
	if refused != n || n == 0 || over != 0 {
		t.Errorf("%d refused, cells say %d; %d over", n, refused, over)
	}
}

// proxied is an arm that shortens prompts on their way to a reader.
func proxied(o *Options, estimated bool) {
	o.Arms = append(o.Arms, Arm{Arm: spy{eval.Full(), "proxy", func(string, eval.Item, eval.Limit) error { return errFake }}, Kind: "pith",
		Reader: func(rate float64) reader.Reader {
			return fakeReader{"proxy", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
				a, err := finds(ctx, p)
				// Two words in front of the context and two behind stay.
				a.PromptTokens = 4 + int(rate*float64(a.PromptTokens-4))
				a.Estimated = estimated
				return a, err
			}}
		}})
}

func TestArmThatReadsForItself(t *testing.T) {
	o := readerRun("")
	proxied(&o, false)
	r := mustRun(t, o)
	n := 0
	for _, out := range r.Outcomes {
		if out.Arm != "proxy" {
			continue
		}
		n++
		if want := int(out.Rate * float64(out.Full)); out.Kept != want {
			t.Errorf("%s at %v: kept %d of %d, want %d", out.ID, out.Rate, out.Kept, out.Full, want)
		}
		for m := range out.Values {
			if m != score {
				t.Errorf("nobody saw what was kept, but its %s", m)
			}
		}
	}
	if n != 22 {
		t.Errorf("%d outcomes", n)
	}
	for _, l := range r.Lengths {
		if l.Arm == "proxy" {
			t.Errorf("nobody timed %v", l)
		}
	}
	if !slices.ContainsFunc(r.Notes, func(s string) bool {
		return strings.HasPrefix(s, "What proxy kept is the text, counted by words, less what its prompt is shorter")
	}) {
		t.Errorf("notes %q", r.Notes)
	}
	o = readerRun("")
	proxied(&o, true)
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "arm proxy, rate ") {
		t.Errorf("tokens that nobody counted: %v", err)
	}
	o = offlineRun("")
	proxied(&o, false)
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "arm proxy reads for itself") {
		t.Errorf("got %v", err)
	}
}

func TestScoreIsTheMeanOfTasks(t *testing.T) {
	o := fixedRun(map[string]func(int) float64{"none": func(i int) float64 { return float64(i / 16) }})
	o.Against = ""
	o.Reader = fakeReader{"fake", func(_ context.Context, p reader.Prompt) (reader.Answer, error) {
		return reader.Answer{Text: p.Text}, nil
	}}
	o.Score = func(metric, _ string, _, _ []string) (float64, error) {
		return map[string]float64{"big": 0, "small": 1}[metric], nil
	}
	for i := range o.Set.Tasks {
		o.Set.Tasks[i].Prompt, o.Set.Tasks[i].Metric = "{context}", o.Set.Tasks[i].Name
	}
	c := mustRun(t, o).Cells[0]
	if c.Values[score].Estimate != (eval.Estimate{Mean: 0.5, Low: 0.5, High: 0.5}) || !near(c.Values["m"].Mean, 5.0/21) {
		t.Errorf("%+v", c.Values)
	}
}

func TestExamples(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want []string
	}{
		{0, nil}, {1, []string{"0-0"}}, {2, []string{"0-0", "1-0"}}, {3, []string{"0-0", "1-0", "2-0"}},
		{5, []string{"0-0", "0-1", "1-0", "1-1", "2-0"}}, {9, []string{"0-0", "0-1", "0-2", "0-3", "1-0", "1-1", "1-2", "2-0", "2-1"}},
		{99, []string{"0-0", "0-1", "0-2", "0-3", "0-4", "0-5", "1-0", "1-1", "1-2", "2-0", "2-1"}},
	} {
		o := readerRun("")
		o.Examples = tt.n
		r := mustRun(t, o)
		var got []string
		for _, e := range r.Examples {
			got = append(got, e.ID)
			checkExample(t, e)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%d examples: %v, want %v", tt.n, got, tt.want)
		}
	}
	four := fakeSet(2, 2, 2, 2)
	if got := examples(&four, 2); !slices.Equal(got, []bool{true, false, false, false, true, false, false, false}) {
		t.Errorf("two of four tasks: %v", got)
	}
	o := readerRun("")
	o.Set.Items[0].Context += " \xff"
	if r := mustRun(t, o); slices.ContainsFunc(r.Examples, func(e report.Example) bool { return e.ID == "0-0" }) {
		t.Error("spans of a text that JSON changes")
	}
}

func checkExample(t *testing.T, e report.Example) {
	t.Helper()
	want := map[string]float64{"random": 0.25, "ours": 0.25, "own": 0}
	if e.Task == "task1" {
		delete(want, "ours")
	}
	for _, s := range e.Shown {
		if rate, ok := want[s.Arm]; !ok || rate != s.Rate {
			t.Errorf("%s shows %s at %v", e.ID, s.Arm, s.Rate)
		}
		delete(want, s.Arm)
		if s.Arm == "own" {
			if s.Spans != nil || eval.Words.Count(s.Text) != s.Kept {
				t.Errorf("%s: %+v", e.ID, s)
			}
			continue
		}
		n := 0
		for _, span := range s.Spans {
			n += eval.Words.Count(e.Text[span[0]:span[1]])
		}
		if n != s.Kept || s.Text != "" || s.Full != eval.Words.Count(e.Text) {
			t.Errorf("%s, %s: spans have %d words, kept %d", e.ID, s.Arm, n, s.Kept)
		}
	}
	if len(want) > 0 {
		t.Errorf("%s does not show %v", e.ID, want)
	}
}

func TestSpansThatDoNotFit(t *testing.T) {
	for _, spans := range [][]pith.Span{nil, {{Start: 2, End: 1}}, {{Start: 0, End: 9}}, {{Start: 2, End: 3}, {Start: 1, End: 4}}, {{Start: -1, End: 2}}} {
		if got := show("text", eval.Kept{Text: "te\xff", Spans: spans}); !reflect.DeepEqual(got, &shown{Text: "te\uFFFD"}) {
			t.Errorf("%v: %+v", spans, got)
		}
	}
}

func TestReadsBack(t *testing.T) {
	want := mustRun(t, readerRun(""))
	var b bytes.Buffer
	if err := want.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	got, err := report.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "read back", got, want)
}

func TestAnswersOnlyIfWanted(t *testing.T) {
	for _, want := range []bool{false, true} {
		o := readerRun("")
		o.Answers = want
		r := mustRun(t, o)
		for _, out := range r.Outcomes {
			if out.Read != nil && (out.Read.Answer != "") != want {
				t.Fatalf("answer %q, wanted: %v", out.Read.Answer, want)
			}
		}
		for _, e := range r.Examples {
			for _, s := range e.Shown {
				if (s.Answer != "") != want {
					t.Fatalf("answer %q in an example, wanted: %v", s.Answer, want)
				}
			}
		}
	}
}

func TestPrediction(t *testing.T) {
	for _, tt := range []struct {
		first bool
		in    string
		want  string
	}{
		{false, "\na\nb", "\na\nb"}, {true, "\n\na\nb", "a"}, {true, " a ", " a "}, {true, "", ""}, {true, " \na", " "},
	} {
		if got := prediction(dataset.Task{FirstLine: tt.first}, tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	v := []float64{5, 1, 4, 2, 3}
	for _, tt := range []struct {
		values []float64
		p      int
		want   float64
	}{{nil, 50, 0}, {v, 50, 3}, {v, 95, 5}, {v[:4], 50, 2}, {v[:1], 95, 5}, {v, 20, 1}, {v, 21, 2}} {
		if got := percentile(tt.values, tt.p); got != tt.want {
			t.Errorf("%v at %d: %v, want %v", tt.values, tt.p, got, tt.want)
		}
	}
}

func TestMiddle(t *testing.T) {
	for n := 1; n < 1<<17; n++ {
		m := middle(n)
		if m&(m-1) != 0 || !(float64(m) <= float64(n)*math.Sqrt2 && float64(n) < float64(m)*math.Sqrt2) {
			t.Fatalf("%d is in the bin of %d", n, m)
		}
	}
}

// What is read for one rate may make the others quick: the first counts.
func TestTimesAreOfTextsNotKnown(t *testing.T) {
	arm := Arm{Arm: eval.Full()}
	r := &run{Options: &Options{Arms: []Arm{arm}, Resamples: 100}, full: []int{8}}
	r.cols = []column{{arm: &r.Arms[0], rate: 0.5}, {arm: &r.Arms[0], rate: 0.2}, {arm: &Arm{}}}
	r.rows = [][]*row{{{Millis: 900}, {Millis: 2}, {Millis: 5000}}}
	got := r.lengths()
	if len(got) != 1 || got[0].Tokens != 8 || got[0].Items != 1 || got[0].P50 != 900 || got[0].P95 != 900 {
		t.Errorf("lengths %+v", got)
	}
	for c := range 2 {
		if cell := r.cell(part{items: [][]int{{0}}}, c); cell.P50 != 900 {
			t.Errorf("column %d took %v", c, cell.P50)
		}
	}
}

func TestStrip(t *testing.T) {
	r, err := Run(t.Context(), offlineRun(""))
	if err != nil {
		t.Fatal(err)
	}
	timed := func() (n int) {
		for _, c := range r.Cells {
			if c.P50 > 0 && c.P95 >= c.P50 {
				n++
			}
		}
		for _, l := range r.Lengths {
			if l.P50 > 0 && l.P95 >= l.P50 {
				n++
			}
		}
		for _, o := range r.Outcomes {
			if o.Millis > 0 {
				n++
			}
		}
		return n
	}
	if n := timed(); n != len(r.Cells)+len(r.Lengths)+len(r.Outcomes) {
		t.Errorf("%d timings", n)
	}
	items := map[string]int{}
	for _, l := range r.Lengths {
		items[l.Arm] += l.Items
	}
	if items["none"] != 11 || items["ours"] != 8 {
		t.Errorf("lengths of %v items", items)
	}
	Strip(r)
	if n := timed(); n != 0 {
		t.Errorf("%d timings are left", n)
	}
}
