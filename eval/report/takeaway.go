package report

import (
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// takeaway says a measure's result at the middle rate in a sentence; "" without one. Of
// fewer than six items it says first that they are too few.
func (x *index) takeaway(m Measure) string {
	rate, ok := x.middle()
	if !ok {
		return ""
	}
	var parts []string
	ours, v, ranked := x.highest(m.Name, rate, "pith")
	if ranked {
		of := x.candidates(m.Name, rate, "pith")
		parts = append(parts, "at "+asked(rate)+" the best of pith's "+many(of, "ranked ")+"methods is "+ours.Name+" with "+num(v.Mean)+" ("+within(v.Estimate, v.Items, "95 %: ")+")"+x.gain(ours, v, of))
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
	if n := x.contest(m.Name, rate).widest.items; n < fewPairs {
		s = "over " + plural(n, "item") + ", too few to tell anything from chance: " + s
	}
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

// candidates counts the arms that highest chooses from.
func (x *index) candidates(measure string, rate float64, kind string) (n int) {
	for _, a := range x.contest(measure, rate).in {
		if a.Kind == kind {
			n++
		}
	}
	return n
}

// many is a number above 1 with a word behind it, else "".
func many(n int, word string) string {
	if n < 2 {
		return ""
	}
	return count(n) + " " + word
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
// nothing. The arm was picked for its mean out of so many, and its interval is [widened].
func (x *index) gain(a Arm, v Value, of int) string {
	if v.Gain == nil || a.Name == x.Against {
		return ""
	}
	wide := widened(*v.Gain, of)
	v.Gain = &wide
	s := ", over " + x.Against + " by item " + gainText(v)
	if of > 1 && wide.Low < wide.High {
		s += ", the interval widened for picking the best of " + count(of)
	}
	switch n := v.gainItems(); {
	case wide.Low == 0 && wide.High == 0: // all equal, which is no finding
	case n < fewPairs:
		s += ", not told from 0 by " + plural(n, "item")
	case wide.Low <= 0 && wide.High >= 0:
		s += ", not told from 0"
	}
	return s
}

// widened is the 95 % interval of an arm that was picked out of so many after their means
// were seen, so that the best of equals is no more often clear of 0 than one alone: each of
// them has an interval that misses in 5 % divided by their number (Bonferroni). The resamples
// of the bootstrap are not in a report; so either side is as much longer as that quantile of
// a normal distribution is larger.
func widened(e eval.Estimate, of int) eval.Estimate {
	if of < 2 {
		return e
	}
	by := math.Erfinv(1-0.05/float64(of)) / math.Erfinv(0.95)
	// The conversions keep sums from being fused, and so the same on every machine.
	return eval.Estimate{Mean: e.Mean, Low: e.Mean - float64(by*(e.Mean-e.Low)), High: e.Mean + float64(by*(e.High-e.Mean))}
}

// gainItems is how many items a gain is over; in reports that do not say, all.
func (v Value) gainItems() int {
	if v.GainItems > 0 {
		return v.GainItems
	}
	return v.Items
}

// gainText is "+0.100 (0.010 to 0.200) over 40 of 60 items on equal terms".
func gainText(v Value) string {
	s := signed(v.Gain.Mean) + " (" + within(*v.Gain, v.gainItems(), "") + ")"
	return s + onTerms(v.GainItems, v.Items)
}

// onTerms is " over 40 of 60 items on equal terms", "" where it is all of them or the
// report does not say.
func onTerms(n, of int) string {
	if n <= 0 || n >= of {
		return ""
	}
	return " over " + count(n) + " of " + plural(of, "item") + " on equal terms"
}
