package longcodezip

import (
	"context"
	"math"
	"strings"
)

// fineAll takes blocks out of the leaves that have a limit.
func (r *run) fineAll(ctx context.Context) error {
	var cut []*leaf
	for _, p := range r.pools {
		cut = append(cut, p.cut...)
	}
	if len(cut) == 0 {
		return nil
	}
	if err := r.segmentAll(ctx, cut); err != nil {
		return err
	}
	if r.query != "" {
		if err := r.valueBlocks(ctx, cut); err != nil {
			return err
		}
	}
	for _, p := range r.pools {
		for _, l := range p.cut {
			p.bill += l.choose()
		}
		p.complete()
	}
	return nil
}

// segmentAll divides leaves into blocks. Without a query a block's value is what its lines
// tell by themselves.
func (r *run) segmentAll(ctx context.Context, leaves []*leaf) error {
	reader, ok := r.scorer.(LineReader)
	if !ok {
		for _, l := range leaves {
			l.segment(nil, r.opts.Alpha)
		}
		return nil
	}
	texts := make([]string, len(leaves))
	for i, l := range leaves {
		texts[i] = trimLines(l.source())
	}
	lines, err := r.lines(ctx, reader, texts)
	if err != nil {
		return err
	}
	for i, l := range leaves {
		l.segment(lines[i], r.opts.Alpha)
		if r.query == "" {
			l.weigh(lines[i])
		}
	}
	return nil
}

// weigh values blocks by the nats of their lines: what a reader could not guess.
func (l *leaf) weigh(nll []float64) {
	first := l.firstLine(l.item)
	p := l.file.prices
	for i := range l.blocks {
		b := &l.blocks[i]
		from, last := b.items[0], b.items[len(b.items)-1]
		for k := p.at(l.file.start + from.start); k < p.at(l.file.start+last.end); k++ {
			if n := k - first; n >= 0 && n < len(nll) && !math.IsNaN(nll[n]) {
				b.value += max(0, nll[n]) * float64(p.tokens[k+1]-p.tokens[k])
			}
		}
	}
}

// valueBlocks sets the value of each block to its gain, at least 0.
func (r *run) valueBlocks(ctx context.Context, leaves []*leaf) error {
	var texts []string
	var blocks []*block
	for _, l := range leaves {
		for i := range l.blocks {
			text := trimLines(l.blocks[i].source())
			if strings.TrimSpace(text) == "" {
				continue
			}
			texts, blocks = append(texts, text), append(blocks, &l.blocks[i])
		}
	}
	gains, err := r.gains(ctx, texts)
	if err != nil {
		return err
	}
	for i, b := range blocks {
		b.value = max(0, gains[i])
	}
	return nil
}

// choose opens the blocks that are worth most within the leaf's limit, and returns their
// price. A block is charged with the frames around it and with a mark, as if it were alone.
func (l *leaf) choose() int {
	weights := make([]int, len(l.blocks))
	values := make([]float64, len(l.blocks))
	for i := range l.blocks {
		b := &l.blocks[i]
		weights[i] = b.tokens() + l.file.mark
		for p := b.items[0].parent; p != l.item; p = p.parent {
			weights[i] += p.frame
		}
		values[i] = b.value
	}
	cost := 0
	for _, i := range knapsack(weights, values, nil, l.limit-l.frame-l.file.mark) {
		cost += l.blocks[i].show()
	}
	return cost
}

// complete sees to it that no leaf that was cut stays for its frame alone, and spends what
// the choice of blocks has left over before signatures do. The best leaf may have the room
// that is set aside for those.
func (p *pool) complete() {
	for _, l := range p.cut {
		if p.query != "" && !l.shows() { // without a query signatures are what is wanted
			p.bill -= l.hide() + l.tidy()
		}
	}
	for i, l := range p.leaves { // p.cut is not by rank
		if l.blocks == nil {
			continue
		}
		most := p.budget
		if i > 0 || p.query == "" {
			most -= p.spare
		}
		if !l.open {
			p.bill += l.showBest(most - p.bill)
		}
		p.bill += l.more(most - p.bill)
	}
}

// more opens all of a leaf that has been cut, or else what of it there is room for, and
// returns the price.
func (l *leaf) more(room int) int {
	switch {
	case !l.open || l.full():
		return 0
	case l.priceAll() <= room:
		return l.showAll()
	}
	return l.fillBlocks(room)
}

// showBest opens the block of most value that there is room for, with what is around it,
// and returns the price; of equals it is the first.
func (l *leaf) showBest(room int) int {
	var best *block
	for i := range l.blocks {
		b := &l.blocks[i]
		if b.price() <= room && (best == nil || grain(b.value) > grain(best.value)) {
			best = b
		}
	}
	if best == nil {
		return 0
	}
	return best.show()
}

// fillBlocks opens blocks of a leaf that has been cut while there is room, those nearest to
// what is open first, and returns their price.
func (l *leaf) fillBlocks(room int) int {
	spent := 0
	for _, i := range l.nearestFirst() {
		if price := l.blocks[i].price(); price <= room-spent {
			spent += l.blocks[i].show()
		}
	}
	return spent
}

// nearestFirst returns the blocks that are closed by their distance to one that is open,
// or to the leaf's beginning; of equals, those of more value first, then the first.
func (l *leaf) nearestFirst() []int {
	n := len(l.blocks)
	distance := make([]int, n)
	last := -1 // the signature stays
	for i := range n {
		if l.blocks[i].open() {
			last = i
		}
		distance[i] = i - last
	}
	next := math.MaxInt / 2
	for i := n - 1; i >= 0; i-- {
		if l.blocks[i].open() {
			next = i
		}
		distance[i] = min(distance[i], next-i)
	}
	var order []int
	for i := range n {
		if !l.blocks[i].open() {
			order = append(order, i)
		}
	}
	sortBy(order, func(a, b int) bool {
		if distance[a] != distance[b] {
			return distance[a] < distance[b]
		}
		return grain(l.blocks[a].value) > grain(l.blocks[b].value)
	})
	return order
}

// cheapest returns the open block of least value, of equals the last; nil if none is open.
func (l *leaf) cheapest() *block {
	var least *block
	for i := range l.blocks {
		if b := &l.blocks[i]; b.open() && (least == nil || grain(b.value) <= grain(least.value)) {
			least = b
		}
	}
	return least
}
