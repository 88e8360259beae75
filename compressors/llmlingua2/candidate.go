package llmlingua2

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/protect"
)

// claim says why a unit may have to stay.
type claim uint8

const (
	free      claim = iota // the score decides
	protected              // stays whenever anything of its sentence does
	forced                 // stays
)

// candidate is a unit that a selection keeps or drops.
type candidate struct {
	start, end int // bytes of the context's text
	context    int
	sentence   int // number within the request; those joined by a protected span share one
	cost       int // tokens of the unit behind its separator
	claim      claim
	prob       float32
	score      float64
	keep       bool
}

// source is what candidates of one context are made from.
type source struct {
	text  string
	parts []*part // in the order of the text; the gaps between are fixed
	fixed []unit  // regions that stay as they are
}

// rules says what a request protects.
type rules struct {
	policy          *protect.Policy // nil protects nothing
	callers         *protect.Policy // the caller's literals and patterns; nil if none
	forceTokens     []string
	reserveDigits   bool
	callersMayGo    bool // a hard budget: the caller's spans go with their sentence
	protectedMayGo  bool // with a question: protected spans go with their sentence
	dropConsecutive bool
}

func newRules(o *pith.Options, question bool) (*rules, error) {
	policy, err := protect.NewPolicy(o.Preserve.Classes, nil, nil)
	if err != nil {
		return nil, err
	}
	r := &rules{
		policy:          policy,
		forceTokens:     o.ForceTokens,
		reserveDigits:   o.ReserveDigits,
		callersMayGo:    question && o.Strictness == pith.Hard,
		protectedMayGo:  question,
		dropConsecutive: o.DropConsecutive,
	}
	if len(o.Preserve.Literals)+len(o.Preserve.Patterns) > 0 {
		r.callers, err = protect.NewPolicy([]string{}, o.Preserve.Literals, o.Preserve.Patterns)
	}
	return r, err
}

func (r *rules) claimOf(mayGo bool) claim {
	if mayGo {
		return protected
	}
	return forced
}

// candidates lists the units of one context, in the order of its text. Sentences are
// numbered from the given number on.
func (r *rules) candidates(context int, src *source, sentence int) []candidate {
	spans := spansOf(r.policy, src.text)
	callers := spansOf(r.callers, src.text)
	n := len(src.fixed)
	for _, p := range src.parts {
		n += len(p.units)
	}
	cs := make([]candidate, 0, n+n/8) // some units are split
	fixed := src.fixed
	for _, p := range src.parts {
		for len(fixed) > 0 && fixed[0].start < p.offset {
			cs = append(cs, fixedCandidate(context, fixed[0], sentence))
			fixed, sentence = fixed[1:], sentence+1
		}
		for i, u := range p.units {
			c := candidate{start: p.offset + u.start, end: p.offset + u.end, context: context,
				sentence: sentence + p.sentence[i], prob: p.prob[i], score: float64(p.prob[i])}
			if p.relevance != nil {
				c.score = clippedLogit(p.prob[i]) + relevanceWeight*p.relevance[p.sentence[i]]
			}
			cs = r.split(cs, src.text, c)
		}
		sentence += p.sentenceCount()
	}
	for _, f := range fixed {
		cs = append(cs, fixedCandidate(context, f, sentence))
		sentence++
	}
	mark(cs, spans, r.claimOf(r.protectedMayGo))
	mark(cs, callers, r.claimOf(r.callersMayGo))
	joinSentences(cs, spans)
	joinSentences(cs, callers)
	return cs
}

func fixedCandidate(context int, u unit, sentence int) candidate {
	return candidate{start: u.start, end: u.end, context: context,
		sentence: sentence, claim: forced, prob: 1, score: math.Inf(1)}
}

// fixed reports whether the candidate is a region that no model read.
func (c *candidate) fixed() bool { return math.IsInf(c.score, 1) }

func spansOf(p *protect.Policy, text string) []protect.Span {
	if p == nil {
		return nil
	}
	return p.Spans(text)
}

// clippedLogit is ln(p / (1 − p)), kept within ±logitClip.
func clippedLogit(p float32) float64 {
	x := math.Log(float64(p) / (1 - float64(p)))
	return min(logitClip, max(-logitClip, x))
}

// split appends c, cut where a force token stands in it as a whole word or as
// punctuation, the force tokens' parts being forced.
func (r *rules) split(cs []candidate, text string, c candidate) []candidate {
	word, base := text[c.start:c.end], c.start
	if r.reserveDigits && strings.ContainsFunc(word, unicode.IsDigit) {
		c.claim = forced
	}
	next := make([]int, len(r.forceTokens)) // where each token stands next in word
	for k, t := range r.forceTokens {
		next[k] = findWhole(word, t, 0)
	}
	for {
		at, n := r.first(next)
		if at < 0 {
			break
		}
		if c.start < base+at {
			head := c
			head.end = base + at
			cs = append(cs, head)
		}
		hit := c
		hit.start, hit.end, hit.claim = base+at, base+at+n, forced
		cs = append(cs, hit)
		c.start = hit.end
		for k, t := range r.forceTokens {
			if next[k] >= 0 && next[k] < at+n {
				next[k] = findWhole(word, t, at+n)
			}
		}
	}
	if c.start < c.end {
		cs = append(cs, c)
	}
	return cs
}

// first returns the earliest of the places and the length of the force token
// there, of several the longest; -1 if there is none.
func (r *rules) first(next []int) (at, n int) {
	at = -1
	for k, i := range next {
		size := len(r.forceTokens[k])
		if i >= 0 && (at < 0 || i < at || i == at && size > n) {
			at, n = i, size
		}
	}
	return at, n
}

// findWhole returns the first place in word, not before from, where token stands
// with no letter or digit cut from it, -1 if there is none.
func findWhole(word, token string, from int) int {
	for from < len(word) {
		i := strings.Index(word[from:], token)
		if i < 0 {
			return -1
		}
		i += from
		if wholeWord(word, i, len(token)) {
			return i
		}
		_, size := utf8.DecodeRuneInString(word[i:])
		from = i + size
	}
	return -1
}

// wholeWord reports whether word[i:i+n] has no letter or digit cut from it at
// either side.
func wholeWord(word string, i, n int) bool {
	return !glued(word, i) && !glued(word, i+n) || i == 0 && n == len(word) ||
		i == 0 && !glued(word, n) || i+n == len(word) && !glued(word, i)
}

// mark gives the candidates that a span touches the claim, if it is stronger.
func mark(cs []candidate, spans []protect.Span, k claim) {
	i := 0
	for _, s := range spans {
		for i < len(cs) && cs[i].end <= s.Start {
			i++
		}
		for n := i; n < len(cs) && cs[n].start < s.End; n++ {
			cs[n].claim = max(cs[n].claim, k)
		}
	}
}

// joinSentences makes sentences that one span runs through one sentence, so that
// they go or stay together.
func joinSentences(cs []candidate, spans []protect.Span) {
	i := 0
	for _, s := range spans {
		for i < len(cs) && cs[i].end <= s.Start {
			i++
		}
		last := i
		for last+1 < len(cs) && cs[last+1].start < s.End {
			last++
		}
		if i >= len(cs) || cs[last].sentence == cs[i].sentence {
			continue
		}
		from, into := cs[last].sentence, cs[i].sentence
		for n := i; n < len(cs) && cs[n].sentence <= from; n++ {
			cs[n].sentence = into
		}
	}
}
