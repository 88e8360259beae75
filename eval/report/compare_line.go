package report

import (
	"slices"

	"github.com/pith-proxy/pith/eval"
)

// addLines adds the lines of one arm at one rate. With one task its line would be the
// line over all tasks again, and is left out.
func (c *Comparison) addLines(r *Report, g group) {
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

// line compares one measure; false if no pair on equal terms has it.
func (c *Comparison) line(g group, m Measure, task string) (Line, bool) {
	p := g.pairs(m, task)
	n := len(slices.Concat(p.a...))
	if n == 0 {
		return Line{}, false
	}
	l := Line{Arm: g.arm, Rate: g.rate, Measure: m.Name, Kind: m.Kind, Task: task, Items: n, LeftOut: p.leftOut, A: meanOfMeans(p.a), B: meanOfMeans(p.b)}
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
	leftOut      int // pairs with the measure that are not on equal terms
}

// pairs puts the values into one stratum. But a reader's score over all tasks is the mean
// of the tasks' means, as LongBench's: each task is a stratum.
func (g group) pairs(m Measure, task string) pairs {
	var out pairs
	at := map[string]int{}
	for i, o := range g.a {
		p := g.b[i]
		x, inA := o.Values[m.Name]
		y, inB := p.Values[m.Name]
		if !inA || !inB || task != "" && o.Task != task {
			continue
		}
		if !onEqualTerms(o, p, m) {
			out.leftOut++
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
		if o.Full > 0 && p.Full > 0 {
			out.keptA = append(out.keptA, keptShare(o))
			out.keptB = append(out.keptB, keptShare(p))
		}
	}
	return out
}

// onEqualTerms is the rule of [Value.Gain]: both kept to their limit, and both prompts were
// read if it is about answers.
func onEqualTerms(o, p *Outcome, m Measure) bool {
	if m.Kind == OfReader && (o.unread() || p.unread()) {
		return false
	}
	return o.meets() && p.meets()
}

// KeepsTo reports whether so much is at most a hundredth over a limit, or one token. What
// keeps more has an easier task, and is left out of gains. An arm with a rate of its own has
// no limit, which is 0.
func KeepsTo(limit, kept int) bool {
	return limit == 0 || kept-limit <= max(1, limit/100)
}

func (o *Outcome) meets() bool { return KeepsTo(o.Limit, o.Kept) }

// unread reports whether the prompt did not fit the model.
func (o *Outcome) unread() bool { return o.Read != nil && o.Read.TooLong }

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

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
