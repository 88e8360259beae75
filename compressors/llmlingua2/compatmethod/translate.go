package compatmethod

import (
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
	"github.com/pith-proxy/pith/tokenize"
)

// callOf returns the call of the reference that req stands for, and which of
// req's contexts are in it.
func callOf(req *pith.Request) (call compat.Request, sent []int, err error) {
	var texts []string
	size := 0
	for i, c := range req.Contexts {
		if c.Locked {
			continue
		}
		texts, sent = append(texts, string(c.Text)), append(sent, i)
		size += len(c.Text)
	}
	if size > MaxText {
		return call, nil, &pith.Error{Code: pith.CodeTooLarge, Param: "/contexts",
			Msg: fmt.Sprintf("the compat profile takes at most %d bytes of text in one request; got %d", MaxText, size)}
	}
	call = compat.Defaults(texts...)
	if req.Budget.Rate > 0 {
		call.Rate = req.Budget.Rate
	}
	if req.Budget.TargetTokens > 0 {
		call.TargetToken = req.Budget.TargetTokens
	}
	call.ForceTokens = req.Options.ForceTokens
	call.ForceReserveDigit = req.Options.ReserveDigits
	call.DropConsecutive = req.Options.DropConsecutive
	call.ReturnWordLabel = req.Options.ReturnLabels
	return call, sent, nil
}

// place writes what the reference returned over the contexts that were sent.
func place(res *pith.Result, sent []int, out *compat.Result, counter tokenize.Counter) {
	texts := out.CompressedPromptList // of those kept
	for k, i := range sent {
		c := &res.Contexts[i]
		if out.Labels != nil {
			c.Labels = labelsOf(out.Labels[k])
		}
		if !out.Kept[k] {
			c.Text, c.Status, c.OutputTokens = "", pith.StatusDropped, 0
			continue
		}
		settle(c, texts[0], counter)
		texts = texts[1:]
	}
}

// settle gives a context its text, unless that has more tokens than the source.
// A text of which nothing is left is still a compressed one: the reference joins
// it with the others.
func settle(c *pith.ContextResult, text pith.Text, counter tokenize.Counter) {
	tokens := counter.Count(string(text))
	switch {
	case tokens > c.InputTokens:
		c.Labels = nil
		c.Warnings = append(c.Warnings, "the reference's output has more tokens than this text; it is unchanged")
	case text != c.Text:
		c.Text, c.Status, c.OutputTokens = text, pith.StatusCompressed, tokens
	}
}

func labelsOf(words []compat.Label) []pith.Label {
	labels := make([]pith.Label, len(words))
	for i, w := range words {
		labels[i] = pith.Label{Word: w.Word, Keep: w.Keep}
	}
	return labels
}
