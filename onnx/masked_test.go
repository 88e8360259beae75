package onnx

import (
	"slices"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/tokenize"
)

// The tiny model knows no positions, so hiding a token from the others is the
// same as leaving it out.
func TestRunMasked(t *testing.T) {
	windows := randomWindows(20, 40)
	masks, shorter := make([][]int64, len(windows)), make([][]tokenize.ID, len(windows))
	for i, w := range windows {
		for k, id := range w {
			if k == 0 || (k+i)%3 != 0 {
				masks[i], shorter[i] = append(masks[i], 1), append(shorter[i], id)
			} else {
				masks[i] = append(masks[i], 0)
			}
		}
	}
	for _, o := range []Options{{}, {batchOnCPU: true, MaxBatch: 4}} {
		m := loadTiny(t, testEngine, o)
		want := runAll(t, m, shorter)
		var mu sync.Mutex
		got := make([]output, len(windows))
		if _, err := m.RunMasked(t.Context(), windows, masks, func(i int, out Output) {
			mu.Lock()
			defer mu.Unlock()
			for k, shown := range masks[i] {
				if shown == 1 {
					got[i].Logits = append(got[i].Logits, out.Logits[2*k:2*k+2]...)
					got[i].Vectors = append(got[i].Vectors, out.Vectors[8*k:8*k+8]...)
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
		if !equalOutputs(got, want, 1e-5) {
			t.Errorf("batch of %d: hidden tokens are seen", o.MaxBatch)
		}
		// A mask does not stay behind in memory that is used again.
		if again := runAll(t, m, shorter); !equalOutputs(again, want, 1e-5) {
			t.Errorf("batch of %d: a mask outlives its run", o.MaxBatch)
		}
	}
}

func TestMasksThatDoNotFit(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	windows := [][]tokenize.ID{{1, 2, 3}, {4}}
	for name, masks := range map[string][][]int64{
		"none": nil, "too_few": {{1, 1, 1}}, "too_short": {{1, 1}, {1}}, "too_long": {{1, 1, 1}, {1, 1}},
	} {
		if _, err := m.RunMasked(t.Context(), windows, slices.Clone(masks), func(int, Output) {}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
