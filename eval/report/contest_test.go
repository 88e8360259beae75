package report

import (
	"bytes"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"golang.org/x/net/html"
)

// have is an arm with one mean at 2×, and what it is over.
type have struct {
	name, kind string
	mean, kept float64
	tasks      string // letters: q for 6 questions, s for 6 summaries, c for 6 of code; "" is all
	gain       *eval.Estimate
	over       int // items of the gain
}

// ranked is a report of one measure over three tasks. Means by task are those over all.
func ranked(measure string, arms ...have) *Report {
	r := &Report{Format: Format, Set: "made", Unit: "words", Against: "bm25", Rates: []float64{0.5}, Resamples: 9,
		Tasks: []Task{{Name: "q", Title: "Questions", Language: "en", Kind: "qa", Items: 6, Tokens: 600}, {Name: "s", Title: "Summaries", Language: "en", Kind: "summary", Items: 6, Tokens: 600},
			{Name: "c", Title: "Lines", Language: "code", Kind: "code", Items: 6, Tokens: 600}},
		Measures: []Measure{{Name: measure, About: "About it.", Kind: Offline}}}
	for _, h := range arms {
		if h.tasks == "" {
			h.tasks = "qsc"
		}
		a := Arm{Name: h.name, Kind: h.kind, Fixed: h.kind == kindNone}
		r.Arms = append(r.Arms, a)
		rate := 0.5
		if a.Fixed {
			rate = 0
		}
		for _, task := range append([]string{""}, strings.Split(h.tasks, "")...) {
			n := 6
			if task == "" {
				n = 6 * len(h.tasks)
			}
			v := Value{Items: n, Estimate: est(h.mean, h.mean-0.1, h.mean+0.1), KeptRate: h.kept, Gain: h.gain, GainItems: h.over}
			r.Cells = append(r.Cells, Cell{Arm: h.name, Rate: rate, Task: task, Items: n, KeptRate: est(h.kept, h.kept, h.kept), Values: map[string]Value{measure: v}})
		}
	}
	return r
}

