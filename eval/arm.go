package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// An Arm is one way to make a text shorter. Implementations are safe for
// concurrent use and give equal results for equal inputs.
type Arm interface {
	Name() string
	Compress(ctx context.Context, item Item, limit Limit) (Kept, error)
}

// Limit is what an arm may keep of a text.
type Limit struct {
	Rate    float64 // fraction of the text's units that was asked for, in (0, 1]
	Units   int     // the most units the kept text may count
	Counter tokenize.Counter
}

// LimitFor returns the limit of rate on text: floor(rate·n) of its n units, but
// at least one.
func LimitFor(text string, rate float64, counter tokenize.Counter) Limit {
	n := counter.Count(text)
	return Limit{Rate: rate, Units: max(1, int(rate*float64(n))), Counter: counter}
}

// Kept is what an arm kept.
type Kept struct {
	Text string
	// Spans are the kept byte ranges of the source, ascending and disjoint; nil
	// if the arm cannot tell.
	Spans []pith.Span

	// Refused says that the arm could not meet the limit, and so kept nothing.
	Refused bool
}

// CompressFunc compresses a request, as pith's compressors do.
type CompressFunc func(context.Context, pith.Request) (pith.Result, error)

// Pith is an arm that hands each text to a compressor, with the limit as
// target_tokens. The compressor must count by [CounterFor] where the limit is in
// words or characters. With [pith.Soft] strictness, or a language that the
// compressor leaves alone, more than the limit may come back: reports count how
// often, for then the arm had an advantage. Hard strictness turns what cannot be
// met into a refusal, which keeps nothing.
type Pith struct {
	Label    string
	Func     CompressFunc
	Question bool   // send the item's question
	Method   string // of the request; "" leaves the choice to Func
	Model    string // of the request; "" chooses by language
	Kind     pith.Kind
	Options  pith.Options

	// Fixed is for methods that lose nothing: they refuse budgets and know no spans.
	Fixed bool
}

// Name returns the label.
func (p *Pith) Name() string { return p.Label }

// Compress implements [Arm].
func (p *Pith) Compress(ctx context.Context, item Item, limit Limit) (Kept, error) {
	req := pith.Request{
		Contexts: []pith.Context{{ID: item.ID, Text: pith.Text(item.Context), Language: language(item.Language), Kind: p.Kind}},
		Method:   p.Method,
		Model:    p.Model,
		Options:  p.Options,
	}
	if !p.Fixed {
		req.Budget.TargetTokens = limit.Units
		req.Options.ReturnSpans = true
	}
	if p.Question {
		req.Question = pith.Text(item.Question)
	}
	req.Options.Tokenizer = limit.Counter.Name()
	res, err := p.Func(ctx, req)
	if e := (*pith.Error)(nil); errors.As(err, &e) && e.Code == pith.CodeBudgetUnreachable {
		return Kept{Refused: true}, nil
	}
	if err != nil {
		return Kept{}, err
	}
	if len(res.Contexts) != 1 {
		return Kept{}, fmt.Errorf("%d results for one context", len(res.Contexts))
	}
	return Kept{Text: string(res.Contexts[0].Text), Spans: res.Contexts[0].Spans}, nil
}

// language maps a data set's word to ISO 639-1, "" for what is not a language.
func language(s string) string {
	if len(s) == 2 {
		return s
	}
	return ""
}
