package stat

import (
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	tests := map[string]struct {
		sorted []time.Duration
		q      float64
		want   time.Duration
	}{
		"none":           {nil, 0.5, 0},
		"one":            {hundred[:1], 0.99, 1},
		"median":         {hundred, 0.5, 50},
		"median_of_odd":  {hundred[:5], 0.5, 3},
		"p99":            {hundred, 0.99, 99},
		"most":           {hundred, 1, 100},
		"between_values": {hundred[:10], 0.99, 10},
	}
	for name, tt := range tests {
		if got := Quantile(tt.sorted, tt.q); got != tt.want {
			t.Errorf("%s: got %d, want %d", name, got, tt.want)
		}
	}
}

func TestSpreadOf(t *testing.T) {
	tests := map[string]struct {
		values []float64
		want   Spread
	}{
		"none":         {nil, Spread{}},
		"one":          {[]float64{7}, Spread{7, 7, 7}},
		"two":          {[]float64{4, 0}, Spread{1, 2, 3}},
		"five":         {[]float64{5, 1, 4, 2, 3}, Spread{2, 3, 4}},
		"one_is_wild":  {[]float64{1, 2, 3, 4, 1000}, Spread{2, 3, 4}},
		"all_the_same": {[]float64{2, 2, 2}, Spread{2, 2, 2}},
	}
	for name, tt := range tests {
		if got := SpreadOf(tt.values); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// What both sides of a round share goes out of the difference.
func TestDifferences(t *testing.T) {
	with := []time.Duration{3 * time.Millisecond, 103 * time.Millisecond, 5 * time.Millisecond}
	without := []time.Duration{1 * time.Millisecond, 101 * time.Millisecond}
	if got := Differences(with, without); got != (Spread{2, 2, 2}) {
		t.Errorf("got %v", got)
	}
}
