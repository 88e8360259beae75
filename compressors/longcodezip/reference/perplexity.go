package reference

import (
	"context"
	"math"
)

// separator stands between a context and what is read after it.
const separator = "\n\n"

// of is the perplexity of text by itself. It has no position to average over, and is 1,
// if text is a single token.
func (r *reader) of(ctx context.Context, text string) (float64, error) {
	nll, err := r.nll(ctx, text, r.longest)
	if err != nil {
		return 0, err
	}
	return perplexity32(nll, 0), nil
}

// given is the perplexity of query after code, over the query's tokens but for the first
// skip-1 of them: the coarse stage skips 1, the fine stage 0. The query is what is cut
// off a text that is too long; if nothing of it is left, the perplexity is 1.
func (r *reader) given(ctx context.Context, code, query string, skip int) (float64, error) {
	p, err := r.length(code + separator)
	if err != nil {
		return 0, err
	}
	nll, err := r.nll(ctx, code+separator+query, r.longest)
	if err != nil {
		return 0, err
	}
	return perplexity32(nll, max(0, p-1+skip)), nil
}

// perplexity32 is exp of the mean of nll[from:] in the range of a float32, as the
// reference computes it: infinite from a mean of 88.7 nats on. No numbers give 1.
func perplexity32(nll []float64, from int) float64 {
	mean, _ := meanFrom(nll, from)
	return float64(float32(math.Exp(mean)))
}

// after is the perplexity of text after context, by the rules of the contrastive method:
// infinite if there is no position, and no cut at the model's longest text.
func (r *reader) after(ctx context.Context, text, context string) (float64, error) {
	from := 0
	if context != "" {
		p, err := r.length(context)
		if err != nil {
			return 0, err
		}
		from = max(0, p-1)
	}
	nll, err := r.nll(ctx, context+text, 0)
	if err != nil {
		return 0, err
	}
	mean, ok := meanFrom(nll, from)
	if !ok {
		return math.Inf(1), nil
	}
	return math.Exp(mean), nil
}
