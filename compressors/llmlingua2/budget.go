package llmlingua2

import (
	"context"
	"fmt"
	"math"

	"github.com/pith-proxy/pith"
)

// selectAll spends each budget: a context's own on that context, the request's
// on all others together.
func (r *run) selectAll(ctx context.Context) error {
	var shared []*contextRun
	sentence := 0
	for i, cr := range r.contexts {
		if err := ctx.Err(); err != nil {
			return err
		}
		cr.candidates = nil
		switch {
		case cr.dropped:
			continue
		case cr.whole || cr.blank() && r.budget(cr).TargetTokens == 0:
			cr.restore()
			continue
		}
		cr.candidates = r.rules.candidates(i, &cr.source, sentence)
		if n := len(cr.candidates); n > 0 {
			sentence = cr.candidates[n-1].sentence + 1
		}
		r.price(cr)
		if !cr.Budget.IsZero() {
			if err := r.spend([]*contextRun{cr}, cr.Budget, fmt.Sprintf("/contexts/%d", i)); err != nil {
				return err
			}
			continue
		}
		shared = append(shared, cr)
	}
	if len(shared) == 0 {
		return nil
	}
	return r.spend(shared, r.budget(shared[0]), "")
}

// blank reports whether the context is nothing but white space.
func (cr *contextRun) blank() bool { return len(cr.parts)+len(cr.fixed) == 0 }

// restore takes the context as it came.
func (cr *contextRun) restore() {
	cr.output, cr.tokens = cr.text, cr.input
	cr.spans = nil
	if cr.text != "" {
		cr.spans = []pith.Span{{Start: 0, End: len(cr.text)}}
	}
	for i := range cr.candidates {
		cr.candidates[i].keep = true
	}
}

// price sets what each candidate costs behind its own separator. The sum is
// near the count of the whole; fit makes up the difference.
func (r *run) price(cr *contextRun) {
	end := 0
	for i := range cr.candidates {
		c := &cr.candidates[i]
		c.cost = r.counter.Count(cr.text[min(end, c.start):c.end])
		end = c.end
	}
}

// spend spends one budget on some contexts.
func (r *run) spend(crs []*contextRun, b pith.Budget, param string) error {
	switch {
	case b.Threshold > 0:
		for _, cr := range crs {
			chooseAbove(cr.candidates, b.Threshold)
			r.render(cr)
		}
	case scopeOf(&r.req.Options, b, r.question != "") == pith.ScopeChunk && b.TargetTokens == 0:
		for _, cr := range crs {
			r.fitChunks(cr, b.Rate)
		}
	default:
		if err := r.fit(crs, b, param); err != nil {
			return err
		}
	}
	for _, cr := range crs {
		switch {
		case cr.tokens >= cr.input:
			cr.restore()
		case cr.output == "" && r.question == "" && !r.hard(b):
			cr.restore()
			cr.warn("nothing of this text fits its budget; it is unchanged")
		}
	}
	return nil
}

// fitChunks spends rate on each chunk of a context. Costs by unit add up to
// nearly the count of the text: if that comes out above the rate, a slightly
// lower one is spent.
func (r *run) fitChunks(cr *contextRun, rate float64) {
	limit := rate * float64(cr.input)
	for spend, tries := rate, 0; tries < 4; tries++ {
		chooseByChunk(cr.candidates, spend)
		r.render(cr)
		if float64(cr.tokens) <= limit {
			return
		}
		spend *= limit / float64(cr.tokens)
	}
}

// render makes a context's output from its kept candidates.
func (r *run) render(cr *contextRun) {
	settle(cr.text, cr.candidates, r.rules)
	cr.spans = keptSpans(cr.text, cr.candidates)
	cr.output = join(cr.text, cr.spans)
	cr.tokens = r.counter.Count(cr.output)
}

