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

// differences are those of column c to column other, over the items that both have.
func (r *run) differences(p part, c, other int, measure string) [][]float64 {
	return r.collect(p, func(i int) (float64, bool) {
		if r.rows[i][other] == nil {
			return 0, false
		}
		a, ok := r.rows[i][c].Values[measure]
		b, too := r.rows[i][other].Values[measure]
		return a - b, ok && too
	})
}

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

// estimate is the mean over items; a reader's score is the mean of the tasks' means.
func (r *run) estimate(measure string, strata [][]float64) eval.Estimate {
	if measure == score {
		return eval.BootstrapStratified(strata, r.Resamples, r.Seed)
	}
	return eval.Bootstrap(slices.Concat(strata...), r.Resamples, r.Seed)
}

// versus estimates the difference of column c to an arm at the same rate, or to one with
// a rate of its own. It is nil if there is no such arm, or none of the items has both.
func (r *run) versus(p part, c int, arm, measure string) *eval.Estimate {
	other := r.column(arm, r.cols[c].rate)
	if other < 0 {
		return nil
	}
	d := r.differences(p, c, other, measure)
	if count(d) == 0 {
		return nil
	}
	e := r.estimate(measure, d)
	return &e
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
		if limit := r.limit(i, c); limit > 0 && got.Kept > limit {
			cell.OverBudget++
		}
		if col.arm.Reader == nil {
			times = append(times, r.cold(i, col.arm))
		}
	}
	cell.KeptRate = eval.Bootstrap(rates, r.Resamples, r.Seed)
	cell.P50, cell.P95 = percentile(times, 50), percentile(times, 95)
	for _, m := range r.measureNames() {
		values := r.values(p, c, m)
		if count(values) == 0 {
			continue
		}
		cell.Values[m] = report.Value{
			Items:    count(values),
			Estimate: r.estimate(m, values),
			Loss:     r.versus(p, c, eval.Full().Name(), m),
			Gain:     r.versus(p, c, r.Against, m),
		}
	}
	return cell
}

// columnReport is what the report has of one column.
type columnReport struct {
	cells []report.Cell
	hurts []report.Hurt
}

// columnReports are by column.
func (r *run) columnReports(ctx context.Context) ([]columnReport, error) {
	out := make([]columnReport, len(r.cols))
	err := eval.ForEach(ctx, len(r.cols), nil, func(_ context.Context, c int) error {
		for _, p := range r.parts(c) {
			cell := r.cell(p, c)
			out[c].cells = append(out[c].cells, cell)
			out[c].hurts = append(out[c].hurts, r.hurts(p, c, &cell)...)
		}
		return nil
	})
	return out, err
}
