package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/report"
)

// compared is a report of the whole text and two methods over ten items at two rates.
func compared(edit func(o *report.Outcome)) *report.Report {
	r := &report.Report{Format: report.Format, Set: "s", Unit: "words", Rates: []float64{0.5, 0.2}, Against: "bm25", Resamples: 100,
		Tasks:    []report.Task{{Name: "t", Title: "T", Items: 10}},
		Measures: []report.Measure{{Name: "survival", Kind: report.Offline}},
		Arms:     []report.Arm{{Name: "none", Kind: "none", Fixed: true}, {Name: "bm25", Kind: "baseline"}, {Name: "llmlingua2", Kind: "pith"}}}
	for i := range 10 {
		for _, a := range r.Arms {
			rates := r.Rates
			if a.Fixed {
				rates = []float64{0}
			}
			for _, rate := range rates {
				o := report.Outcome{ID: fmt.Sprint("mine.jsonl:", i+1), Item: fmt.Sprint("digest ", i), Task: "t", Arm: a.Name, Rate: rate, Full: 1000, Kept: 1000, Values: map[string]float64{"survival": float64(i % 2)}}
				if rate > 0 {
					o.Limit = int(1000 * rate)
					o.Kept = o.Limit
				}
				edit(&o)
				r.Outcomes = append(r.Outcomes, o)
			}
		}
	}
	return r
}

// TestEvalCompareInCI: what a gate must not let pass, and what it must.
func TestEvalCompareInCI(t *testing.T) {
	dir := t.TempDir()
	path := func(name string, r *report.Report) string {
		file := filepath.Join(dir, name+".json")
		write(t, file, asJSON(t, r))
		return file
	}
	dropped := func(drop func(o report.Outcome) bool) *report.Report {
		r := compared(func(*report.Outcome) {})
		r.Outcomes = slices.DeleteFunc(r.Outcomes, drop)
		r.Arms = slices.DeleteFunc(r.Arms, func(a report.Arm) bool {
			return !slices.ContainsFunc(r.Outcomes, func(o report.Outcome) bool { return o.Arm == a.Name })
		})
		return r
	}
	before := path("before", compared(func(*report.Outcome) {}))
	for _, c := range []struct {
		name  string
		after *report.Report
		code  int
		want  string // in the output or the message
	}{
		{"equal", compared(func(*report.Outcome) {}), exitOK, "**No regression.**"},
		{"other_numbers_of_lines", compared(func(o *report.Outcome) { o.ID += "0" }), exitOK, "**No regression.**"},
		{"a_method_is_gone", dropped(func(o report.Outcome) bool { return o.Arm == "llmlingua2" }), exitUsage, "has no result of llmlingua2 at 2× and 5×"},
		{"a_rate_is_gone", dropped(func(o report.Outcome) bool { return o.Rate == 0.2 }), exitUsage, "has no result of bm25 at 5×, llmlingua2 at 5×"},
		{"only_the_whole_text_is_left", dropped(func(o report.Outcome) bool { return o.Arm != "none" }), exitUsage, "has no result of bm25 at 2× and 5×, llmlingua2 at 2× and 5×"},
		{"the_whole_text_is_gone", dropped(func(o report.Outcome) bool { return o.Arm == "none" }), exitOK, "have no partner"},
		{"keeps_nearly_all", compared(func(o *report.Outcome) {
			if o.Arm == "bm25" && o.Rate == 0.5 {
				o.Kept = 980
			}
		}), exitFailure, "keeps more of the texts at the same asked rate: bm25 at 2×."},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, _, err := command(t, nil, "", "eval", "compare", before, path("after", c.after))
			said := stdout
			if exitCode(err) == exitUsage {
				said = message(err)
			}
			if exitCode(err) != c.code || !strings.Contains(said, c.want) {
				t.Errorf("exit code %d, want %d; no %q in\n%s%v", exitCode(err), c.code, c.want, stdout, err)
			}
		})
	}
}
