package report

import "github.com/pith-proxy/pith/eval"

// errorRate is how often the exit verdict may be wrong about two equal versions.
const errorRate = 0.05

// decide marks the regressions. Hundreds of lines are looked at, so that a few look
// worse by chance alone; an exit code must not. [eval.Holm] keeps the chance of any false
// alarm under 5 %, however the lines depend on one another. Half of that goes to the lines
// over all tasks and half to those of single tasks, for there are many of the latter and
// they would drown the former; all goes to one if the other is empty. A line in which no
// item changed cannot be a false alarm and is not counted (Tarone, 1990), and neither is
// one of too few pairs. A regression is always one of the lines that are called worse, so
// that what is printed agrees with the exit code.
func (c *Comparison) decide() {
	var all, single []*Line
	for i := range c.Lines {
		l := &c.Lines[i]
		switch {
		case l.Changed == 0 || l.Verdict == Few:
		case l.Task == "":
			all = append(all, l)
		default:
			single = append(single, l)
		}
	}
	c.Tested, c.TestedTasks = len(all), len(single)
	share := errorRate
	if len(all) > 0 && len(single) > 0 {
		share /= 2
	}
	mark(all, share)
	mark(single, share)
}

func mark(lines []*Line, rate float64) {
	p := make([]float64, len(lines))
	for i, l := range lines {
		p[i] = l.P
	}
	for i, rejected := range eval.Holm(p, rate) {
		lines[i].Regression = rejected && lines[i].Verdict == Worse
	}
}
