package longcodezip

import "slices"

// sortBy sorts indexes, equal ones in their order.
func sortBy(order []int, less func(a, b int) bool) {
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
}

// unit is what of a leaf's file is taken or left with it.
func (l *leaf) unit() *item {
	it := l.item
	for l.file.atomic && it.parent != nil && it.parent.parent != nil {
		it = it.parent
	}
	return it
}

// outline opens signatures of functions that are left out, up to what is set aside for
// them: those first that kept code refers to, then by rank.
func (p *pool) outline() {
	room := min(p.spare, p.budget-p.bill)
	if room <= 0 {
		return
	}
	used := p.referenced()
	var order []int
	for i, l := range p.leaves {
		if l.canOutline() {
			order = append(order, i)
		}
	}
	sortBy(order, func(a, b int) bool { return used[p.leaves[a].word] && !used[p.leaves[b].word] })
	for _, i := range order {
		l := p.leaves[i]
		if price := l.sign.price(); !l.sign.open && price <= room {
			p.bill += l.sign.show()
			room -= price
		}
	}
}

// canOutline reports whether the leaf can be left out but for its signature, and is.
func (l *leaf) canOutline() bool {
	return l.sign != nil && !l.sign.open && !l.file.atomic && len(l.sign.children) > 0
}

// referenced returns which names of functions that may be left out are in the code that is
// open. Short ones are not looked for: "get" or "byte" is a word more often than a reference.
func (p *pool) referenced() map[string]bool {
	const short = 5
	names := map[string]bool{}
	for _, l := range p.leaves {
		if len(l.word) >= short {
			names[l.word] = false
		}
	}
	p.files(func(f *file) {
		f.root.eachOpen(func(it *item) {
			eachWord(it.source(), func(w string) {
				if v, ok := names[w]; ok && !v {
					names[w] = true
				}
			})
		})
	})
	return names
}

// eachOpen calls visit with the items that are open and have nothing inside to leave out.
func (it *item) eachOpen(visit func(*item)) {
	if !it.open {
		return
	}
	if len(it.children) == 0 {
		visit(it)
	}
	for _, c := range it.children {
		c.eachOpen(visit)
	}
}

// fill spends what is left of the budget, by rank: on leaves whole, on blocks of those
// that were cut; then on preambles and signatures. It reports whether it opened anything.
func (p *pool) fill(budget int) bool {
	before := p.bill
	for _, l := range p.leaves {
		room := budget - p.bill
		if room <= 0 {
			return p.bill > before
		}
		switch u := l.unit(); {
		case u.full():
		case u.priceAll() <= room:
			p.bill += u.showAll()
		case l.blocks != nil && l.open && !l.file.atomic:
			p.bill += l.fillBlocks(room)
		}
	}
	for _, l := range p.leaves {
		pre := l.file.preamble
		if pre != nil && !pre.open && l.file.root.open && pre.priceAll() <= budget-p.bill && p.worth(l.file) {
			p.bill += pre.showAll()
		}
	}
	if p.req.Options.Code.RankOnly {
		return p.bill > before
	}
	for _, l := range p.leaves {
		if l.canOutline() && l.sign.price() <= budget-p.bill {
			p.bill += l.sign.show()
		}
	}
	return p.bill > before
}

// patch opens what costs no more than the mark that stands for it, and reports whether
// there was any.
func (p *pool) patch() bool {
	opened := false
	p.files(func(f *file) {
		if f.root.open {
			saved, any := f.root.patch()
			p.bill -= saved
			opened = opened || any
		}
	})
	return opened
}

func (it *item) patch() (saved int, any bool) {
	for i := 0; i < len(it.children); i++ {
		c := it.children[i]
		if c.open {
			n, more := c.patch()
			saved, any = saved+n, any || more
			continue
		}
		cost, last := c.tokens, i
		for ; it.children[last].next != nil && !it.children[last].next.open; last++ {
			cost += it.children[last+1].tokens
		}
		if cost <= it.file.mark {
			for ; i <= last; i++ {
				saved -= it.children[i].showAll()
			}
			any = true
		}
		i = last
	}
	return saved, any
}

// trim closes what ranks lowest until that saves enough tokens, or nothing is left that may
// go, and returns what it saved.
func (p *pool) trim(over int) int {
	saved := 0
	for i := len(p.leaves) - 1; i >= 0 && saved < over; i-- {
		l := p.leaves[i]
		for b := l.cheapest(); b != nil && l.open && !l.file.atomic && saved < over; b = l.cheapest() {
			saved += b.hide()
		}
		if saved < over {
			saved += l.close()
		}
	}
	p.bill -= saved
	return saved
}

// close closes a leaf, its signature, and its file's preamble if nothing else is open.
func (l *leaf) close() int {
	u := l.unit()
	saved := u.hide() + u.tidy()
	if pre, root := l.file.preamble, l.file.root; pre != nil && pre.open && root.only(pre) {
		saved += pre.hide() + pre.tidy()
	}
	return saved
}

// only reports whether of its children one alone is open.
func (it *item) only(one *item) bool {
	for _, c := range it.children {
		if c.open && c != one {
			return false
		}
	}
	return true
}
