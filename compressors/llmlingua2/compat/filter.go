package compat

import (
	"math"
	"slices"
)

// filter is the context stage: it marks the contexts that stay and returns the
// rate for the words of those.
func (r *run) filter() (rate float64, err error) {
	level, err := r.levelRate()
	if err != nil {
		return 0, err
	}
	scores := make([]entry, len(r.docs))
	for i, d := range r.docs {
		p, err := r.contextScore(d)
		if err != nil {
			return 0, err
		}
		scores[i] = entry{p, 1}
	}
	sorted := slices.Clone(scores)
	th, err := checkedPercentile(sorted, float64(100*(1-level)), "/context_level_rate", r.c.seen)
	if err != nil {
		return 0, err
	}
	reserved := 0
	for i, d := range r.docs {
		d.kept = scores[i].v >= th || slices.Contains(r.req.ForceContextIDs, i)
		if !d.kept {
			continue
		}
		for _, ch := range d.chunks {
			reserved += r.count(ch.text)
		}
	}
	if r.req.TargetToken < 0 {
		return r.req.Rate, nil
	}
	return share(r.req.TargetToken, reserved)
}

// levelRate returns the fraction of contexts wanted, by default half way between
// the rate and 1. A token budget becomes a fraction of contexts as well.
func (r *run) levelRate() (float64, error) {
	q := r.req
	level, target := q.ContextLevelRate, q.ContextLevelTargetToken
	if q.TargetContext <= 0 && level >= 1 && target <= 0 {
		if q.TargetToken < 0 && q.Rate < 1 {
			level = q.Rate
			if q.UseTokenLevelFilter {
				level = (q.Rate + 1) / 2
			}
		}
		if q.TargetToken >= 0 {
			target = q.TargetToken
			if q.UseTokenLevelFilter {
				target *= 2
			}
		}
	}
	var err error
	if q.TargetContext >= 0 {
		if level, err = share(q.TargetContext, len(q.Contexts)); err != nil {
			return 0, err
		}
	}
	if target >= 0 {
		return share(target, r.origin)
	}
	return level, nil
}

// contextScore is the mean over the words of a context, in float32, blind to
// force tokens and digits.
func (r *run) contextScore(d *doc) (prob, error) {
	var sum float32
	n := 0
	for _, ch := range d.chunks {
		for i := range ch.words {
			sum += r.aggregate(&ch.words[i].free).value32()
			n++
		}
	}
	if n == 0 {
		return prob{}, errZeroDivision()
	}
	return single(sum / float32(n)), nil
}

// share returns part/whole, at most 1.
func share(part, whole int) (float64, error) {
	if whole == 0 {
		return 0, errZeroDivision()
	}
	return math.Min(float64(part)/float64(whole), 1), nil
}
