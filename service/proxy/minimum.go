package proxy

import (
	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// VendorCache is how a vendor keeps the beginnings of prompts.
type VendorCache struct {
	Minimum  int  // tokens; shorter ones are not kept. 0 is not known, or none
	Prefixes bool // any beginning that two prompts have in common is read again
	Markers  bool // nothing is kept of a prompt without markers
}

// cached says how the vendor keeps this prompt.
func (q *prompt) cached() VendorCache {
	if q.opts.Cached == nil {
		return VendorCache{Prefixes: true}
	}
	c := q.opts.Cached(q.body.Model)
	if c.Markers && !q.body.Marked {
		return VendorCache{}
	}
	return c
}

// Bytes of a body by token of its prompt, JSON included: about 4.5 in English prose, less
// in code and in other scripts. Between these, tokens are counted.
const (
	leastBytesPerToken = 2
	mostBytesPerToken  = 6
)

// reachesMinimum reports whether the prompt up to the end of the unit is long enough for
// the vendor's cache with e in its place. It depends on nothing behind the unit but what
// the vendor puts before it, so that a conversation that goes on finds the same again.
func (q *prompt) reachesMinimum(u *unit, e *ledger.Entry) bool {
	minimum := q.cached().Minimum
	if minimum == 0 || q.body.Stateful { // the vendor has what came before
		return true
	}
	end := u.blocks[len(u.blocks)-1].Literal.End
	size := end - q.saved - savedBy(u, e)
	var behind []dialect.Block
	for _, b := range q.body.Blocks {
		if (b.Role == dialect.System || b.Role == dialect.Developer) && b.Literal.Start >= end {
			behind = append(behind, b)
			size += b.Literal.End - b.Literal.Start
		}
	}
	switch {
	case size >= mostBytesPerToken*minimum:
		return true
	case size < leastBytesPerToken*minimum:
		return false
	}
	tokens := q.counter().Count(string(q.src[:end])) - q.savedTokens - (e.Before - e.After)
	for _, b := range behind {
		tokens += q.counter().Count(string(b.Literal.Of(q.src)))
	}
	// The body is a little more than the prompt, and the counter may be another's.
	return tokens >= minimum+minimum/8
}

// note adds up what the forms so far save.
func (q *prompt) note(u *unit) {
	q.saved += savedBy(u, &u.form)
	if u.form.Texts != nil {
		q.savedTokens += u.form.Before - u.form.After
	}
}

func savedBy(u *unit, e *ledger.Entry) (n int) {
	for i, b := range u.blocks {
		if i < len(e.Texts) && e.Texts[i] != nil {
			n += b.Literal.End - b.Literal.Start - len(e.Texts[i])
		}
	}
	return n
}
