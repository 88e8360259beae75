package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

// quality plots a measure against the rate that was kept.
func (x *index) quality(m Measure) plot {
	p := plot{
		title: m.Name + " against what was kept",
		note:  m.About,
		x:     axis{label: "tokens kept (× shorter); 95 % intervals", log: true, flip: true, lo: 1, hi: 1},
	}
	for _, r := range x.Rates {
		p.x.lo = min(p.x.lo, r)
		p.x.ticks = append(p.x.ticks, tick{v: r, label: ratio(r), below: fixed(100*r, 0) + " %"})
	}
	p.x.ticks = append(p.x.ticks, tick{v: 1, label: "1×", below: "100 %"})
	p.x.lo *= 0.93
	for _, a := range x.Arms {
		s := x.qualityOf(a, m, &p.x)
		if len(s.points) > 0 {
			p.series = append(p.series, s)
		}
	}
	p.y = valueAxis(p.series)
	p.desc = describe(p.series, "kept")
	return p
}

func (x *index) qualityOf(a Arm, m Measure, ax *axis) series {
	s := series{name: a.Name, style: x.styles[a.Name], level: a.Kind == kindNone, lone: a.Fixed}
	switch {
	case s.level:
		s.note = " (whole text)"
	case s.lone:
		s.note = " (own rate)"
	case x.partialRow(a, m.Name) != "":
		s.note = " (other items)"
	}
	for _, rate := range x.rates(a) {
		v, ok := x.value(a, rate, "", m.Name)
		if !ok {
			continue
		}
		kept := x.kept(a, rate, "", m.Name)
		if kept > 0 && kept < ax.lo && !s.level {
			ax.lo = kept * 0.95
		}
		s.points = append(s.points, point{
			x: math.Max(kept, 1e-3), y: v.Mean, low: v.Low, high: v.High,
			tip: fmt.Sprintf("%s, %s, kept %s\n%s %s (%s), %s", a.Name, asked(rate), percent(kept), m.Name, num(v.Mean), within(v.Estimate, v.Items, "95 %: "), x.ofItems(a, rate, m.Name, v)),
		})
	}
	return s
}

// ofItems says what items a value is over.
func (x *index) ofItems(a Arm, rate float64, measure string, v Value) string {
	return cmp.Or(x.partial(a, rate, measure), plural(v.Items, "item"))
}

// valueAxis spans the values and their intervals, and 0 if it is near.
func valueAxis(all []series) axis {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range all {
		for _, p := range s.points {
			for _, v := range []float64{p.y, p.low, p.high} {
				if finite(v) {
					lo, hi = min(lo, v), max(hi, v)
				}
			}
		}
	}
	if lo > hi {
		lo, hi = 0, 1
	}
	switch {
	case lo == hi && lo >= 0 && hi <= 1:
		lo, hi = 0, 1
	case lo > 0 && lo < 0.4*hi:
		lo = 0
	case hi < 0 && hi > 0.4*lo:
		hi = 0
	}
	a := axis{ticks: linearTicks(lo, hi, 5)}
	a.lo, a.hi = a.ticks[0].v, a.ticks[len(a.ticks)-1].v
	return a
}

// describe says a plot in words: where each line starts and ends.
func describe(all []series, where string) string {
	var parts []string
	for _, s := range all {
		if len(s.points) == 0 {
			continue
		}
		first, last := s.points[0], s.points[len(s.points)-1]
		line := s.name + ": " + num(first.y)
		if len(s.points) > 1 {
			line += " to " + num(last.y) + " over " + plural(len(s.points), "point")
		}
		parts = append(parts, line)
	}
	return "By " + where + ". " + strings.Join(parts, "; ") + "."
}

// achieved plots what arms kept of what they were asked to keep.
func (x *index) achieved() plot {
	p := plot{
		title: "Kept, as a share of what was asked",
		x:     axis{label: "asked rate (× shorter)", log: true, flip: true, lo: 1},
		y:     axis{label: "kept ÷ asked"},
	}
	hi := 0.0
	for _, r := range x.Rates {
		p.x.lo, hi = min(p.x.lo, r), max(hi, r)
		p.x.ticks = append(p.x.ticks, tick{v: r, label: ratio(r), below: fixed(100*r, 0) + " %"})
	}
	p.x.lo, p.x.hi = p.x.lo*0.93, hi*1.08
	for _, a := range x.Arms {
		if a.Fixed || a.Kind == kindNone {
			continue
		}
		s := series{name: a.Name, style: x.styles[a.Name]}
		for _, rate := range x.Rates {
			c := x.at(a, rate, "")
			if c == nil || c.Items == 0 {
				continue
			}
			k := c.KeptRate
			s.points = append(s.points, point{
				x: rate, y: k.Mean / rate, low: k.Low / rate, high: k.High / rate,
				tip: fmt.Sprintf("%s, asked %s, kept %s (95 %%: %s to %s)", a.Name, asked(rate), percent(k.Mean), percent(k.Low), percent(k.High)),
			})
		}
		if len(s.points) > 0 {
			p.series = append(p.series, s)
		}
	}
	// No less than 90 % to 105 % is shown: a percent off must not look like a cliff.
	room := series{points: []point{{y: 0.9, low: 0.9, high: 1.05}}}
	ax := valueAxis(append([]series{room}, p.series...))
	ax.label = p.y.label
	for i, t := range ax.ticks {
		ax.ticks[i].label = fixed(100*t.v, 0) + " %"
	}
	p.y = ax
	p.y.rule = 1
	p.desc = describe(p.series, "asked rate")
	return p
}

// latency plots how long texts took by their length.
func (x *index) latency() plot {
	p := plot{
		title: "Time a text takes by its length",
		x:     axis{label: "tokens of the text", log: true},
	}
	var xs, ys []float64
	for _, a := range x.Arms {
		s := series{name: a.Name, style: x.styles[a.Name]}
		for _, l := range x.Lengths {
			if l.Arm != a.Name || l.P50 <= 0 || l.Tokens <= 0 {
				continue
			}
			high := max(l.P50, l.P95)
			xs, ys = append(xs, float64(l.Tokens)), append(ys, l.P50, high)
			s.points = append(s.points, point{
				x: float64(l.Tokens), y: l.P50, low: l.P50, high: high,
				tip: fmt.Sprintf("%s, about %s tokens: median %s, 95th percentile %s, %s", a.Name, count(l.Tokens), millis(l.P50), millis(l.P95), plural(l.Items, "item")),
			})
		}
		if len(s.points) > 0 {
			p.series = append(p.series, s)
		}
	}
	p.x.ticks, p.x.lo, p.x.hi = logAxis(xs, short)
	p.y = axis{log: true, wide: true}
	p.y.ticks, p.y.lo, p.y.hi = logAxis(ys, shortMillis)
	p.desc = describe(p.series, "length")
	return p
}

// logAxis spans the values with a little room, from and to a tick where one is near.
func logAxis(values []float64, label func(float64) string) (ticks []tick, lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) && v > 0 {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo > hi {
		lo, hi = 1, 10
	}
	lo, hi = lo*0.85, hi*1.15
	for _, t := range logTicks(lo, hi, label) {
		if t.v >= lo && t.v <= hi {
			ticks = append(ticks, t)
		}
	}
	return ticks, lo, hi
}

func shortMillis(v float64) string {
	switch {
	case v < 0.99:
		return short(math.Round(v*1e3)) + " µs"
	case v < 990:
		return short(math.Round(v)) + " ms"
	}
	return short(v/1000) + " s"
}
