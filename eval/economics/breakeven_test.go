package economics

import (
	"fmt"
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// The table of section 3.2 of the design of the segment cache.
func TestBreakEvenTable(t *testing.T) {
	percents := func(xs ...float64) string {
		s := ""
		for _, x := range xs {
			s += fmt.Sprintf("%.2g ", 100*x)
		}
		return s
	}
	turns := func(xs ...float64) string {
		s := ""
		for _, x := range xs {
			s += fmt.Sprintf("%.3g ", x)
		}
		return s
	}
	for name, tt := range map[string]struct {
		p                    Prices
		full, churn, payback string
	}{
		"w1.25_c0.1": {Prices{1.25, 0.1}, "8 ", "3.7 8.7 20 ", "26.8 11.5 4.93 "},
		"w2_c0.1":    {Prices{2, 0.1}, "5 ", "2.3 5.3 12 ", "44.3 19 8.14 "},
		"w1_c0.1":    {Prices{1, 0.1}, "10 ", "4.8 11 26 ", "21 9 3.86 "},
		"w1_c0.5":    {Prices{1, 0.5}, "50 ", "43 1e+02 2.3e+02 ", "2.33 1 0.429 "},
		"w1_c0.02":   {Prices{1, 0.02}, "2 ", "0.87 2 4.8 ", "114 49 21 "},
	} {
		t.Run(name, func(t *testing.T) {
			p := tt.p
			if got := percents(p.FullChurnRate()); got != tt.full {
				t.Errorf("full churn needs r < %s%%, want %s", got, tt.full)
			}
			if got := percents(p.MaxChurn(0.7, 0), p.MaxChurn(0.5, 0), p.MaxChurn(0.3, 0)); got != tt.churn {
				t.Errorf("churn below %s, want %s", got, tt.churn)
			}
			if got := turns(p.Payback(0.7), p.Payback(0.5), p.Payback(0.3)); got != tt.payback {
				t.Errorf("pays back after %s, want %s", got, tt.payback)
			}
		})
	}
	if got := percents(Prices{1.25, 0.1}.CachingPays(), Prices{2, 0.1}.CachingPays(), Prices{1, 0.1}.CachingPays()); got != "22 53 0 " {
		t.Errorf("caching pays from %s", got)
	}
}

// The conversation of section 3.2: 6,000 static tokens and 20 turns of 1,500.
func TestWorkedConversation(t *testing.T) {
	turns := Growing(6000, 1500, 20)
	for name, tt := range map[string]struct {
		p    Prices
		cost func(Prices) float64
		want string
	}{
		"stable_half":       {Prices{1.25, 0.1}, func(p Prices) float64 { return p.Stable(0.5, turns...) }, "0.50"},
		"percentile_w1.25":  {Prices{1.25, 0.1}, func(p Prices) float64 { return p.Churny(0.57, 0.58, turns...) }, "2.4"},
		"percentile_w1":     {Prices{1, 0.1}, func(p Prices) float64 { return p.Churny(0.57, 0.58, turns...) }, "2.1"},
		"full_rewrite_1.25": {Prices{1.25, 0.1}, func(p Prices) float64 { return p.Churny(0.5, 1, turns...) }, "3.2"},
		"full_rewrite_1":    {Prices{1, 0.1}, func(p Prices) float64 { return p.Churny(0.5, 1, turns...) }, "2.9"},
		"no_cache":          {Prices{1.25, 0.1}, func(Prices) float64 { return Uncached(turns...) }, "5.1"},
	} {
		t.Run(name, func(t *testing.T) {
			format := "%.1f"
			if name == "stable_half" {
				format = "%.2f"
			}
			if got := fmt.Sprintf(format, tt.cost(tt.p)/tt.p.Raw(turns...)); got != tt.want {
				t.Errorf("got %s, want %s times the raw prompts", got, tt.want)
			}
		})
	}
}

// At the bounds both sides cost the same; beyond, the raw prompt is cheaper.
func TestBoundsAreWhereCostsMeet(t *testing.T) {
	for _, p := range []Prices{{1.25, 0.1}, {2, 0.1}, {1, 0.1}, {1, 0.5}, {1, 0.02}} {
		for _, r := range []float64{0.3, 0.5, 0.7} {
			for _, news := range []float64{0, 0.1, 2} {
				turn := Turn{Prefix: 1000, New: news * 1000}
				if got, want := p.Churny(r, p.MaxChurn(r, news), turn), p.Raw(turn); !near(got, want) {
					t.Errorf("%v, r %v, Δ/P %v: %v at the bound of churn, raw %v", p, r, news, got, want)
				}
			}
			// The switch costs r·w for the prefix, then r·c instead of c a turn.
			k := p.Payback(r)
			if got, want := r*p.Write+(k-1)*r*p.Read, k*p.Read; !near(got, want) {
				t.Errorf("%v, r %v: switching costs %v over %v turns, staying %v", p, r, got, k, want)
			}
			// A context that comes back is paid as compressed, raw, and then read.
			back := p.ReturnBound(r)
			once, twice := (r-1)*p.Write, r*p.Write-p.Read
			if got := (1-back)*once + back*twice; !near(got, 0) {
				t.Errorf("%v, r %v: a gain of %v at the bound of returns", p, r, got)
			}
		}
		// With the chance p of another request there are 1/(1-p) of them.
		r := 0.6
		if next := p.ContinueBound(r); next < 1 {
			if got, want := r/(1-next), p.Write+p.Read*next/(1-next); !near(got, want) {
				t.Errorf("%v: %v without the cache, %v with it", p, got, want)
			}
		}
		if turn := (Turn{Prefix: 1000}); !near(p.Churny(p.FullChurnRate(), 1, turn), p.Raw(turn)) {
			t.Errorf("%v: full churn", p)
		}
		// A share h of tokens read, the rest written.
		if h := p.CachingPays(); p.Write > 1 && !near(h*p.Read+(1-h)*p.Write, 1) {
			t.Errorf("%v: caching", p)
		}
	}
}

func TestBelowMinimum(t *testing.T) {
	p := Prices{1, 0.1}
	for name, tt := range map[string]struct {
		r        float64
		requests int
		wins     bool
	}{
		"once_is_always_cheaper":  {0.9, 1, true},
		"twice_at_0.6":            {0.6, 2, false},
		"twice_at_a_half":         {0.5, 2, true},
		"often_just_above_c":      {0.11, 1000, false},
		"often_just_below_c":      {0.099, 1000, true},
		"three_times_at_0.4_even": {0.4, 3, false},
	} {
		if got := p.BelowMinimum(tt.r, tt.requests) < -1e-12; got != tt.wins {
			t.Errorf("%s: wins is %v", name, got)
		}
	}
}

func TestPricesWithoutAGain(t *testing.T) {
	p := Prices{1, 1}
	if !math.IsInf(p.MaxChurn(0.5, 0), 1) || !math.IsInf(p.ReturnBound(0.5), 1) || !math.IsInf(p.ContinueBound(0.5), 1) || !math.IsInf(Prices{1, 0.1}.Payback(1), 1) {
		t.Error("a bound where there is none")
	}
	if Growing(1, 1, 0) == nil || len(Growing(1, 1, 0)) != 0 {
		t.Error("no turns")
	}
}
