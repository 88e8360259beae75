package suite

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

// leastItems is how many differences a mean needs to be called worse: fewer say nothing.
const leastItems = 6

// simple are the baselines of which the best is to be beaten at every rate.
var simple = []string{"random", "head", "tail", "middle", "idf"}

// test is one mean that is compared with another.
type test struct {
	column  int
	task    string
	measure string
	than    string
	d       [][]float64 // differences, by task
	p       float64     // that the mean of the differences is not below 0
	least   float64     // p if all the differences that are not 0 were below it

	// covered: another test says it already. It counts among the tests and is not listed.
	covered bool
}

// tests compares a column of pith or of a peer with the arm that gains are over, with the
// best of the simple baselines, and, where a reader answered, with the whole text. Without
// a reader a shortened text is worse than the whole one by construction, which is not
// tested. All are over items where the two are on equal terms.
func (r *run) tests(p part, c int) []test {
	if k := r.cols[c].arm.Kind; k != "pith" && k != "peer" {
		return nil
	}
	var out []test
	for _, m := range r.measureNames() {
		add := func(than string, candidates, differing int, d [][]float64, covered bool) {
			if count(d) < leastItems {
				return
			}
			chance := min(1, float64(candidates)*eval.LowerTail(weighed(m, d)))
			least := min(1, float64(candidates)*math.Exp2(-float64(differing)))
			out = append(out, test{c, p.task, m, than, d, chance, least, covered})
		}
		against := r.column(r.Against, r.cols[c].rate)
		whole := r.column(eval.Full().Name(), r.cols[c].rate)
		if m == score && whole >= 0 {
			d := r.differences(p, c, whole, m, true)
			add(eval.Full().Name(), 1, differing(d), d, false)
		}
		if against >= 0 && against != c && against != whole {
			d := r.differences(p, c, against, m, true)
			add(r.Against, 1, differing(d), d, false)
		}
		if best := r.bestSimple(p, c, m); best.column >= 0 {
			add(r.cols[best.column].arm.Name(), best.candidates, best.differing, best.lead, best.column == against)
		}
	}
	return out
}

// leader is the simple baseline that leads by most over a column. The best of several leads
// by chance too: its p-value is to be multiplied by their number (Bonferroni).
type leader struct {
	column     int         // -1 if there is none
	candidates int         // out of which it was chosen
	differing  int         // the most differences that are not 0, of any candidate
	lead       [][]float64 // differences of the column to it, by task
}

// differing is how many values are not 0.
func differing(d [][]float64) int {
	n := 0
	for _, v := range slices.Concat(d...) {
		if v != 0 {
			n++
		}
	}
	return n
}

// bestSimple returns the leader at a column's rate, the earlier arm of equals.
func (r *run) bestSimple(p part, c int, measure string) leader {
	best, least := leader{column: -1}, 0.0
	for _, a := range r.Arms {
		if !slices.Contains(simple, a.Name()) || a.Kind != "baseline" {
			continue
		}
		other := r.column(a.Name(), r.cols[c].rate)
		if other < 0 {
			continue
		}
		d := r.differences(p, c, other, measure, true)
		if count(d) < leastItems {
			continue
		}
		best.candidates++
		best.differing = max(best.differing, differing(d))
		if m := meanOfMeans(weighed(measure, d)); best.column < 0 || m < least {
			best.column, least, best.lead = other, m, d
		}
	}
	return best
}

// meanOfMeans is that of strata that all have values.
func meanOfMeans(strata [][]float64) float64 {
	sum := 0.0
	for _, s := range strata {
		sum += mean(s)
	}
	return sum / float64(len(strata))
}

// hurts lists the means that are lower with confidence: those that [rejected] finds among
// an arm's tests, and with an interval that is below 0 as well. The largest loss is first;
// equals stay in the order of arm, rate and task.
func (r *run) hurts(ctx context.Context, columns []columnReport) ([]report.Hurt, error) {
	var lower []test
	for a := range r.Arms {
		tests := r.testsOf(&r.Arms[a], columns)
		for i, is := range rejected(tests) {
			if is && !tests[i].covered {
				lower = append(lower, tests[i])
			}
		}
	}
	out := make([]report.Hurt, len(lower))
	err := eval.ForEach(ctx, len(columns), nil, func(_ context.Context, c int) error {
		var later estimates
		for i := range lower {
			if lower[i].column == c {
				r.hurt(&lower[i], columns[c].cells, &out[i], &later)
			}
		}
		r.resample(later)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(h report.Hurt) bool { return h.By.High >= 0 })
	slices.SortStableFunc(out, func(a, b report.Hurt) int { return cmp.Compare(a.By.Mean, b.By.Mean) })
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// testsOf are an arm's, at all its rates.
func (r *run) testsOf(arm *Arm, columns []columnReport) []test {
	var out []test
	for c := range columns {
		if r.cols[c].arm == arm {
			out = append(out, columns[c].tests...)
		}
	}
	return out
}

// hurt says which mean is lower and by how much. A gain of the column's cells is not
// estimated again.
func (r *run) hurt(t *test, cells []report.Cell, h *report.Hurt, later *estimates) {
	col := &r.cols[t.column]
	*h = report.Hurt{Arm: col.arm.Name(), Rate: col.rate, Task: t.task, Measure: t.measure, Than: t.than, Items: count(t.d), P: t.p}
	if t.than != r.Against {
		*later = append(*later, estimate{weighed(t.measure, t.d), &h.By})
		return
	}
	for _, cell := range cells {
		if cell.Task == t.task {
			h.By = *cell.Values[t.measure].Gain
		}
	}
}
