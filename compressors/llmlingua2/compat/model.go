package compat

import (
	"context"
	"errors"
	"fmt"
)

// Family chooses the rules by which pieces become words.
type Family string

// The families.
const (
	BERT Family = "bert"        // WordPiece; continuation pieces begin with ##
	XLMR Family = "xlm-roberta" // Unigram; first pieces begin with ▁ (U+2581)
)

// A Tokenizer splits text into the pieces of the classifier's vocabulary. It is
// made from the JSON that [WithPlaceholders] returns, and recognises special
// strings in text, as the reference does. Implementations are safe for
// concurrent use.
type Tokenizer interface {
	// Pieces returns the pieces of text, which is valid UTF-8 and may contain
	// NUL. It adds no special pieces.
	Pieces(text string) ([]string, error)
}

// Input is one chunk as the model reads it: both slices have the same length,
// at most 512. A position whose Mask is 0 is not to be looked at by the others.
type Input struct {
	IDs  []int64
	Mask []int64 // 0 or 1
}

// A Scorer runs the classifier. Implementations are safe for concurrent use.
type Scorer interface {
	// KeepProbs returns for each input the keep probability of each of its
	// positions: softmax of the two logits, second column. Values where Mask is 0
	// are not used. It neither keeps nor changes the inputs, and an input's values
	// do not depend on the others. At most 50 inputs come at once.
	KeepProbs(ctx context.Context, in []Input) ([][]float32, error)
}

// A Counter counts tokens of the target model; the reference uses cl100k_base.
// Special-token strings count as ordinary text. It is safe for concurrent use.
type Counter interface {
	Count(text string) int
}

// Options are the parts of a compressor. All are required.
type Options struct {
	Family     Family
	Vocabulary *Vocabulary
	Tokenizer  Tokenizer
	Scorer     Scorer
	Counter    Counter
}

// Compressor compresses as the reference does. It is safe for concurrent use.
type Compressor struct {
	Options
	rules rules
	unk   int64
	seen  func(threshold float64) // told of every percentile; for tests
}

// New returns a compressor.
func New(o Options) (*Compressor, error) {
	if o.Vocabulary == nil || o.Tokenizer == nil || o.Scorer == nil || o.Counter == nil {
		return nil, errors.New("compat: vocabulary, tokenizer, scorer and counter are all required")
	}
	r, ok := families[o.Family]
	if !ok {
		return nil, fmt.Errorf("compat: unknown family %q", o.Family)
	}
	unk, ok := o.Vocabulary.ID(r.unknown)
	if !ok {
		return nil, fmt.Errorf("compat: the vocabulary has no %s, which family %s needs", r.unknown, o.Family)
	}
	return &Compressor{Options: o, rules: r, unk: unk}, nil
}

// score fills in the pieces and keep probabilities of chunks, 50 at a time.
func (c *Compressor) score(ctx context.Context, chunks []*chunk) error {
	for len(chunks) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(chunks), maxBatch)
		if err := c.scoreBatch(ctx, chunks[:n]); err != nil {
			return err
		}
		chunks = chunks[n:]
	}
	return nil
}

func (c *Compressor) scoreBatch(ctx context.Context, chunks []*chunk) error {
	in := make([]Input, len(chunks))
	for i, ch := range chunks {
		pieces, err := c.Tokenizer.Pieces(ch.text)
		if err != nil {
			return fmt.Errorf("tokenize chunk: %w", err)
		}
		in[i] = c.input(pieces)
	}
	probs, err := c.Scorer.KeepProbs(ctx, in)
	if err != nil {
		return fmt.Errorf("score chunks: %w", err)
	}
	if len(probs) != len(in) {
		return fmt.Errorf("the scorer returned %d results for %d inputs", len(probs), len(in))
	}
	for i, p := range probs {
		if len(p) != len(in[i].IDs) {
			return fmt.Errorf("the scorer returned %d probabilities for %d positions", len(p), len(in[i].IDs))
		}
		chunks[i].pieces, chunks[i].probs = c.active(in[i], p)
	}
	return nil
}
