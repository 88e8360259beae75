package suite

import (
	"testing"

	"github.com/pith-proxy/pith/eval/economics"
)

func TestCachedPrices(t *testing.T) {
	v := economics.Vendor{Name: "v", Write: 1.25, Read: 0.1, MinTokens: 100, Breakpoints: economics.Explicit}
	stored := v
	stored.StoragePerHour, stored.Lifetime = 3, economics.Duration(30*60*1e9)
	for _, tt := range []struct {
		name       string
		v          economics.Vendor
		full, kept []int
		question   bool
		want       float64
	}{
		{"half", v, []int{1000}, []int{500}, false, 0.5},
		{"below_the_minimum", v, []int{1000}, []int{99}, false, 10 * 99 / (1000 * (1.25 + 9*0.1))},
		{"at_the_minimum", v, []int{1000}, []int{100}, false, 0.1},
		{"both_below", v, []int{99}, []int{33}, false, 1.0 / 3},
		{"anew_for_each_question", v, []int{1000}, []int{500}, true, 10 * 500 / (1000 * (1.25 + 9*0.1))},
		{"several", v, []int{1000, 50}, []int{500, 50}, false, (500*2.15 + 500) / (1000*2.15 + 500)},
		{"storage", stored, []int{1000}, []int{500}, true, 10 * 500 / (1000 * (1.25 + 1.5 + 9*0.1))},
	} {
		if got := cached(tt.v, tt.full, tt.kept, 10, tt.question); !near(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	o := offlineRun("")
	o.Vendors = economics.Table{v}
	for _, e := range mustRun(t, o).Economics {
		// All texts are short: nothing is cached on either side.
		if e.Reuse != 10 || len(e.Cached) != 1 || !near(e.Cached["v"], e.Uncached) {
			t.Errorf("%+v", e)
		}
	}
}

// TestPricesByHand has a context of 10 000 tokens of which 5 000 are kept, which every
// vendor caches, and one that is kept in 500, which only deepseek does. Prices are in
// thousands of fresh tokens.
func TestPricesByHand(t *testing.T) {
	for _, tt := range []struct {
		vendor string
		reuse  int
		raw    float64 // of the whole context
		half   float64 // of the kept half, whoever asks
		anew   float64 // of a half that is another for every question
		short  float64 // of the 500
	}{
		// Written for 1.25, read for 0.1. Nobody marks what comes once.
		{"anthropic-5m", 1, 10, 5, 5, 0.5},
		{"anthropic-5m", 2, 12.5 + 1, 6.25 + 0.5, 10, 1},
		{"anthropic-5m", 10, 12.5 + 9, 6.25 + 4.5, 50, 5},
		// Written for nothing more, read for 0.1.
		{"openai", 1, 10, 5, 5, 0.5},
		{"openai", 2, 10 + 1, 5 + 0.5, 10, 1},
		{"openai", 10, 10 + 9, 5 + 4.5, 50, 5},
		// Written for 1.25, whether anybody wants it or not.
		{"openai-5.6", 1, 12.5, 6.25, 6.25, 0.5},
		{"openai-5.6", 2, 12.5 + 1, 6.25 + 0.5, 12.5, 1},
		{"openai-5.6", 10, 12.5 + 9, 6.25 + 4.5, 62.5, 5},
		// An hour's keeping is 3.6: it pays from the fifth time on.
		{"gemini-explicit", 1, 10, 5, 5, 0.5},
		{"gemini-explicit", 2, 20, 10, 10, 1},
		{"gemini-explicit", 10, 46 + 9, 23 + 4.5, 50, 5},
		// Read for 0.02, from 64 tokens on.
		{"deepseek", 1, 10, 5, 5, 0.5},
		{"deepseek", 2, 10 + 0.2, 5 + 0.1, 10, 0.5 + 0.01},
		{"deepseek", 10, 10 + 1.8, 5 + 0.9, 50, 0.5 + 0.09},
	} {
		found, err := economics.Default().Pick([]string{tt.vendor})
		if err != nil {
			t.Fatal(err)
		}
		v := found[0]
		for _, one := range []struct {
			name     string
			kept     int
			question bool
			want     float64
		}{{"half", 5000, false, tt.half}, {"anew", 5000, true, tt.anew}, {"short", 500, false, tt.short}} {
			if got := cached(v, []int{10_000}, []int{one.kept}, tt.reuse, one.question); !near(got, one.want/tt.raw) {
				t.Errorf("%s, %d times, %s: %v, want %v", tt.vendor, tt.reuse, one.name, got, one.want/tt.raw)
			}
		}
	}
}
