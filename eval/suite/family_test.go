package suite

import (
	"slices"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// TestFamily: tests are written as their p-value and the least it can be.
func TestFamily(t *testing.T) {
	one := func(task string, p, least float64) test { return test{task: task, p: p, least: least} }
	many := func(n int, t test) []test { return slices.Repeat([]test{t}, n) }
	for _, tt := range []struct {
		name  string
		tests []test
		want  int // the first so many are rejected, and none else
	}{
		{"none", nil, 0},
		{"alone", many(1, one("", 0.05, 1e-6)), 1},
		{"alone_by_task", many(1, one("a", 0.05, 1e-6)), 1},
		{"alone_and_not", many(1, one("", 0.051, 1e-6)), 0},
		{"half_each", append(many(1, one("", 0.025, 1e-6)), one("a", 0.9, 1e-6)), 1},
		{"not_more_than_half", append(many(1, one("", 0.026, 1e-6)), one("a", 0.9, 1e-6)), 0},
		{"tasks_do_not_drown_all", append(many(1, one("", 0.02, 1e-6)), many(500, one("a", 0.9, 1e-6))...), 1},
		{"all_does_not_drown_tasks", append(many(1, one("a", 0.02, 1e-6)), many(500, one("", 0.9, 1e-6))...), 1},
		{"what_no_result_rejects_takes_nothing", append(many(1, one("", 0.05, 1e-6)), many(500, one("a", 0.2, 0.03))...), 1},
		{"nor_of_its_own_kind", append(many(1, one("", 0.05, 1e-6)), many(500, one("", 0.2, 0.03))...), 1},
		{"nothing_can_be_rejected", many(5, one("a", 0.06, 0.06)), 0},
		{"equals", many(5, one("", 0.01, 1e-6)), 5},
		{"equals_over", many(6, one("", 0.01, 1e-6)), 0},
		{"step_down", []test{one("", 0.01, 1e-6), one("", 0.01, 1e-6), one("", 0.01, 1e-6), one("", 0.02, 1e-6), one("", 0.05, 1e-6)}, 5},
	} {
		got := rejected(tt.tests)
		for i := range got {
			if got[i] != (i < tt.want) {
				t.Errorf("%s: test %d: %v", tt.name, i, got[i])
			}
		}
	}
}

// TestLeastIsOfNoResult: what a test could find at best depends on how many differences are
// not 0, the most of any candidate that the best was chosen from, and on no sign.
func TestLeastIsOfNoResult(t *testing.T) {
	// Of 8 items ours differs from head in all, from random in 6, which leads by most, and
	// from tail in none.
	o := fixedRun(map[string]func(int) float64{
		"bm25":   func(i int) float64 { return float64(max(0, i-1)) },
		"head":   func(i int) float64 { return float64(i) - 0.25 },
		"random": func(i int) float64 { return float64(i + min(i, 1) - i/7) },
		"tail":   func(i int) float64 { return float64(i) },
		"ours":   func(i int) float64 { return float64(i) },
	})
	o.Set.Items, o.Against = o.Set.Items[:8], "bm25"
	r := newRun(&o, nil)
	for i, it := range o.Set.Items {
		for c := range r.cols {
			v, _, _ := o.Measures[0].(fakeMeasure).of(it, eval.Kept{Text: r.cols[c].arm.Name()})
			r.rows[i][c] = &row{Values: map[string]float64{"m": v}}
		}
	}
	ours := r.column("ours", 0.5)
	for sign := range 2 {
		got := r.tests(r.parts(ours)[0], ours)
		if len(got) != 2 || got[0].than != "bm25" || got[0].least != 1.0/128 || got[1].than == "bm25" || got[1].least != 3.0/256 {
			t.Errorf("sign %d: %+v", sign, got)
		}
		for i := range r.rows { // all differences the other way round
			for c := range r.cols {
				r.rows[i][c].Values["m"] *= -1
			}
		}
	}
}

// TestAttainable: with K tests at the level rate/K, no test is left that could be rejected
// at the level of fewer.
func TestAttainable(t *testing.T) {
	tests := []test{{least: 0.001}, {least: 0.03}, {least: 0.02}, {least: 0.05}, {least: 0.0125}, {least: 1}}
	for _, tt := range []struct {
		among []int
		want  []int
	}{
		{nil, nil},
		{[]int{5}, nil},
		{[]int{3}, []int{3}},
		{[]int{1, 3}, nil},            // two at 0.05, and none at 0.025
		{[]int{0, 1}, []int{0}},       // at 0.025
		{[]int{0, 2}, []int{0, 2}},    // both at 0.025
		{[]int{0, 1, 2}, []int{0, 2}}, // both at 0.025
		{[]int{0, 2, 4}, []int{0, 4}}, // three at 0.025, two at 0.0166…
		{[]int{2, 3, 4, 5}, []int{2, 4}},
	} {
		if got := attainable(tests, tt.among, 0.05); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.among, got, tt.want)
		}
	}
}
