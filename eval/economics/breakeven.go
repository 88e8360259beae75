package economics

import "math"

// Prices are what writing to and reading from a vendor's cache costs, as multiples of an
// input token. Write is at least 1, Read in (0, 1].
//
// The formulas are those of section 3.2 of the design of the segment cache. In them P is
// a prefix that was sent before, Δ what a turn adds, r the share of tokens that
// compression keeps, in (0, 1], and χ the churn: the share of the compressed prefix that
// is no prefix any more one turn later, in [0, 1].
type Prices struct{ Write, Read float64 }

// A Turn is one request of a conversation: tokens that were sent before, and new ones.
type Turn struct{ Prefix, New float64 }

// Growing returns the turns of a conversation with static tokens at its head, in which
// every turn, the first one too, adds as many new ones. All of the first turn is new.
func Growing(static, added float64, turns int) []Turn {
	out := make([]Turn, turns)
	for i := range out {
		out[i] = Turn{Prefix: static + float64(i)*added, New: added}
	}
	if turns > 0 {
		out[0] = Turn{New: static + added}
	}
	return out
}

// Raw is what turns cost uncompressed, with the cache: c·P + w·Δ each.
func (p Prices) Raw(turns ...Turn) float64 { return p.Churny(1, 0, turns...) }

// Stable is what they cost with a compressor whose output never changes.
func (p Prices) Stable(r float64, turns ...Turn) float64 { return p.Churny(r, 0, turns...) }

// Churny is what they cost if a share χ of the prefix is written anew every time:
// r·[(1-χ)·c·P + χ·w·P + w·Δ].
func (p Prices) Churny(r, churn float64, turns ...Turn) float64 {
	sum := 0.0
	for _, t := range turns {
		sum += r * ((1-churn)*p.Read*t.Prefix + churn*p.Write*t.Prefix + p.Write*t.New)
	}
	return sum
}

// Uncached is what they cost without a cache.
func Uncached(turns ...Turn) float64 {
	sum := 0.0
	for _, t := range turns {
		sum += t.Prefix + t.New
	}
	return sum
}

// FullChurnRate is the r below which even a compressor that rewrites everything every
// time costs less than raw text from the cache: c/w.
func (p Prices) FullChurnRate() float64 { return p.Read / p.Write }

// MaxChurn is the χ below which a compressor with the rate r costs less than raw text.
// It may be over 1: then no churn loses. news is Δ/P; 0 is the bound for long
// conversations, and the strictest. A vendor that charges reads as writes has no bound.
func (p Prices) MaxChurn(r, news float64) float64 {
	if p.Write <= p.Read {
		return math.Inf(1)
	}
	return (p.Read + p.Write*news) / (p.Write - p.Read) * (1/r - 1)
}

// CachingPays is the share of tokens that must be read from the cache for writing to it
// to pay at all: (w-1)/(w-c).
func (p Prices) CachingPays() float64 {
	if p.Write <= 1 {
		return 0
	}
	return (p.Write - 1) / (p.Write - p.Read)
}

// Payback is after how many turns it has paid to switch from a warm raw prefix to a
// compressed one: r·(w-c)/(c·(1-r)). The turn of the switch is the first of them. It is
// +Inf for r = 1.
func (p Prices) Payback(r float64) float64 {
	return r * (p.Write - p.Read) / (p.Read * (1 - r))
}

// BelowMinimum compares, over as many requests with the same prompt, a raw prompt that
// the vendor caches with a compressed one that is too short for its cache. It returns
// what the compressed one costs more, per token of the raw prompt; below 0 it wins. For
// many requests it wins only if r < c.
func (p Prices) BelowMinimum(r float64, requests int) float64 {
	n := float64(requests)
	return n*r - (p.Write + (n-1)*p.Read)
}

// ReturnBound is, for a context that is compressed when it first comes and sent raw if it
// comes again with another question, the share of contexts that may come again before
// compressing them loses: (1-r)·w/(w-c). It can be over 1: then it never does.
func (p Prices) ReturnBound(r float64) float64 {
	if p.Write <= p.Read {
		return math.Inf(1)
	}
	return (1 - r) * p.Write / (p.Write - p.Read)
}

// ContinueBound is the chance of yet another request with the same prefix below which a
// compressed prompt that is too short for the cache costs less than a raw one in it:
// (w-r)/(w-c). The chance is that of every further request, as of a conversation that
// goes on or does not after each turn.
func (p Prices) ContinueBound(r float64) float64 {
	if p.Write <= p.Read {
		return math.Inf(1)
	}
	return (p.Write - r) / (p.Write - p.Read)
}

// MayShorten is the rule that keeps compression from ever losing the vendor's cache.
// before are the tokens of the prompt before a text, as they are sent; short those of the
// text when shortened. A text whose prefix would be shorter than the minimum then has to
// stay raw. Only what stands before the text decides, so that the answer is the same in
// every later turn.
func (v Vendor) MayShorten(before, short int) bool { return before+short >= v.MinTokens }
