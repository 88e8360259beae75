package report

import (
	"fmt"
	"slices"
	"strings"
)

// Untested says in a sentence what of a could not have been found to be worse in b, and is
// "" if there is nothing such. Then that there is no regression says less than it seems, and
// a gate must not pass.
func (c *Comparison) Untested() string { return c.Lack }

// lack looks at arms that shorten texts, for the whole text is the same in both, and at
// what changed: if nothing did, nothing is worse, however few the pairs.
func (c *Comparison) lack(a, b *Report, groups []group) string {
	paired, changed, judged := false, false, false
	for _, l := range c.Lines {
		if wholeInBoth(a, b, l.Arm) {
			continue
		}
		paired = true
		changed = changed || l.Changed > 0
		judged = judged || l.Changed > 0 && l.Verdict != Few
	}
	over := overBudget(c, a, b, groups)
	what := "Not everything was tested: "
	why := c.partly(a, b, groups, over)
	switch {
	case !paired && len(over) == 0:
		what, why = "Nothing was tested: ", slices.Insert(why, 0, "no value of an arm that shortens texts is in both")
	case changed && !judged:
		what, why = "Nothing was tested: ", slices.Insert(why, 0, fmt.Sprintf("values changed, but nowhere are there the %d pairs that a verdict takes", fewPairs))
	case len(why) == 0:
		return ""
	}
	return what + strings.Join(why, "; ") + "."
}

// partly names the arms, rates and measures of a of which nothing was tested.
func (c *Comparison) partly(a, b *Report, groups []group, over []armRate) []string {
	var why []string
	if arms := gone(a, b, groups); len(arms) > 0 {
		why = append(why, c.B+" has no result of "+listed(arms))
	}
	if len(over) > 0 {
		why = append(why, "values changed, but more was kept than the limit of every text, of "+listed(over))
	}
	if measures := c.measuresGone(a, b, groups); len(measures) > 0 {
		why = append(why, c.B+" has no value of "+and(measures))
	}
	return why
}

// wholeInBoth is true of the whole text, which has nothing to test, in both or in a alone.
func wholeInBoth(a, b *Report, arm string) bool {
	return a.keepsAll(arm) && (b.keepsAll(arm) || !b.hasArm(arm))
}

func (r *Report) keepsAll(arm string) bool {
	return slices.ContainsFunc(r.Arms, func(a Arm) bool { return a.Name == arm && a.Kind == kindNone })
}

func (r *Report) hasArm(arm string) bool {
	return slices.ContainsFunc(r.Arms, func(a Arm) bool { return a.Name == arm })
}

// gone returns what a has results of and b has not, in the order of a.
func gone(a, b *Report, groups []group) []armRate {
	var out []armRate
	for i := range a.Outcomes {
		at := a.Outcomes[i].armRate()
		in := slices.ContainsFunc(groups, func(g group) bool { return g.armRate == at })
		if !in && !wholeInBoth(a, b, at.arm) && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, a.compareArmRates)
	return out
}

// overBudget returns where values changed and there is no line, since of every pair either
// side kept more than its limit.
func overBudget(c *Comparison, a, b *Report, groups []group) []armRate {
	var out []armRate
	for _, g := range groups {
		has := slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Arm == g.arm && l.Rate == g.rate })
		if !has && !wholeInBoth(a, b, g.arm) && g.leavesOutChanges() {
			out = append(out, g.armRate)
		}
	}
	return out
}

func (g group) leavesOutChanges() bool {
	for i, o := range g.a {
		p := g.b[i]
		for name, v := range o.Values {
			if w, ok := p.Values[name]; ok && v != w && !(o.meets() && p.meets()) {
				return true
			}
		}
	}
	return false
}

// measuresGone are those that a has values of and b has none of, for the same arms and
// items. Two arms of one report need not have the same: of what a reader got nobody else
// sees the text.
func (c *Comparison) measuresGone(a, b *Report, groups []group) []string {
	var out []string
	for _, m := range a.Measures {
		had, has := false, false
		for _, g := range groups {
			for i, o := range g.a {
				_, inA := o.Values[m.Name]
				_, inB := g.b[i].Values[m.Name]
				had, has = had || inA && !wholeInBoth(a, b, g.arm), has || inA && inB
			}
		}
		if had && !has && !c.Arms {
			out = append(out, m.Name)
		}
	}
	return out
}

// listed is "bm25 at 2× and 3×, head at 2×", of what is in order.
func listed(what []armRate) string {
	var arms []string
	for i := 0; i < len(what); {
		var rates []string
		arm := what[i].arm
		for ; i < len(what) && what[i].arm == arm; i++ {
			if what[i].rate > 0 {
				rates = append(rates, ratio(what[i].rate))
			}
		}
		if rates != nil {
			arm += " at " + and(rates)
		}
		arms = append(arms, arm)
	}
	return strings.Join(arms, ", ")
}
