package reference

import (
	"context"
	"fmt"
	"math"

	"github.com/pith-proxy/pith/tokenize"
)

// A Model is a causal language model with its tokenizer. Its numbers must not depend on
// what was asked before.
type Model interface {
	// Encode returns the tokens of text as the model's tokenizer gives them by default:
	// with a leading special token if it has one, and with strings that look like
	// special tokens read as such.
	Encode(text string) ([]tokenize.ID, error)

	// NLL returns len(ids)-1 numbers: at j the negative logarithm, in nats, of the
	// probability of ids[j+1] after ids[:j+1]. ids is not empty. If ctx ends first it
	// returns ctx's error.
	NLL(ctx context.Context, ids []tokenize.ID) ([]float64, error)
}

// reader asks a model, and remembers lengths for one request.
type reader struct {
	model   Model
	longest int // tokens read of a text whose query is scored
	lengths map[string]int
}

func newReader(m Model, longest int) *reader {
	return &reader{model: m, longest: longest, lengths: map[string]int{}}
}

// length is the number of tokens of text, special tokens included.
func (r *reader) length(text string) (int, error) {
	if n, ok := r.lengths[text]; ok {
		return n, nil
	}
	ids, err := r.model.Encode(text)
	if err != nil {
		return 0, fmt.Errorf("encode: %w", err)
	}
	r.lengths[text] = len(ids)
	return len(ids), nil
}

// nll reads the first limit tokens of text, or all if limit is 0.
func (r *reader) nll(ctx context.Context, text string, limit int) ([]float64, error) {
	ids, err := r.model.Encode(text)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if limit > 0 && len(ids) > limit {
		ids = ids[:limit]
	}
	if len(ids) == 0 {
		return nil, nil
	}
	nll, err := r.model.NLL(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read code: %w", err)
	}
	if len(nll) != len(ids)-1 {
		return nil, fmt.Errorf("read code: %d numbers for %d tokens", len(nll), len(ids))
	}
	for _, v := range nll {
		if math.IsNaN(v) {
			return nil, errNaN("reference.read")
		}
	}
	return nll, nil
}

// meanFrom is the mean of nll[from:], ok false if there is nothing.
func meanFrom(nll []float64, from int) (mean float64, ok bool) {
	if from >= len(nll) {
		return 0, false
	}
	for _, v := range nll[from:] {
		mean += v
	}
	return mean / float64(len(nll)-from), true
}
