// Package reader asks an LLM. The one that matters speaks OpenAI's protocol; each of its
// answers is kept on disk before it is used, so that a run that was killed goes on
// without paying twice.
package reader

import (
	"context"
	"time"
)

// A Prompt is one question to a reader.
type Prompt struct {
	Text      string
	MaxTokens int
}

// An Answer is what a reader said.
type Answer struct {
	Text   string
	Finish string // why it ended, as the vendor says: "stop", "length"

	PromptTokens     int // as the vendor counted them
	CachedTokens     int // of those, read from the vendor's cache
	CompletionTokens int

	Took   time.Duration // of the call that was answered, without waiting for retries
	Stored bool          // it was on disk: nothing was paid now
}

// A Reader answers prompts. Implementations are safe for concurrent use.
type Reader interface {
	// Name is for reports: the model and where it runs, without keys.
	Name() string

	// Answer asks. An error ends a run; what was answered before is kept.
	Answer(ctx context.Context, p Prompt) (Answer, error)
}
