package compatmethod

import (
	"context"
	"slices"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// meter is the scorer of one request: it keeps ids that the model has no row for
// away from it, and adds up what it costs.
type meter struct {
	scorer  Scorer
	rows    int64
	unknown int64
	stats   Stats
}

func newMeter(m *Model) *meter {
	unk, _ := m.Vocabulary.ID(unknown[m.Family])
	return &meter{scorer: m.Scorer, rows: m.rows(), unknown: unk}
}

// KeepProbs implements [compat.Scorer].
func (m *meter) KeepProbs(ctx context.Context, in []compat.Input) ([][]float32, error) {
	fed := slices.Clone(in)
	for i := range fed {
		fed[i].IDs = m.known(fed[i].IDs)
	}
	probs, stats, err := m.scorer.KeepProbs(ctx, fed)
	m.stats.Queue += stats.Queue
	m.stats.Model += stats.Model
	return probs, err
}

// known returns ids with the unknown one for those beyond the rows.
func (m *meter) known(ids []int64) []int64 {
	beyond := func(id int64) bool { return id >= m.rows }
	if m.rows == 0 || !slices.ContainsFunc(ids, beyond) {
		return ids
	}
	ids = slices.Clone(ids)
	for i, id := range ids {
		if beyond(id) {
			ids[i] = m.unknown
		}
	}
	return ids
}
