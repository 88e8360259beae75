package policy

import (
	"slices"

	"github.com/pith-proxy/pith/compressors/content"
)

// An Action is what may happen to a block.
type Action uint8

// The actions, in order of how much they allow.
const (
	Keep     Action = iota // its bytes stay as they are
	Lossless               // only what can be undone exactly
	Lossy                  // words may go, at the decision's threshold
)

// String is "keep", "lossless" or "lossy".
func (a Action) String() string { return [...]string{"keep", "lossless", "lossy"}[a] }

// BlockInfo is what is known of one block from its own bytes and from the call
// that made it. What changes from turn to turn does not belong here: its place in
// the request, its age, or a cache marker of the provider, which clients move on
// as the conversation grows.
type BlockInfo struct {
	Role     string // RoleContext for a piece that SplitMessage found
	ToolName string // of the matching call; "" is unknown
	IsError  bool   // the tool said that it failed
	Text     string // read only if Class is empty, and only where it matters
	Class    content.Class
	Tokens   func() int // called at most once, and only where it matters; for a piece, of all pieces of the message
	Marked   bool       // it is, or holds, an output of ours
}

// A Decision is the same for the same block and settings, always.
type Decision struct {
	Action    Action
	Class     content.Class // "" where it did not matter
	Threshold float64       // keep probability below which words go; only with Lossy
	Forms     []string      // that may be used; nil is all. Only with Lossless
	Reason    Reason
}

// thresholds are keep probabilities by class. A fixed threshold, unlike a share of
// the words, gives a block the same result whatever else is in the request.
//
// That of prose keeps some 86 % of the tokens of MiniLongBench's documents, and with
// them the gold answers, in one piece, of 35 of 37 questions that it does not know;
// 0.15 keeps 83 % and 34. The others are lower because less of them is redundant.
var thresholds = map[content.Class]float64{
	content.Prose:    0.10,
	content.Markdown: 0.08, // its headings and lists carry more than running text
	content.HTML:     0.10,
	content.Log:      0.05, // few words, many of them needed
	content.Search:   0.08,
}

// Threshold returns the keep probability of a class in (0, 1), or 0 if nothing of
// the class may go.
func Threshold(c content.Class) float64 { return thresholds[c] }

// Decide applies the default policy to one block.
func Decide(b BlockInfo, s Settings) Decision {
	d := Decision{Action: Keep, Class: b.Class, Reason: kept(&b, &s)}
	if d.Reason != "" {
		return d
	}
	d.Action, d.Reason = Lossless, lossless(&b, &s)
	d.Class = b.Class
	if d.Reason != "" {
		d.Action, d.Forms = reshape(&b)
		return d
	}
	d.Action, d.Reason, d.Threshold = Lossy, ReasonAllowed, Threshold(b.Class)
	return d
}

// kept says why a block stays as it is, or "".
func kept(b *BlockInfo, s *Settings) Reason {
	switch s.Mode {
	case ModeAuto, ModeLossless, ModeLossy:
	default:
		return ReasonModeOff
	}
	switch {
	case b.Marked:
		return ReasonOwnOutput
	case b.Role == RoleAssistant || !slices.Contains(roleNames, b.Role):
		return ReasonRole
	case !s.allows(b.Role):
		return ReasonRoleOff
	case b.Role == RoleTool && OwnTool(b.ToolName):
		return ReasonOwnTool
	case b.Tokens != nil && b.Tokens() < s.MinTokens:
		return ReasonBelowMin
	}
	return ""
}

func (s *Settings) allows(role string) bool {
	return slices.Contains(s.Roles, role) || role == RoleContext && slices.Contains(s.Roles, RoleUser)
}

// reshape says whether a block that may lose nothing may be brought into another form,
// and which. Only results of tools may: what a user wrote is never reshaped for a few
// bytes, and instructions stay as they were tried out.
func reshape(b *BlockInfo) (Action, []string) {
	if b.Role != RoleTool {
		return Keep, nil
	}
	forms := ToolForms(b.ToolName)
	switch {
	case forms == nil:
		return Lossless, nil
	case len(forms) == 0 || !printed[b.Class]:
		return Keep, nil
	}
	return Lossless, forms
}

// printed are the classes of what programs print for people to look at. What else a
// shell shows may be a file, of which an edit needs the very bytes.
var printed = map[content.Class]bool{content.Log: true, content.Trace: true, content.Search: true, content.Table: true}

// lossless says why a block may not lose words, or "". It fills in its class.
func lossless(b *BlockInfo, s *Settings) Reason {
	if b.Class == "" {
		b.Class = content.Classify(b.Text)
	}
	switch {
	case s.NoLossy:
		return ReasonNoLossy
	case s.Mode == ModeLossless:
		return ReasonModeLossless
	}
	if b.Role == RoleTool {
		if r := toolReason(b, s); r != "" {
			return r
		}
	}
	if !b.Class.Lossy() && !(b.Class == content.Code && s.CutsCode()) {
		return ReasonClass
	}
	return ""
}

func toolReason(b *BlockInfo, s *Settings) Reason {
	switch {
	case b.IsError:
		return ReasonToolError
	case b.ToolName == "":
		return ReasonToolUnnamed
	case ProtectedTool(b.ToolName):
		return ReasonToolProtected
	case s.Mode != ModeLossy && !LossyTool(b.ToolName, s.LossyTools):
		return ReasonToolUnlisted
	}
	return ""
}