// bolds are the arms whose mean is bold in the summary, of the page and of the Markdown.
func bolds(t *testing.T, r *Report) string {
	t.Helper()
	_, doc := pageOf(t, r)
	var page []string
	for _, tr := range find(doc, "tr") {
		for _, s := range find(tr, "span") {
			if attr(s, "class") == "best" && inSummary(tr) {
				page = append(page, textOf(find(tr, "bdi")[0]))
			}
		}
	}
	summary, _, _ := strings.Cut(markdownOf(t, r), "## Offline")
	var text []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) .*\*\*`).FindAllStringSubmatch(summary, -1) {
		text = append(text, m[1])
	}
	if a, b := strings.Join(page, " "), strings.Join(text, " "); a != b {
		t.Errorf("bold in the page: %q, in the Markdown: %q", a, b)
	}
	return strings.Join(page, " ")
}

func inSummary(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if attr(n, "id") == "summary" {
			return true
		}
	}
	return false
}

func markdownOf(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func takeawayOf(r *Report) string { return newIndex(r).takeaway(r.Measures[0]) }

func TestOnlyEqualsAreRanked(t *testing.T) {
	ours := have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5}
	bm25 := have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5}
	head := have{name: "head", kind: kindBaseline, mean: 0.4, kept: 0.5}
	with := func(h have, edit func(*have)) have { edit(&h); return h }
	for _, c := range []struct {
		name string
		arms []have
		bold string
		says string // of the takeaway
	}{
		{"more", []have{ours, bm25}, "ours", "At 2× (keep 50 %) the best of pith's methods is ours with 0.600 (95 %: 0.500 to 0.700); the best baseline, bm25, has less, 0.500 (0.400 to 0.600)."},
		{"baseline_has_more", []have{ours, with(bm25, func(h *have) { h.mean = 0.7 })}, "bm25",
			"At 2× (keep 50 %) the best of pith's methods is ours with 0.600 (95 %: 0.500 to 0.700); the best baseline, bm25, has more, 0.700 (0.600 to 0.800)."},
		{"looks_the_same", []have{ours, with(bm25, func(h *have) { h.mean = 0.6001 }), head}, "", "bm25, has the same, 0.600 ("},
		{"two_of_four_tie", []have{ours, with(bm25, func(h *have) { h.mean = 0.6 }), head, with(head, func(h *have) { h.name = "tail" })}, "ours bm25", "has the same"},
		{"nobody_else", []have{ours}, "", "the best of pith's methods is ours with 0.600"},
		{"other_items", []have{with(ours, func(h *have) { h.tasks = "c" }), bm25, head}, "bm25",
			"At 2× (keep 50 %) none of pith's methods is ranked; the best baseline, bm25, has 0.500 (0.400 to 0.600); not ranked: ours, 0.600 (code tasks only: 6 of 18 items)."},
		{"as_many_other_items", []have{with(bm25, func(h *have) { h.tasks = "q" }), with(head, func(h *have) { h.tasks = "q" }), with(ours, func(h *have) { h.tasks = "c" })}, "bm25", "not ranked: ours, 0.600 (code tasks only: 6 of 12 items)"},
		{"baseline_over_other_items", []have{ours, head, with(bm25, func(h *have) { h.mean, h.tasks = 0.9, "q" })}, "ours", "the best baseline, head, has less, 0.400"},
		{"within_the_leeway", []have{with(ours, func(h *have) { h.kept = 0.51 }), bm25}, "ours", "the best of pith's methods is ours with 0.600"},
		{"kept_more", []have{with(ours, func(h *have) { h.kept = 0.6 }), bm25, head}, "bm25", "not ranked: ours, 0.600 (kept 60 %)."},
		{"baseline_kept_more", []have{ours, head, with(bm25, func(h *have) { h.mean, h.kept = 0.9, 0.512 })}, "ours", "the best baseline, head, has less"},
		{"a_peer_is_no_method_of_pith", []have{ours, bm25, {name: "theirs", kind: kindPeer, mean: 0.8, kept: 0.5}}, "theirs",
			"is ours with 0.600 (95 %: 0.500 to 0.700); the best other tool, theirs, has more, 0.800 (0.700 to 0.900); the best baseline, bm25, has less,"},
		{"the_whole_text_is_no_rival", []have{{name: "none", kind: kindNone, mean: 1, kept: 1}, ours, bm25}, "ours", "; the whole text has 1.000."},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ranked("survival", c.arms...)
			if got := bolds(t, r); got != c.bold {
				t.Errorf("bold is %q, want %q", got, c.bold)
			}
			if got := takeawayOf(r); !strings.Contains(got, c.says) || strings.Contains(got, "chance") || strings.Contains(got, "highest") {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}

// TestNegationsThatCannotBeLost: 1 is no merit of an arm that keeps whole sentences.
func TestNegationsThatCannotBeLost(t *testing.T) {
	arms := []have{{name: "ours", kind: "pith", mean: 0.8, kept: 0.5}, {name: "bm25", kind: kindBaseline, mean: 1, kept: 0.5}, {name: "idf", kind: kindBaseline, mean: 0.4, kept: 0.5}}
	r := ranked("negations", arms...)
	if got := bolds(t, r); got != "" {
		t.Errorf("%s is bold", got)
	}
	page, _ := pageOf(t, r)
	for _, s := range []string{page, markdownOf(t, r)} {
		if !strings.Contains(s, "By construction 1") {
			t.Error("nothing says that 1 is no merit")
		}
	}
	if got := bolds(t, ranked("survival", arms...)); got != "bm25" {
		t.Errorf("of another measure %q is bold", got)
	}
	if strings.Contains(markdownOf(t, ranked("survival", arms...)), "By construction 1") {
		t.Error("the caveat stands beside another measure")
	}
}

func TestPartialRowsSaySo(t *testing.T) {
	r := ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5, tasks: "c", gain: &eval.Estimate{Low: -0.1, High: 0.1}},
		have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5}, have{name: "head", kind: kindBaseline, mean: 0.4, kept: 0.5})
	r.Economics = []Economy{{Arm: "ours", Rate: 0.5, Before: 600, After: 300, Dollars: 1, DollarsPerCorrect: 0.1}, {Arm: "bm25", Rate: 0.5, Before: 1800, After: 900, Dollars: 3, DollarsPerCorrect: 0.3}}
	const note = "code tasks only: 6 of 18 items"
	page, _ := pageOf(t, r)
	for _, id := range []string{"summary", "offline", "kept", "economics", "method"} {
		_, s, ok := strings.Cut(page, `<section id="`+id+`"`)
		s, _, _ = strings.Cut(s, "</section>")
		if !ok || !strings.Contains(s, note) {
			t.Errorf("the section %q of the page does not say what the arm is over", id)
		}
	}
	parts := strings.Split(markdownOf(t, r), "\n## ")
	for i, title := range map[int]string{1: "Summary", 2: "Offline measures", 4: "Kept rate", 5: "Economics", 7: "Method"} {
		if !strings.HasPrefix(parts[i], title) || !strings.Contains(parts[i], note) {
			t.Errorf("%q of the Markdown does not say what the arm is over:\n%s", title, parts[i])
		}
	}
	if n := strings.Count(parts[2], "| ours (pith) ("+note+") |"); n != 2 {
		t.Errorf("%d rows of the measure and its gains say so, want 2", n)
	}
	if want := "compares between arms over the same items alone"; !strings.Contains(page, want) || !strings.Contains(parts[5], want) {
		t.Error("nothing is said of dollars over other items")
	}
	if !strings.Contains(page, "ours (other items)") {
		t.Error("the plot does not say that a line is of other items")
	}
}

func TestWhichTasks(t *testing.T) {
	for tasks, want := range map[string]string{"": "", "q": "qa tasks only: 6 of 18 items", "qs": "English tasks only: 12 of 18 items", "c": "code tasks only: 6 of 18 items", "qc": "Questions and Lines only: 12 of 18 items"} {
		r := ranked("m", have{name: "all", kind: kindBaseline, kept: 0.5}, have{name: "x", kind: "pith", kept: 0.5, tasks: tasks})
		x := newIndex(r)
		if got := x.partial(x.arms["x"], 0.5, "m"); got != want {
			t.Errorf("%q: %q, want %q", tasks, got, want)
		}
	}
	r := ranked("m", have{name: "all", kind: kindBaseline, kept: 0.5}, have{name: "x", kind: "pith", kept: 0.5})
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Arm == "x" && c.Task != "q" {
			v := c.Values["m"]
			v.Items -= 2
			c.Values = map[string]Value{"m": v}
		}
	}
	x := newIndex(r)
	if got := x.partial(x.arms["x"], 0.5, "m"); got != "only 16 of 18 items" {
		t.Errorf("of all tasks, but fewer items: %q", got)
	}
}

// TestGainsSayWhatTheyAreOver: on equal terms, and of an arm that kept more.
func TestGainsSayWhatTheyAreOver(t *testing.T) {
	some := est(0.1, 0.05, 0.15)
	r := ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.6, gain: &some, over: 12}, have{name: "other", kind: "pith", mean: 0.55, kept: 0.5, gain: &some, over: 18},
		have{name: "equal", kind: "pith", mean: 0.5, kept: 0.5, gain: &eval.Estimate{}, over: 17}, have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5})
	m := markdownOf(t, r)
	for _, want := range []string{
		"| ours (pith) | +0.100 (0.050 to 0.150) over 12 of 18 items on equal terms (kept 60 %) |",
		"| other (pith) | +0.100 (0.050 to 0.150) |",
		"| equal (pith) | 0.000 (all 17 equal) over 17 of 18 items on equal terms |",
		"| ours (pith) | 0.600 (0.500 to 0.700, kept 60 %) |",
		"is other with 0.550 (95 %: 0.450 to 0.650), over bm25 by item +0.100 (0.043 to 0.157), the interval widened for picking the best of 2;",
	} {
		if !strings.Contains(m, want) {
			t.Errorf("no %q in\n%s", want, m)
		}
	}
	page, doc := pageOf(t, r)
	if want := "to bm25 +0.100 (0.050 to 0.150) over 12 of 18 items on equal terms"; !strings.Contains(page, "kept 60 %") || !strings.Contains(textOf(doc), want) {
		t.Errorf("the page does not say %q", want)
	}
}

// TestATieIsNotCalledChance: only of an interval that has 0 in it is it said.
func TestATieIsNotCalledChance(t *testing.T) {
	for _, c := range []struct {
		gain eval.Estimate
		want string
	}{
		{est(0, 0, 0), ", over bm25 by item 0.000 (all 18 equal);"},
		{est(0.1, -0.1, 0.3), ", over bm25 by item +0.100 (−0.100 to 0.300), not told from 0;"},
		{est(0.1, 0, 0.3), ", over bm25 by item +0.100 (0.000 to 0.300), not told from 0;"},
		{est(0.1, 0.01, 0.3), ", over bm25 by item +0.100 (0.010 to 0.300);"},
	} {
		got := takeawayOf(ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5, gain: &c.gain, over: 18}, have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5}))
		if !strings.Contains(got, c.want) || strings.Contains(got, "chance") {
			t.Errorf("it says %q, want %q", got, c.want)
		}
	}
}

// TestPlotsHaveTheKeptRateOfTheItems, and in a report that does not say, of the cell.
func TestPlotsHaveTheKeptRateOfTheItems(t *testing.T) {
	r := ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5})
	for i := range r.Cells {
		r.Cells[i].KeptRate.Mean = 0.4
	}
	at := func() float64 { return newIndex(r).quality(r.Measures[0]).series[0].points[0].x }
	if got := at(); got != 0.5 {
		t.Errorf("it stands at %v, want 0.5", got)
	}
	for i := range r.Cells {
		r.Cells[i].Values = maps.Clone(r.Cells[i].Values)
		v := r.Cells[i].Values["survival"]
		v.KeptRate = 0
		r.Cells[i].Values["survival"] = v
	}
	if got := at(); got != 0.4 {
		t.Errorf("in an older report it stands at %v, want 0.4", got)
	}
}

func TestMethodIsCounted(t *testing.T) {
	r := ranked("survival", have{name: "none", kind: kindNone, mean: 1, kept: 1}, have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5}, have{name: "code", kind: "pith", mean: 0.6, kept: 0.5, tasks: "c"},
		have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5})
	how := func() string { return strings.Join(newIndex(r).method(), "\n") }
	for _, want := range []string{
		"Of the 3 arms with limits 2 shortened the same 18 items at every rate.", "Over other items than the rest, and so not ranked with it: code (code tasks only: 6 of 18 items).",
		"No arm kept more than its limit of any text.", "Wilson's for a measure of which every arm's every value is 0 or 1", "fewer than 30 items as a hint", "gains leave out the items",
	} {
		if !strings.Contains(how(), want) {
			t.Errorf("no %q in\n%s", want, how())
		}
	}
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Task == "" && c.Arm == "ours" {
			c.OverBudget, c.Refused = 5, 1
		}
		for k, v := range r.Cells[i].Values {
			v.KeptRate = 0
			r.Cells[i].Values[k] = v
		}
	}
	for _, want := range []string{"Kept more than the limit: ours with 5 of 18 texts at 2×.", "Kept nothing for want of room: ours with 1 of 18 texts at 2×."} {
		if !strings.Contains(how(), want) {
			t.Errorf("no %q in\n%s", want, how())
		}
	}
	if s := how(); strings.Contains(s, "Wilson") || strings.Contains(s, "leave out") {
		t.Errorf("of an older report it says\n%s", s)
	}
	r = ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5}, have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5})
	if want := "Each of the 2 arms with limits shortened the same 18 items at every rate."; !strings.Contains(how(), want) {
		t.Errorf("no %q in\n%s", want, how())
	}
}

func TestWithin(t *testing.T) {
	for got, want := range map[string]string{
		within(est(1, 1, 1), 15, "95 %: "): "all 15 equal", within(est(1, 1, 1), 1, ""): "1 item", within(est(0.5, 0.4, 0.6), 15, "95 %: "): "95 %: 0.400 to 0.600",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestHurtsSayWhatWasTested(t *testing.T) {
	r := ranked("survival", have{name: "ours", kind: "pith", mean: 0.3, kept: 0.6}, have{name: "head", kind: kindBaseline, mean: 0.4, kept: 0.5}, have{name: "idf", kind: kindBaseline, mean: 0.4, kept: 0.5},
		have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5})
	const tested = "Tested were pith's methods and other tools at each rate, over all tasks and by task, against bm25 and against the best of head and idf, over 6 items or more of which neither kept more than a hundredth over its limit. Each arm is tested by itself, with 5 % for any false alarm about it: Holm's test, half of that for means over all tasks and half for single tasks if there are both, without the means that no result could have shown to be lower (Tarone). Without a reader nothing was tested against the whole text."
	lead := func() string { return newIndex(r).hurtsLead() }
	if got, want := lead(), "No mean was found to be lower. "+tested+" With few items, finding nothing says little."; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	r.Hurts = []Hurt{{Arm: "ours", Rate: 0.5, Measure: "survival", Than: "bm25", By: est(-0.2, -0.3, -0.1), Items: 12, P: 0.001}}
	if got, want := lead(), "1 mean is lower than another arm's at the same rate. "+tested; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	m := markdownOf(t, r)
	if want := "at 2× (kept 60 %) by 0.200 (0.100 to 0.300) over 12 of 18 items on equal terms."; !strings.Contains(m, want) {
		t.Errorf("no %q in\n%s", want, m)
	}
	r.Reader = &Reader{Name: "parrot"}
	r.Hurts = append(r.Hurts, Hurt{Arm: "ours", Rate: 0.5, Measure: "survival", Than: "none", By: est(-0.2, -0.3, -0.1), Items: 12, P: 0.001})
	if got := lead(); !strings.HasPrefix(got, "2 means are lower: 1 than the whole text's, 1 than another arm's at the same rate. ") ||
		!strings.Contains(got, "against bm25, against the best of head and idf and with the reader's scores against the whole text, over") || strings.Contains(got, "Without a reader") {
		t.Errorf("with a reader: %q", got)
	}
	if strings.Contains(m, "by chance") {
		t.Error("chance is spoken of")
	}
}
