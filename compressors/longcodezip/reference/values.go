package reference

import (
	"context"
	"math"
	"strings"
)

// values returns a value for each block by the method, -Inf for a blank block.
func (r *reader) values(ctx context.Context, method, query string, blocks []string) ([]float64, error) {
	switch method {
	case Conditional:
		return r.conditional(ctx, query, blocks)
	case Contrastive:
		return r.contrastive(ctx, query, blocks)
	}
	return nil, errMethod(method)
}

// conditional is how much each block by itself lowers the query's perplexity. With a blank
// query, or one of infinite perplexity, all values are 0, those of blank blocks too. The
// two perplexities are not over the same tokens: without a leading special token only the
// second counts the query's first.
func (r *reader) conditional(ctx context.Context, query string, blocks []string) ([]float64, error) {
	out := make([]float64, len(blocks))
	if blank(query) {
		return out, nil
	}
	alone, err := r.of(ctx, query)
	if err != nil || math.IsInf(alone, 0) {
		return out, err
	}
	for i, b := range blocks {
		given := math.Inf(1)
		if !blank(b) {
			if given, err = r.given(ctx, b, query, 0); err != nil {
				return nil, err
			}
		}
		out[i] = alone - given
	}
	return out, nil
}

// contrastive is how much the query lowers the perplexity of each block after the blocks
// before it.
func (r *reader) contrastive(ctx context.Context, query string, blocks []string) ([]float64, error) {
	out := make([]float64, len(blocks))
	for i, b := range blocks {
		out[i] = math.Inf(-1)
		if blank(b) {
			continue
		}
		before := strings.Join(blocks[:i], separator)
		regular, err := r.after(ctx, b, followed(before))
		if err != nil {
			return nil, err
		}
		given, err := r.after(ctx, b, asked(query, before))
		if err != nil {
			return nil, err
		}
		if !math.IsInf(regular, 0) && !math.IsInf(given, 0) {
			out[i] = regular - given
		}
	}
	return out, nil
}

func followed(before string) string {
	if before == "" {
		return ""
	}
	return before + separator
}

// asked is what a block is read after when the query is known. It is never empty: without
// query and blocks a separator is left.
func asked(query, before string) string {
	if query == "" || before == "" {
		return query + before + separator
	}
	return query + separator + before + separator
}
