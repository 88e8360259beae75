package longcodezip

import (
	"context"
	"time"
)

// A Scorer says how much chunks of source code tell about a query. Implementations are
// safe for concurrent use and give equal results for equal inputs; but for a lexical
// scorer, for which the chunks of a call are the collection, a gain depends on its chunk
// and the query alone.
type Scorer interface {
	// Gains returns a number for each chunk, in their order: for a language model the
	// nats by which the chunk lowers the mean negative log-likelihood of the query's
	// tokens, which may be negative. More is more relevant; numbers of different queries
	// do not compare. Neither query nor any chunk is blank. If ctx ends first it returns
	// ctx's error.
	Gains(ctx context.Context, query string, chunks []string) ([]float64, Usage, error)

	// Name names it for reports and versions, with whatever its numbers depend on.
	Name() string
}

// A LineReader is a [Scorer] that also knows how surprising code is by itself.
type LineReader interface {
	// LineNLL returns, for each chunk, the mean negative log-likelihood of the tokens of
	// each of its lines given the lines above, in nats a token; NaN for a blank line and
	// for one that was not read. It depends on the chunk alone.
	LineNLL(ctx context.Context, chunks []string) ([][]float64, Usage, error)
}

// Usage says what a call cost.
type Usage struct {
	Sequences int           // runs of a model
	Tokens    int           // of the model, through it
	Truncated int           // chunks of which only a part was read
	Cut       []int         // their indices in the call; not added up
	Queue     time.Duration // waiting for a worker, summed over runs
	Model     time.Duration // inside the model, summed over runs
}

// Add adds u to what it is called on.
func (u *Usage) Add(v Usage) {
	u.Sequences += v.Sequences
	u.Tokens += v.Tokens
	u.Truncated += v.Truncated
	u.Queue += v.Queue
	u.Model += v.Model
}
