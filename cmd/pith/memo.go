package main

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/tokenize"
)

// memoWindows is how many windows a memo holds: about 300 MB of vectors.
const memoWindows = 400

// memo is a scorer that remembers what another one said of the last windows.
type memo struct {
	scorer llmlingua2.Scorer

	mu    sync.Mutex
	known map[string]llmlingua2.Output
	order []string
}

func newMemo(s llmlingua2.Scorer) *memo {
	return &memo{scorer: s, known: map[string]llmlingua2.Output{}}
}

// Score implements [llmlingua2.Scorer].
func (m *memo) Score(ctx context.Context, windows [][]tokenize.ID, each func(int, llmlingua2.Output)) (llmlingua2.Stats, error) {
	var missed [][]tokenize.ID
	var at []int
	for i, w := range windows {
		m.mu.Lock()
		out, ok := m.known[memoKey(w)]
		m.mu.Unlock()
		if ok {
			each(i, out)
			continue
		}
		missed, at = append(missed, w), append(at, i)
	}
	if len(missed) == 0 {
		return llmlingua2.Stats{}, ctx.Err()
	}
	return m.scorer.Score(ctx, missed, func(i int, out llmlingua2.Output) {
		m.learn(memoKey(missed[i]), out)
		each(at[i], out)
	})
}

func (m *memo) learn(key string, out llmlingua2.Output) {
	out.Logits, out.Vectors = slices.Clone(out.Logits), slices.Clone(out.Vectors)
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.known[key]; ok {
		return
	}
	m.known[key] = out
	m.order = append(m.order, key)
	if len(m.order) > memoWindows {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
}

func memoKey(window []tokenize.ID) string {
	b := make([]byte, 0, 4*len(window))
	for _, id := range window {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return string(b)
}
