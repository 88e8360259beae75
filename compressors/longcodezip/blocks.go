package longcodezip

import (
	"math"
	"strings"
)

// A block is statements next to each other that stay or go together.
type block struct {
	items []*item
	value float64 // what it tells, at least 0
}

// fewest is how many blocks a leaf must have; of fewer each statement is one.
const fewest = 3

// spikes returns, ascending, the indexes of values that are peaks: none of their
// neighbours is higher and one is lower by threshold at least. The first and the last
// value are none. NaN and infinities are passed over as if they were not there.
func spikes(values []float64, threshold float64) []int {
	var at []int // of numbers
	for i, x := range values {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			at = append(at, i)
		}
	}
	var out []int
	for k := 1; k+1 < len(at); k++ {
		x := values[at[k]]
		before, behind := x-values[at[k-1]], x-values[at[k+1]]
		if before >= 0 && behind >= 0 && max(before, behind) >= threshold {
			out = append(out, at[k])
		}
	}
	return out
}

// sigma is the standard deviation of the values that are numbers.
func sigma(values []float64) float64 {
	m, sum, n := mean(values), 0.0, 0
	for _, x := range values {
		if !math.IsNaN(x) {
			sum, n = sum+(x-m)*(x-m), n+1
		}
	}
	return math.Sqrt(sum / float64(max(1, n)))
}

// segment divides a leaf into blocks in front of the lines that surprise more than their
// neighbours (section 3.3 of the paper), moved to where a statement begins. nll has a
// value for each line of the leaf from its first that is not blank; nil if there are none.
func (l *leaf) segment(nll []float64, alpha float64) {
	var peaks []int
	if s := alpha * sigma(nll); s > 0 {
		peaks = spikes(nll, s)
	}
	runs := l.siblings(nil)
	first := l.firstLine(l.item)
	l.blocks = nil
	for _, run := range runs {
		l.blocks = append(l.blocks, l.cutRun(run, peaks, first)...)
	}
	if len(l.blocks) >= fewest {
		return
	}
	l.blocks = nil
	for _, run := range runs {
		for _, it := range run {
			l.blocks = append(l.blocks, block{items: []*item{it}})
		}
	}
}

// siblings returns the runs of statements next to each other that are not divided
// themselves, in their order.
func (it *item) siblings(runs [][]*item) [][]*item {
	var run []*item
	end := func() {
		if len(run) > 0 {
			runs = append(runs, run)
		}
		run = nil
	}
	for _, c := range it.children {
		if len(c.children) > 0 {
			end()
			runs = c.siblings(runs)
			continue
		}
		if c.prev == nil {
			end()
		}
		run = append(run, c)
	}
	end()
	return runs
}

// cutRun divides a run in front of the statement that is nearest to each peak in it. first
// is the line that peaks are counted from.
func (l *leaf) cutRun(run []*item, peaks []int, first int) []block {
	starts := make([]int, len(run)) // lines, as peaks count them
	for i, it := range run {
		starts[i] = l.firstLine(it) - first
	}
	last := run[len(run)-1]
	end := l.file.prices.line(l.file.start+last.end-1) - first
	cuts := make([]bool, len(run))
	for _, peak := range peaks {
		if peak >= starts[0] && peak <= end {
			cuts[nearest(starts, peak)] = true
		}
	}
	var blocks []block
	for i, it := range run {
		if i == 0 || cuts[i] {
			blocks = append(blocks, block{})
		}
		b := &blocks[len(blocks)-1]
		b.items = append(b.items, it)
	}
	return blocks
}

// nearest returns the index of the number that is nearest to x; of two, the first.
func nearest(numbers []int, x int) int {
	best := 0
	for i, n := range numbers {
		if abs(n-x) < abs(numbers[best]-x) {
			best = i
		}
	}
	return best
}

func abs(x int) int { return max(x, -x) }

// firstLine is the first line of an item that is not blank, as a line of the context.
func (l *leaf) firstLine(it *item) int {
	text := it.source()
	blank := len(text) - len(strings.TrimLeft(text, " \t\r\n\v\f"))
	return l.file.prices.line(l.file.start + it.start + min(blank, max(0, len(text)-1)))
}

// source is a block's text.
func (b *block) source() string {
	first, last := b.items[0], b.items[len(b.items)-1]
	return first.file.Source[first.start:last.end]
}

// tokens is what a block's items cost.
func (b *block) tokens() int {
	n := 0
	for _, it := range b.items {
		n += it.tokens
	}
	return n
}

// open reports whether the block stays. Its items are opened and closed together.
func (b *block) open() bool { return b.items[0].open }

// price is what opening it would cost.
func (b *block) price() int {
	first, last := b.items[0], b.items[len(b.items)-1]
	marks := 1
	if first.prev == nil || first.prev.open {
		marks--
	}
	if last.next == nil || last.next.open {
		marks--
	}
	return first.parent.price() + b.tokens() + marks*first.file.mark
}

func (b *block) show() int {
	cost := 0
	for _, it := range b.items {
		cost += it.showAll()
	}
	return cost
}

// hide closes the block and the statements around it that have nothing else open.
func (b *block) hide() int {
	saved := 0
	for _, it := range b.items {
		saved += it.hide()
	}
	l := b.items[0].leaf
	for p := b.items[0].parent; p != l.item && p.open && !p.shows(); p = p.parent {
		saved += p.hide()
	}
	return saved
}
