package eval

import (
	"context"
	"sync"

	"github.com/pith-proxy/pith/compressors/longcodezip"
)

// Remembering returns a scorer that asks s no question twice: arms and rates of a
// comparison share chunks. s must not be lexical, for whose gains the other chunks
// matter. It is a [longcodezip.LineReader] if s is, and counts no usage.
func Remembering(s longcodezip.Scorer) longcodezip.Scorer {
	m := &memo{Scorer: s, gains: map[[2]string]float64{}}
	if r, ok := s.(longcodezip.LineReader); ok {
		return &lineMemo{memo: m, reader: r, lines: map[string][]float64{}}
	}
	return m
}

type memo struct {
	longcodezip.Scorer
	mu    sync.Mutex
	gains map[[2]string]float64 // by query and chunk
}

func (m *memo) Gains(ctx context.Context, query string, chunks []string) ([]float64, longcodezip.Usage, error) {
	var missing []string
	m.mu.Lock()
	for _, c := range chunks {
		if _, ok := m.gains[[2]string{query, c}]; !ok {
			missing = append(missing, c)
		}
	}
	m.mu.Unlock()
	var fresh []float64
	if len(missing) > 0 {
		var err error
		if fresh, _, err = m.Scorer.Gains(ctx, query, missing); err != nil {
			return nil, longcodezip.Usage{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range missing {
		m.gains[[2]string{query, c}] = fresh[i]
	}
	out := make([]float64, len(chunks))
	for i, c := range chunks {
		out[i] = m.gains[[2]string{query, c}]
	}
	return out, longcodezip.Usage{}, nil
}

type lineMemo struct {
	*memo
	reader longcodezip.LineReader
	lines  map[string][]float64 // guarded by mu
}

func (m *lineMemo) LineNLL(ctx context.Context, chunks []string) ([][]float64, longcodezip.Usage, error) {
	var missing []string
	m.mu.Lock()
	for _, c := range chunks {
		if _, ok := m.lines[c]; !ok {
			missing = append(missing, c)
		}
	}
	m.mu.Unlock()
	var fresh [][]float64
	if len(missing) > 0 {
		var err error
		if fresh, _, err = m.reader.LineNLL(ctx, missing); err != nil {
			return nil, longcodezip.Usage{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range missing {
		m.lines[c] = fresh[i]
	}
	out := make([][]float64, len(chunks))
	for i, c := range chunks {
		out[i] = m.lines[c]
	}
	return out, longcodezip.Usage{}, nil
}
