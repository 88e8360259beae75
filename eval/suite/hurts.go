package suite

import (
	"cmp"
	"slices"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

// leastItems is how many items a mean needs to be called worse: an interval over fewer
// says nothing.
const leastItems = 5

// simple are the baselines of which the best is to be beaten at every rate.
var simple = []string{"random", "head", "tail", "middle"}

// hurts lists where a column of pith or of a peer is worse with 95 % confidence: than the
// arm that gains are over, than the best of the simple baselines on these very items, and,
// where a reader answered, than the whole text. Without a reader a shortened text is worse
// than the whole one by construction, which is not listed.
func (r *run) hurts(p part, c int, cell *report.Cell) []report.Hurt {
	if k := r.cols[c].arm.Kind; k != "pith" && k != "peer" {
		return nil
	}
	var out []report.Hurt
	for _, m := range r.measureNames() {
		add := func(than string, by *eval.Estimate) {
			if by != nil && by.High < 0 {
				out = append(out, report.Hurt{Arm: cell.Arm, Rate: cell.Rate, Task: cell.Task, Measure: m, Than: than, By: *by})
			}
		}
		v, ok := cell.Values[m]
		if !ok || v.Items < leastItems {
			continue
		}
		if m == score {
			add(eval.Full().Name(), v.Loss)
		}
		if r.Against != eval.Full().Name() {
			add(r.Against, v.Gain)
		}
		if best := r.bestSimple(p, c, m); best != "" && best != r.Against {
			add(best, r.versus(p, c, best, m))
		}
	}
	return out
}

// bestSimple returns the simple baseline that does best at a column's rate over the items
// that both have, the earlier arm of equals; "" if there is none.
func (r *run) bestSimple(p part, c int, measure string) string {
	best, least := "", 0.0
	for _, a := range r.Arms {
		if !slices.Contains(simple, a.Name()) || a.Kind != "baseline" {
			continue
		}
		other := r.column(a.Name(), r.cols[c].rate)
		if other < 0 {
			continue
		}
		d := r.differences(p, c, other, measure)
		if count(d) == 0 {
			continue
		}
		if lead := r.mean(measure, d); best == "" || lead < least {
			best, least = a.Name(), lead
		}
	}
	return best
}

// mean is that of [run.estimate].
func (r *run) mean(measure string, strata [][]float64) float64 {
	if measure == score {
		return eval.BootstrapStratified(strata, 1, 0).Mean
	}
	return eval.Bootstrap(slices.Concat(strata...), 1, 0).Mean
}

// sortHurts puts the largest loss first; equals stay in the order of arm, rate and task.
func sortHurts(hurts []report.Hurt) {
	slices.SortStableFunc(hurts, func(a, b report.Hurt) int { return cmp.Compare(a.By.Mean, b.By.Mean) })
}
