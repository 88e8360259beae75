package pith

import "time"

// Status says what became of a context.
type Status string

// The statuses of a context.
const (
	StatusCompressed Status = "compressed" // shorter than it was
	StatusUnchanged  Status = "unchanged"  // byte for byte as it came
	StatusDropped    Status = "dropped"    // removed whole, for want of relevance
)

// Result is the outcome of one [Request].
type Result struct {
	Method  string // the compressor that did it
	Version string // changes whenever equal requests may give other bytes
	Models  []string

	// Contexts has one entry for each of the request's, in its order.
	Contexts []ContextResult

	// Warnings concern the request as a whole.
	Warnings []string

	// Passing says that a part was left as it is for a reason that may pass, so that the
	// same request may have another result later.
	Passing bool

	Timing Timing
	Cache  CacheStats
}

// CacheStats says what a [Memory] spared.
type CacheStats struct {
	Result       bool // the whole result; nothing else was looked at then
	Hits, Misses int  // segments read before, and those that a model had to read
}

// ContextResult is the outcome for one [Context].
type ContextResult struct {
	ID     string
	Text   Text
	Status Status
	Method string

	// Tokens of the target model before and after.
	InputTokens, OutputTokens int

	// Score is the context's relevance to the question, at least 0, higher being
	// more relevant; without a question, the mean keep probability of its words.
	// nil if no model read it.
	Score *float64

	Warnings []string

	// Spans are the kept byte ranges of the source, ascending and disjoint;
	// joined, they are Text. Only on request.
	Spans []Span

	// Labels has an entry for each word of the source, in order. Only on request.
	Labels []Label

	// Chunks are the parts of source code, in its order. Only on request.
	Chunks []Chunk

	// Kind is what the text was taken for, and Language the programming language of code.
	// Only where the choice of the method was left open.
	Kind, Language string

	// Forms are the forms that the text was brought into, in the order of that: "json",
	// "log". nil unless a lossless method changed it.
	Forms []string

	// Exact says that the source can be restored from those forms.
	Exact bool

	// Decode restores it. Only on request, and nil unless Exact.
	Decode *Decode
}

// Decode is what restores a text that a lossless method changed, together with that
// text. It travels beside the prompt and never in it.
type Decode struct {
	Scheme string // names how, and the version of that
	Params string // to be passed back as it came
}

// Chunk is a function or another part of source code, and what became of it.
type Chunk struct {
	Span          // in the source
	Name   string // as "Box.size"; of a mixed text, the file's name and ':' in front
	Kind   string // preamble, definition, fields, statements
	Action Action

	// Lines are the first and last line that were kept, from 1, of each run of them.
	Lines [][2]int

	Tokens int      // of the target model, in the source
	Score  *float64 // how much it tells about the question; nil if nothing read it
}

// Action says what became of a [Chunk].
type Action string

// The actions.
const (
	ActionFull     Action = "full"     // as it was
	ActionFine     Action = "fine"     // without some of its blocks
	ActionSkeleton Action = "skeleton" // its signature only
	ActionOmitted  Action = "omitted"
)

// Span is a byte range [Start, End) of a source text.
type Span struct{ Start, End int }

// Label is the verdict on one word.
type Label struct {
	Span
	Keep bool
	// Prob is the keep probability in [0, 1]; 1 for a word kept by rule.
	Prob float32
	// Forced says that a rule and not the model kept it.
	Forced bool
	// Word is the word itself in the compat profile, where it need not be a part of
	// the source: Span and Prob say nothing there.
	Word Text
}

// Timing says where the time went.
type Timing struct {
	Queue time.Duration // waiting for a free core, summed over windows
	Model time.Duration // inside the model, summed over windows
}

// CompressorInfo describes a compressor to a client.
type CompressorInfo struct {
	ID            string
	Kind          string // "token", "lossless", "code", "none"
	QuestionAware bool
	Deterministic bool
	Languages     []string
	Models        []string
	NeedsModel    bool
	Loaded        bool
	Version       string
}
