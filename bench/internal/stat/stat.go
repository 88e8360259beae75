// Package stat has the few figures that the benchmarks of times report.
package stat

import (
	"math"
	"slices"
	"time"
)

// Quantile is the least of the sorted values that a share q of them, in (0, 1], does
// not exceed; 0 if there are none.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(i, 1), len(sorted))-1]
}

// Median sorts values and returns their [Quantile] of a half.
func Median(values []time.Duration) time.Duration {
	slices.Sort(values)
	return Quantile(values, 0.5)
}

// A Spread is the median of some values and the quartiles around it.
type Spread struct{ Low, Median, High float64 }

// SpreadOf returns the spread of the values, of a few of which neither quartile is one:
// what lies between two of them is taken from the straight line. No values give zeros.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 {
		x := q * float64(len(sorted)-1)
		i := int(x)
		if i+1 == len(sorted) {
			return sorted[i]
		}
		return sorted[i] + (x-float64(i))*(sorted[i+1]-sorted[i])
	}
	return Spread{at(0.25), at(0.5), at(0.75)}
}

// Differences returns the spread of a[i] - b[i] over the rounds that both have, in
// milliseconds.
func Differences(a, b []time.Duration) Spread {
	var d []float64
	for i := range min(len(a), len(b)) {
		d = append(d, Milliseconds(a[i]-b[i]))
	}
	return SpreadOf(d)
}

// Milliseconds is d as a number.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
