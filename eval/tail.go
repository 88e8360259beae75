package eval

import (
	"math"
	"slices"
)

// LowerTail returns how likely a mean of differences as low as this one is if the true
// mean is 0: the one-sided p-value that the mean is not below 0, in (0, 1]. With several
// strata the mean is that of the strata's means, as [BootstrapStratified] has it; strata
// without values do not count. It is 1 if the mean is not negative or not a number, or if
// there are fewer than two values.
//
// It is the lower tail of Student's t with the standard error sqrt(Σ s²ₜ/nₜ)/T, s²ₜ the
// variance of the nₜ values of one of T strata, and the degrees of freedom of Welch (1947)
// and Satterthwaite (1946); for one stratum that is the t-test. A stratum of one value has
// no variance of its own and borrows the largest of the others', with its freedom; if all
// have one value, they are one sample. The bootstrap's own shares cannot be used, for with
// 2000 resamples none is under 1/2000, and [Holm] asks for less.
//
// With few differences, or equal ones, t would claim more than the data can say: the
// result is never below 2^−k, the least that a test by the signs of the k values that are
// not 0 could give.
func LowerTail(strata [][]float64) float64 {
	var full [][]float64
	n, k := 0, 0
	for _, s := range strata {
		if len(s) > 0 {
			full = append(full, s)
			n += len(s)
		}
		for _, v := range s {
			if v != 0 {
				k++
			}
		}
	}
	if n == len(full) { // each has one value
		full = [][]float64{slices.Concat(full...)}
	}
	m := 0.0
	for _, s := range full {
		m += mean(s) / float64(len(full))
	}
	if !(m < 0) || n < 2 {
		return 1
	}
	least := math.Exp2(-float64(k))
	se, freedom := stratifiedError(full)
	if se == 0 {
		return least
	}
	return max(least, studentLower(m/se, freedom))
}

// stratifiedError is the standard error of the mean of the strata's means, and its degrees
// of freedom, at least 1. Some stratum has two values or more.
func stratifiedError(strata [][]float64) (se, freedom float64) {
	lent, lentFree := -1.0, 0.0
	for _, s := range strata {
		if v := variance(s); len(s) > 1 && v > lent {
			lent, lentFree = v, float64(len(s)-1)
		}
	}
	sum, squares := 0.0, 0.0
	for _, s := range strata {
		v, free := lent, lentFree
		if len(s) > 1 {
			v, free = variance(s), float64(len(s)-1)
		}
		v /= float64(len(s))
		sum += v
		squares += v * v / free
	}
	if sum == 0 {
		return 0, 1
	}
	return math.Sqrt(sum) / float64(len(strata)), max(1, sum*sum/squares)
}

func mean(s []float64) float64 {
	sum := 0.0
	for _, v := range s {
		sum += v
	}
	return sum / float64(len(s))
}

// variance is the unbiased one; not a number for fewer than two values.
func variance(s []float64) float64 {
	m, squares := mean(s), 0.0
	for _, v := range s {
		squares += float64((v - m) * (v - m)) // not fused: the same on every machine
	}
	return squares / float64(len(s)-1)
}

// Holm says which of many hypotheses are rejected, by their p-values, so that the chance
// of any false rejection is at most rate, however the tests depend on one another: Holm's
// step-down test (1979). A p that is not a number counts as 1.
func Holm(p []float64, rate float64) []bool {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	value := func(i int) float64 {
		if math.IsNaN(p[i]) {
			return 1
		}
		return p[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case value(a) < value(b):
			return -1
		case value(a) > value(b):
			return 1
		}
		return 0
	})
	rejected := make([]bool, len(p))
	for k, i := range order {
		if value(i) > rate/float64(len(p)-k) {
			break
		}
		rejected[i] = true
	}
	return rejected
}

// studentLower is the chance of a value of at most t, which is not positive, under
// Student's distribution. The conversions here keep sums from being fused, as elsewhere.
func studentLower(t, freedom float64) float64 {
	return 0.5 * incompleteBeta(freedom/2, 0.5, freedom/(freedom+float64(t*t)))
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
	front := math.Exp(lab-la-lb+float64(a*math.Log(x))+float64(b*math.Log1p(-x))) / a
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
