package longcodezip

import (
	"context"
	"fmt"

	"github.com/pith-proxy/pith"
)

// fitAll brings every pool within its budget, as its tokens are counted.
func (r *run) fitAll(ctx context.Context) error {
	var left leftover
	for _, p := range r.pools {
		if p.split {
			p.budget += left.tokens
		}
		err := p.fitOne(ctx)
		if p.split {
			err = left.without(p, err)
		}
		if err != nil {
			return err
		}
	}
	if len(left.dropped) == 0 {
		return nil
	}
	if left.stays {
		return left.spend(ctx, r.pools)
	}
	return left.retry(ctx)
}

func (p *pool) fitOne(ctx context.Context) error {
	if p.whole() {
		return nil
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
	return nil
}

// leftover is what pools that share a target leave to those behind them.
type leftover struct {
	tokens  int
	stays   bool // something of one of them
	dropped []*pool
	err     error // of the first that was dropped
}

// without drops the context of a pool that cannot keep anything of it, unless the request
// asks for that.
func (left *leftover) without(p *pool, err error) error {
	if err != nil && (pith.CodeOf(err) != pith.CodeBudgetUnreachable || p.contexts[0].required(&p.req.Options.Preserve)) {
		return err
	}
	left.tokens = p.budget
	if err == nil {
		left.tokens = max(0, p.budget-p.count())
		left.stays = left.stays || p.count() > 0
		return nil
	}
	p.contexts[0].drop = true
	p.contexts[0].warn("nothing of it fits its share of the target")
	if left.dropped = append(left.dropped, p); left.err == nil {
		left.err = err
	}
	return nil
}

// spend gives the pools that keep something what those have left that do not.
func (left *leftover) spend(ctx context.Context, pools []*pool) error {
	for _, p := range pools {
		if !p.split || p.whole() || left.tokens <= 0 {
			continue
		}
		p.budget = p.count() + left.tokens
		if err := p.fitOne(ctx); err != nil {
			return err
		}
		left.tokens = p.budget - p.count()
	}
	return nil
}

// retry gives all of the target to the first pool of which something fits it, if nothing
// of any fits its share.
func (left *leftover) retry(ctx context.Context) error {
	for _, p := range left.dropped {
		cr := p.contexts[0]
		cr.drop, cr.dirty, p.budget = false, true, left.tokens
		if err := p.fitOne(ctx); pith.CodeOf(err) != pith.CodeBudgetUnreachable {
			cr.warnings = cr.warnings[:len(cr.warnings)-1]
			return err
		}
		cr.drop = true
	}
	return left.err
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
			Msg: fmt.Sprintf("the budget is %d tokens, but %s takes %d; raise it, keep less, or send budget: soft", p.asked(), p.subject(), n)}
	}
	unchanged := float64(n) > little*float64(p.input())
	for _, cr := range p.contexts {
		if cr.drop {
			continue
		}
		cr.warn("%s takes %d tokens of a budget of %d", p.subject(), n, p.asked())
		if unchanged {
			cr.restore()
		}
	}
	return nil
}

// little is the share of a text that a minimum beyond its budget must stay below: what saves
// less is not worth the marks.
const little = 0.9

// asked is the budget as the request has it, in tokens.
func (p *pool) asked() int {
	if p.given.TargetTokens > 0 {
		return p.given.TargetTokens
	}
	return p.budget
}

// subject is what does not fit a budget.
func (p *pool) subject() string {
	asked := false
	p.files(func(f *file) { asked = asked || f.root.must })
	if asked {
		return "what must stay"
	}
	return "the smallest part of this code"
}

// something sees to it that not everything is gone.
func (p *pool) something() {
	if p.count() == 0 && len(p.leaves) > 0 {
		p.least()
	}
	p.onlyPreamble()
}

// onlyPreamble opens the preamble of a single file of which nothing else stays, if it fits.
func (p *pool) onlyPreamble() {
	var one *file
	n := 0
	p.files(func(f *file) { one, n = f, n+1 })
	if n != 1 || one.root.open || one.preamble == nil || p.req.Options.Code.RankOnly {
		return
	}
	before, bill := p.save(), p.bill
	if p.bill += one.preamble.showAll(); p.count() > p.budget {
		p.restore(before)
		p.bill = bill
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
