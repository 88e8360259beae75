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
	n := len(values)
	if n == 0 {
		return Estimate{}
	}
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	means := make([]float64, resamples)
	for b := range means {
		sum := 0.0
		for range n {
			sum += values[rng.IntN(n)]
		}
		means[b] = sum / float64(n)
	}
	slices.Sort(means)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	// The ranks leave 2.5 % of the resamples outside on either side.
	out := int(0.025 * float64(resamples))
	return Estimate{Mean: sum / float64(n), Low: means[out], High: means[resamples-1-out]}
}

// Paired estimates the mean of a−b over the same items.
func Paired(a, b []float64, resamples int, seed uint64) Estimate {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return Bootstrap(d, resamples, seed)
}
