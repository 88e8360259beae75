package suite

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/needle"
	"github.com/pith-proxy/pith/eval/report"
)

// place is where a needle is: in texts of one length, at one depth.
type place struct {
	length int
	depth  float64
}

// places are the items of generated needles by where the needles are, but for kinds with
// several facts, which are in several places.
func (r *run) places() map[place][]int {
	at := map[place][]int{}
	for i, it := range r.Set.Items {
		kind, length, depth, _, ok := needle.Where(it.ID)
		if !ok || needle.Spread(kind) || r.task(i).Kind != dataset.Needle || length < 1 || !(depth >= 0 && depth <= 1) {
			continue
		}
		p := place{length, depth}
		at[p] = append(at[p], i)
	}
	return at
}

// grids are by column, measure, length and depth: of what is measured on needles alone,
// and of the reader's score. A single place needs no grid.
func (r *run) grids() []report.Grid {
	at := r.places()
	if len(at) < 2 {
		return nil
	}
	places := slices.SortedFunc(maps.Keys(at), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(a.depth, b.depth))
	})
	var out []report.Grid
	for c := range r.cols {
		for _, m := range r.measureNames() {
			if m != score && m != needles {
				continue
			}
			for _, p := range places {
				if g, ok := r.grid(c, m, p, at[p]); ok {
					out = append(out, g)
				}
			}
		}
	}
	return out
}

// needles is the name of [measure.Needles].
const needles = "needles"

// grid is the mean of one column over some items; false if the measure applies to none.
func (r *run) grid(c int, measure string, p place, items []int) (report.Grid, bool) {
	g := report.Grid{Arm: r.cols[c].arm.Name(), Rate: r.cols[c].rate, Measure: measure, Length: p.length, Depth: p.depth}
	sum := 0.0
	for _, i := range items {
		if r.rows[i][c] == nil {
			continue
		}
		if v, ok := r.rows[i][c].Values[measure]; ok {
			sum += v
			g.Items++
		}
	}
	if g.Items == 0 {
		return g, false
	}
	g.Mean = sum / float64(g.Items)
	return g, true
}
