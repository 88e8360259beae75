// Package report is the outcome of an evaluation, as JSON that programs read, Markdown,
// and one HTML page with plots; and the comparison of two outcomes.
package report

import "github.com/pith-proxy/pith/eval"

// Format is the version of [Report]'s JSON.
const Format = 1

// Report is the outcome of one run. All but what is marked as a timing is the same for
// equal inputs, seeds and models.
type Report struct {
	Format int    `json:"format"`
	Pith   string `json:"pith"` // version

	Set   string `json:"set"`
	Tasks []Task `json:"tasks"`
	Unit  string `json:"unit"` // what budgets and lengths are counted in: "o200k_base"

	Rates    []float64 `json:"rates"` // asked for, highest first
	Measures []Measure `json:"measures"`
	Arms     []Arm     `json:"arms"`
	Reader   *Reader   `json:"reader,omitempty"` // nil: no LLM read anything
	Through  string    `json:"through"`          // process, api or proxy

	Against   string `json:"against"` // the arm that [Value.Gain] is over
	Resamples int    `json:"resamples"`
	Seed      uint64 `json:"seed"`

	Cells     []Cell    `json:"cells"`             // by arm, rate, task; the task "" is all of them
	Lengths   []Length  `json:"lengths"`           // timing: by arm, then length
	Economics []Economy `json:"economics"`         // by arm, rate
	Vendors   []Vendor  `json:"vendors,omitempty"` // whose prices are in Economics
	Hurts     []Hurt    `json:"hurts"`             // where an arm is worse than the whole text or than a baseline
	Outcomes  []Outcome `json:"outcomes"`          // by item, arm, rate
	Examples  []Example `json:"examples,omitempty"`
	Grids     []Grid    `json:"grids,omitempty"` // of needles: by arm, rate, measure, length, depth
	Notes     []string  `json:"notes,omitempty"`
}

