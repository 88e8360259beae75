package pith

import (
	"errors"
	"regexp"
	"testing"
)

func TestCompatRefusesWhatItWouldIgnore(t *testing.T) {
	tests := []struct {
		name  string
		set   func(*Request)
		param string // "" is valid
	}{
		{"bare", func(*Request) {}, ""},
		{"what_applies", func(r *Request) {
			r.Budget.Rate, r.Model, r.Method = 0.3, "m", "llmlingua2"
			r.Options = Options{Tokenizer: "gpt-4", ForceTokens: []string{"\n"}, ReserveDigits: true, DropConsecutive: true, ReturnLabels: true}
			r.Contexts[0] = Context{ID: "a", Text: "t", Method: "none", Locked: true}
		}, ""},
		{"target_tokens", func(r *Request) { r.Budget.TargetTokens = 5 }, ""},
		{"protecting_nothing", func(r *Request) { r.Options.Preserve.Classes = []string{} }, ""},
		{"unknown", func(r *Request) { r.Profile = "turbo" }, "/profile"},
		{"question", func(r *Request) { r.Question = "q" }, "/question"},
		{"instruction", func(r *Request) { r.Instruction = "i" }, "/instruction"},
		{"threshold", func(r *Request) { r.Budget.Threshold = 0.5 }, "/threshold"},
		{"budget", func(r *Request) { r.Options.Strictness = Soft }, "/budget"},
		{"scope", func(r *Request) { r.Options.Scope = ScopeChunk }, "/scope"},
		{"top_n", func(r *Request) { r.Options.TopN = 1 }, "/top_n"},
		{"min_score", func(r *Request) { r.Options.MinScore = 0.1 }, "/min_score"},
		{"classes", func(r *Request) { r.Options.Preserve.Classes = []string{"code"} }, "/preserve"},
		{"literals", func(r *Request) { r.Options.Preserve.Literals = []string{"a"} }, "/preserve"},
		{"patterns", func(r *Request) { r.Options.Preserve.Patterns = []*regexp.Regexp{regexp.MustCompile("a")} }, "/preserve"},
		{"spans", func(r *Request) { r.Options.ReturnSpans = true }, "/return"},
		{"context_rate", func(r *Request) { r.Contexts[1].Budget.Rate = 0.5 }, "/contexts/1/rate"},
		{"context_target", func(r *Request) { r.Contexts[1].Budget.TargetTokens = 5 }, "/contexts/1/target_tokens"},
		{"context_threshold", func(r *Request) { r.Contexts[1].Budget.Threshold = 0.5 }, "/contexts/1/threshold"},
		{"chunks", func(r *Request) { r.Options.ReturnChunks = true }, "/return"},
		{"code", func(r *Request) { r.Options.Code.RankOnly = true }, "/code"},
		{"code_keeping_nothing", func(r *Request) { r.Options.Code.Keep = []string{} }, "/code"},
		{"context_kind", func(r *Request) { r.Contexts[1].Kind = KindCode }, "/contexts/1/kind"},
		{"context_language", func(r *Request) { r.Contexts[1].Language = "en" }, "/contexts/1/language"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Profile: ProfileCompat, Contexts: []Context{{Text: "a"}, {Text: "b"}}}
			tt.set(&r)
			err := r.Validate()
			var e *Error
			if got := errors.As(err, &e); got != (tt.param != "") || got && (e.Param != tt.param || e.Code != CodeInvalid) {
				t.Errorf("got %v, want param %q", err, tt.param)
			}
			if r.Profile == ProfileCompat {
				r.Profile = ProfileService
				if err := r.Validate(); err != nil {
					t.Errorf("the service profile refuses it too: %v", err)
				}
			}
		})
	}
}
