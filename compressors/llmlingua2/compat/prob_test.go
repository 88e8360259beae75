package compat

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// ramp returns the list 0, 1, …, n-1 in either number type.
func ramp(n int, isWide bool) []entry {
	out := make([]entry, n)
	for i := range out {
		out[i] = entry{prob{v: float64(i), wide: isWide}, 1}
	}
	return out
}

func TestPercentile(t *testing.T) {
	tests := []struct {
		name    string
		entries []entry
		q       int
		want    float64
	}{
		{"single_rounds_the_position", ramp(76, false), 84, float64(float32(62.999996))},
		{"double_does_not", ramp(76, true), 84, 63},
		{"lowest", ramp(5, false), 0, 0},
		{"highest", ramp(5, true), 100, 4},
		{"one_value", []entry{{single(0.25), 1}}, 37, 0.25},
		{"repeats_count", []entry{{single(0.5), 3}, {single(0.25), 1}}, 40, 0.5},
		{"absent_constant_does_not_widen", append(ramp(76, false), entry{wide(0), 0}), 84, float64(float32(62.999996))},
		{"present_constant_widens", append(ramp(75, false), entry{wide(75), 1}), 84, 63},
		{"between_from_below", []entry{{wide(1), 1}, {wide(2), 1}}, 25, 1.25},
		{"between_from_above", []entry{{wide(1), 1}, {wide(2), 1}}, 75, 1.75},
		{"not_a_number_spoils_all", append(ramp(3, false), entry{single(float32(math.NaN())), 1}), 0, math.NaN()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := percentile(tt.entries, tt.q)
			if err != nil || got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if _, err := percentile([]entry{{wide(1), 0}}, 50); ClassOf(err) != IndexError {
		t.Errorf("empty list: got %v, want IndexError", err)
	}
}

// TestPercentileOfRate has the truncations of the reference. A fused
// multiply-add would turn the 33 into 32.
func TestPercentileOfRate(t *testing.T) {
	want := map[float64]int{0.003: 100, 0.1: 91, 0.2: 81, 0.25: 76, 0.29: 72, 0.3: 71, 0.33: 68, 0.4: 61, 0.5: 51,
		0.55: 45, 0.57: 44, 0.6: 41, 0.66: 35, 0.68: 33, 0.7: 31, 0.75: 26, 0.8: 20, 0.9: 10}
	for rate, q := range want {
		reduce := 1 - rate
		if got, err := percentileAt(float64(100*reduce)+1, "/rate"); err != nil || got != q {
			t.Errorf("rate %v: got %d, %v, want %d", rate, got, err, q)
		}
	}
	for x, class := range map[float64]Class{101: ValueError, -1: ValueError, math.NaN(): ValueError, math.Inf(1): OverflowError} {
		if _, err := percentileAt(x, "/rate"); ClassOf(err) != class {
			t.Errorf("%v: got %v, want %s", x, err, class)
		}
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		name string
		n    int
		ends []int // where a full stop stands
		want string
	}{
		{"empty", 0, nil, ""},
		{"fits", bodyLimit, nil, "510"},
		{"one_too_many_is_not_cut", bodyLimit + 1, nil, "511"},
		{"two_too_many", bodyLimit + 2, nil, "511 1"},
		{"after_the_last_end", 600, []int{3, 400}, "401 199"},
		{"an_end_at_the_limit", 600, []int{510}, "511 89"},
		{"an_end_past_the_limit", 600, []int{511}, "511 89"},
		{"never_after_the_first", 600, []int{0}, "511 89"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pieces := make([]string, tt.n)
			for _, i := range tt.ends {
				pieces[i] = "."
			}
			var sizes []string
			for _, c := range cut(pieces, map[string]bool{".": true}) {
				sizes = append(sizes, strconv.Itoa(len(c)))
			}
			if got := strings.Join(sizes, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
