package longcodezip

import "context"

// maxSkips is how many leaves in a row may not fit before the walk down the ranking ends.
const maxSkips = 8

// fineBelow is the share of its text above which a budget is spent on whole functions:
// taking lines out of them brings little there.
const fineBelow = 0.6

// coarseAll chooses leaves for each pool, and which of them lose blocks.
func (r *run) coarseAll(context.Context) error {
	for _, p := range r.pools {
		if p.settled() {
			continue
		}
		p.coarse()
	}
	return nil
}

// settled reports whether the contexts of a pool stay, and sees to it if they do.
func (p *pool) settled() bool {
	left := 0
	for _, cr := range p.contexts {
		if !cr.drop {
			left += cr.input
		}
	}
	if left > p.budget {
		return false
	}
	for _, cr := range p.contexts {
		cr.restore()
	}
	return true
}

// coarse takes leaves by rank, for somewhat more than the budget where the fine stage
// leaves less of them (section 3.2 of the paper), and sets the limits of that stage.
func (p *pool) coarse() {
	p.begin()
	p.standing = p.bill
	share := p.opts.Skeletons
	if p.query == "" {
		share = p.opts.Outline
	}
	rankOnly := p.req.Options.Code.RankOnly
	if rankOnly {
		share = 0
	}
	p.preambles = int(p.opts.Preambles * float64(p.budget))
	p.spare = min(int(share*float64(p.budget)), max(0, p.budget-p.bill))
	most := p.budget - p.spare
	if rankOnly || float64(p.budget) > fineBelow*float64(p.input()) {
		before, bill := p.save(), p.bill
		preambles := p.preambles
		p.take(p.leaves, most, false)
		if rankOnly || p.bill >= most-p.budget/10 {
			return
		}
		p.restore(before)
		p.bill, p.preambles = bill, preambles
	}
	telling := p.telling()
	taken := p.take(p.leaves[:telling], int(float64(most-p.bill)/p.opts.Fine)+p.bill, true)
	if p.bill < most {
		p.take(p.leaves[telling:], most, false)
	}
	p.share(taken, most)
	p.border(most)
}

// border has the best leaf cut that is too long for what room there still is, if that is
// much: a part of what ranks high is better than all of what does not.
func (p *pool) border(most int) {
	const some = 64 // tokens of a part that tells something
	room := most - p.bill
	if room < max(some, most/8) {
		return
	}
	for _, l := range p.leaves {
		if l.open || l.lines < p.opts.MinLines || len(l.children) == 0 || l.priceAll() <= room {
			continue
		}
		if price := l.price(); price+some <= room {
			p.bill += l.show()
			l.limit = l.frame + room - price
			p.cut = append(p.cut, l)
			return
		}
	}
}

// telling returns how many leaves tell anything about the query. The others are taken only
// if none of these has to be cut for them; where there are no others, all count.
func (p *pool) telling() int {
	n := 0
	for n < len(p.leaves) && p.leaves[n].scored && p.leaves[n].gain > 0 {
		n++
	}
	if n == 0 || p.query == "" {
		return len(p.leaves)
	}
	return n
}

// begin opens what stays anyway, and counts that.
func (p *pool) begin() {
	for _, cr := range p.contexts {
		if cr.whole || cr.drop {
			continue
		}
		for _, part := range cr.parts {
			if part.file == nil {
				p.bill += cr.prices.of(part.start, part.end)
			} else {
				p.bill += part.file.closed()
			}
		}
	}
	p.files(func(f *file) { p.bill += f.root.showMust() })
}

// showMust opens what must stay.
func (it *item) showMust() int {
	if !it.must {
		return 0
	}
	cost := it.show()
	for _, c := range it.children {
		cost += c.showMust()
	}
	return cost
}

// take opens whole leaves by rank up to a budget, and returns them. The first is taken in
// any case if it can be cut.
func (p *pool) take(leaves []*leaf, budget int, cut bool) []*leaf {
	var taken []*leaf
	walk(len(leaves), budget-p.bill, func(i int) int {
		if cut && i == 0 && len(leaves[0].children) > 0 {
			return min(leaves[i].priceAll(), budget-p.bill)
		}
		return leaves[i].priceAll()
	}, func(i int) int {
		before := p.bill
		taken = append(taken, leaves[i])
		p.open(leaves[i])
		return p.bill - before
	})
	return taken
}

// open opens a leaf with all in it, and its file's preamble if there is room for that.
// The best leaf comes before its preamble.
func (p *pool) open(l *leaf) {
	p.bill += l.unit().showAll()
	if pre := l.file.preamble; pre != nil && !pre.open && pre.tokens <= p.preambles && p.worth(l.file) && p.behindBest(pre) {
		p.preambles -= pre.tokens
		p.bill += pre.showAll()
	}
}

// behindBest reports whether a preamble leaves the best leaf, if it is of the same file, its
// room.
func (p *pool) behindBest(pre *item) bool {
	best := p.leaves[0]
	return best.file != pre.file || p.standing+best.tokens+pre.tokens <= p.budget-p.spare
}

// worth reports whether enough of a file stays for its preamble to help. Where there are
// many files, those of which little is kept would spend most of it on imports.
func (p *pool) worth(f *file) bool {
	if len(p.contexts) == 1 && len(f.context.files) == 1 {
		return true
	}
	n := 0
	for _, l := range f.leaves {
		if l.open && l.item != f.preamble {
			n += l.tokens
		}
	}
	return n >= 2*f.preamble.tokens
}

// walk takes of n things, best first, what the budget has room for. It ends where too many
// in a row did not fit. take returns what a thing did cost.
func walk(n, budget int, price func(int) int, take func(int) int) {
	for i, skips := 0, 0; i < n && skips < maxSkips; i++ {
		if price(i) > budget {
			skips++
			continue
		}
		budget -= take(i)
		skips = 0
	}
}
