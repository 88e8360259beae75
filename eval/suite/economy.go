package suite

import (
	"fmt"
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
	var texts []sent
	correct := 0.0
	for i := range r.rows {
		got := r.rows[i][c]
		if got == nil {
			continue
		}
		s := r.sent(i, c)
		texts = append(texts, s)
		e.Before += s.full
		e.After += s.kept
		correct += got.Values[score]
		if got.Read != nil {
			e.Dollars += r.dollars(got.Read)
		}
	}
	if e.Before > 0 {
		e.Uncached = float64(e.After) / float64(e.Before)
		for _, v := range r.Vendors {
			e.Cached[v.Name] = cached(v, texts, r.Reuse, r.cols[c].arm.Question)
		}
	}
	if correct > 0 {
		e.DollarsPerCorrect = e.Dollars / correct
	}
	return e, texts != nil
}

// sent is what a client sends of a context.
type sent struct {
	full, kept int  // tokens of the context, and of what is sent of it
	whole      bool // that is the context itself, whatever the question
}

// sent is what a client sends of an item's context by an arm. Where the arm refused, that is
// the context itself. One of which all tokens are kept is taken to be it too, unless nobody
// counted them: see [keptOf].
func (r *run) sent(i, c int) sent {
	got, full := r.rows[i][c], r.full[i]
	if got.Refused {
		return sent{full, full, true}
	}
	guessed := r.relays(c) && (got.Read == nil || uncounted(got.Read))
	return sent{full, got.Kept, got.Kept == full && !guessed}
}

// cached is the price of asking each context reuse times, relative to raw contexts, which
// the vendor caches. A context that is kept otherwise for every question is new to the
// vendor each time; one that is sent whole is the same each time and costs what raw does.
func cached(v economics.Vendor, texts []sent, reuse int, perQuestion bool) float64 {
	raw, short := 0.0, 0.0
	for _, s := range texts {
		raw += again(v, s.full, reuse)
		if perQuestion && !s.whole {
			short += float64(float64(reuse) * again(v, s.kept, 1))
		} else {
			short += again(v, s.kept, reuse)
		}
	}
	return short / raw
}

// again is the price of a prefix of n tokens that is sent times: written once, then read.
// The vendor keeps none under its minimum. Where the request says what is kept, a client
// asks for it only if that costs less than not to; other vendors write what is new whether
// it comes again or not. What keeping it costs is paid with the write, for one lifetime, as
// [economics.Simulator] books it. That a vendor reads whole units of tokens alone is left
// out, and so are prices that some models have of their own, unless v is of such a model.
func again(v economics.Vendor, n, times int) float64 {
	fresh := economics.Uncached(economics.Turn{New: float64(n * times)})
	if n < v.MinTokens {
		return fresh
	}
	p := v.Prices()
	p.Write += float64(storage(v))
	later := float64(times-1) * p.Raw(economics.Turn{Prefix: float64(n)})
	kept := p.Raw(economics.Turn{New: float64(n)}) + float64(later)
	if v.Breakpoints == economics.Explicit {
		return min(fresh, kept)
	}
	return kept
}

// storage is the price of a token that is kept for one lifetime.
func storage(v economics.Vendor) float64 {
	return v.StoragePerHour * time.Duration(v.Lifetime).Hours()
}

// vendors are the prices that [report.Economy.Cached] is by.
func (r *run) vendors() []report.Vendor {
	var out []report.Vendor
	for _, v := range r.Vendors {
		one := report.Vendor{Name: v.Name, AsOf: v.AsOf, Read: v.Read, Write: v.Write, Keep: storage(v), MinTokens: v.MinTokens}
		for _, m := range v.ByModel {
			one.OtherModels = append(one.OtherModels, m.Match)
		}
		out = append(out, one)
	}
	return out
}

// cacheNotes is the note on prompt tokens that the reader's vendor had in its cache.
func (r *run) cacheNotes() []string {
	hits, all := 0, 0
	n, where := r.readings(func(a *reading) bool {
		hits += a.CachedTokens
		all += a.PromptTokens
		return a.CachedTokens > 0
	})
	if n == 0 {
		return nil
	}
	note := fmt.Sprintf("The vendor read %d of all %d prompt tokens from its cache, in %d answers%s", hits, all, n, where)
	if r.Input > 0 {
		note += ", and may charge less for them: dollars count them in full"
	}
	return []string{note + "."}
}
