package compatmethod

import (
	"context"
	"errors"
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
	"github.com/pith-proxy/pith/tokenize"
)

// Revision changes whenever equal requests may give other bytes for a reason
// that no model's digest shows.
const Revision = "compat-1"

// MaxText is the most bytes of text in one request. The reference tokenizes a
// context in one go, some 1 MB/s, and a deadline cannot stop that.
const MaxText = 1 << 20

// Options of a method.
type Options struct {
	// Models, in order of preference: a request that names none gets the first
	// that is fit.
	Models []Source

	// Counter returns the counter of a target model or tokenizer.
	// Default: tokenize.CounterFor.
	Counter func(name string) (tokenize.Counter, error)
}

// Method is safe for concurrent use.
type Method struct {
	models  []*lazyModel
	counter func(string) (tokenize.Counter, error)
}

// New returns a method that opens no model yet.
func New(o Options) *Method {
	m := &Method{counter: o.Counter}
	if m.counter == nil {
		m.counter = tokenize.CounterFor
	}
	for _, s := range o.Models {
		m.models = append(m.models, &lazyModel{Source: s})
	}
	return m
}

// Compress compresses the contexts of req as the reference does. Its errors are
// [*pith.Error], or ctx's own. Tokens of the result are those of the request's
// target model; the reference's budgets count cl100k_base.
func (m *Method) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if err := req.Validate(); err != nil {
		return pith.Result{}, err
	}
	counter, err := m.counter(req.Options.Tokenizer)
	if err != nil {
		return pith.Result{}, err
	}
	lazy, err := m.choose(req.Model)
	if err != nil {
		return pith.Result{}, err
	}
	call, sent, err := callOf(&req)
	if err != nil {
		return pith.Result{}, err
	}
	res := untouched(&req, counter)
	if len(sent) == 0 {
		return res, nil
	}
	model, err := lazy.open(ctx)
	if err != nil {
		return pith.Result{}, classed(ctx, err)
	}
	meter := newMeter(model)
	out, err := m.call(ctx, model, meter, call)
	if err != nil {
		return pith.Result{}, classed(ctx, err)
	}
	res.Version += "+" + model.Name + "@" + model.Digest[:min(12, len(model.Digest))]
	res.Models = []string{model.Name}
	res.Timing = pith.Timing{Queue: meter.stats.Queue, Model: meter.stats.Model}
	place(&res, sent, &out, counter)
	return res, nil
}

func (m *Method) call(ctx context.Context, model *Model, scorer compat.Scorer, req compat.Request) (compat.Result, error) {
	cl100k, err := m.counter("cl100k_base")
	if err != nil {
		return compat.Result{}, err
	}
	c, err := compat.New(compat.Options{Family: model.Family, Vocabulary: model.Vocabulary,
		Tokenizer: model.Tokenizer, Scorer: scorer, Counter: cl100k})
	if err != nil {
		return compat.Result{}, err
	}
	return c.Compress(ctx, req)
}

// classed names the exception where the reference raises one, gives an error
// without a class one, and leaves ctx's alone.
func classed(ctx context.Context, err error) error {
	var e *pith.Error
	known := errors.As(err, &e)
	class := compat.ClassOf(err)
	switch {
	case known && class != "":
		return &pith.Error{Op: e.Op, Code: e.Code, Param: e.Param, Msg: fmt.Sprintf("the reference raises %s: %s", class, e.Msg)}
	case ctx.Err() != nil && (!known || e.Code == pith.CodeDeadline):
		return ctx.Err()
	case known:
		return err
	}
	return &pith.Error{Op: "compatmethod.Compress", Code: pith.CodeCompression,
		Msg: "the compressor failed; the text is unchanged", Err: err}
}

// untouched is the result with every context as it came.
func untouched(req *pith.Request, counter tokenize.Counter) pith.Result {
	res := pith.Result{Method: llmlingua2.ID, Version: Revision}
	for _, c := range req.Contexts {
		n := counter.Count(string(c.Text))
		res.Contexts = append(res.Contexts, pith.ContextResult{ID: c.ID, Text: c.Text, Method: llmlingua2.ID,
			Status: pith.StatusUnchanged, InputTokens: n, OutputTokens: n})
	}
	return res
}
