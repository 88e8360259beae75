package compressors

import (
	"context"
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// NoneID is the name of the method that changes nothing.
const NoneID = "none"

// None returns every context as it came, with its tokens counted.
type None struct {
	// Counter returns the counter of a target model or tokenizer.
	Counter func(name string) (tokenize.Counter, error)
}

// Compress changes nothing.
func (n None) Compress(_ context.Context, req pith.Request) (pith.Result, error) {
	if err := req.Validate(); err != nil {
		return pith.Result{}, err
	}
	if req.Profile == pith.ProfileCompat {
		return pith.Result{}, pith.Invalid("/profile", "method none has no compat profile; use method llmlingua2")
	}
	counter, err := n.Counter(req.Options.Tokenizer)
	if err != nil {
		return pith.Result{}, err
	}
	res := pith.Result{Method: NoneID, Version: "1"}
	for _, c := range req.Contexts {
		tokens := counter.Count(string(c.Text))
		out := pith.ContextResult{ID: c.ID, Text: c.Text, Status: pith.StatusUnchanged, Method: NoneID,
			InputTokens: tokens, OutputTokens: tokens}
		if req.Options.ReturnSpans && c.Text != "" {
			out.Spans = []pith.Span{{Start: 0, End: len(c.Text)}}
		}
		res.Contexts = append(res.Contexts, out)
	}
	return res, nil
}

// Info describes the method.
func (None) Info() pith.CompressorInfo {
	return pith.CompressorInfo{ID: NoneID, Kind: "none", Deterministic: true, Loaded: true, Version: "1"}
}

func pointer(member string, index int, name string) string {
	return fmt.Sprintf("/%s/%d/%s", member, index, name)
}
