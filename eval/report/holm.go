package report

import "github.com/pith-proxy/pith/eval"

// errorRate is how often the exit verdict may be wrong about two equal versions.
const errorRate = 0.05

// tested is a line, or what is kept.
type tested struct {
	p          float64
	worse      bool // looked at alone
	regression *bool
}

// decide marks the regressions. Hundreds of lines are looked at, so that a few look
// worse by chance alone; an exit code must not. [eval.Holm] keeps the chance of any false
// alarm under 5 %, however the lines depend on one another. Half of that goes to the lines
// over all tasks, what is kept among them, and half to those of single tasks, for there are
// many of the latter and they would drown the former; all goes to one if the other is empty.
// A line in which no item changed cannot be a false alarm and is not counted (Tarone, 1990),
// and neither is one of too few pairs. A regression is always one of the lines that are
// called worse, so that what is printed agrees with the exit code.
func (c *Comparison) decide(a, b *Report) {
	all := c.testedKept(a, b)
	var single []tested
	for i := range c.Lines {
		l := &c.Lines[i]
		t := tested{l.P, l.Verdict == Worse, &l.Regression}
		switch {
		case l.Changed == 0 || l.Verdict == Few:
		case l.Task == "":
			all = append(all, t)
		default:
			single = append(single, t)
		}
	}
	c.Tested, c.TestedTasks = len(all), len(single)
	rate := errorRate
	if len(all) > 0 && len(single) > 0 {
		rate /= 2
	}
	mark(all, rate)
	mark(single, rate)
}

// testedKept are the arms and rates of which more may be kept in b than the same was asked
// for. The whole text is not shortened, and two arms of one report are two methods.
func (c *Comparison) testedKept(a, b *Report) []tested {
	if c.Arms {
		return nil
	}
	var out []tested
	for i := range c.Kept {
		k := &c.Kept[i]
		if k.Changed == 0 || k.Items < fewPairs || wholeInBoth(a, b, k.Arm) {
			continue
		}
		out = append(out, tested{k.P, k.Diff.Low > c.mayKeep(*k), &k.Regression})
	}
	return out
}

func mark(lines []tested, rate float64) {
	p := make([]float64, len(lines))
	for i, l := range lines {
		p[i] = l.p
	}
	for i, rejected := range eval.Holm(p, rate) {
		*lines[i].regression = rejected && lines[i].worse
	}
}
