package needle

import (
	"cmp"
	"slices"
)

// A spot says which item of a kind: indexes into the options' lengths, depths, repeats.
type spot struct{ length, depth, repeat int }

// all is how many items of a kind there are.
func (o *Options) all() int { return len(o.Lengths) * len(o.Depths) * o.Repeats }

// spots returns the items that are made of each kind, by length, depth, repeat.
//
// Of a sample of n, item i is at the depth where the middle of the i-th of n equal parts
// of the depths falls, and lengths take turns, so that each depth and each length comes
// as often as any other, or once more. No spot comes twice, for the items of a depth
// follow one another: their lengths take turns, and a length that comes again has the
// next repeat.
func (o *Options) spots() []spot {
	n := o.all()
	if o.Sample > 0 {
		n = min(n, o.Sample)
	}
	out := make([]spot, n)
	taken := map[spot]int{} // of a length and depth, with repeat 0
	for i := range out {
		s := spot{length: i % len(o.Lengths), depth: (2*i + 1) * len(o.Depths) / (2 * n)}
		out[i] = spot{s.length, s.depth, taken[s]}
		taken[s]++
	}
	slices.SortFunc(out, func(a, b spot) int {
		return cmp.Or(a.length-b.length, a.depth-b.depth, a.repeat-b.repeat)
	})
	return out
}
