package pith

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Request asks for one compression of one or more contexts.
type Request struct {
	// Contexts are the texts to compress, in the order of the prompt.
	Contexts []Context

	// Question and Instruction say what the reader will be asked. They steer
	// question-aware methods, are never part of the output and never counted.
	Question    Text
	Instruction Text

	// Method names a compressor; "" and "auto" let the service choose.
	Method string

	// Model names the model of a method that has several; "" chooses by language.
	Model string

	// Profile chooses between the service's own way and the reference's.
	Profile Profile

	// Budget applies to all contexts together, save those with their own.
	Budget Budget

	Options Options

	// Hasty fails at once, with CodeDeadline, where by all that is known there is not
	// enough time until the context's deadline.
	Hasty bool

	// Memory has what earlier requests of the same caller left to use; nil is none.
	Memory Memory
}

// Profile says whose behaviour a method shows.
type Profile string

// The profiles. "" is the service profile.
const (
	// ProfileService keeps words as the source has them.
	ProfileService Profile = "service"

	// ProfileCompat does what the authors' Python package does, mistakes included.
	// Its output is decoded from tokens, so case and spacing may change and no
	// protection holds. Options that the package does not know are errors.
	ProfileCompat Profile = "compat"
)

// Context is one text with its own policy.
type Context struct {
	ID       string // the caller's own; returned unchanged
	Text     Text
	Kind     Kind   // what the text is; "" finds out
	Language string // ISO 639-1 code, of source code its programming language; "" detects it
	Budget   Budget // overrides the request's; zero inherits
	Method   string // overrides the request's; "" inherits
	Locked   bool   // returned byte for byte, outside every budget
}

// Kind says what a text is made of, as far as a caller knows.
type Kind string

// KindCode is source code. Its context's FileName tells the language where Language does
// not.
const KindCode Kind = "code"

// Budget says how much of a text to keep. At most one of Rate, TargetTokens and
// Threshold is set; the zero Budget leaves the choice to whoever reads it.
type Budget struct {
	// Rate is the fraction of tokens kept, in (0, 1], counted by the target
	// model's tokenizer. 1 is the identity. 0 means unset.
	Rate float64

	// TargetTokens is the most tokens allowed after compression, counted by the
	// target model's tokenizer. 0 means unset.
	TargetTokens int

	// Threshold is a keep probability in (0, 1): words below it go. The achieved
	// rate is then an outcome, but each text's result depends on that text alone.
	// 0 means unset.
	Threshold float64
}

// IsZero reports whether nothing is set.
func (b Budget) IsZero() bool { return b == Budget{} }

// Name is what the API calls the member that is set; "" if none is.
func (b Budget) Name() string {
	switch {
	case b.Rate != 0:
		return "rate"
	case b.TargetTokens != 0:
		return "target_tokens"
	case b.Threshold != 0:
		return "threshold"
	}
	return ""
}

func (b Budget) validate(param string) error {
	set := 0
	if b.Rate != 0 {
		set++
		if !(b.Rate > 0 && b.Rate <= 1) {
			return Invalid(param+"/rate", "rate is the fraction of tokens kept and must be in (0, 1]; got %v", b.Rate)
		}
	}
	if b.TargetTokens != 0 {
		set++
		if b.TargetTokens < 0 {
			return Invalid(param+"/target_tokens", "target_tokens must be at least 1; got %d", b.TargetTokens)
		}
	}
	if b.Threshold != 0 {
		set++
		if !(b.Threshold > 0 && b.Threshold < 1) {
			return Invalid(param+"/threshold", "threshold is a keep probability and must be in (0, 1); got %v", b.Threshold)
		}
	}
	if set > 1 {
		return Invalid(param, "rate, target_tokens and threshold exclude each other; send one")
	}
	return nil
}

// Scope says over what a rate is spent.
type Scope string

// The scopes.
const (
	ScopeChunk  Scope = "chunk"  // each window keeps its own share (LLMLingua-2's way)
	ScopeGlobal Scope = "global" // all contexts share one budget; the default with a question
)

// Strictness says what happens when protected text alone exceeds the budget.
type Strictness string

// The kinds of strictness.
const (
	Soft Strictness = "soft" // protected text stays; a warning says the budget was passed
	Hard Strictness = "hard" // the budget holds, or the request fails with CodeBudgetUnreachable
)

// Options refine a request. The zero value is the service profile's default.
type Options struct {
	// Tokenizer names the target model or its tokenizer, whose tokens are
	// counted. "" is o200k_base.
	Tokenizer string

	Scope      Scope      // "" is global with a question or target_tokens, else chunk
	Strictness Strictness // "" is hard for target_tokens, else soft

	// TopN and MinScore drop whole contexts first: all but the TopN of highest
	// score, and those whose score is below MinScore. 0 means unset.
	TopN     int
	MinScore float64

	Preserve Preserve

	// LLMLingua-2's own names (Pan et al., arXiv:2403.12968).
	ForceTokens     []string // strings whose every occurrence is kept
	ReserveDigits   bool     // words with a decimal digit are kept
	DropConsecutive bool     // of equal forced words in a row, one is kept

	Lossless Lossless
	Code     CodeOptions

	// What to return beside the text.
	ReturnSpans  bool
	ReturnLabels bool
	ReturnDecode bool
	ReturnChunks bool
}

