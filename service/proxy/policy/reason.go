package policy

// A Reason says in one word why a block was left alone, or what was decided. It
// appears in the header X-Pith-Reason, so the list only grows.
type Reason string

// The reasons of [Decide].
const (
	ReasonModeOff       Reason = "mode_off"        // keep: the mode is off, or unknown
	ReasonOwnOutput     Reason = "own_output"      // keep: the block is a result of ours
	ReasonOwnTool       Reason = "own_tool"        // keep: our own tool gave the text back on purpose
	ReasonRole          Reason = "role"            // keep: assistant text, or a role that may never change
	ReasonRoleOff       Reason = "role_off"        // keep: the role is not among those allowed
	ReasonBelowMin      Reason = "below_min"       // keep: fewer tokens, or bytes, than the minimum
	ReasonModeLossless  Reason = "mode_lossless"   // lossless: the mode allows no more
	ReasonNoLossy       Reason = "no_lossy"        // lossless: a hard limit of the key
	ReasonToolError     Reason = "tool_error"      // lossless: the result of a tool that failed
	ReasonToolUnnamed   Reason = "tool_unnamed"    // lossless: nothing tells which tool made the result
	ReasonToolProtected Reason = "tool_protected"  // lossless: the tool reads, edits or runs something
	ReasonToolUnlisted  Reason = "tool_unlisted"   // lossless: no list names the tool, and the mode is not lossy
	ReasonClass         Reason = "class_not_prose" // lossless, or keep in a context: code, data, a trace, a mixture
	ReasonAllowed       Reason = "allowed"         // lossy
)

// The reasons of [SplitMessage].
const (
	ReasonSplit         Reason = "split"                // contexts and a question were found
	ReasonInvalidText   Reason = "invalid_text"         // not UTF-8
	ReasonTooManyLines  Reason = "too_many_lines"       // more than 100,000
	ReasonNoContext     Reason = "no_context"           // nothing marks a part of the message as material
	ReasonNoQuestion    Reason = "no_question"          // nothing outside the contexts asks anything
	ReasonBadTags       Reason = "bad_tags"             // a tag of a context does not close
	ReasonExamples      Reason = "examples"             // several questions with answers
	ReasonTask          Reason = "task_needs_wording"   // translate, rewrite, summarise, count, quote …
	ReasonNotPointed    Reason = "question_not_pointed" // about the whole, about what is missing, yes or no, a judgement
	ReasonRules         Reason = "rules_text"           // contracts, policies and instructions, also as results of tools
	ReasonInstructions  Reason = "instructions"         // what is outside the contexts is too long to be a question
	ReasonConversation  Reason = "conversation"         // turns of a chat pasted into one message
	ReasonContextsClass Reason = "contexts_not_prose"   // all contexts are code or data
)

// Reasons lists every reason.
var Reasons = []Reason{
	ReasonModeOff, ReasonOwnOutput, ReasonOwnTool, ReasonRole, ReasonRoleOff, ReasonBelowMin, ReasonModeLossless,
	ReasonNoLossy, ReasonToolError, ReasonToolUnnamed, ReasonToolProtected, ReasonToolUnlisted, ReasonClass, ReasonAllowed,
	ReasonNotPointed, ReasonRules, ReasonSplit, ReasonInvalidText, ReasonTooManyLines, ReasonNoContext, ReasonNoQuestion, ReasonBadTags, ReasonExamples, ReasonTask,
	ReasonInstructions, ReasonConversation, ReasonContextsClass,
}
