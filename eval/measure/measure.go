// Package measure says what is left of a text without an LLM: gold answers, the words
// of a gold summary, numbers, names and negations, hidden needles, and how likely a
// small language model finds the gold answer. Each bounds or stands in for what a
// reader could do; none is an answer score, and reports say so.
package measure

import (
	"context"

	"github.com/pith-proxy/pith/eval"
)

// A Measure is one number for one kept text. Implementations are safe for concurrent
// use, and equal inputs give equal values on every machine, but for models.
type Measure interface {
	// Name is the key in reports: "survival".
	Name() string

	// About says in a sentence what the number is, its unit and its range.
	About() string

	// Of returns the value for what was kept of the item's context. Higher is better.
	// ok is false if the measure does not apply to the item; that depends on the item
	// alone, so that arms can be compared pair by pair.
	//
	// A refusal kept nothing, and has the value of nothing where that is the worst there
	// is: 0 of what was looked for. Elsewhere that would reward it (no negation is lost
	// where nothing is said), and ok is false for it.
	Of(ctx context.Context, item eval.Item, kept eval.Kept) (value float64, ok bool, err error)
}
