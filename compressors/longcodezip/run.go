package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
	"github.com/pith-proxy/pith/tokenize"
)

// Compress shortens the contexts of req. Its errors are [*pith.Error], or ctx's own. Where
// the default scorer fails, or uses up its share of the time, the lexical one does its work.
func (c *Compressor) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if err := check(&req); err != nil {
		return pith.Result{}, err
	}
	scorer, err := c.named(req.Model)
	if err != nil {
		return pith.Result{}, err
	}
	other := c.lexical()
	if req.Model != "" || other == nil || other == scorer {
		res, err := c.compress(ctx, &req, scorer)
		return res, classed(ctx, err)
	}
	res, late, err := c.attempt(ctx, &req, scorer)
	if err == nil || ctx.Err() != nil || !late && !errors.Is(err, errScorer) {
		return res, classed(ctx, err)
	}
	why := "scorer %s failed; %s ranked the code"
	if late {
		why = noTime
	}
	if res, err = c.compress(ctx, &req, other); err != nil {
		return res, classed(ctx, err)
	}
	res.Passing = true
	res.Warnings = append(res.Warnings, fmt.Sprintf(why, scorer.Name, other.Name))
	return res, nil
}

// attemptShare is how much of the time left goes to a scorer that another can stand in for.
const attemptShare = 0.65

// attempt compresses in a share of the time that is left, and reports whether that ended.
func (c *Compressor) attempt(ctx context.Context, req *pith.Request, s *lazyScorer) (res pith.Result, late bool, err error) {
	if deadline, ends := ctx.Deadline(); ends {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(attemptShare*float64(time.Until(deadline))))
		defer cancel()
	}
	res, err = c.compress(ctx, req, s)
	return res, ctx.Err() != nil, err
}

// errScorer is in the chain of errors of a scorer.
var errScorer = errors.New("the scorer failed")

// classed gives an error without a class one, and leaves ctx's alone.
func classed(ctx context.Context, err error) error {
	var e *pith.Error
	if err == nil || errors.As(err, &e) || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &pith.Error{Op: "longcodezip.Compress", Code: pith.CodeCompression,
		Msg: "the compressor failed; the text is unchanged", Err: err}
}

// run is one request under way.
type run struct {
	c        *Compressor
	opts     *Options
	req      *pith.Request
	source   *lazyScorer
	scorer   Scorer // nil until it is needed
	counter  tokenize.Counter
	marks    codetree.Marks
	query    string // as it is scored; "" if there is none
	valid    func(*codetree.Language, context.Context, string) bool
	contexts []*contextRun
	pools    []*pool
	usage    Usage
	cache    pith.CacheStats
	warnings []string
	hurried  bool // for want of time it has another scorer
}

func (c *Compressor) compress(ctx context.Context, req *pith.Request, s *lazyScorer) (pith.Result, error) {
	r, err := c.newRun(req, s)
	if err != nil {
		return pith.Result{}, err
	}
	for _, step := range r.steps() {
		if err := step(ctx); err != nil {
			return pith.Result{}, err
		}
	}
	res := r.result()
	res.Passing = r.hurried
	return res, nil
}

// steps are what there is to do, in order.
func (r *run) steps() []func(context.Context) error {
	return []func(context.Context) error{r.parseAll, r.rankAll, r.coarseAll, r.fineAll, r.fitAll}
}

func (c *Compressor) newRun(req *pith.Request, s *lazyScorer) (*run, error) {
	counter, err := c.opts.Counter(req.Options.Tokenizer)
	if err != nil {
		return nil, err
	}
	r := &run{c: c, opts: &c.opts, req: req, source: s, counter: counter, marks: marksOf(req.Options.Code.Marks),
		valid: (*codetree.Language).Valid}
	r.query = shorten(queryOf(req), c.opts.MaxQueryTokens, counter)
	for i, cx := range req.Contexts {
		cr := &contextRun{Context: cx, index: i, text: string(cx.Text)}
		cr.prices = newPrices(cr.text, counter)
		cr.input = cr.prices.total
		cr.restore()
		r.contexts = append(r.contexts, cr)
	}
	r.fillPools()
	return r, nil
}

// restore takes the context as it came.
func (cr *contextRun) restore() {
	cr.whole, cr.dirty = true, false
	cr.output, cr.tokens = cr.text, cr.input
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

// parseAll divides the contexts that are to be shortened.
func (r *run) parseAll(ctx context.Context) error {
	index := 0
	names := r.req.Options.Code.Keep
	found := make([]bool, len(names))
	for _, p := range r.pools {
		stay := p.fits() && !r.filtering()
		if stay && !r.req.Options.ReturnChunks {
			continue
		}
		for _, cr := range p.contexts {
			cr.whole = stay
			if err := r.parse(ctx, cr); err != nil {
				return err
			}
			keepMatches(cr, &r.req.Options.Preserve)
			for _, f := range cr.files {
				keepNamed(f, names, found)
				for _, l := range f.leaves {
					l.index = index
					index++
				}
			}
		}
	}
	r.missed(names, found)
	return nil
}

// filtering reports whether whole contexts are to be dropped first.
func (r *run) filtering() bool { return r.req.Options.TopN > 0 || r.req.Options.MinScore > 0 }

// warn adds a warning that concerns the request.
func (r *run) warn(format string, args ...any) {
	r.warnings = append(r.warnings, fmt.Sprintf(format, args...))
}

func (cr *contextRun) warn(format string, args ...any) {
	cr.warnings = append(cr.warnings, fmt.Sprintf(format, args...))
}

// pointer is the JSON pointer to a member of a context.
func pointer(context int, member string) string {
	return strings.TrimSuffix(fmt.Sprintf("/contexts/%d/%s", context, member), "/")
}