// CodeOptions say how source code may be cut. The zero value is the default.
type CodeOptions struct {
	// RankOnly keeps or leaves out whole functions, and nothing inside them.
	RankOnly bool

	// Keep are names of definitions that stay, as "Box.size" or "P::new"; '*' stands for
	// any characters, and a name without its containers' will do.
	Keep []string

	// Marks says what stands where something was left out: "" and MarksCounted a comment
	// with the number of lines, MarksRange one with the numbers of the first and last,
	// MarksShort one that only shows it, MarksNone nothing.
	Marks Marks
}

// Marks says what stands in source code where something was left out.
type Marks string

// The kinds of marks.
const (
	MarksCounted Marks = "counted"
	MarksRange   Marks = "range"
	MarksShort   Marks = "short"
	MarksNone    Marks = "none"
)

// MaxKeep is the most names of CodeOptions.Keep.
const MaxKeep = 256

// Lossless says what lossless methods may do. The zero value is the default.
type Lossless struct {
	// Forms are the forms that may be used; nil means the default ones, an empty,
	// non-nil slice none. "html", which is not exact, and "space" have to be named.
	Forms []string

	// LegendRows is the most definitions that a reader has to look up in one text; 0 is
	// the default, and negative none.
	LegendRows int

	// Warm says that the system prompt has the sentence that explains a dictionary
	// (package metatoken), so that no text needs to.
	Warm bool

	// Inline puts each definition where its phrase first stands instead of in front, so
	// that a text which grows at its end keeps its beginning.
	Inline bool
}

// MaxLegendRows is the most that LegendRows may be. Readers were seen to fail over
// legends of 15 rows and more.
const MaxLegendRows = 26

// Preserve says what no method may touch.
type Preserve struct {
	// Classes are the kinds of protected span. nil means all the default ones;
	// an empty, non-nil slice means none.
	Classes []string
	// Literals are exact strings.
	Literals []string
	// Patterns are RE2 expressions.
	Patterns []*regexp.Regexp
}

// Limits of a request.
const (
	MaxContexts     = 1000
	MaxQuestion     = 64 << 10 // bytes
	MaxForceTokens  = 100      // as max_force_token of the reference
	MaxPatterns     = 32
	MaxPatternBytes = 256
	MaxLiterals     = 256
)

// Validate reports the first thing that breaks the contract, as an [*Error] with
// [CodeInvalid] or [CodeTooLarge] whose Param points into the JSON of the API.
func (r *Request) Validate() error {
	if len(r.Contexts) == 0 {
		return Invalid("/contexts", "send input or at least one context")
	}
	if n := len(r.Contexts); n > MaxContexts {
		return &Error{Code: CodeTooLarge, Param: "/contexts",
			Msg: fmt.Sprintf("at most %d contexts in one request; got %d", MaxContexts, n)}
	}
	if n := len(r.Question); n > MaxQuestion {
		return &Error{Code: CodeTooLarge, Param: "/question",
			Msg: fmt.Sprintf("question may have at most %d bytes; got %d", MaxQuestion, n)}
	}
	if n := len(r.Instruction); n > MaxQuestion {
		return &Error{Code: CodeTooLarge, Param: "/instruction",
			Msg: fmt.Sprintf("instruction may have at most %d bytes; got %d", MaxQuestion, n)}
	}
	if err := r.Budget.validate(""); err != nil {
		return err
	}
	for i := range r.Contexts {
		c, param := &r.Contexts[i], fmt.Sprintf("/contexts/%d", i)
		if err := c.Budget.validate(param); err != nil {
			return err
		}
		if err := c.Kind.validate(param + "/kind"); err != nil {
			return err
		}
	}
	if err := r.Options.validate(); err != nil {
		return err
	}
	return r.validateProfile()
}

func (o *Options) validate() error {
	switch o.Scope {
	case "", ScopeChunk, ScopeGlobal:
	default:
		return Invalid("/scope", "scope must be chunk or global; got %q", o.Scope)
	}
	switch o.Strictness {
	case "", Soft, Hard:
	default:
		return Invalid("/budget", "budget must be hard or soft; got %q", o.Strictness)
	}
	if o.Lossless.LegendRows > MaxLegendRows {
		return Invalid("/lossless/legend_rows", "legend_rows may be at most %d; got %d", MaxLegendRows, o.Lossless.LegendRows)
	}
	if o.TopN < 0 {
		return Invalid("/top_n", "top_n must be at least 1; got %d", o.TopN)
	}
	if n := len(o.ForceTokens); n > MaxForceTokens {
		return Invalid("/force_tokens", "at most %d force_tokens; got %d", MaxForceTokens, n)
	}
	for i, t := range o.ForceTokens {
		if t == "" || !utf8.ValidString(t) {
			return Invalid(fmt.Sprintf("/force_tokens/%d", i), "a force token must be a non-empty UTF-8 string")
		}
	}
	if n := len(o.Preserve.Literals); n > MaxLiterals {
		return Invalid("/preserve/literals", "at most %d literals; got %d", MaxLiterals, n)
	}
	for i, l := range o.Preserve.Literals {
		if l == "" {
			return Invalid(fmt.Sprintf("/preserve/literals/%d", i), "a literal must not be empty")
		}
	}
	if n := len(o.Preserve.Patterns); n > MaxPatterns {
		return Invalid("/preserve/patterns", "at most %d patterns; got %d", MaxPatterns, n)
	}
	return o.Code.validate()
}
