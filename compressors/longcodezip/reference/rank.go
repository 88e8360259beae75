package reference

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// scores returns the AMI of each chunk with the query: zeros for an empty query, but not
// for a blank one.
func (r *reader) scores(ctx context.Context, chunks []string, query string) ([]float64, error) {
	out := make([]float64, len(chunks))
	if query == "" {
		return out, nil
	}
	alone, err := r.of(ctx, query)
	if err != nil {
		return nil, err
	}
	for i, c := range chunks {
		given, err := r.given(ctx, c, query, 1)
		if err != nil {
			return nil, err
		}
		if out[i] = alone - given; math.IsNaN(out[i]) {
			return nil, errNaN("reference.rank")
		}
	}
	return out, nil
}

// rank orders chunks by score, the highest first, ties by index.
func rank(scores []float64) []Ranked {
	out := make([]Ranked, len(scores))
	for i, s := range scores {
		out[i] = Ranked{i, s}
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

// coarse takes chunks in the order of the ranking until the budget of tokens is passed,
// and returns their indexes, ascending. The chunk that passes it is taken, and after an
// exact fit one more.
func coarse(ranking []Ranked, lengths []int, budget int) []int {
	var out []int
	for _, r := range ranking {
		out = append(out, r.Index)
		if budget -= lengths[r.Index]; budget < 0 {
			break
		}
	}
	slices.Sort(out)
	return out
}
