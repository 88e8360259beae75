package arms

import (
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// request is CompressRequest of openapi.yaml, as far as an arm needs it.
type request struct {
	Contexts []requestContext `json:"contexts"`
	Question string           `json:"question,omitempty"`
	Method   string           `json:"method,omitempty"`
	Model    string           `json:"compressor_model,omitempty"`
	Target   int              `json:"target_tokens,omitempty"`

	TargetModel string `json:"model,omitempty"`
	Tokenizer   string `json:"tokenizer,omitempty"`

	Budget   pith.Strictness  `json:"budget,omitempty"`
	Scope    pith.Scope       `json:"scope,omitempty"`
	TopN     int              `json:"top_n,omitempty"`
	MinScore float64          `json:"min_score,omitempty"`
	Preserve *requestPreserve `json:"preserve,omitempty"`

	ForceTokens     []string `json:"force_tokens,omitempty"`
	ReserveDigits   bool     `json:"reserve_digits,omitempty"`
	DropConsecutive bool     `json:"drop_consecutive,omitempty"`

	Lossless requestLossless `json:"lossless"`
	Code     requestCode     `json:"code"`

	Return  []string `json:"return,omitempty"`
	Cache   string   `json:"cache"`
	OnError string   `json:"on_error"`
}

type requestContext struct {
	ID       string    `json:"id,omitempty"`
	Text     string    `json:"text"`
	Kind     pith.Kind `json:"kind,omitempty"`
	Language string    `json:"language,omitempty"`
}

// Of these lists an empty one means something else than none.
type requestPreserve struct {
	Classes  *[]string `json:"classes,omitempty"`
	Literals []string  `json:"literals,omitempty"`
	Patterns []string  `json:"patterns,omitempty"`
}

type requestLossless struct {
	Forms      *[]string `json:"forms,omitempty"`
	LegendRows int       `json:"legend_rows,omitempty"`
	Brief      string    `json:"brief,omitempty"`
	Inline     bool      `json:"inline,omitempty"`
}

type requestCode struct {
	RankOnly bool       `json:"rank_only,omitempty"`
	Keep     []string   `json:"keep,omitempty"`
	Marks    pith.Marks `json:"marks,omitempty"`
}

// mostID is the longest id of a context, in bytes.
const mostID = 256

func (a *API) request(item eval.Item, limit eval.Limit) (*request, error) {
	o := a.Options
	if name := limit.Counter.Name(); name == eval.Words.Name() || name == eval.Chars.Name() {
		return nil, fmt.Errorf("a limit in %s cannot be sent; count tokens", name)
	}
	r := &request{
		Contexts: []requestContext{{ID: item.ID, Text: item.Context, Kind: a.Kind, Language: language(item.Language)}},
		Method:   a.Method, Model: a.Model, Target: limit.Units,
		Budget: o.Strictness, Scope: o.Scope, TopN: o.TopN, MinScore: o.MinScore, Preserve: preserve(&o.Preserve),
		ForceTokens: o.ForceTokens, ReserveDigits: o.ReserveDigits, DropConsecutive: o.DropConsecutive,
		Lossless: requestLossless{Forms: listOf(o.Lossless.Forms), LegendRows: o.Lossless.LegendRows, Inline: o.Lossless.Inline},
		Code:     requestCode{RankOnly: o.Code.RankOnly, Keep: o.Code.Keep, Marks: o.Code.Marks},
		Return:   []string{"spans"}, Cache: "off", OnError: "fail",
	}
	switch a.Method {
	case "lossless", "structure", "metatoken":
		r.Target, r.Return = 0, nil
	}
	if a.Fixed {
		r.Target = 0
	}
	if a.Question {
		r.Question = item.Question
	}
	if len(item.ID) > mostID {
		r.Contexts[0].ID = ""
	}
	if o.Lossless.Warm {
		r.Lossless.Brief = "warm"
	}
	r.target(limit.Counter.Name())
	return r, nil
}

// target says who counts: two vocabularies go by their names, all else by a model's.
func (r *request) target(counter string) {
	switch counter {
	case "o200k_base", "cl100k_base":
		r.Tokenizer = counter
	default:
		r.TargetModel = counter
	}
}

func preserve(p *pith.Preserve) *requestPreserve {
	if p.Classes == nil && p.Literals == nil && p.Patterns == nil {
		return nil
	}
	out := &requestPreserve{Classes: listOf(p.Classes), Literals: p.Literals}
	for _, re := range p.Patterns {
		out.Patterns = append(out.Patterns, re.String())
	}
	return out
}

func listOf(s []string) *[]string {
	if s == nil {
		return nil
	}
	return &s
}

// language is what [eval.Pith] sends: what a data set has may be no language.
func language(s string) string {
	if len(s) == 2 {
		return s
	}
	return ""
}
