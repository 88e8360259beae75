package suite

import (
	"slices"

	"github.com/pith-proxy/pith/eval"
)

// weighed are a measure's strata: a reader's score is the mean of the tasks' means, and
// everything else is over items.
func weighed(measure string, strata [][]float64) [][]float64 {
	if measure == score {
		return slices.DeleteFunc(slices.Clone(strata), func(s []float64) bool { return len(s) == 0 })
	}
	return [][]float64{slices.Concat(strata...)}
}

// estimates are means to be resampled, together where the resamples are the same.
type estimates []estimate

type estimate struct {
	strata [][]float64
	into   *eval.Estimate
}

// shares are the measures, by task and "" for all, whose every value in the run is 0 or 1,
// whichever arm's it is. Their means are shares, of which resamples would say too little: of
// equal values all are alike. The arms have one kind of interval, or the better one would
// look less certain.
type shares map[string]map[string]bool

func (r *run) findShares() shares {
	out := shares{"": {}}
	for _, t := range r.Set.Tasks {
		out[t.Name] = map[string]bool{}
	}
	for i, it := range r.Set.Items {
		for _, got := range r.rows[i] {
			if got != nil {
				out.see("", got.Values)
				out.see(it.Dataset, got.Values)
			}
		}
	}
	return out
}

func (s shares) see(task string, values map[string]float64) {
	for m, v := range values {
		before, seen := s[task][m]
		s[task][m] = (before || !seen) && (v == 0 || v == 1)
	}
}

// mean is that of a measure, which is a share or not.
func (e *estimates) mean(measure string, share bool, values [][]float64, into *eval.Estimate) {
	strata := weighed(measure, values)
	if share && len(strata) == 1 {
		*into = eval.Proportion(ones(strata[0]), len(strata[0]))
		return
	}
	*e = append(*e, estimate{strata, into})
}

// difference is the mean of a measure's differences, nil if there are none.
func (e *estimates) difference(measure string, d [][]float64) *eval.Estimate {
	if count(d) == 0 {
		return nil
	}
	into := &eval.Estimate{}
	*e = append(*e, estimate{weighed(measure, d), into})
	return into
}

// resample fills in the estimates.
func (r *run) resample(all estimates) {
	for len(all) > 0 {
		var alike, rest estimates
		var strata [][][]float64
		for _, e := range all {
			if slices.EqualFunc(e.strata, all[0].strata, func(a, b []float64) bool { return len(a) == len(b) }) {
				alike, strata = append(alike, e), append(strata, e.strata)
			} else {
				rest = append(rest, e)
			}
		}
		for k, got := range eval.BootstrapEach(strata, r.Resamples, r.Seed) {
			*alike[k].into = got
		}
		all = rest
	}
}

func ones(values []float64) int {
	k := 0
	for _, v := range values {
		if v == 1 {
			k++
		}
	}
	return k
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
