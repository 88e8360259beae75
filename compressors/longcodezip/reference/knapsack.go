package reference

import (
	"cmp"
	"math"
	"slices"
)

// Up to these sizes the reference solves the knapsack exactly.
const (
	exactItems    = 100
	exactCapacity = 2000
)

// item is a block that may be chosen.
type item struct {
	index, weight int
	value         float64
}

func (it item) density() float64 { return it.value / float64(max(it.weight, 1)) }

// knapsack chooses blocks of at most target tokens in all. The preserved ones come first,
// even if they alone are too many. Blocks are of weights tokens each; what joins them and
// marks gaps is not counted.
func knapsack(weights []int, values []float64, target int, preserved []int) (chosen []int, s Selection) {
	s = Selection{Method: "knapsack", Weights: weights}
	kept := make([]bool, len(weights))
	capacity := target
	for _, i := range preserved {
		kept[i] = true
		capacity -= weights[i]
	}
	if capacity <= 0 {
		s.PreservedOnly = true
		s.total(preserved, values)
		return preserved, s
	}
	extra := solve(items(weights, values, kept), capacity)
	chosen = slices.Concat(preserved, extra)
	slices.Sort(chosen)
	s.Preserved, s.Selected, s.Total = len(preserved), len(extra), len(chosen)
	s.total(chosen, values)
	return chosen, s
}

func (s *Selection) total(chosen []int, values []float64) {
	for _, i := range chosen {
		s.TotalValue += values[i]
		s.TotalWeight += s.Weights[i]
	}
}

// items returns the blocks that are not kept yet, the densest first. A value that is not
// finite becomes 0.
func items(weights []int, values []float64, kept []bool) []item {
	var out []item
	for i, w := range weights {
		if kept[i] {
			continue
		}
		v := values[i]
		if !finite(v) {
			v = 0
		}
		out = append(out, item{i, w, v})
	}
	slices.SortStableFunc(out, func(a, b item) int { return cmp.Compare(b.density(), a.density()) })
	return out
}

func solve(items []item, capacity int) []int {
	if len(items) <= exactItems && capacity <= exactCapacity {
		return exact(items, capacity)
	}
	return greedy(items, capacity)
}

// exact returns the indexes of the items with the greatest sum of values. An item is only
// taken if that raises the sum, so none of value 0 or less is.
func exact(items []item, capacity int) []int {
	best := make([][]float64, len(items)+1)
	best[0] = make([]float64, capacity+1)
	for i, it := range items {
		best[i+1] = slices.Clone(best[i])
		for w := it.weight; w <= capacity; w++ {
			best[i+1][w] = math.Max(best[i][w], best[i][w-it.weight]+it.value)
		}
	}
	var out []int
	for i, w := len(items), capacity; i > 0; i-- {
		if best[i][w] != best[i-1][w] {
			out = append(out, items[i-1].index)
			w -= items[i-1].weight
		}
	}
	return out
}

// greedy takes what fits in the order of items, whatever it is worth.
func greedy(items []item, capacity int) []int {
	var out []int
	for _, it := range items {
		if it.weight <= capacity {
			out = append(out, it.index)
			capacity -= it.weight
		}
	}
	return out
}
