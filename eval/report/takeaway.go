package report

import (
	"slices"
	"strings"
)

// takeaway says a measure's result at the middle rate in a sentence; "" without one.
func (x *index) takeaway(m Measure) string {
	rate, ok := x.middle()
	if !ok {
		return ""
	}
	var parts []string
	ours, v, ranked := x.highest(m.Name, rate, "pith")
	if ranked {
		parts = append(parts, "at "+asked(rate)+" the best of pith's methods is "+ours.Name+" with "+num(v.Mean)+" ("+within(v.Estimate, v.Items, "95 %: ")+")"+x.gain(ours, v))
	} else if x.tried(m.Name, rate, "pith") {
		parts = append(parts, "at "+asked(rate)+" none of pith's methods is ranked")
	}
	for _, kind := range []struct{ name, kind string }{{"the best other tool", kindPeer}, {"the best baseline", kindBaseline}} {
		if arm, w, ok := x.highest(m.Name, rate, kind.kind); ok {
			parts = append(parts, kind.name+", "+arm.Name+", has "+beside(w, v, ranked)+num(w.Mean)+" ("+within(w.Estimate, w.Items, "")+")")
		}
	}
	parts = append(parts, x.unranked(m.Name, rate)...)
	for _, a := range x.Arms {
		if v, ok := x.value(a, rate, "", m.Name); ok && a.Kind == kindNone {
			parts = append(parts, "the whole text has "+num(v.Mean))
			break
		}
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, "; ")
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// beside is "more, ", "the same, " or "less, ", by what is printed.
func beside(w, than Value, ranked bool) string {
	if !ranked {
		return ""
	}
	return [...]string{"less, ", "the same, ", "more, "}[compareShown(w.Mean, than.Mean)+1]
}

// highest returns the ranked arm of a kind with the highest mean over all tasks; ties go
// to the earlier.
func (x *index) highest(measure string, rate float64, kind string) (arm Arm, v Value, ok bool) {
	for _, a := range x.contest(measure, rate).in {
		if w, _ := x.value(a, rate, "", measure); a.Kind == kind && (!ok || w.Mean > v.Mean) {
			arm, v, ok = a, w, true
		}
	}
	return arm, v, ok
}

func (x *index) tried(measure string, rate float64, kind string) bool {
	return slices.ContainsFunc(x.limited(), func(a Arm) bool {
		_, ok := x.value(a, rate, "", measure)
		return ok && a.Kind == kind
	})
}

// unranked says of each arm of pith or of a peer that is not ranked what it has, and why
// that does not count.
func (x *index) unranked(measure string, rate float64) []string {
	var out []string
	for _, a := range x.limited() {
		v, ok := x.value(a, rate, "", measure)
		if !ok || a.Kind == kindBaseline || x.contest(measure, rate).has(a) {
			continue
		}
		why := join(x.partial(a, rate, measure), x.keptMore(a, rate, "", measure))
		out = append(out, "not ranked: "+a.Name+", "+num(v.Mean)+" ("+why+")")
	}
	return out
}

// gain says what an arm has over [Report.Against], and whether that could as well be
// nothing.
func (x *index) gain(a Arm, v Value) string {
	if v.Gain == nil || a.Name == x.Against {
		return ""
	}
	s := ", over " + x.Against + " by item " + gainText(v)
	if v.Gain.Low <= 0 && v.Gain.High >= 0 && v.Gain.Low < v.Gain.High {
		s += ", not told from 0"
	}
	return s
}

// gainText is "+0.100 (0.010 to 0.200) over 40 of 60 items within budget".
func gainText(v Value) string {
	n := v.Items
	if v.GainItems > 0 {
		n = v.GainItems
	}
	s := signed(v.Gain.Mean) + " (" + within(*v.Gain, n, "") + ")"
	return s + withinBudget(v.GainItems, v.Items)
}

// withinBudget is " over 40 of 60 items within budget", "" where it is all of them or the
// report does not say.
func withinBudget(n, of int) string {
	if n <= 0 || n >= of {
		return ""
	}
	return " over " + count(n) + " of " + plural(of, "item") + " within budget"
}
