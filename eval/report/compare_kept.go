package report

import (
	"slices"

	"github.com/pith-proxy/pith/eval"
)

// keptShare is the share of an outcome's text that was kept, of one that is not empty.
func keptShare(o *Outcome) float64 { return float64(o.Kept) / float64(o.Full) }

// addKept is over every pair that kept anything on purpose: a text that is no longer
// refused is not one of which more is kept.
func (c *Comparison) addKept(g group) {
	var a, b, beyond []float64
	changed := 0
	for i, o := range g.a {
		p := g.b[i]
		if o.Full <= 0 || p.Full <= 0 || o.Refused || p.Refused {
			continue
		}
		a, b = append(a, keptShare(o)), append(b, keptShare(p))
		if keptShare(o) != keptShare(p) {
			changed++
		}
	}
	if len(a) == 0 {
		return
	}
	k := KeptLine{Arm: g.arm, Rate: g.rate, Items: len(a), Changed: changed, A: mean(a), B: mean(b), Diff: eval.Paired(b, a, c.Resamples, c.Seed)}
	for i := range a {
		beyond = append(beyond, a[i]-b[i]+c.mayKeep(k))
	}
	k.P = eval.LowerTail([][]float64{beyond})
	c.Kept = append(c.Kept, k)
}

// mayKeep is how much more b may keep: a hundredth of what was asked for, as over a limit,
// or of what a keeps at a rate of its own; and the tolerance if that is more.
func (c *Comparison) mayKeep(k KeptLine) float64 {
	of := k.Rate
	if of == 0 {
		of = k.A
	}
	return max(c.Tolerance, of/100)
}

// addTimings are by arm, over the items that have a pair at any of its rates.
func (c *Comparison) addTimings(a, b *Report, groups []group) {
	coldA, coldB := cold(a), cold(b)
	for _, arm := range a.Arms {
		var of timed
		seen := map[pairKey]bool{}
		for _, g := range groups {
			if g.arm != arm.Name {
				continue
			}
			for i, o := range g.a {
				if k := itemOf(o); !seen[k] {
					seen[k] = true
					of.add(coldA[k], coldB[itemOf(g.b[i])])
				}
			}
		}
		if n := len(of.a); n > 0 {
			c.Timings = append(c.Timings, Timing{Arm: arm.Name, Items: n, A: median(of.a), B: median(of.b)})
		}
	}
}

// timed are the times of the same items on either side.
type timed struct{ a, b []float64 }

func (t *timed) add(a, b float64) {
	if a > 0 && b > 0 {
		t.a, t.b = append(t.a, a), append(t.b, b)
	}
}

// itemOf names an item of an arm, at whatever rate.
func itemOf(o *Outcome) pairKey { return pairKey{armRate{arm: o.Arm}, o.Task, "", o.ID} }

// cold is how long an arm took for an item of which it knew nothing: the longest of its
// rates.
func cold(r *Report) map[pairKey]float64 {
	out := map[pairKey]float64{}
	for i := range r.Outcomes {
		k := itemOf(&r.Outcomes[i])
		out[k] = max(out[k], r.Outcomes[i].Millis)
	}
	return out
}

// median is the lower of two in the middle.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[(len(s)-1)/2]
}
