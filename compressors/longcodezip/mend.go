package longcodezip

import "context"

// mend sees to it that what is left of a file parses if the file did: where it does not,
// only what is at the file's top is left out; and if that does not help, nothing, or, for
// want of room, all that was.
func (p *pool) mend(ctx context.Context) error {
	broken, err := p.broken(ctx)
	if err != nil || len(broken) == 0 {
		return err
	}
	for _, f := range broken {
		f.atomic = true
		p.wholeUnits(f)
	}
	p.fit()
	if broken, err = p.broken(ctx); err != nil {
		return err
	}
	for _, f := range broken {
		if price := f.root.priceAll(); price <= p.budget-p.count() {
			p.bill += f.root.showAll()
		}
		if !f.root.full() || p.count() > p.budget {
			f.context.warn("what is left of the code does not parse, while the source does")
		}
	}
	if p.count() > p.budget {
		p.squeeze()
	}
	return nil
}

// broken returns the files that parse and of which what is left does not.
func (p *pool) broken(ctx context.Context) ([]*file, error) {
	var broken []*file
	p.files(func(f *file) {
		if f.Language == nil || f.Broken || !f.root.open || f.root.full() || ctx.Err() != nil {
			return
		}
		if !p.valid(f.Language, ctx, f.render(p.marks)) && p.valid(f.Language, ctx, f.Source) {
			broken = append(broken, f)
		}
	})
	return broken, context.Cause(ctx)
}

// wholeUnits opens what is at a file's top and partly open, or closes it for want of room.
func (p *pool) wholeUnits(f *file) {
	for _, c := range f.root.children {
		if !c.open || c.full() {
			continue
		}
		if price := c.priceAll(); c.must || p.bill+price <= p.budget {
			p.bill += c.showAll()
		} else {
			p.bill -= c.hide()
		}
	}
	p.bill -= f.root.tidyRoot()
}

// tidyRoot closes a root in which nothing is open.
func (it *item) tidyRoot() int {
	if it.open && !it.must && !it.shows() {
		return it.hide()
	}
	return 0
}
