package llmlingua2

import (
	"context"

	"github.com/pith-proxy/pith/tokenize"
)

// embedQuestion returns the unit-length mean of the token vectors of question,
// special tokens included. A question longer than a window is read in windows.
func (m *Model) embedQuestion(ctx context.Context, question string) ([]float32, Stats, error) {
	tokens, err := m.Encoder.Encode(question)
	if err != nil {
		return nil, Stats{}, err
	}
	asker := *m
	asker.Prefix = m.QuestionPrefix
	var windows [][]tokenize.ID
	for len(tokens) > 0 || windows == nil {
		n := min(len(tokens), asker.room())
		windows = append(windows, asker.frame(tokens[:n]))
		tokens = tokens[n:]
	}
	sums := make([][]float32, len(windows))
	stats, err := m.Scorer.Score(ctx, windows, func(i int, out Output) {
		sums[i] = make([]float32, m.Dim)
		for t := range windows[i] {
			add(sums[i], out.Vectors[t*m.Dim:])
		}
	})
	if err != nil {
		return nil, stats, err
	}
	v := make([]float32, m.Dim)
	for _, s := range sums {
		add(v, s)
	}
	normalize(v)
	return v, stats, nil
}
