package suite

import (
	"math"
	"slices"

	"github.com/pith-proxy/pith/eval/report"
)

// percentile is the least of values that p of a hundred do not exceed; 0 of none.
func percentile(values []float64, p int) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(float64(p*len(s)) / 100))
	return s[max(rank, 1)-1]
}

// cold is how long an arm took for an item of which it knew nothing: the longest of its
// rates, since what is read for one rate may serve the others.
func (r *run) cold(item int, arm *Arm) float64 {
	longest := 0.0
	for c, got := range r.rows[item] {
		if got != nil && r.cols[c].arm == arm {
			longest = max(longest, got.Millis)
		}
	}
	return longest
}

// lengths are by arm, then length. An arm whose reader shortens has none: its time is the
// reader's.
func (r *run) lengths() []report.Length {
	var out []report.Length
	for a := range r.Arms {
		arm := &r.Arms[a]
		if arm.Reader != nil {
			continue
		}
		times, items := map[int][]float64{}, map[int]int{}
		for i := range r.rows {
			if took := r.cold(i, arm); took > 0 && r.full[i] > 0 {
				m := middle(r.full[i])
				times[m] = append(times[m], took)
				items[m]++
			}
		}
		for m := 1; m > 0; m *= 2 {
			if items[m] > 0 {
				out = append(out, report.Length{Arm: arm.Name(), Tokens: m, Items: items[m],
					P50: percentile(times[m], 50), P95: percentile(times[m], 95)})
			}
		}
	}
	return out
}

// middle returns the power of two m with n in [m/√2, m·√2), for n of at least 1.
func middle(n int) int {
	m := 1
	for float64(n) >= float64(m)*math.Sqrt2 {
		m *= 2
	}
	return m
}

// Strip sets all timings of a report to zero. Two reports of equal inputs, seeds, models
// and answers are then equal.
func Strip(r *report.Report) {
	for i := range r.Cells {
		r.Cells[i].P50, r.Cells[i].P95 = 0, 0
	}
	for i := range r.Lengths {
		r.Lengths[i].P50, r.Lengths[i].P95 = 0, 0
	}
	for i := range r.Outcomes {
		r.Outcomes[i].Millis = 0
	}
}
