package compressors

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// compressWith compresses the contexts whose entry in own is set with that method, which
// loses nothing, and all the others with rest. A target for all is for rest what those
// leave of it.
func compressWith(ctx context.Context, req pith.Request, own []Method, rest Method) (pith.Result, error) {
	if !slices.ContainsFunc(own, func(m Method) bool { return m != nil }) {
		return rest.Compress(ctx, req)
	}
	out := pith.Result{Contexts: make([]pith.ContextResult, len(req.Contexts))}
	by := make([]*pith.Result, len(req.Contexts))
	add := func(places []int, res pith.Result) {
		for k, i := range places {
			out.Contexts[i], by[i] = res.Contexts[k], &res
		}
		joinResult(&out, &res)
	}
	spent := 0
	for _, m := range distinct(own) {
		places, part := pick(req, func(i int) bool { return own[i] == m })
		part.Budget = pith.Budget{}
		part.Options.ReturnSpans, part.Options.ReturnLabels = false, false // of what has other words there are none
		res, err := m.Compress(ctx, part)
		if err != nil {
			return pith.Result{}, err
		}
		if req.Options.ReturnSpans {
			spanUnchanged(&res)
		}
		add(places, res)
		for k, i := range places {
			if !req.Contexts[i].Locked {
				spent += res.Contexts[k].OutputTokens
			}
		}
	}
	if places, part := pick(req, func(i int) bool { return own[i] == nil }); len(places) > 0 {
		if err := spend(&part, spent); err != nil {
			return pith.Result{}, err
		}
		res, err := rest.Compress(ctx, part)
		if err != nil {
			return pith.Result{}, err
		}
		add(places, res)
	} else if t := req.Budget.TargetTokens; t > 0 && t < spent {
		if req.Options.Strictness != pith.Soft {
			return pith.Result{}, unreachable(spent)
		}
		out.Warnings = append(out.Warnings, missed(spent, t))
	}
	out.Method, out.Version = names(by)
	return out, nil
}

// names joins the methods of results, and their versions, in the order of the contexts.
func names(by []*pith.Result) (method, version string) {
	var methods, versions []string
	for _, r := range by {
		if !slices.Contains(methods, r.Method) {
			methods, versions = append(methods, r.Method), append(versions, r.Version)
		}
	}
	return strings.Join(methods, "+"), strings.Join(versions, "+")
}

// spend takes tokens that are spent from what may be.
func spend(req *pith.Request, spent int) error {
	b := &req.Budget
	switch {
	case b.TargetTokens == 0:
	case b.TargetTokens > spent:
		b.TargetTokens -= spent
	case req.Options.Strictness == pith.Soft:
		b.TargetTokens = 1
	default:
		return unreachable(spent)
	}
	return nil
}

func unreachable(spent int) error {
	return &pith.Error{Code: pith.CodeBudgetUnreachable, Param: "/target_tokens",
		Msg: fmt.Sprintf("the texts that may lose no words have %d tokens; allow at least that, or compress them with another method", spent)}
}

func missed(spent, target int) string {
	return fmt.Sprintf("the texts that may lose no words have %d tokens, which is over the target of %d", spent, target)
}

// pick returns the request with only some of its contexts, and which these are.
func pick(req pith.Request, want func(int) bool) ([]int, pith.Request) {
	var places []int
	var contexts []pith.Context
	for i := range req.Contexts {
		if want(i) {
			places = append(places, i)
			contexts = append(contexts, req.Contexts[i])
		}
	}
	req.Contexts = contexts
	return places, req
}

// spanUnchanged adds the spans of texts that stayed as they were.
func spanUnchanged(res *pith.Result) {
	for i := range res.Contexts {
		if c := &res.Contexts[i]; c.Forms == nil && c.Text != "" {
			c.Spans = []pith.Span{{Start: 0, End: len(c.Text)}}
		}
	}
}

func distinct(own []Method) []Method {
	var out []Method
	for _, m := range own {
		if m != nil && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// joinResult adds what concerns the request as a whole.
func joinResult(whole, part *pith.Result) {
	for _, m := range part.Models {
		whole.Models = appendNew(whole.Models, m)
	}
	for _, w := range part.Warnings {
		whole.Warnings = appendNew(whole.Warnings, w)
	}
	whole.Passing = whole.Passing || part.Passing
	whole.Timing.Queue += part.Timing.Queue
	whole.Timing.Model += part.Timing.Model
	whole.Cache.Hits += part.Cache.Hits
	whole.Cache.Misses += part.Cache.Misses
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
