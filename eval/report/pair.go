package report

import (
	"cmp"
	"fmt"
	"slices"
)

// armRate is an arm at a rate.
type armRate struct {
	arm  string
	rate float64
}

func (o *Outcome) armRate() armRate { return armRate{o.Arm, o.Rate} }

// group is what both reports have of one arm at one rate, in the order of a.
type group struct {
	armRate
	a, b []*Outcome
}

// pairKey is what makes two outcomes a pair. Text or id is "" where it does not matter.
type pairKey struct {
	armRate
	task, text, id string
}

func keyOf(o *Outcome, text, id string) pairKey { return pairKey{o.armRate(), o.Task, text, id} }

// once reports an item that is there twice for an arm at a rate.
func once(r *Report) error {
	seen := make(map[pairKey]bool, len(r.Outcomes))
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		k := keyOf(o, "", o.ID)
		if seen[k] {
			return fmt.Errorf("an item of task %q is there twice for arm %q at rate %v", o.Task, o.Arm, o.Rate)
		}
		seen[k] = true
	}
	return nil
}

// named reports whether every outcome says what text it is of.
func named(r *Report) bool {
	return !slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Item == "" })
}

// sameText reports whether two outcomes are of one text and question, as far as they say.
// Lengths compare only if they are counted in one unit.
func sameText(o, p *Outcome, oneUnit bool) bool {
	if o.Item != "" && p.Item != "" && o.Item != p.Item {
		return false
	}
	return !oneUnit || o.Full == p.Full
}

// partners returns, for each outcome of a, that of b with the same text and question, or,
// where no other has those, with the same ID; nil without either. No outcome of b is given
// twice. An ID alone cannot tell: one that is made of a line's number moves with the lines.
func partners(a, b *Report) []*Outcome {
	out := make([]*Outcome, len(a.Outcomes))
	taken := make(map[*Outcome]bool, len(b.Outcomes))
	for _, by := range []func(o *Outcome) (key pairKey, ok bool){
		func(o *Outcome) (pairKey, bool) { return keyOf(o, o.Item, o.ID), true },
		func(o *Outcome) (pairKey, bool) { return keyOf(o, o.Item, ""), o.Item != "" },
		func(o *Outcome) (pairKey, bool) { return keyOf(o, "", o.ID), true },
	} {
		open := map[pairKey][]*Outcome{}
		for i := range b.Outcomes {
			o := &b.Outcomes[i]
			if k, ok := by(o); ok && !taken[o] {
				open[k] = append(open[k], o)
			}
		}
		for i := range a.Outcomes {
			k, ok := by(&a.Outcomes[i])
			if !ok || out[i] != nil || len(open[k]) == 0 {
				continue
			}
			out[i] = open[k][0]
			open[k] = open[k][1:]
			taken[out[i]] = true
		}
	}
	return out
}

// others counts the outcomes of a whose text is another in b.
func (c *Comparison) others() (n int) {
	for _, u := range c.Unpaired {
		if u.Other && u.In == "a" {
			n += u.Items
		}
	}
	return n
}

// pair returns the groups by arm, then rate, in the order of a, and counts what has no
// partner.
func (c *Comparison) pair(a, b *Report) ([]group, error) {
	for _, r := range []*Report{a, b} {
		if err := once(r); err != nil {
			return nil, err
		}
	}
	c.ByLength = !named(a) || !named(b)
	groups := map[armRate]*group{}
	lonely := map[Unpaired]int{}
	paired := map[*Outcome]bool{}
	for i, p := range partners(a, b) {
		o := &a.Outcomes[i]
		paired[p] = true
		switch {
		case p == nil:
			lonely[Unpaired{In: "a", Arm: o.Arm, Rate: o.Rate}]++
			continue
		case !sameText(o, p, a.Unit == b.Unit):
			lonely[Unpaired{In: "a", Arm: o.Arm, Rate: o.Rate, Other: true}]++
			lonely[Unpaired{In: "b", Arm: o.Arm, Rate: o.Rate, Other: true}]++
			continue
		}
		g := groups[o.armRate()]
		if g == nil {
			g = &group{armRate: o.armRate()}
			groups[o.armRate()] = g
		}
		g.a, g.b = append(g.a, o), append(g.b, p)
		countOnly(lonely, "a", o, p)
		countOnly(lonely, "b", p, o)
	}
	for i := range b.Outcomes {
		if o := &b.Outcomes[i]; !paired[o] {
			lonely[Unpaired{In: "b", Arm: o.Arm, Rate: o.Rate}]++
		}
	}
	c.addUnpaired(lonely)
	return inOrder(a, groups), nil
}

// countOnly counts the values that an outcome has and its partner has not.
func countOnly(lonely map[Unpaired]int, in string, o, partner *Outcome) {
	for name := range o.Values {
		if _, ok := partner.Values[name]; !ok {
			lonely[Unpaired{In: in, Arm: o.Arm, Rate: o.Rate, Measure: name}]++
		}
	}
}

// inOrder sorts groups by arm, as the report has them, then rate, the highest first.
func inOrder(r *Report, groups map[armRate]*group) []group {
	out := make([]group, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(g, h group) int { return r.compareArmRates(g.armRate, h.armRate) })
	return out
}

func (r *Report) compareArmRates(x, y armRate) int {
	place := func(arm string) int {
		return slices.IndexFunc(r.Arms, func(a Arm) bool { return a.Name == arm })
	}
	return cmp.Or(cmp.Compare(place(x.arm), place(y.arm)), cmp.Compare(y.rate, x.rate))
}

func (c *Comparison) addUnpaired(lonely map[Unpaired]int) {
	for u, n := range lonely {
		u.Items = n
		c.Unpaired = append(c.Unpaired, u)
	}
	slices.SortFunc(c.Unpaired, func(u, v Unpaired) int {
		return cmp.Or(cmp.Compare(u.In, v.In), cmp.Compare(u.Arm, v.Arm), cmp.Compare(v.Rate, u.Rate), cmp.Compare(u.Measure, v.Measure), cmp.Compare(number(u.Other), number(v.Other)))
	})
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
