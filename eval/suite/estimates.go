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

// mean is that of a measure. Where each value is 0 or 1 it is a share, of which resamples
// would say too little: of equal values all are alike.
func (e *estimates) mean(measure string, values [][]float64, into *eval.Estimate) {
	strata := weighed(measure, values)
	if len(strata) == 1 {
		if k, ok := ones(strata[0]); ok {
			*into = eval.Proportion(k, len(strata[0]))
			return
		}
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

// ones counts them; false if there is another value but 0.
func ones(values []float64) (int, bool) {
	k := 0
	for _, v := range values {
		switch v {
		case 0:
		case 1:
			k++
		default:
			return 0, false
		}
	}
	return k, true
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
