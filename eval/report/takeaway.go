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
	if arm, v, ok := x.highest(m.Name, rate, "pith", kindPeer); ok {
		parts = append(parts, "at "+asked(rate)+" "+arm+" is highest with "+num(v.Mean)+" (95 %: "+interval(v.Estimate)+")"+x.gain(arm, v))
	}
	if arm, v, ok := x.highest(m.Name, rate, kindBaseline); ok {
		parts = append(parts, "the best baseline, "+arm+", has "+num(v.Mean)+" ("+interval(v.Estimate)+")")
	}
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

// highest returns the arm of some kinds with the highest mean over all tasks; ties go
// to the earlier.
func (x *index) highest(measure string, rate float64, kinds ...string) (arm string, v Value, ok bool) {
	for _, a := range x.Arms {
		if a.Fixed || !slices.Contains(kinds, a.Kind) {
			continue
		}
		if w, has := x.value(a, rate, "", measure); has && (!ok || w.Mean > v.Mean) {
			arm, v, ok = a.Name, w, true
		}
	}
	return arm, v, ok
}

// gain says whether an arm's lead may be chance.
func (x *index) gain(arm string, v Value) string {
	if v.Gain == nil || arm == x.Against {
		return ""
	}
	s := ", over " + x.Against + " by item " + signed(v.Gain.Mean) + " (" + interval(*v.Gain) + ")"
	if v.Gain.Low <= 0 && v.Gain.High >= 0 {
		s += ", which may be chance"
	}
	return s
}
