package compressors

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content"
)

// Auto chooses a method for each context by what it is made of. Words are taken from
// running text only; JSON, tables, logs, diffs and traces are brought into a shorter form,
// or stay. So does code, but that it is cut if there is a budget and a question, which
// tells what of it is needed.
//
// A rate is for the texts that lose something. A target is for all; where the others alone
// would pass it, code is cut, and every other text loses words, as far as these may. A log
// and a mixture lose words, too, where a budget asks for less than their shorter form.
type Auto struct {
	Words    Method // takes words out
	Lossless Method // loses nothing
	Code     Method // cuts source code; nil: code stays
}

// Info describes the method that takes words, which is the one with models and languages.
func (a Auto) Info() pith.CompressorInfo { return a.Words.Info() }

// Compress implements [Method].
func (a Auto) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if err := req.Validate(); err != nil {
		return pith.Result{}, err
	}
	if wantsWords(&req) {
		return a.Words.Compress(ctx, req)
	}
	own := make([]Method, len(req.Contexts))
	kinds := make([]content.Class, len(req.Contexts))
	for i := range req.Contexts {
		c := &req.Contexts[i]
		if c.Locked || c.Text == "" || c.Method != "" && c.Method != AutoID {
			continue
		}
		kinds[i] = classify(c)
		own[i] = a.choose(ctx, &req, c, kinds[i])
	}
	exact := make([]*pith.ContextResult, len(req.Contexts)) // what was tried and is over its budget
	for i := range own {
		if kinds[i] == content.Log || kinds[i] == content.Mixed {
			if own[i] == nil {
				exact[i] = a.alone(ctx, &req, &req.Contexts[i])
			}
		}
	}
	res, err := a.compress(ctx, &req, own, exact, kinds)
	if err != nil {
		return res, err
	}
	for i, e := range exact {
		if e != nil && own[i] == nil && e.OutputTokens <= res.Contexts[i].OutputTokens && res.Contexts[i].Status != pith.StatusDropped && budgetOf(&req, i).Rate != 1 {
			id := res.Contexts[i].ID
			res.Contexts[i], own[i] = *e, a.Lossless
			res.Contexts[i].ID = id
		}
	}
	a.tell(&req, &res, own, kinds)
	return res, nil
}

// classify says what a context is made of: what the caller says, or what it looks like.
func classify(c *pith.Context) content.Class {
	if c.Kind == pith.KindCode {
		return content.Code
	}
	class := content.Classify(string(c.Text))
	if class != content.Code && programs[content.Language(c.FileName(), "")] {
		return content.Code // which may look like a table, or like several things
	}
	return class
}

// programs are languages whose files are source code whatever they look like.
var programs = map[string]bool{"C": true, "C#": true, "C++": true, "Go": true, "Java": true, "JavaScript": true, "Kotlin": true, "PHP": true,
	"Python": true, "Ruby": true, "Rust": true, "Scala": true, "Shell": true, "Swift": true, "TSX": true, "TypeScript": true}

// budgetOf is the budget that holds for a context.
func budgetOf(req *pith.Request, i int) pith.Budget {
	if b := req.Contexts[i].Budget; !b.IsZero() {
		return b
	}
	return req.Budget
}

// alone is the lossless result of one context; nil if there is none.
func (a Auto) alone(ctx context.Context, req *pith.Request, c *pith.Context) *pith.ContextResult {
	one := *req
	one.Budget = pith.Budget{}
	one.Contexts = []pith.Context{{Text: c.Text}}
	one.Options.ReturnSpans, one.Options.ReturnLabels = false, false
	res, err := a.Lossless.Compress(ctx, one)
	if err != nil || res.Contexts[0].Status != pith.StatusCompressed {
		return nil
	}
	return &res.Contexts[0]
}

// compress tries to meet all targets without the words of the contexts in own, and takes
// out of own those that cannot keep theirs; what they came to is in exact.
func (a Auto) compress(ctx context.Context, req *pith.Request, own []Method, exact []*pith.ContextResult, kinds []content.Class) (pith.Result, error) {
	res, err := compressWith(ctx, withoutOwnBudgets(*req, own), own, a.Words)
	switch {
	case slices.ContainsFunc(own, lossless) && (pith.CodeOf(err) == pith.CodeBudgetUnreachable || err == nil && overTarget(req, &res, own)):
		code := a.Code != nil && a.holdsCode(own, kinds)
		for i := range own {
			if lossless(own[i]) && (!code || kinds[i] == content.Code) {
				if err == nil && res.Contexts[i].Forms != nil {
					exact[i] = &res.Contexts[i]
				}
				own[i] = a.lossy(kinds[i])
			}
		}
		return a.compress(ctx, req, own, exact, kinds)
	case err != nil:
		return res, err
	}
	over := false
	for i := range req.Contexts {
		if t := req.Contexts[i].Budget.TargetTokens; lossless(own[i]) && t > 0 && res.Contexts[i].OutputTokens > t {
			own[i], over = a.lossy(kinds[i]), true
			if res.Contexts[i].Forms != nil {
				exact[i] = &res.Contexts[i]
			}
		}
	}
	if !over {
		return res, nil
	}
	return a.compress(ctx, req, own, exact, kinds)
}

