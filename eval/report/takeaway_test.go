package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// TestFewItemsAreNoFinding: what is over fewer than six items is told with a hedge.
func TestFewItemsAreNoFinding(t *testing.T) {
	const few = "Over 2 items, too few to tell anything from chance: at 2×"
	for _, c := range []struct {
		items, over int
		gain        eval.Estimate
		lead        bool
		want        string // behind the gain
	}{
		{2, 2, est(-0.035, -0.036, -0.035), true, "by item −0.035 (−0.036 to −0.035), not told from 0 by 2 items;"},
		{5, 5, est(0.1, 0.1, 0.1), true, "by item +0.100 (all 5 equal), not told from 0 by 5 items;"},
		{5, 5, est(0, 0, 0), true, "by item 0.000 (all 5 equal);"},
		{18, 1, est(0.1, 0.1, 0.1), false, "by item +0.100 (1 item) over 1 of 18 items on equal terms, not told from 0 by 1 item;"},
		{18, 6, est(0.1, 0.05, 0.15), false, "by item +0.100 (0.050 to 0.150) over 6 of 18 items on equal terms;"},
		{6, 6, est(0.1, 0.05, 0.15), false, "by item +0.100 (0.050 to 0.150);"},
	} {
		r := ranked("survival", have{name: "ours", kind: "pith", mean: 0.6, kept: 0.5, gain: &c.gain, over: c.over}, have{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5})
		for i := range r.Cells {
			if v := r.Cells[i].Values["survival"]; r.Cells[i].Task == "" {
				v.Items = c.items
				r.Cells[i].Values["survival"] = v
			}
		}
		lead := strings.Replace(few, "2 items", plural(c.items, "item"), 1)
		if got := takeawayOf(r); !strings.Contains(got, c.want) || strings.HasPrefix(got, lead) != c.lead {
			t.Errorf("over %d of %d items it says %q, want %q", c.over, c.items, got, c.want)
		}
	}
}

// TestPickedIsSaid: of several methods the best was picked, of one it was not.
func TestPickedIsSaid(t *testing.T) {
	gain := est(0.1, 0.01, 0.19)
	for n, want := range map[int]string{
		1: "the best of pith's methods is ours0 with 0.600 (95 %: 0.500 to 0.700), over bm25 by item +0.100 (0.010 to 0.190);",
		4: "the best of pith's 4 ranked methods is ours0 with 0.600 (95 %: 0.500 to 0.700), over bm25 by item +0.100 (−0.015 to 0.215), the interval widened for picking the best of 4, not told from 0;",
	} {
		arms := []have{{name: "bm25", kind: kindBaseline, mean: 0.5, kept: 0.5}}
		for i := range n {
			arms = append(arms, have{name: fmt.Sprint("ours", i), kind: "pith", mean: 0.6 - float64(i)/100, kept: 0.5, gain: &gain, over: 18})
		}
		if got := takeawayOf(ranked("survival", arms...)); !strings.Contains(got, want) {
			t.Errorf("of %d it says %q", n, got)
		}
	}
}

// TestWidened: the normal quantiles of 5 % through 1, 2 and 10, and of arms that are no
// better than 0 the best of four is hardly ever called so.
func TestWidened(t *testing.T) {
	for of, want := range map[int]float64{0: 1.959964, 1: 1.959964, 2: 2.241403, 4: 2.497705, 10: 2.807034} {
		if got := widened(est(1, 1-1.959964, 1+1.959964), of); math.Abs(got.High-1-want) > 1e-5 || math.Abs(1-got.Low-want) > 1e-5 || got.Mean != 1 {
			t.Errorf("of %d: %+v, want %v on either side", of, got, want)
		}
	}
	const runs, arms, items = 400, 4, 40
	rng := rand.New(rand.NewPCG(1, 2))
	plain, picked := 0, 0
	for range runs {
		best := eval.Estimate{Mean: math.Inf(-1)}
		for range arms {
			d := make([]float64, items)
			for i := range d {
				d[i] = rng.NormFloat64()
			}
			if e := eval.Bootstrap(d, 200, 1); e.Mean > best.Mean {
				best = e
			}
		}
		if best.Low > 0 {
			plain++
		}
		if widened(best, arms).Low > 0 {
			picked++
		}
	}
	if plain < runs*6/100 || picked > runs*5/100 {
		t.Errorf("clear of 0: %d of %d, and %d with the wider interval", plain, runs, picked)
	}
}
