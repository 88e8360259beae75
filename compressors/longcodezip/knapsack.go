package longcodezip

import (
	"cmp"
	"math"
	"slices"
)

// Bounds of the exact knapsack: the capacity in buckets, and cells of its table.
const (
	maxBuckets = 4096
	maxCells   = 1 << 23
)

// knapsack returns, ascending, the indexes of those items whose values sum up to the most
// while their weights are within a capacity (section 3.3 of the paper). Items that are
// preserved are in it whatever they weigh, and what is not worth anything is not. Ties go
// to the lower index. Of capacities above maxBuckets weights are rounded up to buckets,
// and of very many items the densest are taken.
func knapsack(weights []int, values []float64, preserved []bool, capacity int) []int {
	var chosen, items []int
	for i := range weights {
		switch {
		case preserved != nil && preserved[i]:
			chosen = append(chosen, i)
			capacity -= weights[i]
		case values[i] > 0 && !math.IsInf(values[i], 0): // not for NaN
			items = append(items, i)
		}
	}
	if capacity <= 0 {
		return chosen
	}
	scale := (capacity + maxBuckets - 1) / maxBuckets
	if buckets := capacity / scale; len(items)*(buckets+1) <= maxCells {
		chosen = append(chosen, exact(items, weights, values, scale, buckets)...)
	} else {
		chosen = append(chosen, densest(items, weights, values, capacity)...)
	}
	slices.Sort(chosen)
	return chosen
}

// exact fills best[w] with the most value of the items from i on within w buckets, from
// the last item to the first, so that on the way back the first of equals is taken.
func exact(items, weights []int, values []float64, scale, buckets int) []int {
	best := make([]float64, buckets+1)
	took := make([][]bool, len(items))
	for i := len(items) - 1; i >= 0; i-- {
		took[i] = make([]bool, buckets+1)
		need := (weights[items[i]] + scale - 1) / scale
		for w := buckets; w >= need; w-- {
			if v := best[w-need] + values[items[i]]; v >= best[w] {
				best[w], took[i][w] = v, true
			}
		}
	}
	var chosen []int
	w := buckets
	for i := range items {
		if took[i][w] {
			chosen = append(chosen, items[i])
			w -= (weights[items[i]] + scale - 1) / scale
		}
	}
	return chosen
}

func densest(items, weights []int, values []float64, capacity int) []int {
	density := func(i int) float64 { return values[i] / float64(max(1, weights[i])) }
	slices.SortStableFunc(items, func(a, b int) int { return cmp.Compare(density(b), density(a)) })
	var chosen []int
	for _, i := range items {
		if weights[i] <= capacity {
			chosen = append(chosen, i)
			capacity -= weights[i]
		}
	}
	return chosen
}
