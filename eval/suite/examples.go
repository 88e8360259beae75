package suite

import (
	"slices"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/report"
)

// examples marks n items, spread over the tasks: with fewer tasks than n their first
// items, then their second ones, and so on; with more, the first items of some.
func examples(set *dataset.Set, n int) []bool {
	marked := make([]bool, len(set.Items))
	byTask := map[string][]int{}
	var tasks []string
	for i, it := range set.Items {
		if !showable(it.Context) {
			continue
		}
		if byTask[it.Dataset] == nil {
			tasks = append(tasks, it.Dataset)
		}
		byTask[it.Dataset] = append(byTask[it.Dataset], i)
	}
	if n > 0 && n < len(tasks) {
		some := make([]string, n)
		for k := range some {
			some[k] = tasks[k*len(tasks)/n]
		}
		tasks = some
	}
	for round := 0; n > 0; round++ {
		before := n
		for _, t := range tasks {
			if n > 0 && round < len(byTask[t]) {
				marked[byTask[t][round]] = true
				n--
			}
		}
		if n == before {
			break
		}
	}
	return marked
}

// showsAt reports whether a result is part of an example: what pith and the main baseline
// keep at the middle rate, where texts are shortened here and not by a reader.
func (r *run) showsAt(i, c int) bool {
	col := &r.cols[c]
	if !r.shows[i] || col.arm.Reader != nil {
		return false
	}
	if col.arm.Kind != "pith" && col.arm.Name() != r.mainBaseline() {
		return false
	}
	return col.arm.Fixed || col.rate == r.Rates[len(r.Rates)/2]
}

// mainBaseline is the arm that gains are over, or else the first baseline.
func (r *run) mainBaseline() string {
	baseline := func(a Arm) bool { return a.Kind == "baseline" }
	if i := slices.IndexFunc(r.Arms, func(a Arm) bool { return a.Name() == r.Against }); i >= 0 && baseline(r.Arms[i]) {
		return r.Against
	}
	if i := slices.IndexFunc(r.Arms, baseline); i >= 0 {
		return r.Arms[i].Name()
	}
	return ""
}

// examples are those of the report, in the order of the items.
func (r *run) examples() []report.Example {
	var out []report.Example
	for i := range r.Set.Items {
		if !r.shows[i] {
			continue
		}
		it := r.task(i).Ask(r.Set.Items[i], r.Counter).Item
		e := report.Example{ID: it.ID, Task: it.Dataset, Question: it.Question, Answers: it.Answers, Text: it.Context}
		for c := range r.cols {
			if r.showsAt(i, c) && r.rows[i][c] != nil {
				e.Shown = append(e.Shown, r.shown(i, c))
			}
		}
		if e.Shown != nil {
			e.Clip()
			out = append(out, e)
		}
	}
	return out
}

func (r *run) shown(i, c int) report.Shortened {
	got, col := r.rows[i][c], &r.cols[c]
	s := report.Shortened{Arm: col.arm.Name(), Rate: col.rate, Full: r.full[i], Kept: got.Kept, Values: got.Values}
	s.Spans, s.Text = got.Shown.Spans, got.Shown.Text
	if got.Read != nil && r.Answers {
		s.Answer = got.Read.Answer
	}
	return s
}

// outcomes are by item, arm, rate.
func (r *run) outcomes() []report.Outcome {
	out := make([]report.Outcome, 0, r.total)
	for i, it := range r.Set.Items {
		for c, got := range r.rows[i] {
			if got == nil {
				continue
			}
			col := &r.cols[c]
			o := report.Outcome{ID: it.ID, Item: r.asked[i], Task: it.Dataset, Arm: col.arm.Name(), Rate: col.rate,
				Full: r.full[i], Limit: r.limit(i, c), Kept: got.Kept, Refused: got.Refused,
				Values: got.Values, Read: r.reading(got), Millis: got.Millis}
			out = append(out, o)
		}
	}
	return out
}

// limit is 0 for an arm with a rate of its own.
func (r *run) limit(i, c int) int {
	if r.cols[c].arm.Fixed {
		return 0
	}
	return r.cols[c].limit(r.full[i], r.Options).Units
}

func (r *run) reading(got *row) *report.Reading {
	if got.Read == nil {
		return nil
	}
	out := &report.Reading{PromptTokens: got.Read.PromptTokens, CachedTokens: got.Read.CachedTokens,
		CompletionTokens: got.Read.CompletionTokens, Dollars: r.dollars(got.Read), TooLong: got.tooLong()}
	if r.Answers {
		out.Answer = got.Read.Answer
	}
	return out
}

// dollars is what an answer costs, whether it was paid now or in an earlier run.
func (o *Options) dollars(a *reading) float64 {
	// The conversions keep the sum from being fused, and so the same on every machine.
	return (float64(o.Input*float64(a.PromptTokens)) + float64(o.Output*float64(a.CompletionTokens))) / 1e6
}

// emptyAsWhole is the share that is kept of a text: all of one without tokens.
func emptyAsWhole(kept, full int) float64 {
	if full == 0 {
		return 1
	}
	return float64(kept) / float64(full)
}
