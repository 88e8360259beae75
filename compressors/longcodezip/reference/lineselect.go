package reference

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

const smoothing = 5 // lines

// selectLines chooses lines without a knapsack: those of preserved blocks, then the
// others by their block's value, smoothed, until ratio of all lines is kept. It returns
// all lines and which are chosen.
func selectLines(blocks []string, values []float64, preserved []int, ratio float64) (lines []string, kept []bool, s Selection) {
	var raw []float64
	for i, b := range blocks {
		for l := range strings.SplitSeq(b, "\n") {
			lines, raw = append(lines, l), append(raw, values[i])
			kept = append(kept, slices.Contains(preserved, i))
		}
	}
	s = Selection{Method: "greedy_line_by_line", Total: len(lines)}
	for _, k := range kept {
		if k {
			s.Preserved++
		}
	}
	s.Selected = s.Preserved
	for _, i := range byScore(raw, kept) {
		if s.Selected >= int(float64(len(lines))*ratio) {
			break
		}
		kept[i] = true
		s.Selected++
	}
	return lines, kept, s
}

// byScore returns the lines not kept yet that have a finite score, by their smoothed
// scores, the highest first.
func byScore(raw []float64, kept []bool) []int {
	var out []int
	for i, v := range raw {
		if !kept[i] && finite(v) {
			out = append(out, i)
		}
	}
	smooth := smoothed(raw)
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(smooth[b], smooth[a]) })
	return out
}

// smoothed is the moving average of scores, over what there is of the window at the ends.
// A score that is not finite counts as the least that is.
func smoothed(raw []float64) []float64 {
	least := math.Inf(1)
	for _, v := range raw {
		if finite(v) {
			least = min(least, v)
		}
	}
	if math.IsInf(least, 1) {
		least = 0
	}
	out := make([]float64, len(raw))
	for i := range raw {
		from, to := max(0, i-smoothing/2), min(len(raw), i+smoothing/2+1)
		for _, v := range raw[from:to] {
			if !finite(v) {
				v = least
			}
			out[i] += v
		}
		out[i] /= float64(to - from)
	}
	return out
}
