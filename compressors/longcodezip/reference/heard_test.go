package reference

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/pith-proxy/pith/tokenize"
)

// heard is a tiny model that answers what it was asked while the package ran, and
// nothing else; see dump in testdata/record.py.
type heard struct {
	Name      string
	Sequences []sequence // in lexicographic order
	Texts     map[string]int
}

type sequence struct {
	ids []tokenize.ID
	nll []float64 // of each token; 0 for the first
}

// UnmarshalJSON leaves out what the sequence shares with the one before; see load.
func (s *sequence) UnmarshalJSON(data []byte) error {
	var keep int
	if err := json.Unmarshal(data, &[]any{&keep, &s.ids, &s.nll}); err != nil {
		return err
	}
	s.ids = append(make([]tokenize.ID, keep), s.ids...)
	s.nll = append(make([]float64, keep), s.nll...)
	for i := range keep {
		s.ids[i] = shared
	}
	return nil
}

const shared = 1 << 31 // no id

// loadHeard reads the models by name.
func loadHeard(tb testing.TB) map[string]*heard {
	out := map[string]*heard{}
	for _, h := range rows[*heard](tb, "models.jsonl.gz") {
		for i, s := range h.Sequences {
			for j := 0; j < len(s.ids) && s.ids[j] == shared; j++ {
				s.ids[j], s.nll[j] = h.Sequences[i-1].ids[j], h.Sequences[i-1].nll[j]
			}
		}
		out[h.Name] = h
	}
	return out
}

func (h *heard) Encode(text string) ([]tokenize.ID, error) {
	sum := sha256.Sum256([]byte(text))
	i, ok := h.Texts[hex.EncodeToString(sum[:])[:16]]
	if !ok {
		return nil, errors.New("the package did not encode this text")
	}
	return h.Sequences[i].ids, nil
}

func (h *heard) NLL(_ context.Context, ids []tokenize.ID) ([]float64, error) {
	i, _ := slices.BinarySearchFunc(h.Sequences, ids, func(s sequence, ids []tokenize.ID) int { return slices.Compare(s.ids, ids) })
	if i == len(h.Sequences) || len(h.Sequences[i].ids) < len(ids) || !slices.Equal(h.Sequences[i].ids[:len(ids)], ids) {
		return nil, errors.New("the package did not read these tokens")
	}
	return h.Sequences[i].nll[1:len(ids)], nil
}