// Task is a task of the run.
type Task struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Set      string `json:"set"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	Metric   string `json:"metric,omitempty"`
	Items    int    `json:"items"`
	Tokens   int    `json:"tokens"` // of all contexts together
}

// Measure is a column of values. A report never mixes its two kinds in one figure.
type Measure struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Kind  string `json:"kind"` // Offline or OfReader
}

// The kinds of measures.
const (
	Offline  = "offline" // of the kept text alone: a bound or a stand-in
	OfReader = "reader"  // of an LLM's answer
)

// Arm is one way to make texts shorter.
type Arm struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Kind     string `json:"kind"`               // pith, baseline, peer, none
	Fixed    bool   `json:"fixed,omitempty"`    // has a rate of its own: its cells' rate is 0
	Question bool   `json:"question,omitempty"` // what it keeps depends on the question
}

// Reader is the LLM that read.
type Reader struct {
	Name             string  `json:"name"`
	Answers          int     `json:"answers"`
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	Dollars          float64 `json:"dollars,omitempty"` // 0 if no prices were given
}

// Cell is one arm at one rate on one task or on all.
type Cell struct {
	Arm  string  `json:"arm"`
	Rate float64 `json:"rate"`
	Task string  `json:"task,omitempty"`

	Items      int              `json:"items"`
	OverBudget int              `json:"over_budget,omitempty"`
	Refused    int              `json:"refused,omitempty"`    // nothing was kept for want of room
	Unanswered int              `json:"unanswered,omitempty"` // prompts that were too long or filtered, or to which nothing was said
	KeptRate   eval.Estimate    `json:"kept_rate"`            // mean over items of kept tokens ÷ tokens
	Values     map[string]Value `json:"values"`               // by [Measure.Name]; without those that apply to no item

	// P50 and P95 are a timing: milliseconds of a text that the arm knew nothing of, for
	// which the longest of the arm's rates is taken.
	P50 float64 `json:"p50_ms,omitempty"`
	P95 float64 `json:"p95_ms,omitempty"`
}

// Value is a measure's mean over a cell's items. Over all tasks, the score of a reader
// is the mean of the tasks' means, as LongBench's; everything else is over items.
type Value struct {
	Items int `json:"items"` // that the measure applies to
	eval.Estimate

	// KeptRate is the mean of kept tokens ÷ tokens over these items.
	KeptRate float64 `json:"kept_rate"`

	// Loss is this mean minus that of the whole text, over the same items, and Gain
	// minus that of [Report.Against] at the same rate. nil where there is no such arm.
	Loss *eval.Estimate `json:"loss,omitempty"`
	Gain *eval.Estimate `json:"gain,omitempty"`

	// LossItems is how many items Loss is over: Items, but for those of a score of which
	// either prompt was too long for the model. Gain leaves those out too.
	LossItems int `json:"loss_items,omitempty"`

	// GainItems is how many items Gain is over: those of which neither arm kept more
	// than a hundredth over its limit. An arm that keeps more has an easier task.
	GainItems int `json:"gain_items,omitempty"`
}

// Length is how long texts of one size took, as [Cell.P50] has it.
type Length struct {
	Arm    string  `json:"arm"`
	Tokens int     `json:"tokens"` // the middle of texts with [Tokens/√2, Tokens·√2)
	Items  int     `json:"items"`
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
}

// Grid is a measure's mean over the needles of one place: an arm at a rate, texts of one
// length, facts at one depth. All kinds of needles are in it together, each item once.
type Grid struct {
	Arm     string  `json:"arm"`
	Rate    float64 `json:"rate"`
	Measure string  `json:"measure"`
	Length  int     `json:"length"` // tokens that were asked for
	Depth   float64 `json:"depth"`  // where the first fact stands: 0 the start, 1 the end
	Items   int     `json:"items"`  // that the measure applies to
	Mean    float64 `json:"mean"`
}

// Economy is what an arm's prompts cost, relative to the raw ones.
type Economy struct {
	Arm    string  `json:"arm"`
	Rate   float64 `json:"rate"`
	Before int     `json:"tokens_before"`
	After  int     `json:"tokens_after"`

	// After counts a refused context as sent raw, unlike [Outcome.Kept], and so do the
	// prices. Uncached is the price of all contexts at a vendor without a prompt cache,
	// relative to raw. Cached has, by [Vendor.Name], the price where each context is asked
	// Reuse times, relative to raw contexts that are cached: over 1 the arm costs more than
	// it saves.
	Uncached float64            `json:"uncached"`
	Reuse    int                `json:"reuse"`
	Cached   map[string]float64 `json:"cached"`

	// With a reader and prices only. Tokens that a vendor read from its cache count in full.
	Dollars           float64 `json:"dollars,omitempty"`
	DollarsPerCorrect float64 `json:"dollars_per_correct,omitempty"` // dollars ÷ sum of scores, which may be fractions
}

// Vendor is what prompts cost that a vendor caches. Prices are of one token, as multiples of
// the price of an input token.
type Vendor struct {
	Name      string  `json:"name"`           // with a model if the prices are that model's: "openai", "openai:gpt-4.1"
	AsOf      string  `json:"as_of"`          // month of the prices' source: "2026-10"
	Read      float64 `json:"read"`           // from the cache
	Write     float64 `json:"write"`          // to the cache
	Keep      float64 `json:"keep,omitempty"` // in the cache for one lifetime, paid with the write
	MinTokens int     `json:"min_tokens"`     // shorter texts are not cached

	// OtherModels are patterns of models with other prices or minima, which are left out.
	OtherModels []string `json:"other_models,omitempty"`
}

// Hurt is a mean that is lower with confidence, over items as [Value.GainItems] has them.
type Hurt struct {
	Arm     string        `json:"arm"`
	Rate    float64       `json:"rate"`
	Task    string        `json:"task,omitempty"`
	Measure string        `json:"measure"`
	Than    string        `json:"than"` // the arm that does better at that rate, or "none"
	By      eval.Estimate `json:"by"`   // negative
	Items   int           `json:"items"`
	P       float64       `json:"p"` // one-sided, before allowing for how many of the arm's means were tested
}

// Outcome is what became of one item.
type Outcome struct {
	ID      string             `json:"id"`
	Item    string             `json:"item"` // digest of the text and what was asked
	Task    string             `json:"task"`
	Arm     string             `json:"arm"`
	Rate    float64            `json:"rate"`
	Full    int                `json:"full"`            // tokens of the context
	Limit   int                `json:"limit,omitempty"` // 0 for an arm with a rate of its own
	Kept    int                `json:"kept"`
	Refused bool               `json:"refused,omitempty"`
	Values  map[string]float64 `json:"values"`
	Read    *Reading           `json:"read,omitempty"`

	Millis float64 `json:"ms"` // timing
}

// Reading is what an answer took.
type Reading struct {
	PromptTokens     int     `json:"prompt_tokens"`
	CachedTokens     int     `json:"cached_tokens,omitempty"`
	CompletionTokens int     `json:"completion_tokens"`
	Dollars          float64 `json:"dollars,omitempty"`
	TooLong          bool    `json:"too_long,omitempty"` // the prompt did not fit the model: nobody read it
	Answer           string  `json:"answer,omitempty"`
}

// Example is one text with what arms kept of it, for people.
type Example struct {
	ID       string      `json:"id"`
	Task     string      `json:"task"`
	Question string      `json:"question"`
	Answers  []string    `json:"answers"`
	Text     string      `json:"text"`            // all of the context, or the part that [Example.Clip] left
	From     int         `json:"from,omitempty"`  // the byte of the context that the part starts at
	Bytes    int         `json:"bytes,omitempty"` // of the context, if Text is a part
	Shown    []Shortened `json:"shown"`
}

// Shortened is one arm's form of an example. Parts are consecutive pieces of the text.
type Shortened struct {
	Arm    string             `json:"arm"`
	Rate   float64            `json:"rate"`
	Full   int                `json:"full"`
	Kept   int                `json:"kept"`
	Values map[string]float64 `json:"values"`
	Answer string             `json:"answer,omitempty"` // the reader's
	Spans  [][2]int           `json:"spans,omitzero"`   // kept byte ranges of Text; nil if the arm cannot tell, empty if it kept nothing
	Text   string             `json:"text,omitempty"`   // what was kept, without Spans
	Bytes  int                `json:"bytes,omitempty"`  // of what was kept, if Text is but its start
}
