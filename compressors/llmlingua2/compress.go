package llmlingua2

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// Compress shortens the contexts of req. Its errors are [*pith.Error], or ctx's
// own. A context that cannot be made shorter comes back as it was.
func (c *Compressor) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	r, err := c.newRun(&req)
	if err != nil {
		return pith.Result{}, err
	}
	if err := r.analyze(ctx); err != nil {
		return pith.Result{}, classed(ctx, err)
	}
	r.rate()
	if err := r.selectAll(ctx); err != nil {
		return pith.Result{}, err
	}
	return r.result(), nil
}

// classed gives an error without a class one, and leaves ctx's alone.
func classed(ctx context.Context, err error) error {
	var e *pith.Error
	if errors.As(err, &e) || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	return &pith.Error{Op: "llmlingua2.Compress", Code: pith.CodeCompression,
		Msg: "the compressor failed; the text is unchanged", Err: err}
}

// run is one request under way.
type run struct {
	c        *Compressor
	req      *pith.Request
	rules    *rules
	counter  tokenize.Counter
	question string
	contexts []*contextRun
	vectors  map[*Model][]float32 // the question's, by model
	models   []*Model             // used, in order of use
	stats    Stats
	cache    pith.CacheStats
	passing  bool // something was left undone that may be done another time
}

// contextRun is one context under way.
type contextRun struct {
	pith.Context
	source
	whole      bool // stays byte for byte
	dropped    bool
	input      int // tokens
	candidates []candidate
	score      *float64
	spans      []pith.Span
	output     string
	tokens     int
	warnings   []string
}

func (c *Compressor) newRun(req *pith.Request) (*run, error) {
	if err := req.Validate(); err != nil {
		return nil, err
	}
	counter, err := c.counter(req.Options.Tokenizer)
	if err != nil {
		return nil, err
	}
	r := &run{c: c, req: req, counter: counter, vectors: map[*Model][]float32{}}
	r.question = strings.TrimSpace(string(req.Question) + "\n" + string(req.Instruction))
	if r.rules, err = newRules(&req.Options, r.question != ""); err != nil {
		return nil, err
	}
	if req.Model != "" {
		if _, err := c.named(req.Model); err != nil {
			return nil, err
		}
	}
	for _, cx := range req.Contexts {
		cr := &contextRun{Context: cx}
		cr.text = string(cx.Text)
		cr.input = counter.Count(cr.text)
		cr.whole = cx.Locked || r.budget(cr).Rate == 1
		r.contexts = append(r.contexts, cr)
	}
	return r, nil
}

// budget is the context's own or the request's or the default.
func (r *run) budget(cr *contextRun) pith.Budget {
	switch {
	case !cr.Budget.IsZero():
		return cr.Budget
	case !r.req.Budget.IsZero():
		return r.req.Budget
	}
	return pith.Budget{Rate: DefaultRate}
}

// filtering reports whether whole contexts are to be dropped first.
func (r *run) filtering() bool { return r.req.Options.TopN > 0 || r.req.Options.MinScore > 0 }

// analyze reads everything that a budget is to be spent on, and the question.
func (r *run) analyze(ctx context.Context) error {
	for _, cr := range r.contexts {
		if cr.whole && !r.filtering() {
			continue
		}
		if err := r.split(ctx, cr); err != nil {
			return err
		}
		for _, p := range cr.parts {
			if !slices.Contains(r.models, p.model) {
				r.models = append(r.models, p.model)
			}
		}
	}
	for _, m := range r.models {
		if err := r.read(ctx, m); err != nil {
			return err
		}
		if r.question == "" || m.Dim == 0 {
			continue
		}
		v, err := r.embed(ctx, m)
		if err != nil {
			return err
		}
		r.vectors[m] = v
	}
	return nil
}

func (s *Stats) add(t Stats) { s.Queue += t.Queue; s.Model += t.Model }

// rate scores sentences and contexts, and drops contexts that the request says
// should go.
func (r *run) rate() {
	if r.question != "" {
		var parts [][]*part
		for _, cr := range r.contexts {
			parts = append(parts, cr.parts)
		}
		rateSentences(parts, r.question, r.vectors)
	}
	for _, cr := range r.contexts {
		cr.score = cr.rating(r.question != "")
	}
	if r.filtering() {
		r.filter()
	}
}

// rating is the best relevance of a sentence of the context or, without a
// question, the mean keep probability of its units; nil if nothing is known.
func (cr *contextRun) rating(question bool) *float64 {
	sum, n, best := 0.0, 0, 0.0
	for _, p := range cr.parts {
		for _, x := range p.prob {
			sum += float64(x)
		}
		n += len(p.prob)
		for _, x := range p.relevance {
			best = max(best, x)
		}
	}
	switch {
	case n == 0:
		return nil
	case question:
		return &best
	}
	sum /= float64(n)
	return &sum
}

// filter drops all but the TopN contexts of highest score and those below
// MinScore. Locked contexts and those that no model could read stay.
func (r *run) filter() {
	var rated []*contextRun
	for _, cr := range r.contexts {
		if cr.score != nil && !cr.Locked {
			rated = append(rated, cr)
		}
	}
	slices.SortStableFunc(rated, func(a, b *contextRun) int {
		switch {
		case *a.score > *b.score:
			return -1
		case *a.score < *b.score:
			return 1
		}
		return 0
	})
	for i, cr := range rated {
		cr.dropped = r.req.Options.TopN > 0 && i >= r.req.Options.TopN ||
			*cr.score < r.req.Options.MinScore
	}
}

// result reports what became of each context.
func (r *run) result() pith.Result {
	res := pith.Result{Method: ID, Version: r.c.version(), Passing: r.passing, Cache: r.cache,
		Timing: pith.Timing{Queue: r.stats.Queue, Model: r.stats.Model}}
	for _, m := range r.models {
		res.Models = append(res.Models, m.Name)
	}
	for _, cr := range r.contexts {
		out := pith.ContextResult{ID: cr.ID, Text: pith.Text(cr.output), Method: ID,
			Status: cr.status(), InputTokens: cr.input, OutputTokens: cr.tokens,
			Score: cr.score, Warnings: cr.warnings}
		if r.req.Options.ReturnSpans {
			out.Spans = cr.spans
		}
		if r.req.Options.ReturnLabels {
			out.Labels = cr.labels()
		}
		res.Contexts = append(res.Contexts, out)
	}
	return res
}

func (cr *contextRun) status() pith.Status {
	switch {
	case cr.output == cr.text:
		return pith.StatusUnchanged
	case cr.output == "":
		return pith.StatusDropped
	}
	return pith.StatusCompressed
}

func (cr *contextRun) labels() []pith.Label {
	var labels []pith.Label
	for _, c := range cr.candidates {
		labels = append(labels, pith.Label{Span: pith.Span{Start: c.start, End: c.end},
			Keep: c.keep, Prob: c.prob, Forced: c.claim == forced})
	}
	return labels
}
