package longcodezip

import (
	"math"

	"github.com/pith-proxy/pith"
)

// A pool is contexts that share a budget.
type pool struct {
	*run
	contexts []*contextRun
	given    pith.Budget
	budget   int // tokens
	param    string
	split    bool // the budget is its share of a target that it has with other pools

	leaves    []*leaf // best first; without those that stay anyway
	preambles int     // tokens that preambles may still take
	standing  int     // what stays anyway costs
	bill      int     // about what is open costs, in tokens
	spare     int     // tokens of the budget that signatures may have
	cut       []*leaf // that the fine stage divides
}

// fillPools gives each context that is to be shortened to a pool.
func (r *run) fillPools() {
	var shared []*contextRun
	for _, cr := range r.contexts {
		b := r.budget(cr)
		switch {
		case cr.Locked || cr.text == "" || b.Rate == 1 && !r.filtering():
		case !cr.Budget.IsZero():
			r.addPool([]*contextRun{cr}, b, pointer(cr.index, ""))
		default:
			shared = append(shared, cr)
		}
	}
	if len(shared) == 0 {
		return
	}
	b := r.budget(shared[0])
	switch {
	case r.query != "" && (b.TargetTokens > 0 || r.req.Options.Scope != pith.ScopeChunk):
		r.addPool(shared, b, "")
	case b.TargetTokens > 0:
		r.splitTarget(shared, b)
	default:
		for _, cr := range shared {
			r.addPool([]*contextRun{cr}, b, "")
		}
	}
}

func (r *run) addPool(contexts []*contextRun, b pith.Budget, param string) *pool {
	p := &pool{run: r, contexts: contexts, given: b, param: param + "/target_tokens"}
	if b.TargetTokens > 0 {
		p.budget = max(0, b.TargetTokens-(len(contexts)-1)*r.joint())
	} else {
		p.param = param + "/rate"
		p.budget = int(math.Floor(b.Rate*float64(p.input()) + 1e-9))
	}
	r.pools = append(r.pools, p)
	return p
}

// joint is what stands between contexts in a prompt.
func (r *run) joint() int { return r.counter.Count("\n\n") }

// enough is the tokens of a file that say something of it: its share of a target is not
// below that, as far as it goes round.
const enough = 48

// splitTarget gives each context its share of a target, by its length: without a query
// what is left of one does not depend on what the others say. Short ones get more than
// that, at the cost of the others.
func (r *run) splitTarget(contexts []*contextRun, b pith.Budget) {
	limit := max(0, b.TargetTokens-(len(contexts)-1)*r.joint())
	a := allocation{}
	for _, cr := range contexts {
		a.tokens = append(a.tokens, cr.input)
		a.floors = append(a.floors, min(cr.input, enough, limit/len(contexts)))
		a.gains = append(a.gains, 0)
	}
	for i, ratio := range a.ratios(limit) {
		p := r.addPool([]*contextRun{contexts[i]}, b, "")
		p.budget = int(ratio*float64(contexts[i].input) + 1e-6)
		p.split = true
	}
}

// input is the tokens of a pool's contexts.
func (p *pool) input() int {
	n := 0
	for _, cr := range p.contexts {
		n += cr.input
	}
	return n
}

// fits reports whether nothing has to go.
func (p *pool) fits() bool { return p.budget >= p.input() }

// hard reports whether the budget must hold.
func (p *pool) hard() bool {
	if s := p.req.Options.Strictness; s != "" {
		return s == pith.Hard
	}
	return p.given.TargetTokens > 0
}

// files calls visit for each file of the pool, in order.
func (p *pool) files(visit func(*file)) {
	for _, cr := range p.contexts {
		if cr.whole || cr.drop {
			continue
		}
		for _, f := range cr.files {
			visit(f)
		}
	}
}

// count renders what is open and returns its tokens.
func (p *pool) count() int {
	n := 0
	for _, cr := range p.contexts {
		switch {
		case cr.drop:
		case cr.whole:
			n += cr.input
		default:
			p.render(cr)
			n += cr.tokens
		}
	}
	return n
}

// save returns what is open, for restore.
func (p *pool) save() []bool {
	var states []bool
	p.files(func(f *file) { states = f.root.save(states) })
	return states
}

func (p *pool) restore(states []bool) {
	p.files(func(f *file) { states = f.root.restore(states) })
}
