package suite

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
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
		var texts []sent
		for i := range tt.full {
			texts = append(texts, sent{full: tt.full[i], kept: tt.kept[i]})
		}
		if got := cached(tt.v, texts, 10, tt.question); !near(got, tt.want) {
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
			if got := cached(v, []sent{{full: 10_000, kept: one.kept}}, tt.reuse, one.question); !near(got, one.want/tt.raw) {
				t.Errorf("%s, %d times, %s: %v, want %v", tt.vendor, tt.reuse, one.name, got, one.want/tt.raw)
			}
		}
	}
}

// TestWholeTextsCostWhatRawOnesDo asks ten times about a text of 1 000 tokens, which is
// written for 1.25 and read for 0.1: 1.25 + 9*0.1 = 2.15 thousands of tokens. What is another
// for each question costs its tokens ten times.
func TestWholeTextsCostWhatRawOnesDo(t *testing.T) {
	v := economics.Vendor{Name: "v", Write: 1.25, Read: 0.1, MinTokens: 100, Breakpoints: economics.Explicit}
	whole, half := sent{1000, 1000, true}, sent{1000, 500, false}
	for _, tt := range []struct {
		name  string
		texts []sent
		want  float64
	}{
		{"whole", []sent{whole}, 1},
		{"half", []sent{half}, 5 / 2.15},
		{"both", []sent{whole, half}, (2.15 + 5) / (2 * 2.15)},
		{"as_long_but_another", []sent{{1000, 1000, false}}, 10 / 2.15},
	} {
		if got := cached(v, tt.texts, 10, true); !near(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestWhatIsSent has an arm that depends on the question and, of four texts of 8 tokens,
// leaves one whole, halves one, refuses one, and has one that was too long for the vendor.
func TestWhatIsSent(t *testing.T) {
	v := economics.Vendor{Name: "v", Write: 1, Read: 0.5, MinTokens: 1, Breakpoints: economics.Automatic}
	long := &reading{Finish: reader.FinishContext}
	for _, tt := range []struct {
		name  string
		arm   Arm
		row   row
		after int
		want  float64 // ten times 8 tokens raw: 8 + 9*4 = 44
	}{
		{"whole", Arm{Question: true}, row{Kept: 8}, 8, 1},
		{"half", Arm{Question: true}, row{Kept: 4}, 4, 40.0 / 44},
		{"refused", Arm{Question: true}, row{Refused: true}, 8, 1},
		{"refused_by_one_that_knows_no_question", Arm{}, row{Refused: true}, 8, 1},
		{"whole_and_too_long", Arm{Question: true}, row{Kept: 8, Read: long}, 8, 1},
		{"nobody_counted", Arm{Question: true, Reader: func(float64) reader.Reader { return nil }}, row{Kept: 8, Read: long}, 8, 80.0 / 44},
		{"whole_on_the_way", Arm{Question: true, Reader: func(float64) reader.Reader { return nil }}, row{Kept: 8, Read: &reading{PromptTokens: 9}}, 8, 1},
	} {
		tt.arm.Arm = eval.Full()
		r := &run{Options: &Options{Vendors: economics.Table{v}, Reuse: 10}, full: []int{8},
			cols: []column{{arm: &tt.arm}}, rows: [][]*row{{&tt.row}}}
		e, ok := r.economy(0)
		if !ok || e.Before != 8 || e.After != tt.after || !near(e.Uncached, float64(tt.after)/8) || !near(e.Cached["v"], tt.want) {
			t.Errorf("%s: %+v, want %d tokens and %v", tt.name, e, tt.after, tt.want)
		}
	}
}

// TestModelsHaveTheirOwnPrices asks ten times about 10 000 tokens of which half is kept, but
// another half for each question: 50 thousand fresh tokens. Raw they are 10 + 9*10*read.
func TestModelsHaveTheirOwnPrices(t *testing.T) {
	o := offlineRun("")
	var err error
	if o.Vendors, err = economics.Default().Pick([]string{"openai", "openai:gpt-4.1", "openai:gpt-4o", "gemini-explicit"}); err != nil {
		t.Fatal(err)
	}
	for i, raw := range []float64{10 + 9, 10 + 22.5, 10 + 45} {
		if got := cached(o.Vendors[i], []sent{{full: 10_000, kept: 5000}}, 10, true); !near(got, 50/raw) {
			t.Errorf("%s: %v, want %v", o.Vendors[i].Name, got, 50/raw)
		}
	}
	got := mustRun(t, o).Vendors
	want := []report.Vendor{
		{Name: "openai", AsOf: "2026-10", Read: 0.1, Write: 1, MinTokens: 1024, OtherModels: []string{"*gpt-4o*", "o1*", "*gpt-4.1*"}},
		{Name: "openai:gpt-4.1", AsOf: "2026-10", Read: 0.25, Write: 1, MinTokens: 1024},
		{Name: "openai:gpt-4o", AsOf: "2026-10", Read: 0.5, Write: 1, MinTokens: 1024},
		{Name: "gemini-explicit", AsOf: "2026-10", Read: 0.1, Write: 1, Keep: 3.6, MinTokens: 4096, OtherModels: []string{"*gemini-2.5*"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the report has %+v", got)
	}
}

// TestCachedTokensAreTold reads nine whole texts of which the vendor had 60 of 100 tokens in
// its cache. Dollars are of all 100.
func TestCachedTokensAreTold(t *testing.T) {
	o := readerRun("")
	answersBy(&o, func(reader.Prompt) reader.Answer {
		return reader.Answer{Text: "x", Finish: "stop", PromptTokens: 100, CachedTokens: 60, CompletionTokens: 1}
	})
	r := mustRun(t, o)
	want := fmt.Sprintf("The vendor read 540 of all %d prompt tokens from its cache, in 9 answers (none 9), and may charge less for them: dollars count them in full.", r.Reader.PromptTokens)
	if !slices.Contains(r.Notes, want) {
		t.Errorf("no note %q in %q", want, r.Notes)
	}
	for _, e := range r.Economics {
		// At 2 and 10 dollars a million.
		if e.Arm == "none" && !near(e.Dollars, 9*(100*2+10)/1e6) {
			t.Errorf("dollars %v", e.Dollars)
		}
	}
	o.Input, o.Output = 0, 0
	if notes := strings.Join(mustRun(t, o).Notes, "\n"); !strings.Contains(notes, "in 9 answers (none 9).") || strings.Contains(notes, "dollars") {
		t.Errorf("without prices: %q", notes)
	}
	if notes := strings.Join(mustRun(t, readerRun("")).Notes, "\n"); strings.Contains(notes, "cache") {
		t.Errorf("without a cache: %q", notes)
	}
}
