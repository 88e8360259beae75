package onnx

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/tokenize"
)

// Model is a loaded token classifier. It is safe for concurrent use; all runs share one
// copy of the weights.
type Model struct {
	core

	mu    sync.Mutex
	slots []*slot // not in use; as many as ever ran at once
}

// Output is what the model says about one window, token by token, special
// tokens included. The slices are valid only during the call.
type Output struct {
	Logits  []float32 // 2 a token: drop, then keep; finite
	Vectors []float32 // Spec.Embed.Size a token, finite; nil if the model has none
}

// Run puts each window, a complete list of ids with its special tokens, through
// the model and calls each once with the index and the output of every one, in
// any order and from several goroutines at once. Each should be short, for it
// holds a worker, and must not call Run. On a CPU an output depends on its window
// alone.
//
// If ctx ends, what still runs is stopped. After an error, some windows may have
// been given to each and others not; each is never called after Run returns. The
// error is a [pith.Error] with its class, or ctx's cause if that was a
// cancellation. Ids outside the vocabulary are an error of the request.
func (m *Model) Run(ctx context.Context, windows [][]tokenize.ID, each func(i int, out Output)) (Stats, error) {
	return m.run(ctx, windows, nil, each)
}

// RunMasked is Run with an attention mask for each window, as long as it: tokens
// whose mask is 0 are hidden from the others.
func (m *Model) RunMasked(ctx context.Context, windows [][]tokenize.ID, masks [][]int64, each func(i int, out Output)) (Stats, error) {
	if m.spec.Graph.Inputs[attentionMask] == nil {
		return Stats{}, internal(fmt.Sprintf("model %s has no input %s", m.spec.Name, attentionMask), nil)
	}
	if len(masks) != len(windows) {
		return Stats{}, internal(fmt.Sprintf("%d masks for %d windows", len(masks), len(windows)), nil)
	}
	for i, mask := range masks {
		if len(mask) != len(windows[i]) {
			return Stats{}, internal(fmt.Sprintf("window %d has %d ids and a mask of %d", i, len(windows[i]), len(mask)), nil)
		}
	}
	return m.run(ctx, windows, masks, each)
}

func (m *Model) run(ctx context.Context, windows [][]tokenize.ID, masks [][]int64, each func(i int, out Output)) (Stats, error) {
	if err := m.checkWindows(windows); err != nil {
		return Stats{}, err
	}
	p := m.plan(windows, masks)
	stats, err := m.schedule(ctx, p.units(), p.size, func(i int, stop *ort.RunOptions) (time.Duration, error) {
		return m.runUnit(p, i, stop, each)
	})
	stats.Windows = len(windows)
	for _, w := range windows {
		stats.Tokens += len(w)
	}
	return stats, err
}

func (m *Model) checkWindows(windows [][]tokenize.ID) error {
	for i, w := range windows {
		if len(w) == 0 || len(w) > m.spec.Window {
			return internal(fmt.Sprintf("window %d has %d ids; model %s takes 1 to %d", i, len(w), m.spec.Name, m.spec.Window), nil)
		}
	}
	return nil
}

// runUnit runs one unit of the plan and hands its windows out.
func (m *Model) runUnit(p *plan, i int, stop *ort.RunOptions, each func(int, Output)) (time.Duration, error) {
	s, err := m.slot()
	if err != nil {
		return 0, internal("the model cannot be run", err)
	}
	defer m.release(s)
	rows, cols := s.fill(p, i, m.spec.Special.Pad)
	t, err := s.tensors(m.spec, rows, cols)
	if err != nil {
		return 0, internal("the model cannot be run", err)
	}
	began := time.Now()
	err = m.session.RunWithOptions(t.in, t.out, stop)
	took := time.Since(began)
	if err != nil {
		return took, internal("the model failed", err)
	}
	for r := range rows {
		out := s.row(r, cols, len(p.window(i, r)))
		if !finite(out.Logits) || !finite(out.Vectors) {
			return took, errNotFinite()
		}
		each(p.index(i, r), out)
	}
	return took, nil
}

func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 { // NaN and infinities
			return false
		}
	}
	return true
}

// warm runs the model once. It shows whether the outputs have the shapes that
// were promised, and what a token costs.
func (m *Model) warm(ctx context.Context) error {
	n := min(m.spec.Window, 128)
	ids := slices.Repeat([]tokenize.ID{m.spec.Special.End}, n)
	ids[0] = m.spec.Special.Start
	p := &plan{windows: [][]tokenize.ID{ids}, batch: 1}
	return m.try(ctx, n, func(stop *ort.RunOptions) (time.Duration, error) {
		return m.runUnit(p, 0, stop, func(int, Output) {})
	})
}

// openModels holds the models that are not closed. A slot's memory is pinned, and
// pinned memory must not become garbage: a caller that loses a model without
// closing it leaks it, and no worse.
var openModels sync.Map

// Close frees the model once no run uses it. Later runs fail with [ErrClosed].
func (m *Model) Close() error {
	return m.shut(func() {
		openModels.Delete(m)
		for _, s := range m.slots {
			s.free()
		}
		m.slots = nil
	})
}
