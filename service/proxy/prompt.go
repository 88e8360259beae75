package proxy

import (
	"context"
	"errors"
	"slices"

	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/jsonedit"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// Why texts stay as they are, for reasons that lie in the request as a whole.
const (
	reasonOff         = "mode_off"
	reasonShape       = "unknown_shape"
	reasonJSON        = "invalid_json"
	reasonAmbiguous   = "duplicate_keys"
	reasonDeep        = "nested_too_deep"
	reasonSensitive   = "prompt_sensitive_parameter"
	reasonMarked      = "cache_markers"
	reasonStateful    = "stateful_conversation"
	reasonStored      = "stored_by_vendor"
	reasonUndecodable = "undecodable_text"
	reasonLongText    = "text_too_long"
	reasonOwnOutput   = "already_compressed"
	reasonShared      = "shared_context"
	reasonNoText      = "nothing_to_compress"
	reasonSentRaw     = "sent_raw_before"
)

// prompt is the body of one request while its texts are decided upon.
type prompt struct {
	*Proxy
	client    context.Context // ends when the client has gone
	ctx       context.Context // ends when the time for compression is over
	src       []byte
	body      dialect.Body
	settings  policy.Settings
	tenant    []byte
	overrides []byte // digest of what the client itself asked for
	opening   []byte // digest of the first user turn, which names the conversation
	count     Counter
	report    *report
}

// unit is what is decided upon as one: a tool's result, a system prompt, or all the
// texts of a user's turn.
type unit struct {
	role   dialect.Role
	blocks []dialect.Block
	digest []byte
}

// edits decides upon every text and returns what is to be replaced.
func (q *prompt) edits() []jsonedit.Edit {
	q.opening = q.digestOf(q.body.Opening())
	var edits []jsonedit.Edit
	untouchable := q.untouchable()
	for _, u := range q.units() {
		if untouchable != "" {
			if q.allowed(&u) {
				q.report.looked++
				q.report.add(kept(untouchable))
			}
			continue
		}
		e, ok := q.form(&u)
		if !ok {
			continue
		}
		q.report.looked++
		q.report.add(e)
		for i, b := range u.blocks {
			if i < len(e.Texts) && e.Texts[i] != nil {
				edits = append(edits, jsonedit.Edit{Range: b.Literal, New: e.Texts[i]})
			}
		}
	}
	slices.SortFunc(edits, func(a, b jsonedit.Edit) int { return a.Start - b.Start })
	return edits
}

// units groups the blocks.
func (q *prompt) units() []unit {
	var units []unit
	for i := 0; i < len(q.body.Blocks); {
		b := q.body.Blocks[i]
		k := i + 1
		if b.Role == dialect.User && !b.Document {
			for k < len(q.body.Blocks) && same(q.body.Blocks[k], b) {
				k++
			}
		}
		units = append(units, unit{role: b.Role, blocks: q.body.Blocks[i:k]})
		i = k
	}
	return units
}

func same(a, b dialect.Block) bool { return a.Role == b.Role && a.Turn == b.Turn && !a.Document }

// size is how many bytes the unit's texts have at most.
func (u *unit) size() (n int) {
	for _, b := range u.blocks {
		n += b.Literal.End - b.Literal.Start - 2
	}
	return n
}

// bytesPerToken is less than a token has on average in prose of any language. A text
// that is shorter by this measure is not looked at.
const bytesPerToken = 3

// allowed reports whether the unit may be shortened at all, by facts that need no
// look at its text and that never change while the conversation lives.
func (q *prompt) allowed(u *unit) bool {
	if u.size() < bytesPerToken*q.settings.MinTokens {
		return false
	}
	first := &u.blocks[0]
	if first.Document {
		return q.reads(policy.RoleUser)
	}
	switch u.role {
	case dialect.User:
		return q.reads(policy.RoleUser) || first.Head && q.reads(policy.RoleContext) || q.settings.Tags
	case dialect.System, dialect.Developer:
		return q.reads(string(u.role)) || q.settings.Tags
	}
	return q.reads(policy.RoleTool)
}

// reads reports whether texts of the role may be shortened.
func (q *prompt) reads(role string) bool { return slices.Contains(q.settings.Roles, role) }

func (q *prompt) digestOf(blocks []dialect.Block) []byte {
	var parts [][]byte
	for _, b := range blocks {
		parts = append(parts, b.Literal.Of(q.src))
	}
	return ledger.Digest(parts...)
}

// facts are what the decision depends on beside the text and the settings.
func (u *unit) facts() []byte {
	b := u.blocks[0]
	var f []byte
	for _, s := range []string{string(u.role), b.Tool} {
		f = append(append(f, s...), 0)
	}
	for _, on := range []bool{b.IsError, b.Head, b.Document} {
		if on {
			f = append(f, 1)
		} else {
			f = append(f, 0)
		}
	}
	return f
}

// form returns the form that the unit is sent in: the one it was sent in before, if
// it was. It is false for a unit that is none of ours.
func (q *prompt) form(u *unit) (ledger.Entry, bool) {
	// A ledger that outlives the process may know a text that another configuration
	// allowed to be shortened.
	if u.blocks[0].Document && q.body.Cited {
		return ledger.Entry{}, false // places in it are counted by what the vendor gets
	}
	allowed := q.allowed(u)
	if !allowed && !(q.opts.Ledger.Durable() && u.size() >= leastTokens) {
		return ledger.Entry{}, false
	}
	u.digest = q.digestOf(u.blocks)
	pin := q.opts.Ledger.Key([]byte("pin"), q.tenant, []byte(q.body.Model), q.opening, q.overrides, u.facts(), u.digest)
	if e, ok := q.opts.Ledger.Get(pin); ok {
		q.report.hits++
		q.report.failed = q.report.failed || e.Raw && q.settings.OnErrorFail && e.Reason != reasonShared
		return e, true
	}
	if !allowed {
		return ledger.Entry{}, false
	}
	e := q.decide(u)
	if q.settings.DryRun || e.Raw && (q.client.Err() != nil || q.settings.OnErrorFail && q.report.failed) {
		return e, true // it is not sent in this form
	}
	e.Long = q.body.Long
	return q.opts.Ledger.Put(pin, e), true
}

// decide is form for a unit that this conversation did not have before.
func (q *prompt) decide(u *unit) ledger.Entry {
	l := q.opts.Ledger
	if _, ok := l.Get(l.Key([]byte("output"), q.tenant, u.digest)); ok {
		return kept(reasonOwnOutput)
	}
	settings := q.settings.Digest()
	known := l.Key([]byte("form"), q.tenant, settings[:], []byte(q.body.Model), q.nature(), u.facts(), u.digest)
	if e, ok := l.Get(known); ok {
		q.report.hits++
		return e
	}
	q.report.misses++
	if q.ctx.Err() != nil { // to look at a text takes time, too
		q.report.failed = true
		return raw(reasonDeadline)
	}
	e := q.evaluate(u)
	if e.Raw {
		return e
	}
	l.Note(known, e)
	if e.Texts != nil {
		l.Note(l.Key([]byte("output"), q.tenant, q.outputDigest(u, &e)), kept(reasonOwnOutput))
	}
	return e
}

// nature are the facts about the request that some decisions depend on.
func (q *prompt) nature() []byte {
	var f []byte
	for _, on := range []bool{q.body.Marked, q.body.Stateful} {
		if on {
			f = append(f, 1)
		} else {
			f = append(f, 0)
		}
	}
	return f
}

func (q *prompt) outputDigest(u *unit, e *ledger.Entry) []byte {
	var parts [][]byte
	for i, b := range u.blocks {
		if e.Texts[i] != nil {
			parts = append(parts, e.Texts[i])
		} else {
			parts = append(parts, b.Literal.Of(q.src))
		}
	}
	return ledger.Digest(parts...)
}

// shapeReason says why a body was not understood.
func shapeReason(err error) string {
	switch {
	case errors.Is(err, jsonedit.ErrAmbiguous):
		return reasonAmbiguous
	case errors.Is(err, jsonedit.ErrDepth):
		return reasonDeep
	case errors.Is(err, dialect.ErrShape):
		return reasonShape
	}
	return reasonJSON
}
