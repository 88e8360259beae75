package proxy

import (
	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// bytesPerCached is more bytes of a body than a token of its prompt takes, its JSON
// included: about 4.5 in English prose, and less in code and in other scripts.
const bytesPerCached = 6

// cached says how the vendor keeps prompts of the model.
func (q *prompt) cached() (minimum int, prefixes bool) {
	if q.opts.Cached == nil {
		return 0, true
	}
	if minimum, prefixes = q.opts.Cached(q.body.Model); q.api == dialect.Messages && !q.body.Marked {
		minimum = 0 // nothing is kept without markers
	}
	return minimum, prefixes
}

// reachesMinimum reports whether the prompt up to the end of the unit is long enough for
// the vendor's cache with e in its place. It depends on nothing behind the unit, so that
// a conversation that goes on finds the same again.
func (q *prompt) reachesMinimum(u *unit, e *ledger.Entry) bool {
	minimum, _ := q.cached()
	last := u.blocks[len(u.blocks)-1]
	return last.Literal.End-q.saved-savedBy(u, e) >= bytesPerCached*minimum
}

// saves is how many bytes of the body its form saves.
func (u *unit) saves() int { return savedBy(u, &u.form) }

func savedBy(u *unit, e *ledger.Entry) (n int) {
	for i, b := range u.blocks {
		if i < len(e.Texts) && e.Texts[i] != nil {
			n += b.Literal.End - b.Literal.Start - len(e.Texts[i])
		}
	}
	return n
}
