package report

import (
	"math"
	"strconv"
)

// scale maps values to a length; what lies outside is drawn at its end. A log scale
// holds values above 0 only.
type scale struct {
	lo, hi float64 // of the values
	from   float64 // where lo is drawn
	to     float64 // where hi is drawn
	log    bool
}

func (s scale) at(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		lo, hi, v = math.Log(lo), math.Log(hi), math.Log(math.Max(v, math.SmallestNonzeroFloat64))
	}
	t := 0.5
	if hi != lo {
		t = (v - lo) / (hi - lo)
	}
	t = math.Min(1, math.Max(0, t))
	return s.from + t*(s.to-s.from)
}

type tick struct {
	v     float64
	label string
	below string // a second line
}

// linearTicks returns round values around [lo, hi], about n of them; the first and the
// last are the ends of a good axis.
func linearTicks(lo, hi float64, n int) []tick {
	if hi <= lo {
		lo, hi = lo-0.5, hi+0.5
	}
	step := niceStep((hi - lo) / float64(n))
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []tick
	for i := math.Floor(lo/step + 1e-9); ; i++ {
		v := i * step
		out = append(out, tick{v: v, label: fixed(v, decimals)})
		if v >= hi-step*1e-9 || len(out) > 4*n {
			return out
		}
	}
}

// niceStep is the least of 1, 2, 5 times a power of ten that is not below step.
func niceStep(step float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(step)))
	for _, f := range []float64{1, 2, 5} {
		if f*p >= step*(1-1e-9) {
			return f * p
		}
	}
	return 10 * p
}

// logTicks returns powers of ten around [lo, hi], with 2 and 5 times them if that
// leaves few.
func logTicks(lo, hi float64, label func(float64) string) []tick {
	factors := []float64{1}
	if math.Log10(hi/lo) < 3 {
		factors = []float64{1, 2, 5}
	}
	var all []float64
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for _, f := range factors {
			all = append(all, f*math.Pow(10, e))
		}
	}
	var out []tick
	for i, v := range all {
		before := i+1 < len(all) && all[i+1] <= lo*(1+1e-9)
		after := i > 0 && all[i-1] >= hi*(1-1e-9)
		if !before && !after {
			out = append(out, tick{v: v, label: label(v)})
		}
	}
	return out
}

// short is "2k" for 2000.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 4, 64) + "M"
	case v >= 1e3:
		return strconv.FormatFloat(v/1e3, 'g', 4, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
