package reference

import "math"

// allocate gives each selected chunk the fraction of it to keep, from its number of lines
// and its score. Chunks under minLines are kept whole, and the others share what is left
// of ratio times all lines, by their scores. A budget that leaves no line for them, or
// all, is never written down, so that all of them are kept whole.
func allocate(lines []int, scores []float64, ratio, beta float64, minLines int) []float64 {
	out := make([]float64, len(lines))
	var total, small, large int
	var big []int
	for i, n := range lines {
		total, out[i] = total+n, 1
		if n < minLines {
			small += n
			continue
		}
		large, big = large+n, append(big, i)
	}
	budget := max(0, int(float64(total)*ratio)-small)
	if budget == 0 || budget >= large {
		return out
	}
	share(out, big, lines, scores, budget, large, beta)
	return out
}

// share writes the fractions of the chunks big to out: budget of their large lines, more
// for higher scores.
func share(out []float64, big, lines []int, scores []float64, budget, large int, beta float64) {
	even := float64(budget) / float64(large)
	low, high := finiteRange(scores, big)
	kept := 0.0
	for _, i := range big {
		out[i] = even
		if low < high {
			out[i] = clamp(even * (1 + float64(beta*(normal(scores[i], low, high)-0.5)*2)))
		}
		kept += out[i] * float64(lines[i])
	}
	if low >= high || kept <= 0 || math.Abs(kept-float64(budget)) <= 1 {
		return
	}
	factor := float64(budget) / kept
	for _, i := range big {
		out[i] = clamp(out[i] * factor)
	}
}

// finiteRange is the least and the greatest finite score, low > high if there is none.
func finiteRange(scores []float64, of []int) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, i := range of {
		if finite(scores[i]) {
			low, high = min(low, scores[i]), max(high, scores[i])
		}
	}
	return low, high
}

// normal is where in low..high score is, 0 for one that is not finite.
func normal(score, low, high float64) float64 {
	if !finite(score) {
		return 0
	}
	return (score - low) / (high - low)
}

func clamp(x float64) float64 { return max(0, min(1, x)) }

func finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }
