package compressors

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// compressWith compresses the contexts whose entry in own is set with that method, and all
// the others with rest. Of a target for all, the methods that lose nothing take what they
// need; the others share what is left, each in proportion to the tokens of its texts, but
// that what one cannot do without, or does not use, the next has less or more of.
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
		if !lossless(m) {
			continue
		}
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
	shares, err := lossyShares(&req, own, rest)
	if err != nil {
		return pith.Result{}, err
	}
	for k, s := range shares {
		last := k == len(shares)-1
		if last {
			s.share = 1
		}
		part := s.part
		if err := spend(&part, spent, s.share); err != nil {
			return pith.Result{}, err
		}
		res, err := s.method.Compress(ctx, part)
		if pith.CodeOf(err) == pith.CodeBudgetUnreachable && !last {
			part.Options.Strictness = pith.Soft // the others have to do with less
			res, err = s.method.Compress(ctx, part)
		}
		if err != nil {
			return pith.Result{}, err
		}
		add(s.places, res)
		spent += s.spent(&res)
	}
	if t := req.Budget.TargetTokens; len(shares) == 0 && t > 0 && t < spent {
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

// A share is what one method that loses something does.
type share struct {
	method Method
	places []int
	part   pith.Request
	share  float64 // of the target, in (0, 1]
}

// spent is how much of the target the contexts of a share took.
func (s *share) spent(res *pith.Result) (n int) {
	for k := range res.Contexts {
		if c := &s.part.Contexts[k]; !c.Locked && c.Budget.IsZero() {
			n += res.Contexts[k].OutputTokens
		}
	}
	return n
}

// lossyShares divides the contexts that lose something between their methods. Those for
// code come last: they can do with little, and have a use for what the others leave.
func lossyShares(req *pith.Request, own []Method, rest Method) ([]share, error) {
	var out []share
	for _, m := range append([]Method{nil}, distinct(own)...) {
		if m != nil && lossless(m) {
			continue
		}
		places, part := pick(*req, func(i int) bool { return own[i] == m })
		if len(places) > 0 {
			out = append(out, share{method: cmp.Or(m, rest), places: places, part: part, share: 1})
		}
	}
	if len(out) < 2 || req.Budget.TargetTokens == 0 {
		return out, nil
	}
	counter, err := tokenize.CounterFor(req.Options.Tokenizer)
	if err != nil {
		return nil, err
	}
	total := 0
	tokens := make([]int, len(out))
	for k := range out {
		for i := range out[k].part.Contexts {
			if c := &out[k].part.Contexts[i]; !c.Locked && c.Budget.IsZero() {
				tokens[k] += counter.Count(string(c.Text))
			}
		}
		total += tokens[k]
	}
	for k := range out {
		out[k].share = float64(tokens[k]) / float64(max(1, total))
	}
	return out, nil
}

// lossless reports whether a method is one that loses nothing.
func lossless(m Method) bool { return m != nil && m.Info().Kind == KindLossless }

// spend takes tokens that are spent from what may be, and leaves a share of the rest.
func spend(req *pith.Request, spent int, share float64) error {
	b := &req.Budget
	switch {
	case b.TargetTokens == 0:
	case b.TargetTokens > spent:
		b.TargetTokens = max(1, int(share*float64(b.TargetTokens-spent)))
	case req.Options.Strictness == pith.Soft:
		b.TargetTokens = 1
	default:
		return unreachable(spent)
	}
	return nil
}

func unreachable(spent int) error {
	return &pith.Error{Code: pith.CodeBudgetUnreachable, Param: "/target_tokens",
		Msg: fmt.Sprintf("the texts that cannot be made shorter have %d tokens; allow more than that, or compress them with another method", spent)}
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
