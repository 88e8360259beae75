package suite

import (
	"context"
	"slices"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

// part is some items of a column: those of a task, or all that its arm takes.
type part struct {
	task  string  // "" for all
	items [][]int // by task, each with an outcome in the column
}

// parts are those of a column that have items, all of them first.
func (r *run) parts(c int) []part {
	all := part{}
	var each []part
	for _, t := range r.Set.Tasks {
		var items []int
		for i, it := range r.Set.Items {
			if it.Dataset == t.Name && r.rows[i][c] != nil {
				items = append(items, i)
			}
		}
		if items != nil {
			all.items = append(all.items, items)
			each = append(each, part{t.Name, [][]int{items}})
		}
	}
	if each == nil {
		return nil
	}
	return append([]part{all}, each...)
}

// values are a measure's, by task, of the part's items that it applies to.
func (r *run) values(p part, c int, measure string) [][]float64 {
	return r.collect(p, func(i int) (float64, bool) {
		v, ok := r.rows[i][c].Values[measure]
		return v, ok
	})
}

// differences are those of column c to column other, over the items that both have, or
// over those of them where the two are on equal terms. A score of a prompt that did not fit
// the model says nothing of what was kept, and is compared with none: to fit where the whole
// text does not is no better an answer.
func (r *run) differences(p part, c, other int, measure string, equal bool) [][]float64 {
	return r.collect(p, func(i int) (float64, bool) {
		if r.rows[i][other] == nil || equal && !(r.meets(i, c) && r.meets(i, other)) {
			return 0, false
		}
		if measure == score && (r.rows[i][c].tooLong() || r.rows[i][other].tooLong()) {
			return 0, false
		}
		a, ok := r.rows[i][c].Values[measure]
		b, too := r.rows[i][other].Values[measure]
		return a - b, ok && too
	})
}

func (r *run) meets(i, c int) bool { return report.KeepsTo(r.limit(i, c), r.rows[i][c].Kept) }

func (r *run) collect(p part, of func(item int) (float64, bool)) [][]float64 {
	out := make([][]float64, len(p.items))
	for t, items := range p.items {
		for _, i := range items {
			if v, ok := of(i); ok {
				out[t] = append(out[t], v)
			}
		}
	}
	return out
}

func count(strata [][]float64) int {
	n := 0
	for _, s := range strata {
		n += len(s)
	}
	return n
}

// column returns an arm's at a rate, or that of its own rate; -1 if there is none.
func (r *run) column(arm string, rate float64) int {
	return slices.IndexFunc(r.cols, func(c column) bool {
		return c.arm.Name() == arm && (c.rate == rate || c.arm.Fixed)
	})
}

// measureNames are the columns of values, the reader's last.
func (r *run) measureNames() []string {
	var names []string
	for _, m := range r.Measures {
		names = append(names, m.Name())
	}
	if r.Reader != nil {
		names = append(names, score)
	}
	return names
}

// cell is one column on a part of its items.
func (r *run) cell(p part, c int) report.Cell {
	col := &r.cols[c]
	cell := report.Cell{Arm: col.arm.Name(), Rate: col.rate, Task: p.task, Values: map[string]report.Value{}}
	var rates, times []float64
	for _, i := range slices.Concat(p.items...) {
		got := r.rows[i][c]
		cell.Items++
		rates = append(rates, emptyAsWhole(got.Kept, r.full[i]))
		if got.Refused {
			cell.Refused++
		}
		if got.Read != nil && got.Read.unanswered() {
			cell.Unanswered++
		}
		if limit := r.limit(i, c); limit > 0 && got.Kept > limit {
			cell.OverBudget++
		}
		if col.arm.Reader == nil {
			times = append(times, r.cold(i, col.arm))
		}
	}
	later := estimates{{[][]float64{rates}, &cell.KeptRate}}
	cell.P50, cell.P95 = percentile(times, 50), percentile(times, 95)
	names := r.measureNames()
	values := make([]report.Value, len(names))
	for k, m := range names {
		r.value(p, c, m, &values[k], &later)
	}
	r.resample(later)
	for k, m := range names {
		if values[k].Items > 0 {
			cell.Values[m] = values[k]
		}
	}
	return cell
}

// value fills in a measure's value, but for what is to be resampled.
func (r *run) value(p part, c int, measure string, v *report.Value, later *estimates) {
	values := r.values(p, c, measure)
	if v.Items = count(values); v.Items == 0 {
		return
	}
	later.mean(measure, r.shares[p.task][measure], values, &v.Estimate)
	v.KeptRate = mean(slices.Concat(r.collect(p, func(i int) (float64, bool) {
		_, ok := r.rows[i][c].Values[measure]
		return emptyAsWhole(r.rows[i][c].Kept, r.full[i]), ok
	})...))
	whole := r.column(eval.Full().Name(), r.cols[c].rate)
	if whole >= 0 {
		d := r.differences(p, c, whole, measure, false)
		v.LossItems = count(d)
		v.Loss = later.difference(measure, d)
	}
	if other := r.column(r.Against, r.cols[c].rate); other >= 0 {
		d := r.differences(p, c, other, measure, true)
		v.GainItems = count(d)
		v.Gain = later.difference(measure, d)
	}
}

// columnReport is what the report has of one column.
type columnReport struct {
	cells []report.Cell
	tests []test
}

// columnReports are by column.
func (r *run) columnReports(ctx context.Context) ([]columnReport, error) {
	out := make([]columnReport, len(r.cols))
	r.shares = r.findShares()
	err := eval.ForEach(ctx, len(r.cols), nil, func(ctx context.Context, c int) error {
		parts := r.parts(c)
		for k, p := range parts {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			out[c].cells = append(out[c].cells, r.cell(p, c))
			if len(parts) == 2 && k == 1 {
				continue // the only task is all of them, and has been tested
			}
			out[c].tests = append(out[c].tests, r.tests(p, c)...)
		}
		return nil
	})
	return out, err
}
