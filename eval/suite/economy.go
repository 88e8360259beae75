package suite

import (
	"time"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/eval/report"
)

// economies are by arm, rate.
func (r *run) economies() []report.Economy {
	var out []report.Economy
	for c := range r.cols {
		if e, ok := r.economy(c); ok {
			out = append(out, e)
		}
	}
	return out
}

func (r *run) economy(c int) (report.Economy, bool) {
	e := report.Economy{Arm: r.cols[c].arm.Name(), Rate: r.cols[c].rate, Reuse: r.Reuse, Cached: map[string]float64{}}
	var full, kept []int
	correct := 0.0
	for i := range r.rows {
		got := r.rows[i][c]
		if got == nil {
			continue
		}
		full, kept = append(full, r.full[i]), append(kept, got.Kept)
		e.Before += r.full[i]
		e.After += got.Kept
		correct += got.Values[score]
		if got.Read != nil {
			e.Dollars += r.dollars(got.Read)
		}
	}
	if e.Before > 0 {
		e.Uncached = float64(e.After) / float64(e.Before)
		for _, v := range r.Vendors {
			e.Cached[v.Name] = cached(v, full, kept, r.Reuse, r.cols[c].arm.Question)
		}
	}
	if correct > 0 {
		e.DollarsPerCorrect = e.Dollars / correct
	}
	return e, full != nil
}

// cached is the price of asking each context reuse times, relative to raw contexts, which
// the vendor caches. A context that is kept otherwise for every question is new to the
// vendor each time.
func cached(v economics.Vendor, full, kept []int, reuse int, perQuestion bool) float64 {
	raw, short := 0.0, 0.0
	for i := range full {
		raw += again(v, full[i], reuse)
		if perQuestion {
			short += float64(float64(reuse) * again(v, kept[i], 1))
		} else {
			short += again(v, kept[i], reuse)
		}
	}
	return short / raw
}

// again is the price of a prefix of n tokens that is sent times: written once, then read.
// The vendor keeps none under its minimum. Where the request says what is kept, a client
// asks for it only if that costs less than not to; other vendors write what is new whether
// it comes again or not. What keeping it costs is paid with the write, for one lifetime, as
// [economics.Simulator] books it. That a vendor reads whole units of tokens alone, and
// prices that some models have of their own, are left out.
func again(v economics.Vendor, n, times int) float64 {
	fresh := economics.Uncached(economics.Turn{New: float64(n * times)})
	if n < v.MinTokens {
		return fresh
	}
	p := v.Prices()
	p.Write += v.StoragePerHour * time.Duration(v.Lifetime).Hours()
	later := float64(times-1) * p.Raw(economics.Turn{Prefix: float64(n)})
	kept := p.Raw(economics.Turn{New: float64(n)}) + float64(later)
	if v.Breakpoints == economics.Explicit {
		return min(fresh, kept)
	}
	return kept
}
