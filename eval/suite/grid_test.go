package suite

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/eval/needle"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
)

// forgets keeps all but the first part of a text, if loses says so of its item.
type forgets struct {
	name  string
	loses func(eval.Item) bool
}

func (f forgets) Name() string { return f.name }

func (f forgets) Compress(_ context.Context, it eval.Item, _ eval.Limit) (eval.Kept, error) {
	if f.loses(it) {
		return eval.Kept{Text: it.Context[len(it.Context)/4:]}, nil
	}
	return eval.Kept{Text: it.Context}, nil
}

// needleRun has two kinds at three depths of two lengths, two of each, and items that
// belong in no grid: a question, needles whose IDs do not say where, and several at once. A reader repeats
// its prompt, so that the score is whether the answer stood in it.
func needleRun(t *testing.T, lengths []int, depths []float64) Options {
	t.Helper()
	set, err := needle.Generate(needle.Options{Kinds: []string{"single", "number"}, Lengths: lengths, Depths: depths, Repeats: 2, Seed: 1, Counter: eval.Words})
	if err != nil {
		t.Fatal(err)
	}
	spread, err := needle.Generate(needle.Options{Kinds: []string{"multivalue", "multiquery", "hops"}, Lengths: []int{1024}, Depths: []float64{0.25, 0.75}, Seed: 1, Repeats: 1, Counter: eval.Words})
	if err != nil {
		t.Fatal(err)
	}
	set.Tasks, set.Items = append(set.Tasks, spread.Tasks...), append(set.Items, spread.Items...)
	slices.Reverse(set.Items)
	set.Tasks = append(set.Tasks, dataset.Task{Name: "qa", Kind: dataset.QA, Metric: "exact", Prompt: "{context}{input}"})
	fact := []string{"the fact"}
	set.Items = append(set.Items,
		eval.Item{ID: "single-512-d0.00-r9", Dataset: "qa", Context: "the fact is here", Needles: fact, Answers: fact},
		eval.Item{ID: "another-512-d0.00-r1", Dataset: "needle-single", Context: "the fact is here", Needles: fact, Answers: fact},
		eval.Item{ID: "single-512-dNaN-r1", Dataset: "needle-single", Context: "the fact is here", Needles: fact, Answers: fact},
		eval.Item{ID: "single-512-d1.50-r1", Dataset: "needle-single", Context: "the fact is here", Needles: fact, Answers: fact})
	number := func(task dataset.Task) bool { return task.Name == "needle-number" }
	return Options{Set: set, Rates: []float64{0.25, 0.5}, Counter: eval.Words, Resamples: 20,
		Measures: append(offline(), measure.Needles()),
		Arms: []Arm{
			{Arm: forgets{"start", func(eval.Item) bool { return true }}},
			{Arm: eval.Full(), Kind: "none", Fixed: true},
			{Arm: forgets{"once", func(it eval.Item) bool { return strings.HasSuffix(it.ID, "r2") }}, Takes: number},
			{Arm: forgets{"elsewhere", func(eval.Item) bool { return true }}, Takes: func(task dataset.Task) bool { return task.Name == "qa" }},
		},
		Reader: fakeReader{"parrot", func(_ context.Context, p reader.Prompt) (reader.Answer, error) {
			return reader.Answer{Text: p.Text, PromptTokens: 1}, nil
		}},
		Score: func(_, prediction string, answers, _ []string) (float64, error) {
			for _, a := range answers {
				if !strings.Contains(prediction, a) {
					return 0, nil
				}
			}
			return 1, nil
		},
	}
}

func TestGridsShowWhereFactsAreLost(t *testing.T) {
	r := mustRun(t, needleRun(t, []int{512, 256}, []float64{1, 0, 0.5}))
	var want []report.Grid
	add := func(arm string, rate float64, items int, atStart float64) {
		for _, m := range []string{"needles", score} {
			for _, length := range []int{256, 512} {
				for _, depth := range []float64{0, 0.5, 1} {
					g := report.Grid{Arm: arm, Rate: rate, Measure: m, Length: length, Depth: depth, Items: items, Mean: 1}
					if depth == 0 {
						g.Mean = atStart
					}
					want = append(want, g)
				}
			}
		}
	}
	add("start", 0.5, 4, 0)
	add("start", 0.25, 4, 0)
	add("none", 0, 4, 1)
	add("once", 0.5, 2, 0.5)
	add("once", 0.25, 2, 0.5)
	got := r.Grids
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %d grids, want %d", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%d: got %+v, want %+v", i, got[i], want[i])
			}
		}
	}
	same(t, "again", mustRun(t, needleRun(t, []int{512, 256}, []float64{1, 0, 0.5})), r)
}

func TestGridsWithoutReader(t *testing.T) {
	o := needleRun(t, []int{256}, []float64{0, 1})
	o.Reader, o.Score = nil, nil
	r := mustRun(t, o)
	if len(r.Grids) != 2*2+2+2*2 {
		t.Errorf("%d grids, want two of each arm at each rate", len(r.Grids))
	}
	for _, g := range r.Grids {
		if g.Measure != "needles" {
			t.Errorf("a grid of %s", g.Measure)
		}
	}
}

func TestOnePlaceIsNoGrid(t *testing.T) {
	for name, o := range map[string]Options{"one_place": needleRun(t, []int{256}, []float64{0.5}), "no_needles": readerRun("")} {
		if r := mustRun(t, o); len(r.Grids) != 0 {
			t.Errorf("%s: %+v", name, r.Grids[0])
		}
	}
	for name, o := range map[string]Options{
		"two_lengths": needleRun(t, []int{256, 512}, []float64{0.5}), "two_depths": needleRun(t, []int{256}, []float64{0.5, 1}),
	} {
		if r := mustRun(t, o); len(r.Grids) == 0 {
			t.Errorf("%s: no grids", name)
		}
	}
}
