package longcodezip

import (
	"context"
	"fmt"
)

// wordNats is what the chunk that shares most with the query gains by that, in nats a
// token of the query. It was chosen over 600 functions of three standard libraries, on
// which every value from 0.4 to 1 ranks the described one better than the model or the
// words alone (docs/benchmarks.md).
const wordNats = 0.6

// Fused is the [Scorer] that adds to what a language model says what words say: the model
// knows that "closes" and "shutdown" are akin, the words that a rare name is the same. A
// chunk's gain is
//
//	gain of the model + wordNats · (its score by words / the best score by words)
//
// so that it stays in nats, and a chunk without a word of the query has the model's.
//
// The best score is that of the chunks of the call. [Fused.Apart] gives the part of the
// gain that depends on chunk and query alone. Lines are read by the model.
type Fused struct {
	LineReader
	model, words Scorer
}

// NewFused returns the sum of a language model and a [Lexical].
func NewFused(model interface {
	Scorer
	LineReader
}) *Fused {
	return &Fused{model, model, NewLexical()}
}

// Name implements [Scorer].
func (f *Fused) Name() string {
	return fmt.Sprintf("%s + %v %s", f.model.Name(), wordNats, f.words.Name())
}

// Gains implements [Scorer].
func (f *Fused) Gains(ctx context.Context, query string, chunks []string) ([]float64, Usage, error) {
	gains, usage, err := f.model.Gains(ctx, query, chunks)
	if err != nil {
		return nil, usage, err
	}
	gains, err = f.Add(ctx, query, chunks, gains)
	return gains, usage, err
}

// Apart returns the language model.
func (f *Fused) Apart() Scorer { return f.model }

// Add returns the gains that chunks have, given those that the model says.
func (f *Fused) Add(ctx context.Context, query string, chunks []string, gains []float64) ([]float64, error) {
	words, _, err := f.words.Gains(ctx, query, chunks)
	if err != nil {
		return nil, err
	}
	if len(words) != len(gains) {
		return nil, fmt.Errorf("%d scores by words for %d gains", len(words), len(gains))
	}
	best := 0.0
	for _, w := range words {
		best = max(best, w)
	}
	sum := make([]float64, len(gains))
	for i, g := range gains {
		sum[i] = g
		if best > 0 {
			sum[i] += wordNats * words[i] / best
		}
	}
	return sum, nil
}
