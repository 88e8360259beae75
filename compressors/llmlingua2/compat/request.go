package compat

import "github.com/pith-proxy/pith"

// Request has the parameters of the reference's compress_prompt under their own
// names. Zero values mean what they say (a Rate of 0 asks for nothing at all):
// begin with [Defaults].
type Request struct {
	Contexts []pith.Text `json:"context"`

	// Rate is the fraction of tokens kept. Above 1 it is taken as 1.
	Rate float64 `json:"rate"`
	// TargetToken is an absolute budget that overrides Rate; negative is unset,
	// and so is 0 without the context filter.
	TargetToken int `json:"target_token"`

	// The context stage: whole contexts go first. It is skipped if there is
	// exactly one context. Negative numbers are unset.
	UseContextLevelFilter   bool    `json:"use_context_level_filter"`
	TargetContext           int     `json:"target_context"`
	ContextLevelRate        float64 `json:"context_level_rate"`
	ContextLevelTargetToken int     `json:"context_level_target_token"`
	ForceContextIDs         []int   `json:"force_context_ids"` // zero-based; others ignored

	// UseTokenLevelFilter false keeps every word of the contexts that stay.
	UseTokenLevelFilter bool `json:"use_token_level_filter"`

	// TokenToWord is "mean" or "first".
	TokenToWord       string   `json:"token_to_word"`
	ForceTokens       []string `json:"force_tokens"` // at most 100
	ForceReserveDigit bool     `json:"force_reserve_digit"`
	DropConsecutive   bool     `json:"drop_consecutive"`
	ChunkEndTokens    []string `json:"chunk_end_tokens"` // pieces at which a long context may be cut

	ReturnWordLabel bool   `json:"return_word_label"`
	WordSep         string `json:"word_sep"`
	LabelSep        string `json:"label_sep"`
}

// Defaults returns the request that compress_prompt makes of contexts alone.
// Its sibling compress_prompt_llmlingua2 differs in UseContextLevelFilter, false.
func Defaults(contexts ...string) Request {
	texts := make([]pith.Text, len(contexts))
	for i, c := range contexts {
		texts[i] = pith.Text(c)
	}
	return Request{
		Contexts:                texts,
		Rate:                    0.5,
		TargetToken:             -1,
		UseContextLevelFilter:   true,
		UseTokenLevelFilter:     true,
		TargetContext:           -1,
		ContextLevelRate:        1,
		ContextLevelTargetToken: -1,
		TokenToWord:             "mean",
		ChunkEndTokens:          []string{".", "\n"},
		WordSep:                 "\t\t|\t\t",
		LabelSep:                " ",
	}
}

// Result has the fields of the reference's result under their own names.
type Result struct {
	CompressedPrompt     pith.Text   `json:"compressed_prompt"` // the list, joined by "\n\n"
	CompressedPromptList []pith.Text `json:"compressed_prompt_list"`

	OriginTokens     int `json:"origin_tokens"` // of all contexts, dropped ones too
	CompressedTokens int `json:"compressed_tokens"`

	Ratio  string `json:"ratio"`  // "2.0x"; "1.0x" if nothing is left
	Rate   string `json:"rate"`   // "50.0%"
	Saving string `json:"saving"` // ", Saving $0.1 in GPT-4."

	// Labeled has each word with 0 or 1, if the request asked for it.
	Labeled pith.Text `json:"fn_labeled_original_prompt,omitempty"`

	// What the reference does not return, for each of the request's contexts:
	// whether it is in the list, and its words, if the request asked for labels.
	Kept   []bool    `json:"-"`
	Labels [][]Label `json:"-"`
}

// Label is a word and whether it is kept.
type Label struct {
	Word pith.Text
	Keep bool
}
