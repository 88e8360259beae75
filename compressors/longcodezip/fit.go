package longcodezip

import (
	"context"
	"fmt"

	"github.com/pith-proxy/pith"
)

// fitAll brings every pool within its budget, as its tokens are counted.
func (r *run) fitAll(ctx context.Context) error {
	for _, p := range r.pools {
		if p.whole() {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.outline()
		p.fit()
		p.something()
		if err := p.mend(ctx); err != nil {
			return err
		}
		if err := p.last(); err != nil {
			return err
		}
		for _, cr := range p.contexts {
			if !cr.drop && !cr.whole && cr.tokens >= cr.input {
				cr.restore()
			}
		}
	}
	return nil
}

// whole reports whether all its contexts stay.
func (p *pool) whole() bool {
	for _, cr := range p.contexts {
		if !cr.whole && !cr.drop {
			return false
		}
	}
	return true
}

// Bounds of the search for what fits.
const (
	fillRounds = 6
	trimRounds = 24
)

// fit fills the budget, and takes back what is too much. The bill is an estimate; each
// round corrects the next by how far that was off.
func (p *pool) fit() {
	if !p.squeeze() {
		return
	}
	defer p.smooth()
	for range fillRounds {
		real := p.count()
		before, bill := p.save(), p.bill
		if !p.fill(p.bill + p.budget - real) {
			return
		}
		if p.count() <= p.budget {
			continue
		}
		if !p.squeeze() || p.count() < real {
			p.restore(before)
			p.bill = bill
		}
		return
	}
}

// smooth opens what costs no more than the mark that stands for it.
func (p *pool) smooth() {
	before, bill := p.save(), p.bill
	if p.patch() && p.count() > p.budget {
		p.restore(before)
		p.bill = bill
	}
}

// squeeze closes what ranks lowest until the budget holds. It reports whether it does.
func (p *pool) squeeze() bool {
	for round := range trimRounds {
		over := p.count() - p.budget
		if over <= 0 {
			return true
		}
		if p.trim(over+over*round/8+round) == 0 {
			break
		}
	}
	return p.count() <= p.budget
}

// last fails if the budget has to hold and does not, and tells whoever asked if it need
// not.
func (p *pool) last() error {
	p.squeeze()
	p.something()
	n := p.count()
	if n <= p.budget {
		return nil
	}
	if p.hard() {
		return &pith.Error{Op: "longcodezip.fit", Code: pith.CodeBudgetUnreachable, Param: p.param,
			Msg: fmt.Sprintf("the budget is %d tokens, but what must stay takes %d; raise it, keep less, or send budget: soft", p.budget, n)}
	}
	for _, cr := range p.contexts {
		if !cr.drop {
			cr.warn("what must stay takes %d tokens of a budget of %d", n, p.budget)
		}
	}
	return nil
}

// something sees to it that not everything is gone.
func (p *pool) something() {
	if p.count() == 0 && len(p.leaves) > 0 {
		p.least()
	}
}

// leastTries is how many leaves are tried when nothing that was chosen fits.
const leastTries = 64

// least opens the first leaf by rank of which something fits: its signature, or all of it
// if it has none. Where nothing does, the first stays open.
func (p *pool) least() {
	tries := 0
	for _, l := range p.leaves {
		it := l.smallest(p.req.Options.Code.RankOnly)
		if it.price() > p.budget+p.budget/4+16 {
			continue
		}
		if tries++; tries > leastTries {
			break
		}
		p.bill += l.smallestShow(it)
		if p.count() <= p.budget {
			p.fit()
			return
		}
		p.bill -= it.hide() + it.tidy()
	}
	l := p.leaves[0]
	p.bill += l.smallestShow(l.smallest(p.req.Options.Code.RankOnly))
}

// smallest is the least that can stay of a leaf.
func (l *leaf) smallest(whole bool) *item {
	if !whole && l.sign != nil && !l.file.atomic {
		return l.sign
	}
	return l.unit()
}

func (l *leaf) smallestShow(it *item) int {
	if it == l.sign {
		return it.show()
	}
	return it.showAll()
}
