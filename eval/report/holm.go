package report

import (
	"math"
	"slices"
)

// errorRate is how often the exit verdict may be wrong about two equal versions.
const errorRate = 0.05

// decide marks the regressions. Hundreds of lines are looked at, so that a few look
// worse by chance alone; an exit code must not. Holm's step-down test (1979) keeps the
// chance of any false alarm under 5 %, however the lines depend on one another. Half of
// that goes to the lines over all tasks and half to those of single tasks, for there are
// many of the latter and they would drown the former; all goes to one if the other is
// empty. A line in which no item changed cannot be a false alarm and is not counted
// (Tarone, 1990).
func (c *Comparison) decide() {
	var all, single []*Line
	for i := range c.Lines {
		l := &c.Lines[i]
		switch {
		case l.Changed == 0:
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
	holm(all, share)
	holm(single, share)
}

func holm(lines []*Line, rate float64) {
	slices.SortStableFunc(lines, func(a, b *Line) int { return cmpFloat(a.P, b.P) })
	for i, l := range lines {
		if l.P > rate/float64(len(lines)-i) {
			return
		}
		l.Regression = true
	}
}

// lowerTail returns how likely a mean of b−a as low as this is if its true value is
// −tolerance: the lower tail of Student's t over the pairs. The bootstrap's own shares
// cannot be used, for with 2000 resamples none is under 1/2000, and Holm's test asks for
// less. With few differences, or equal ones, t would claim more than the data can say:
// the result is never below 2^−k, the least that a test by the signs of the k
// differences could give.
func lowerTail(a, b []float64, tolerance float64) float64 {
	n := len(a)
	d := make([]float64, n)
	k := 0
	for i := range a {
		d[i] = b[i] - a[i] + tolerance
		if d[i] != 0 {
			k++
		}
	}
	m := mean(d)
	if m >= 0 || n < 2 {
		return 1
	}
	squares := 0.0
	for _, v := range d {
		squares += (v - m) * (v - m)
	}
	least := math.Exp2(-float64(k))
	se := math.Sqrt(squares / float64(n-1) / float64(n))
	if se == 0 {
		return least
	}
	return max(least, studentLower(m/se, float64(n-1)))
}

// studentLower is the chance of a value of at most t, which is not positive, under
// Student's distribution.
func studentLower(t, freedom float64) float64 {
	return 0.5 * incompleteBeta(freedom/2, 0.5, freedom/(freedom+t*t))
}

// incompleteBeta is the regularised incomplete beta function, by its continued fraction
// (DLMF 8.17.22), which converges fast for x below (a+1)/(a+b+2); the symmetry 8.17.4
// takes it there.
func incompleteBeta(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - incompleteBeta(b, a, 1-x)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front / betaFraction(a, b, x)
}

// betaFraction evaluates 1 + d1/(1 + d2/(1 + …)) from the end of enough terms.
func betaFraction(a, b, x float64) float64 {
	f := 1.0
	for i := 400; i >= 1; i-- {
		m := float64(i / 2)
		term := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		if i%2 == 1 {
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		f = 1 + term/f
	}
	return f
}
