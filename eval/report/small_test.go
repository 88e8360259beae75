package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

var update = flag.Bool("update", false, "rewrite testdata")

func est(mean, low, high float64) eval.Estimate {
	return eval.Estimate{Mean: mean, Low: low, High: high}
}

// small is a report with one of everything, of numbers that need no arithmetic.
func small() *Report {
	diff := est(0.1, -0.05, 0.25)
	loss := est(-0.2, -0.3, -0.1)
	value := func(kept, m, l, h float64) map[string]Value {
		return map[string]Value{"survival": {Items: 4, Estimate: est(m, l, h), KeptRate: kept, Loss: &loss, Gain: &diff, GainItems: 3}, "score": {Items: 4, Estimate: est(m/2, l/2, h/2), KeptRate: kept}}
	}
	return &Report{
		Format: Format, Pith: "1.2.3", Set: "tiny", Unit: "words", Through: "process", Against: "random", Resamples: 2000, Seed: 7,
		Rates:    []float64{0.5, 0.25},
		Tasks:    []Task{{Name: "qa", Title: "Questions", Set: "own", Kind: "qa", Language: "en", Metric: "qa_f1", Items: 2, Tokens: 1234}, {Name: "sum", Title: "Summaries", Set: "own", Kind: "summary", Language: "en", Items: 2, Tokens: 4321}},
		Measures: []Measure{{"survival", "Share of gold answers that survive; 0 to 1.", Offline}, {"score", "The metric of each task; 0 to 1.", OfReader}},
		Arms:     []Arm{{Name: "none", About: "Everything.", Kind: kindNone, Fixed: true}, {Name: "llmlingua2", About: "Best tokens.", Kind: "pith"}, {Name: "random", About: "Any words.", Kind: kindBaseline}},
		Reader:   &Reader{Name: "parrot", Answers: 20, PromptTokens: 5000, CompletionTokens: 60, Dollars: 0.0125},
		Cells: []Cell{
			{Arm: "none", Items: 4, KeptRate: est(1, 1, 1), Values: value(1, 0.9, 0.8, 1)},
			{Arm: "llmlingua2", Rate: 0.5, Items: 4, KeptRate: est(0.49, 0.48, 0.5), Values: value(0.49, 0.7, 0.6, 0.8), P50: 12.5, P95: 20},
			{Arm: "llmlingua2", Rate: 0.25, Items: 4, KeptRate: est(0.26, 0.25, 0.27), Values: value(0.26, 0.5, 0.4, 0.6), OverBudget: 1, P50: 11, P95: 19},
			{Arm: "random", Rate: 0.5, Items: 4, KeptRate: est(0.5, 0.5, 0.5), Values: value(0.5, 0.6, 0.5, 0.7), P50: 0.2, P95: 0.3},
			{Arm: "random", Rate: 0.25, Items: 4, KeptRate: est(0.25, 0.25, 0.25), Values: value(0.25, 0.4, 0.3, 0.5), Refused: 1, P50: 0.2, P95: 0.3},
			{Arm: "llmlingua2", Rate: 0.25, Task: "qa", Items: 2, KeptRate: est(0.26, 0.25, 0.27), Values: value(0.26, 0.55, 0.45, 0.65)},
			{Arm: "random", Rate: 0.25, Task: "qa", Items: 2, KeptRate: est(0.25, 0.25, 0.25), Values: value(0.25, 0.35, 0.25, 0.45)},
		},
		Lengths:   []Length{{"llmlingua2", 500, 2, 10, 15}, {"llmlingua2", 1000, 2, 21, 30}, {"random", 500, 2, 0.1, 0.2}, {"random", 1000, 2, 0.2, 0.4}},
		Economics: []Economy{{Arm: "llmlingua2", Rate: 0.5, Before: 5555, After: 2700, Uncached: 0.49, Reuse: 10, Cached: map[string]float64{"openai": 0.49, "anthropic": 1.25}, Dollars: 0.002, DollarsPerCorrect: 0.0005}},
		Vendors:   []Vendor{{Name: "openai", AsOf: "2026-10", Read: 0.1, Write: 1, MinTokens: 1024, OtherModels: []string{"*gpt-4o*", "o1*"}}, {Name: "anthropic", AsOf: "2026-11", Read: 0.1, Write: 1.25, Keep: 3.6, MinTokens: 1}},
		Hurts: []Hurt{{Arm: "llmlingua2", Rate: 0.5, Measure: "survival", Than: "none", By: est(-0.2, -0.3, -0.1), Items: 4, P: 0.001}, {Arm: "llmlingua2", Rate: 0.25, Measure: "survival", Than: "none", By: est(-0.4, -0.5, -0.3), Items: 3, P: 0.002},
			{Arm: "llmlingua2", Rate: 0.25, Task: "qa", Measure: "score", Than: "random", By: est(-0.1, -0.1, -0.1), Items: 2, P: 0.01}},
		Outcomes: []Outcome{{ID: "1", Item: "6f2c", Task: "qa", Arm: "llmlingua2", Rate: 0.5, Full: 100, Limit: 50, Kept: 49, Values: map[string]float64{"survival": 1, "score": 0.5}, Read: &Reading{PromptTokens: 60, CompletionTokens: 3}, Millis: 12.5}},
		Examples: []Example{{ID: "1", Task: "qa", Question: "Who?", Answers: []string{"Ada"}, Text: "It was Ada who wrote it.", Shown: []Shortened{
			{Arm: "llmlingua2", Rate: 0.5, Full: 6, Kept: 3, Values: map[string]float64{"survival": 1}, Answer: "Ada", Spans: [][2]int{{7, 10}, {15, 21}}},
			{Arm: "random", Rate: 0.5, Full: 6, Kept: 2, Values: map[string]float64{"survival": 0}, Text: "It wrote"}}}},
		Grids: []Grid{
			{"none", 0, "survival", 4000, 0, 2, 1}, {"none", 0, "survival", 4000, 0.5, 2, 1}, {"none", 0, "survival", 16000, 0, 2, 1}, {"none", 0, "survival", 16000, 0.5, 1, 1},
			{"llmlingua2", 0.5, "survival", 4000, 0, 2, 0.25}, {"llmlingua2", 0.5, "survival", 4000, 0.5, 2, 0.75}, {"llmlingua2", 0.5, "survival", 16000, 0.5, 1, 0.5},
			{"llmlingua2", 0.25, "survival", 4000, 0, 2, 0}, {"random", 0.25, "survival", 4000, 0.5, 2, 0.125}},
		Notes: []string{"repeat: pith eval run --dataset tiny --seed 7"},
	}
}

// golden compares with a file of testdata, or writes it under -update.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := write(&got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s changed: run with -update and read the difference", file)
	}
}

func TestGolden(t *testing.T) {
	r := small()
	golden(t, "small.json", r.WriteJSON)
	golden(t, "small.md", r.WriteMarkdown)
	golden(t, "small.html", r.WriteHTML)
	golden(t, "small.svg", func(w io.Writer) error { return r.WriteSVG(w, "survival") })
	golden(t, "small.txt", func(w io.Writer) error {
		_, err := w.Write(Summary(r))
		return err
	})
}

// TestBytesAreEqual: nothing depends on the order of a map.
func TestBytesAreEqual(t *testing.T) {
	for _, write := range []func(*Report, io.Writer) error{(*Report).WriteJSON, (*Report).WriteMarkdown, (*Report).WriteHTML} {
		var a, b bytes.Buffer
		if err := write(fullRead(), &a); err != nil {
			t.Fatal(err)
		}
		if err := write(fullRead(), &b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Error("two writings of one report differ")
		}
	}
}
