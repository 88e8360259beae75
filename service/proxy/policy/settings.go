package policy

import "time"

// A Mode says how far compression may go.
type Mode string

// The modes.
const (
	ModeOff      Mode = "off"      // nothing is touched
	ModeAuto     Mode = "auto"     // lossless, and lossy where the policy calls it safe
	ModeLossless Mode = "lossless" // only what can be undone
	ModeLossy    Mode = "lossy"    // as auto, for tools that no list names too
)

// The roles of a text. A context is the part of a user's message that
// [SplitMessage] found to be material and not the question.
const (
	RoleSystem    = "system"
	RoleDeveloper = "developer"
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
	RoleContext   = "context"
)

// Bounds of values. What lies outside is ignored and reported.
const (
	MaxQuestion     = 64 << 10 // bytes
	MaxTargetTokens = 2_000_000
	MaxMinTokens    = 1_000_000
	MinDeadline     = time.Millisecond
	MaxDeadline     = time.Minute
)

// Settings say what may happen to the texts of one request. The zero value is
// mode "", which is taken for off; [Default] is where to start.
type Settings struct {
	Mode   Mode
	DryRun bool // compress and report, but send the original

	Method       string  // "" and "auto" let the service choose
	Lossless     string  // the method for texts that may lose nothing; "" and "off" are none
	Rate         float64 // share of tokens to keep, in (0, 1]; 0 leaves it to the thresholds
	TargetTokens int     // most tokens of one block; 0 is unset. It and Rate exclude each other

	Roles     []string // whose texts may be compressed; "user" includes contexts
	MinTokens int      // smaller blocks stay as they are; for contexts, all of a message together

	// Question steers question-aware methods. It belongs into a one-shot request
	// only: whoever runs no such method should clear it before taking the digest.
	Question string
	Preserve []string // classes of package protect; nil is its default, empty is none

	Deadline    time.Duration // for all compression of a request
	OnErrorFail bool          // answer 503 instead of sending the original
	Tags        bool          // read the tags of [ParseTags] in system, developer and user text

	NoLossy    bool     // a hard limit that no override lifts
	SkipStored bool     // no lossy method in requests with an explicit store: true
	LossyTools []string // entries of the operator's list, see [LossyTool]; never from a request
}

// Default returns the settings of the contract: mode auto, tool results and
// contexts of at least 400 tokens, 250 ms.
func Default() Settings {
	return Settings{
		Mode:      ModeAuto,
		Lossless:  MethodStructure,
		Roles:     []string{RoleContext, RoleTool},
		MinTokens: 400,
		Deadline:  250 * time.Millisecond,
	}
}

// An Override changes some settings; nil fields and a false NoLossy change nothing.
type Override struct {
	Mode         *Mode
	DryRun       *bool
	Method       *string
	Rate         *float64
	TargetTokens *int
	Roles        *[]string
	MinTokens    *int
	Question     *string
	Preserve     *[]string
	Deadline     *time.Duration
	OnErrorFail  *bool
	Tags         *bool

	// For configuration only: neither a header nor a body can say these.
	SkipStored *bool
	LossyTools *[]string
	Lossless   *string
	NoLossy    bool // sets the hard limit; nothing takes it back
}

// With returns s with the overrides applied in order, the weakest first. Slices
// are shared with the overrides and must not be changed.
func (s Settings) With(overrides ...Override) Settings {
	for i := range overrides {
		s = s.with(&overrides[i])
	}
	return s
}

func (s Settings) with(o *Override) Settings {
	assign(&s.Mode, o.Mode)
	assign(&s.DryRun, o.DryRun)
	if s.DryRun && o.DryRun != nil && o.Mode == nil && (s.Mode == ModeOff || s.Mode == "") {
		s.Mode = ModeAuto // a dry run of nothing would show nothing
	}
	assign(&s.Method, o.Method)
	if o.Rate != nil {
		s.Rate, s.TargetTokens = *o.Rate, 0
	}
	if o.TargetTokens != nil {
		s.Rate, s.TargetTokens = 0, *o.TargetTokens
	}
	assign(&s.Roles, o.Roles)
	assign(&s.MinTokens, o.MinTokens)
	assign(&s.Question, o.Question)
	assign(&s.Preserve, o.Preserve)
	assign(&s.Deadline, o.Deadline)
	assign(&s.OnErrorFail, o.OnErrorFail)
	assign(&s.Tags, o.Tags)
	assign(&s.SkipStored, o.SkipStored)
	assign(&s.LossyTools, o.LossyTools)
	assign(&s.Lossless, o.Lossless)
	s.NoLossy = s.NoLossy || o.NoLossy
	return s
}

func assign[T any](p *T, v *T) {
	if v != nil {
		*p = *v
	}
}
