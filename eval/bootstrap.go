package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// DefaultResamples is enough for the second decimal of a bound to stand.
const DefaultResamples = 2000

// Estimate is a mean with its 95 % interval: the 2.5th and 97.5th percentile of
// the means of bootstrap resamples (Efron, 1979), or what [Proportion] says.
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
	return BootstrapEach([][][]float64{strata}, resamples, seed)[0]
}

// BootstrapEach is [BootstrapStratified] for each of several values of the same items,
// from the same resamples, which are drawn once. All have as many values in each stratum.
func BootstrapEach(each [][][]float64, resamples int, seed uint64) []Estimate {
	out := make([]Estimate, len(each))
	n := 0
	var sizes []int
	var rows [][]float64 // of each stratum: the values of an item side by side
	for k := range widest(each) {
		size := len(each[0][k])
		if size == 0 {
			continue
		}
		n += size
		sizes = append(sizes, size)
		rows = append(rows, sideBySide(each, k))
	}
	if n == 0 {
		return out
	}
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	means := make([][]float64, len(each))
	for v := range means {
		means[v] = make([]float64, resamples)
	}
	sums := make([]float64, len(each))
	for b := range resamples {
		for k, size := range sizes {
			clear(sums)
			for range size {
				at := rng.IntN(size) * len(each)
				for v, x := range rows[k][at : at+len(each)] {
					sums[v] += x
				}
			}
			for v, sum := range sums {
				means[v][b] += sum / float64(size)
			}
		}
		for v := range means {
			means[v][b] /= float64(len(sizes))
		}
	}
	// The ranks leave 2.5 % of the resamples outside on either side.
	rank := int(0.025 * float64(resamples))
	for v := range out {
		slices.Sort(means[v])
		out[v] = Estimate{Mean: meanOfMeans(each[v]), Low: means[v][rank], High: means[v][resamples-1-rank]}
	}
	return out
}

func widest(each [][][]float64) int {
	if len(each) == 0 {
		return 0
	}
	return len(each[0])
}

// sideBySide has the first item's values of a stratum, then the second's.
func sideBySide(each [][][]float64, stratum int) []float64 {
	out := make([]float64, 0, len(each)*len(each[0][stratum]))
	for i := range each[0][stratum] {
		for _, strata := range each {
			out = append(out, strata[stratum][i])
		}
	}
	return out
}

// meanOfMeans is the mean of the means of strata that have values.
func meanOfMeans(strata [][]float64) float64 {
	sum, full := 0.0, 0
	for _, s := range strata {
		if len(s) > 0 {
			sum += mean(s)
			full++
		}
	}
	return sum / float64(full)
}

// Paired estimates the mean of a−b over the same items.
func Paired(a, b []float64, resamples int, seed uint64) Estimate {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return Bootstrap(d, resamples, seed)
}

// Proportion estimates a share from k of n, with the interval of Wilson (1927), which has
// a width at 0 and 1 too, where a bootstrap draws n equal values and has none. It is zero
// for n = 0.
func Proportion(k, n int) Estimate {
	if n == 0 {
		return Estimate{}
	}
	const z = 1.959963984540054 // leaves 2.5 % of a normal distribution on either side
	share, size := float64(k)/float64(n), float64(n)
	// The conversions keep sums from being fused, and so the same on every machine.
	spread := math.Sqrt(float64(share*(1-share))/size + z*z/4/size/size)
	e := Estimate{
		Mean: share,
		Low:  (share + z*z/2/size - float64(z*spread)) / (1 + z*z/size),
		High: (share + z*z/2/size + float64(z*spread)) / (1 + z*z/size),
	}
	if k == 0 {
		e.Low = 0
	}
	if k == n {
		e.High = 1
	}
	return e
}