// holdsCode reports whether code is among what loses nothing. It is the first to be cut:
// of other data no part can go without breaking it.
func (a Auto) holdsCode(own []Method, kinds []content.Class) bool {
	for i := range own {
		if lossless(own[i]) && kinds[i] == content.Code {
			return true
		}
	}
	return false
}

// lossy is the method for a text that has to lose something.
func (a Auto) lossy(kind content.Class) Method {
	if kind == content.Code {
		return a.Code
	}
	return nil
}

// wantsWords reports whether the caller asked for what only words can give.
func wantsWords(req *pith.Request) bool {
	o := &req.Options
	return req.Profile == pith.ProfileCompat || req.Model != "" || o.TopN != 0 || o.MinScore != 0 ||
		o.ReserveDigits || len(o.ForceTokens) > 0
}

// choose returns the method for a context that loses no words, or nil.
func (a Auto) choose(ctx context.Context, req *pith.Request, c *pith.Context, kind content.Class) Method {
	b := c.Budget
	if b.IsZero() {
		b = req.Budget
	}
	switch kind {
	case content.Code:
		switch {
		case b.Rate == 1:
		case a.Code != nil && (b.Rate > 0 || b.TargetTokens > 0) && asks(req):
			return a.Code
		default:
			return a.Lossless
		}
	case content.JSON, content.NDJSON, content.Table, content.Diff, content.Trace:
		if b.Rate != 1 { // which is the identity
			return a.Lossless
		}
	case content.Log, content.Mixed:
		if b.IsZero() || b.Threshold == 0 && b.Rate != 1 && a.suffices(ctx, req, c, b) {
			return a.Lossless
		}
	}
	return nil
}

// asks reports whether there is a question or an instruction to cut code by.
func asks(req *pith.Request) bool {
	return strings.TrimSpace(string(req.Question)) != "" || strings.TrimSpace(string(req.Instruction)) != ""
}

// suffices reports whether the shorter form of a text is within a budget.
func (a Auto) suffices(ctx context.Context, req *pith.Request, c *pith.Context, b pith.Budget) bool {
	r := a.alone(ctx, req, c)
	return r != nil && (b.TargetTokens > 0 && r.OutputTokens <= b.TargetTokens || b.Rate > 0 && float64(r.OutputTokens) <= b.Rate*float64(r.InputTokens))
}

// withoutOwnBudgets takes the budgets from the contexts that lose no words.
func withoutOwnBudgets(req pith.Request, own []Method) pith.Request {
	contexts := make([]pith.Context, len(req.Contexts))
	copy(contexts, req.Contexts)
	for i := range contexts {
		if lossless(own[i]) {
			contexts[i].Budget = pith.Budget{}
		}
	}
	req.Contexts = contexts
	return req
}

// overTarget reports whether the contexts that lose no words leave nothing of a target for
// the others, or pass it alone.
func overTarget(req *pith.Request, res *pith.Result, own []Method) bool {
	spent, others := 0, false
	for i := range own {
		switch {
		case lossless(own[i]):
			spent += res.Contexts[i].OutputTokens
		case !req.Contexts[i].Locked && req.Contexts[i].Text != "":
			others = true
		}
	}
	target := req.Budget.TargetTokens
	return target > 0 && spent > 0 && (spent > target || others && spent == target)
}

// tell says what the contexts were taken for, and which have more left than their rate
// since they lost no words.
func (a Auto) tell(req *pith.Request, res *pith.Result, own []Method, kinds []content.Class) {
	for i := range req.Contexts {
		res.Contexts[i].Kind = string(kinds[i])
		if c := &req.Contexts[i]; kinds[i] == content.Code && res.Contexts[i].Language == "" {
			res.Contexts[i].Language = content.Language(cmp.Or(c.Language, c.FileName()), string(c.Text))
		}
		b := req.Contexts[i].Budget
		if b.IsZero() {
			b = req.Budget
		}
		r := &res.Contexts[i]
		if lossless(own[i]) && b.Rate > 0 && float64(r.OutputTokens) > b.Rate*float64(r.InputTokens) {
			r.Warnings = append(r.Warnings, a.passed(kinds[i]))
		}
	}
}

// passed is the warning about a text that has more left than its rate.
func (a Auto) passed(kind content.Class) string {
	if kind == content.Code && a.Code != nil {
		return fmt.Sprintf("the rate was passed: this is code, and without a question nothing tells what of it is needed; "+
			"send one, or use method %s", a.Code.Info().ID)
	}
	return fmt.Sprintf("the rate was passed: this is %s, of which no words are dropped; method %s would", kind, a.Words.Info().ID)
}
