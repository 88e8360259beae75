package main

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"
)

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*max(1, math.Abs(want)) }

func TestFit(t *testing.T) {
	tests := map[string]struct {
		x, y []float64
		want line
	}{
		"exact":      {[]float64{1, 2, 4}, []float64{5, 7, 11}, line{3, 2, 1}},
		"falling":    {[]float64{0, 1}, []float64{1, -1}, line{1, -2, 1}},
		"level":      {[]float64{1, 2, 3}, []float64{4, 4, 4}, line{4, 0, 1}},
		"anscombe_1": {[]float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}, []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}, line{3.000090909090909, 0.5000909090909091, 0.6665424595087751}},
		"no_trend":   {[]float64{-1, 0, 1}, []float64{1, 0, 1}, line{2. / 3, 0, 0}},
	}
	for name, tt := range tests {
		got := fit(tt.x, tt.y)
		if !near(got.a, tt.want.a) || !near(got.b, tt.want.b) || !near(got.r2, tt.want.r2) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestFitPower(t *testing.T) {
	x := []float64{5, 10, 20, 40, 80}
	for _, e := range []float64{1, 2, 0.5} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = 3 * math.Pow(x[i], e)
		}
		if got := fitPower(x, y); !near(got.b, e) || !near(math.Exp(got.a), 3) || !near(got.r2, 1) {
			t.Errorf("exponent %v: got %+v", e, got)
		}
	}
}

func times(values ...int) (out []time.Duration) {
	for _, v := range values {
		out = append(out, time.Duration(v))
	}
	return out
}

func TestSmirnov(t *testing.T) {
	tests := map[string]struct {
		a, b             []time.Duration
		distance, likely float64
	}{
		"one_of_each":      {times(1), times(2), 1, 1},
		"the_same":         {times(1, 2, 3), times(3, 1, 2), 0, 1},
		"apart":            {times(1, 2, 3), times(4, 5, 6), 1, 2. / 20},
		"apart_5":          {times(1, 2, 3, 4, 5), times(16, 17, 18, 19, 20), 1, 2. / 252},
		"apart_uneven":     {times(9, 8), times(1, 2, 3), 1, 2. / 10},
		"interleaved":      {times(1, 3, 5), times(2, 4, 6), 1. / 3, 1},
		"ten_and_six":      {times(1, 2, 3, 4, 5, 6, 17, 18, 19, 20), times(7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 0.6, 0.052447552447552447},
		"ties_of_several":  {times(1, 1, 1), times(1, 1, 2), 1. / 3, 1},
		"a_tie_is_no_step": {times(1, 2), times(2, 3), 0.5, 1},
	}
	for name, tt := range tests {
		d, p := smirnov(tt.a, tt.b)
		if !near(d, tt.distance) || !near(p, tt.likely) {
			t.Errorf("%s: got %v and %v, want %v and %v", name, d, p, tt.distance, tt.likely)
		}
	}
}

// All orders of small samples are counted one by one.
func TestStrayedCountsOrders(t *testing.T) {
	for m := 1; m <= 6; m++ {
		for n := 1; n <= 6; n++ {
			for far := 0; far <= m*n; far++ {
				all, off := 0, 0
				for order := range uint(1) << (m + n) {
					if bits.OnesCount(order) != m {
						continue
					}
					all++
					if farthest(order, m, n) >= far {
						off++
					}
				}
				if got, want := strayed(m, n, far), float64(off)/float64(all); !near(got, want) {
					t.Fatalf("%d and %d values, distance %d/%d: got %v, want %v", m, n, far, m*n, got, want)
				}
			}
		}
	}
}

func farthest(order uint, m, n int) (most int) {
	i, j := 0, 0
	for k := range m + n {
		if order>>k&1 == 1 {
			i++
		} else {
			j++
		}
		most = max(most, i*n-j*m, j*m-i*n)
	}
	return most
}

// Samples of one distribution are taken for two about as often as the level says, and
// those of two distributions mostly are.
func TestSmirnovTellsApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sample := func(shift float64) (out []time.Duration) {
		for range 40 {
			out = append(out, time.Duration(1e6*(10+shift+random.NormFloat64())))
		}
		return out
	}
	const runs = 200
	same, other := 0, 0
	for range runs {
		if _, p := smirnov(sample(0), sample(0)); p < 0.05 {
			same++
		}
		if _, p := smirnov(sample(0), sample(1.5)); p < 0.05 {
			other++
		}
	}
	if same > runs*10/100 || other < runs*95/100 {
		t.Errorf("of %d pairs, %d of one distribution and %d of two are told apart", runs, same, other)
	}
}

func TestQuantileWantsNoOrder(t *testing.T) {
	values := times(5, 1, 4, 2, 3)
	for q, want := range map[float64]time.Duration{0.2: 1, 0.5: 3, 0.99: 5, 1: 5} {
		if got := quantile(values, q); got != want {
			t.Errorf("%v: got %d, want %d", q, got, want)
		}
	}
	if values[0] != 5 {
		t.Error("the values were put in order")
	}
}
