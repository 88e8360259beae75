package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestStudentLower(t *testing.T) {
	// Of printed tables of Student's distribution.
	for _, c := range []struct{ t, freedom, want float64 }{
		{0, 7, 0.5}, {-6.314, 1, 0.05}, {-2.015, 5, 0.05}, {-1.812, 10, 0.05}, {-2.764, 10, 0.01},
		{-2.042, 30, 0.025}, {-1.984, 100, 0.025}, {-1.96, 1e6, 0.025},
	} {
		if got := studentLower(c.t, c.freedom); math.Abs(got/c.want-1) > 2e-3 {
			t.Errorf("t %v, %v degrees: got %v, want %v", c.t, c.freedom, got, c.want)
		}
	}
}

func TestLowerTail(t *testing.T) {
	minus := slices.Repeat([]float64{-1}, 8)
	for _, c := range []struct {
		name   string
		strata [][]float64
		want   float64
	}{
		{"nothing", nil, 1},
		{"empty_strata", [][]float64{{}, nil}, 1},
		{"equal", [][]float64{make([]float64, 8)}, 1},
		{"higher", [][]float64{{1, 1, -1}}, 1},
		{"one_value", [][]float64{{-1}}, 1},
		{"not_a_number", [][]float64{{-1, math.NaN(), -1}}, 1},
		{"all_lower_alike", [][]float64{minus}, 1.0 / 256},
		{"all_lower_alike_in_two_strata", [][]float64{minus[:3], nil, minus[3:]}, 1.0 / 256},
		{"two_of_eight_can_say_no_more_than_a_quarter", [][]float64{{-9, -9, 0, 0, 0, 0, 0, 0}}, 0.25},
		// Of two values t with one degree: 1/2 + atan(t)/π, here with t = -0.2/0.1.
		{"two_values", [][]float64{{-0.1, -0.3}}, 0.25},
		{"three_values", [][]float64{{-0.3, -1, 0.1}}, studentLower(-0.4/math.Sqrt(0.31/3), 2)},
		// Means -1 and 0, variances 2 and 2/3 of 2 and 4: se sqrt(1+1/6)/2, freedom
		// (7/6)²/(1/1 + (1/6)²/3) = 147/109.
		{"strata", [][]float64{{-2, 0}, {-1, 1, 0, 0}}, studentLower(-0.5/(math.Sqrt(7.0/6)/2), 147.0/109)},
		// One value borrows the variance of the other stratum, 3/4, with its 2 degrees: se
		// sqrt(1/4+3/4)/2, freedom 1/((1/4)²/2 + (3/4)²/2) = 3.2.
		{"one_of_one", [][]float64{{-1, 0.5, 0.5}, {-2}}, studentLower(-2, 3.2)},
		{"one_borrows_the_largest", [][]float64{{-1, 0.5, 0.5}, {0, 0}, {-2}}, studentLower(-2, 3.2)},
		{"all_of_one", [][]float64{{-0.3}, {-1}, {0.1}}, studentLower(-0.4/math.Sqrt(0.31/3), 2)},
	} {
		if got := LowerTail(c.strata); !(math.Abs(got-c.want) <= 1e-12) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestLowerTailIsSeldomSmall: of equal distributions the p-value is below 5 % in about 5 %
// of samples, and in few more where there are few values or many zeros.
func TestLowerTailIsSeldomSmall(t *testing.T) {
	const samples = 4000
	draw := map[string]func(*rand.Rand) float64{
		"normal": func(r *rand.Rand) float64 { return r.NormFloat64() },
		"signs":  func(r *rand.Rand) float64 { return float64(r.IntN(3) - 1) },
	}
	for name, d := range draw {
		for _, sizes := range [][]int{{10}, {100}, {5, 50}, {20, 20, 20}, {1, 8, 30}} {
			rng := rand.New(rand.NewPCG(1, 2))
			small := 0
			for range samples {
				var strata [][]float64
				for k, n := range sizes {
					s := make([]float64, n)
					for i := range s {
						s[i] = d(rng) * float64(k+1)
					}
					strata = append(strata, s)
				}
				if LowerTail(strata) <= 0.05 {
					small++
				}
			}
			if share := float64(small) / samples; share > 0.065 || share < 0.02 && sizes[0] > 1 {
				t.Errorf("%s, %v: below 5 %% in %v", name, sizes, share)
			}
		}
	}
}

func TestHolm(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []float64
		want []bool
	}{
		{"none", nil, []bool{}},
		// 0.01 ≤ 0.05/4, 0.016 ≤ 0.05/3, 0.04 > 0.05/2
		{"step_down", []float64{0.04, 0.01, 0.016, 0.9}, []bool{false, true, true, false}},
		{"stops_at_the_first", []float64{0.013, 0.016, 0.02, 0.9}, []bool{false, false, false, false}},
		{"border", []float64{0.05}, []bool{true}},
		{"equal", []float64{0.025, 0.025}, []bool{true, true}},
		{"not_a_number", []float64{math.NaN(), 0.025}, []bool{false, true}},
	} {
		if got := Holm(c.p, 0.05); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
