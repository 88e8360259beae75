package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pith-proxy/pith/eval"
)

// group is what both reports have of one arm at one rate, in the order of a.
type group struct {
	arm  string
	rate float64
	a, b []*Outcome
}

type outcomeKey struct{ task, id, arm string }

type rateKey struct {
	outcomeKey
	rate float64
}

func keyed(r *Report) (map[rateKey]*Outcome, error) {
	out := make(map[rateKey]*Outcome, len(r.Outcomes))
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		k := rateKey{outcomeKey{o.Task, o.ID, o.Arm}, o.Rate}
		if out[k] != nil {
			return nil, fmt.Errorf("an item of task %q is there twice for arm %q at rate %v", o.Task, o.Arm, o.Rate)
		}
		out[k] = o
	}
	return out, nil
}

// named reports whether every outcome says what text it is of.
func named(r *Report) bool {
	return !slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Item == "" })
}

// sameText reports whether two outcomes with one ID are of one text and question, as far
// as they say. Lengths compare only if they are counted in one unit.
func sameText(o, p *Outcome, oneUnit bool) bool {
	if o.Item != "" && p.Item != "" && o.Item != p.Item {
		return false
	}
	return !oneUnit || o.Full == p.Full
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
	inA, err := keyed(a)
	if err != nil {
		return nil, err
	}
	inB, err := keyed(b)
	if err != nil {
		return nil, err
	}
	type at struct {
		arm  string
		rate float64
	}
	c.ByLength = !named(a) || !named(b)
	groups := map[at]*group{}
	lonely := map[Unpaired]int{}
	for i := range a.Outcomes {
		o := &a.Outcomes[i]
		p := inB[rateKey{outcomeKey{o.Task, o.ID, o.Arm}, o.Rate}]
		if p == nil {
			lonely[Unpaired{In: "a", Arm: o.Arm, Rate: o.Rate}]++
			continue
		}
		if !sameText(o, p, a.Unit == b.Unit) {
			lonely[Unpaired{In: "a", Arm: o.Arm, Rate: o.Rate, Other: true}]++
			lonely[Unpaired{In: "b", Arm: o.Arm, Rate: o.Rate, Other: true}]++
			continue
		}
		g := groups[at{o.Arm, o.Rate}]
		if g == nil {
			g = &group{arm: o.Arm, rate: o.Rate}
			groups[at{o.Arm, o.Rate}] = g
		}
		g.a, g.b = append(g.a, o), append(g.b, p)
		for name := range o.Values {
			if _, ok := p.Values[name]; !ok {
				lonely[Unpaired{In: "a", Arm: o.Arm, Rate: o.Rate, Measure: name}]++
			}
		}
		for name := range p.Values {
			if _, ok := o.Values[name]; !ok {
				lonely[Unpaired{In: "b", Arm: o.Arm, Rate: o.Rate, Measure: name}]++
			}
		}
	}
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		if inA[rateKey{outcomeKey{o.Task, o.ID, o.Arm}, o.Rate}] == nil {
			lonely[Unpaired{In: "b", Arm: o.Arm, Rate: o.Rate}]++
		}
	}
	c.addUnpaired(lonely)
	place := map[string]int{}
	for i, arm := range a.Arms {
		place[arm.Name] = i
	}
	out := make([]group, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(g, h group) int {
		return cmp.Or(cmp.Compare(place[g.arm], place[h.arm]), cmp.Compare(h.rate, g.rate))
	})
	return out, nil
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

// addGroup adds the lines of one arm at one rate. With one task its line would be the
// line over all tasks again, and is left out.
func (c *Comparison) addGroup(r *Report, g group) {
	c.addKept(g)
	c.addTiming(g)
	var tasks []string
	for _, t := range r.Tasks {
		if slices.ContainsFunc(g.a, func(o *Outcome) bool { return o.Task == t.Name }) {
			tasks = append(tasks, t.Name)
		}
	}
	if len(tasks) < 2 {
		tasks = nil
	}
	for _, m := range r.Measures {
		for _, task := range append([]string{""}, tasks...) {
			if l, ok := c.line(g, m, task); ok {
				c.Lines = append(c.Lines, l)
			}
		}
	}
}

