// Package reader asks an LLM. The one that matters speaks OpenAI's protocol; each of its
// answers is kept on disk before it is used, so that a run that was killed goes on
// without paying twice.
//
//	store, err := reader.OpenStore(dir)
//	client, err := reader.New(reader.Options{Key: key, Model: "gpt-4o-mini", Store: store})
//	answer, err := client.Answer(ctx, reader.Prompt{Text: "…", MaxTokens: 32})
//
// It streams nothing, and it bounds no concurrency: as many calls are under way as there
// are calls of Answer for different prompts.
package reader

import (
	"context"
	"time"
)

// A Prompt is one question to a reader.
type Prompt struct {
	Text      string
	MaxTokens int // of the answer; 0: the vendor's own limit
}

// An Answer is what a reader said.
type Answer struct {
	// Text is without the thoughts of models that write them in front of it: up to
	// </think>, and all of it if they began with <think> and came to no end.
	Text   string
	Finish string // why it ended, as the vendor says: "stop", "length"; or one of those below
	Model  string // what the vendor calls the model that answered

	PromptTokens     int  // as the vendor counted them
	CachedTokens     int  // of those, read from the vendor's cache
	CompletionTokens int  // with those of reasoning
	Estimated        bool // the vendor did not count, we did

	Took   time.Duration // of the call that was answered, without waiting for retries
	Stored bool          // it was on disk: nothing was paid now

	// InDoubt tells that an earlier call for it, of this run or of one before, came to no
	// answer and may have been charged all the same.
	InDoubt bool
}

// Finishes without a text.
const (
	FinishFilter  = "content_filter" // the vendor's filter took prompt or answer
	FinishContext = "context_length" // prompt and answer do not fit the model's window; nothing is charged
)

// A Reader answers prompts. Implementations are safe for concurrent use.
type Reader interface {
	// Name is for reports: the model and where it runs, without keys.
	Name() string

	// Answer asks. An error ends a run; what was answered before is kept. When ctx ends,
	// nothing new is sent and nothing waited for between tries, but a call under way,
	// which is being paid for, goes on to its end, and its answer is returned.
	Answer(ctx context.Context, p Prompt) (Answer, error)
}
