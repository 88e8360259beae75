package longcodezip

import "math"

// almost is the ratio from which on a leaf is not cut.
const almost = 0.999

// share divides a budget among the leaves that were taken: small ones stay whole, large
// ones get ratios by their gains. Where the budget is not enough for a part of each,
// those of lowest gain go.
func (p *pool) share(taken []*leaf, budget int) {
	if p.bill <= budget {
		return
	}
	var large []*leaf
	for {
		large = p.large(taken)
		left, floor := budget-p.bill, 0
		for _, l := range large {
			left += l.tokens
			floor += p.floor(l)
		}
		if len(taken) <= 1 || left > floor {
			break
		}
		last := taken[len(taken)-1]
		taken = taken[:len(taken)-1]
		p.bill -= last.hide() + last.tidy()
	}
	large = p.spareBest(large, budget)
	left := budget - p.bill
	a := allocation{beta: p.opts.Beta}
	for _, l := range large {
		left += l.tokens
		a.tokens = append(a.tokens, l.tokens)
		a.floors = append(a.floors, p.floor(l))
		a.gains = append(a.gains, l.gain)
		if !l.scored {
			a.gains[len(a.gains)-1] = math.Inf(-1)
		}
	}
	for i, ratio := range a.ratios(left) {
		if ratio < almost {
			p.cutTo(large[i], int(ratio*float64(large[i].tokens)))
		}
	}
}

// large returns the leaves that can be cut.
func (p *pool) large(leaves []*leaf) []*leaf {
	var out []*leaf
	for _, l := range leaves {
		if l.lines >= p.opts.MinLines && len(l.children) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// spareBest takes the best leaf from those that are cut if that leaves much of a budget for
// the others: what answers the query is not to be thinned out for the sake of those.
func (p *pool) spareBest(large []*leaf, budget int) []*leaf {
	if p.query == "" || len(large) < 2 || large[0] != p.leaves[0] || !large[0].scored {
		return large
	}
	best, others := large[0], large[1:]
	left := budget - p.bill
	for _, l := range others {
		left += l.tokens - p.floor(l)
	}
	if left < 0 || float64(best.tokens) > fineBelow*float64(p.budget) {
		return large
	}
	return others
}

// floor is the fewest tokens that show anything of a leaf that is cut: its frame, a
// statement, and a mark on each side; without a query its frame.
func (p *pool) floor(l *leaf) int {
	if p.query == "" {
		return l.frame
	}
	least := l.tokens
	for _, run := range l.siblings(nil) {
		for _, it := range run {
			n := it.tokens
			for up := it.parent; up != l.item; up = up.parent {
				n += up.frame
			}
			least = min(least, n)
		}
	}
	return min(l.tokens, l.frame+2*l.file.mark+least)
}

// cutTo leaves a leaf to the fine stage.
func (p *pool) cutTo(l *leaf, tokens int) {
	l.limit = tokens
	for _, c := range l.children {
		p.bill -= c.hide()
	}
	p.cut = append(p.cut, l)
}

// An allocation divides tokens among leaves (section 3.3 of the paper), so that all are
// spent: what the authors' code clamps is lost to it.
type allocation struct {
	tokens []int     // of each leaf
	floors []int     // the fewest that make sense of each
	gains  []float64 // the higher the more; -Inf counts as the lowest
	beta   float64   // 0: all get the same ratio
}

// ratios returns the share of each leaf that stays, in [0, 1]: what its weight says,
// within its floor and its size, times what makes all of them together the budget. Where
// floors alone pass that, it is the floors.
func (a *allocation) ratios(budget int) []float64 {
	weights := a.weights()
	low, high := 0.0, 2/least
	for range 128 { // until they are neighbours
		mid := low + (high-low)/2
		if _, total := a.scaled(weights, mid); total <= float64(budget) {
			low = mid
		} else {
			high = mid
		}
	}
	ratios, _ := a.scaled(weights, low)
	return ratios
}

// least is the weight in place of 0: such a leaf gets what all the others have no room for.
const least = 1e-9

// weights returns in what proportion the ratios are to be, by gains between the lowest
// and the highest.
func (a *allocation) weights() []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, g := range a.gains {
		if !math.IsInf(g, 0) {
			low, high = min(low, g), max(high, g)
		}
	}
	w := make([]float64, len(a.gains))
	for i, g := range a.gains {
		w[i] = 1
		if high > low {
			w[i] = max(least, 1+a.beta*(2*(max(g, low)-low)/(high-low)-1))
		}
	}
	return w
}

// scaled returns weights times a number, within bounds, and the tokens that they mean.
func (a *allocation) scaled(weights []float64, by float64) (ratios []float64, total float64) {
	ratios = make([]float64, len(weights))
	for i, w := range weights {
		n := float64(max(1, a.tokens[i]))
		ratios[i] = min(1, max(w*by, float64(a.floors[i])/n))
		total += ratios[i] * n
	}
	return ratios, total
}