// line compares one measure; false if no pair has it.
func (c *Comparison) line(g group, m Measure, task string) (Line, bool) {
	p := g.pairs(m, task)
	n := len(slices.Concat(p.a...))
	if n == 0 {
		return Line{}, false
	}
	l := Line{Arm: g.arm, Rate: g.rate, Measure: m.Name, Kind: m.Kind, Task: task, Items: n, A: meanOfMeans(p.a), B: meanOfMeans(p.b)}
	diff, beyond := make([][]float64, len(p.a)), make([][]float64, len(p.a))
	for t := range p.a {
		for i, x := range p.a[t] {
			d := p.b[t][i] - x
			diff[t], beyond[t] = append(diff[t], d), append(beyond[t], d+c.Tolerance)
			if d != 0 {
				l.Changed++
			}
		}
	}
	if l.Changed > 0 {
		l.Diff = eval.BootstrapStratified(diff, c.Resamples, c.Seed)
	}
	l.P = eval.LowerTail(beyond)
	l.Verdict = verdict(l, c.Tolerance)
	if l.Verdict == Better {
		l.KeepsMore = eval.Paired(p.keptB, p.keptA, c.Resamples, c.Seed).Low > 0
	}
	return l, true
}

// pairs are the values of one measure, and the shares that were kept of the same texts.
type pairs struct {
	a, b         [][]float64 // by stratum
	keptA, keptB []float64
}

// pairs puts the values into one stratum. But a reader's score over all tasks is the mean
// of the tasks' means, as LongBench's: each task is a stratum.
func (g group) pairs(m Measure, task string) pairs {
	var out pairs
	at := map[string]int{}
	for i, o := range g.a {
		x, inA := o.Values[m.Name]
		y, inB := g.b[i].Values[m.Name]
		if !inA || !inB || task != "" && o.Task != task {
			continue
		}
		stratum := ""
		if m.Kind == OfReader {
			stratum = o.Task
		}
		t, ok := at[stratum]
		if !ok {
			t = len(out.a)
			at[stratum] = t
			out.a, out.b = append(out.a, nil), append(out.b, nil)
		}
		out.a[t], out.b[t] = append(out.a[t], x), append(out.b[t], y)
		if o.Full > 0 && g.b[i].Full > 0 {
			out.keptA = append(out.keptA, float64(o.Kept)/float64(o.Full))
			out.keptB = append(out.keptB, float64(g.b[i].Kept)/float64(g.b[i].Full))
		}
	}
	return out
}

func meanOfMeans(strata [][]float64) float64 {
	sum := 0.0
	for _, s := range strata {
		sum += mean(s)
	}
	return sum / float64(len(strata))
}

func verdict(l Line, tolerance float64) string {
	switch {
	case l.Changed == 0:
		return Same
	case l.Items < fewPairs:
		return Few
	case l.Diff.High < -tolerance:
		return Worse
	case l.Diff.Low > tolerance:
		return Better
	}
	return Same
}

func (c *Comparison) addKept(g group) {
	var a, b []float64
	for i, o := range g.a {
		if o.Full > 0 && g.b[i].Full > 0 {
			a = append(a, float64(o.Kept)/float64(o.Full))
			b = append(b, float64(g.b[i].Kept)/float64(g.b[i].Full))
		}
	}
	if len(a) == 0 {
		return
	}
	c.Kept = append(c.Kept, KeptLine{Arm: g.arm, Rate: g.rate, Items: len(a), A: mean(a), B: mean(b), Diff: eval.Paired(b, a, c.Resamples, c.Seed)})
}

func (c *Comparison) addTiming(g group) {
	var a, b []float64
	for i, o := range g.a {
		if o.Millis > 0 && g.b[i].Millis > 0 {
			a, b = append(a, o.Millis), append(b, g.b[i].Millis)
		}
	}
	if len(a) > 0 {
		c.Timings = append(c.Timings, Timing{Arm: g.arm, Rate: g.rate, Items: len(a), A: median(a), B: median(b)})
	}
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
