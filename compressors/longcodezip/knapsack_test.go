package longcodezip

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestKnapsack(t *testing.T) {
	first := []bool{true, false, false, false, false}
	for _, tt := range []struct {
		name      string
		weights   []int
		values    []float64
		preserved []bool
		capacity  int
		want      []int
	}{
		{"room_for_two", []int{3, 4, 5, 6, 2}, []float64{0, 4, 5, 7, 1}, first, 14, []int{0, 2, 3}},
		{"one_token_less", []int{3, 4, 5, 6, 2}, []float64{0, 4, 5, 7, 1}, first, 13, []int{0, 1, 3}},
		{"preserved_fill_it", []int{3, 4, 5, 6, 2}, []float64{0, 4, 5, 7, 1}, first, 3, []int{0}},
		{"preserved_exceed_it", []int{3, 4, 5, 6, 2}, []float64{0, 4, 5, 7, 1}, first, 2, []int{0}},
		{"worthless_never", []int{3, 4, 5, 6, 2}, []float64{0, -1, 0, math.Inf(-1), 2}, first, 50, []int{0, 4}},
		{"no_preserved", []int{3, 4, 5, 6, 2}, []float64{1, 4, 4, 4, 1}, nil, 9, []int{1, 2}},
		{"ties_go_to_the_first", []int{2, 2, 2}, []float64{1, 1, 1}, nil, 4, []int{0, 1}},
		{"nan_is_worthless", []int{1, 1}, []float64{math.NaN(), 1}, nil, 9, []int{1}},
		{"free_item", []int{0, 9}, []float64{1, 1}, nil, 3, []int{0}},
		{"nothing", nil, nil, nil, 9, nil},
		{"negative_capacity", []int{1}, []float64{1}, nil, -5, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := knapsack(tt.weights, tt.values, tt.preserved, tt.capacity); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestKnapsackEqualsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		n := rng.IntN(13)
		weights, values := make([]int, n), make([]float64, n)
		for i := range n {
			weights[i], values[i] = rng.IntN(30), float64(rng.IntN(12)-2)
		}
		capacity := rng.IntN(120)
		weight, value := 0, 0.0
		for _, i := range knapsack(weights, values, nil, capacity) {
			weight, value = weight+weights[i], value+values[i]
		}
		if best := bruteForce(weights, values, capacity); weight > capacity || value != best {
			t.Fatalf("%v %v in %d: weight %d, value %v, want %v", weights, values, capacity, weight, value, best)
		}
	}
}

func bruteForce(weights []int, values []float64, capacity int) float64 {
	best := 0.0
	for set := range 1 << len(weights) {
		weight, value := 0, 0.0
		for i := range weights {
			if set>>i&1 == 1 {
				weight, value = weight+weights[i], value+values[i]
			}
		}
		if weight <= capacity {
			best = max(best, value)
		}
	}
	return best
}

// More room is never worth less, and no answer weighs more than there is room for, also
// where weights are rounded to buckets and where there are too many items to be exact.
func TestKnapsackCapacity(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	weights, values := make([]int, 3000), make([]float64, 3000)
	for i := range weights {
		weights[i], values[i] = 1+rng.IntN(90), rng.Float64()
	}
	last := 0.0
	for capacity := 0; capacity < 300; capacity += 7 {
		value := 0.0
		for _, i := range knapsack(weights[:60], values[:60], nil, capacity) {
			value += values[i]
		}
		if value < last-1e-9 {
			t.Fatalf("%v at %d, %v before", value, capacity, last)
		}
		last = value
	}
	for _, n := range []int{100, 1000, 3000} {
		for _, capacity := range []int{4096, 4097, 20_000, 100_000} {
			weight := 0
			chosen := knapsack(weights[:n], values[:n], nil, capacity)
			for _, i := range chosen {
				weight += weights[i]
			}
			if weight > capacity || weight < min(capacity*9/10, sum(weights[:n])*9/10) || !slices.IsSorted(chosen) {
				t.Errorf("%d items, capacity %d: weight %d", n, capacity, weight)
			}
		}
	}
}

func sum(xs []int) (n int) {
	for _, x := range xs {
		n += x
	}
	return n
}