// fit keeps the best candidates of all contexts whose rendered text is within
// the budget, by the target model's own count.
func (r *run) fit(crs []*contextRun, b pith.Budget, param string) error {
	f := &fitting{run: r, contexts: crs}
	for _, cr := range crs {
		f.input += cr.input
		f.all = append(f.all, cr.candidates...)
	}
	limit := f.limit(b)
	f.order = ranked(f.all)
	if limit >= f.input {
		for _, cr := range crs {
			cr.restore()
		}
		return nil
	}
	if f.search(limit) {
		return nil
	}
	least := f.try(0)
	if r.hard(b) {
		return &pith.Error{Op: "llmlingua2.fit", Code: pith.CodeBudgetUnreachable, Param: param,
			Msg: fmt.Sprintf("the budget is %d tokens, but what must stay takes %d; raise it, protect less, or send budget: soft", limit, least)}
	}
	for _, cr := range crs {
		cr.warn(fmt.Sprintf("what must stay takes %d tokens of a budget of %d", least, limit))
	}
	return nil
}

// hard reports whether the budget must hold.
func (r *run) hard(b pith.Budget) bool {
	if r.req.Options.Strictness == "" {
		return b.TargetTokens > 0
	}
	return r.req.Options.Strictness == pith.Hard
}

// fitting is the search for the selection that fills a budget.
type fitting struct {
	*run
	contexts []*contextRun
	all      []candidate // of all contexts, one after the other
	order    []int
	input    int // tokens of all contexts
}

// limit is the most tokens allowed.
func (f *fitting) limit(b pith.Budget) int {
	if b.TargetTokens > 0 {
		joints := (len(f.contexts) - 1) * f.counter.Count("\n\n")
		return max(0, b.TargetTokens-joints)
	}
	fixed := 0
	for _, cr := range f.contexts {
		for _, u := range cr.fixed {
			fixed += f.counter.Count(cr.text[u.start:u.end])
		}
	}
	fixed = min(fixed, f.input)
	return fixed + int(math.Floor(b.Rate*float64(f.input-fixed)+1e-9))
}

// search looks for the largest selection within limit and leaves the contexts
// rendered with it. It reports whether there is one. Costs by unit add up to
// nearly the count of the text, so each round corrects the next by the error.
func (f *fitting) search(limit int) bool {
	const rounds = 8
	best, bestKeep := -1, []bool(nil)
	aim, low, high := limit, -1, math.MaxInt // low fits, high does not
	for range rounds {
		got := f.try(aim)
		if got <= limit {
			low = max(low, aim)
			if got > best {
				best, bestKeep = got, f.kept()
			}
			if limit-got <= limit/256 {
				break
			}
		} else {
			high = min(high, aim)
		}
		next := aim + limit - got
		if next <= low || next >= high {
			next = low + (min(high, 2*f.input)-low)/2
		}
		if next == aim || next <= low || next >= high || next < 0 {
			break
		}
		aim = next
	}
	if best < 0 {
		if got := f.try(0); got > limit {
			return false
		}
		return true
	}
	f.restoreKept(bestKeep)
	return true
}

// try keeps what costs up to aim, renders, and returns the tokens of the result.
func (f *fitting) try(aim int) int {
	if f.question != "" {
		chooseEvidence(f.all, f.order, aim)
	} else {
		choose(f.all, f.order, aim)
	}
	return f.distribute()
}

// distribute renders the contexts with the marks of all.
func (f *fitting) distribute() int {
	total, at := 0, 0
	for _, cr := range f.contexts {
		copy(cr.candidates, f.all[at:at+len(cr.candidates)])
		at += len(cr.candidates)
		f.render(cr)
		total += cr.tokens
	}
	return total
}

func (f *fitting) kept() []bool {
	keep := make([]bool, len(f.all))
	for i := range f.all {
		keep[i] = f.all[i].keep
	}
	return keep
}

func (f *fitting) restoreKept(keep []bool) {
	for i := range f.all {
		f.all[i].keep = keep[i]
	}
	f.distribute()
}
