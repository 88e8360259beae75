package reference

import (
	"math"
	"slices"
	"strings"
)

// SpikeRule says how the threshold of spikes follows from a chunk's lines.
type SpikeRule string

// The rules. The reference has all four, and uses Std.
const (
	Std       SpikeRule = "std"        // mean + k standard deviations
	RobustStd SpikeRule = "robust_std" // median + k·1.4826 median absolute deviations
	IQR       SpikeRule = "iqr"        // third quartile + k interquartile ranges
	MAD       SpikeRule = "mad"        // median + k median absolute deviations
)

// threshold returns the least difference in bits that makes a spike. Lines count whose
// bits are finite and above 0; if there are fewer than three it is 0.5.
func threshold(bits []float64, rule SpikeRule, k float64) float64 {
	var v []float64
	for _, b := range bits {
		if finite(b) && b > 0 {
			v = append(v, b)
		}
	}
	if len(v) < 3 {
		return 0.5
	}
	slices.Sort(v)
	switch rule {
	case RobustStd:
		return quantile(v, 0.5) + k*1.4826*deviation(v)
	case IQR:
		return quantile(v, 0.75) + k*(quantile(v, 0.75)-quantile(v, 0.25))
	case MAD:
		return quantile(v, 0.5) + k*deviation(v)
	default:
		mean, sigma := moments(v)
		return mean + k*sigma
	}
}

func moments(v []float64) (mean, sigma float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		sigma += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(sigma)
}

// quantile interpolates between the two nearest of the sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-2)
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// deviation is the median distance from the median.
func deviation(sorted []float64) float64 {
	middle := quantile(sorted, 0.5)
	d := make([]float64, len(sorted))
	for i, x := range sorted {
		d[i] = math.Abs(x - middle)
	}
	slices.Sort(d)
	return quantile(d, 0.5)
}

// spikes returns the inner lines that are no less surprising than both neighbours and
// more than one of them by least. It is a difference that is compared with what is the
// middle of the values, so spikes are rare.
func spikes(bits []float64, least float64) []int {
	var out []int
	for i := 1; i < len(bits)-1; i++ {
		if !finite(bits[i]) {
			continue
		}
		left, right := rise(bits[i], bits[i-1]), rise(bits[i], bits[i+1])
		if left >= 0 && right >= 0 && max(left, right) >= least {
			out = append(out, i)
		}
	}
	return out
}

// rise is how much here is above a neighbour, 0 if the neighbour is not finite.
func rise(here, neighbour float64) float64 {
	if !finite(neighbour) {
		return 0
	}
	return here - neighbour
}

// blocks cuts lines after each spike.
func blocks(lines []string, spikes []int) []string {
	var out []string
	from := 0
	for _, s := range spikes {
		out = append(out, strings.Join(lines[from:s+1], "\n"))
		from = s + 1
	}
	return append(out, strings.Join(lines[from:], "\n"))
}
