package eval

import (
	"math/rand/v2"
	"slices"
)

// DefaultResamples is enough for the second decimal of a bound to stand.
const DefaultResamples = 2000

// Estimate is a mean with its 95 % interval: the 2.5th and 97.5th percentile of
// the means of bootstrap resamples (Efron, 1979).
type Estimate struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Bootstrap estimates the mean of values, all zero if there are none. Calls with
// the same seed and as many values draw the same resamples.
func Bootstrap(values []float64, resamples int, seed uint64) Estimate {
	return BootstrapStratified([][]float64{values}, resamples, seed)
}

// BootstrapStratified estimates the mean of the strata's means, so that each stratum
// weighs the same, whatever it has of values. A resample draws from every stratum as many
// values as it has. Strata without values do not count; one alone is [Bootstrap]. Calls
// with the same seed and sizes draw the same resamples.
func BootstrapStratified(strata [][]float64, resamples int, seed uint64) Estimate {
	n := 0
	var full [][]float64
	for _, s := range strata {
		if len(s) > 0 {
			n += len(s)
			full = append(full, s)
		}
	}
	if n == 0 {
		return Estimate{}
	}
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	means := make([]float64, resamples)
	for b := range means {
		for _, s := range full {
			sum := 0.0
			for range s {
				sum += s[rng.IntN(len(s))]
			}
			means[b] += sum / float64(len(s))
		}
		means[b] /= float64(len(full))
	}
	slices.Sort(means)
	mean := 0.0
	for _, s := range full {
		sum := 0.0
		for _, v := range s {
			sum += v
		}
		mean += sum / float64(len(s))
	}
	// The ranks leave 2.5 % of the resamples outside on either side.
	out := int(0.025 * float64(resamples))
	return Estimate{Mean: mean / float64(len(full)), Low: means[out], High: means[resamples-1-out]}
}

// Paired estimates the mean of a−b over the same items.
func Paired(a, b []float64, resamples int, seed uint64) Estimate {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return Bootstrap(d, resamples, seed)
}
