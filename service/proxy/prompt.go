package proxy

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pith-proxy/pith"

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
	reasonMinimum     = "below_cache_minimum"
	reasonNoText      = "nothing_to_compress"
)

// prompt is the body of one request while its texts are decided upon.
type prompt struct {
	*Proxy
	client    context.Context // ends when the client has gone
	ctx       context.Context // ends when the time for compression is over
	waited    time.Duration   // for what replicas share
	src       []byte
	api       dialect.API
	body      dialect.Body
	settings  policy.Settings
	tenant    []byte
	memory    pith.Memory // the tenant's; nil is none
	book      *ledger.Book
	overrides []byte // digest of what the client itself asked for
	opening   []byte // digest of the first user turn, which names the conversation
	count     Counter
	passing   bool // something was left undone that may be done another time
	saved     int  // bytes, by the forms so far

	savedTokens int // the same in tokens
	report      *report
}

// unit is what is decided upon as one: a tool's result, a system prompt, or all the
// texts of a user's turn.
type unit struct {
	role    dialect.Role
	blocks  []dialect.Block
	allowed bool // to be shortened
	digest  []byte
	pin     ledger.Key   // of the form it is sent in
	form    ledger.Entry // that form, if it is ours
	ours    bool
	pinned  bool // the form was or is being recorded
}

// edits decides upon every text and returns what is to be replaced.
func (q *prompt) edits() []jsonedit.Edit {
	q.opening = q.digestOf(q.body.Opening())
	units := q.units()
	if untouchable := q.untouchable(); untouchable != "" {
		for i := range units {
			if q.allowed(&units[i]) {
				q.report.looked++
				q.report.add(kept(untouchable))
			}
		}
		return nil
	}
	q.recall(units)
	for i := range units {
		if u := &units[i]; u.ours {
			q.form(u)
			q.note(u)
		}
	}
	q.share(q.book.Settle)
	var edits []jsonedit.Edit
	for i := range units {
		if u := &units[i]; u.ours {
			edits = q.use(edits, u)
		}
	}
	slices.SortFunc(edits, func(a, b jsonedit.Edit) int { return a.Start - b.Start })
	return edits
}

// deliberate reports whether a text is raw because that is best, and not for want of
// anything.
func deliberate(reason string) bool {
	return reason == reasonShared || reason == reasonMinimum || reason == reasonLongText
}

// use takes the form that stands, which another replica may have decided upon.
func (q *prompt) use(edits []jsonedit.Edit, u *unit) []jsonedit.Edit {
	if e, ok := q.book.Get(u.pin); ok && u.pinned {
		u.form = e
	}
	e := &u.form
	q.report.looked++
	q.report.add(*e)
	q.report.failed = q.report.failed || e.Raw && q.settings.OnErrorFail && !deliberate(e.Reason)
	for i, b := range u.blocks {
		if i < len(e.Texts) && e.Texts[i] != nil {
			edits = append(edits, jsonedit.Edit{Range: b.Literal, New: e.Texts[i]})
		}
	}
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

// recall finds out which units are ours, and fetches in one go what is recorded of them.
func (q *prompt) recall(units []unit) {
	var decisions pith.Memory
	if len(units) > 0 {
		q.memory = memoryOf(q.client, q.opts.Memory, q.tenant)
		decisions = memoryOf(q.client, q.opts.Decisions, q.tenant)
	}
	q.book = q.opts.Ledger.Book(q.tenant, decisions)
	var keys []ledger.Key
	for i := range units {
		u := &units[i]
		if u.blocks[0].Document && q.body.Cited {
			continue // places in it are counted by what the vendor gets
		}
		u.allowed = q.allowed(u)
		// A ledger that outlives the process may know a text that another configuration
		// allowed to be shortened.
		if u.ours = u.allowed || q.opts.Ledger.Durable() && u.size() >= leastTokens; !u.ours {
			continue
		}
		u.digest = q.digestOf(u.blocks)
		u.pin = q.book.Key([]byte("pin"), []byte(q.body.Model), q.opening, q.overrides, u.facts(), u.digest)
		keys = append(keys, u.pin)
		if _, ok := q.book.Get(u.pin); !ok && u.allowed {
			keys = append(keys, q.outputKey(u.digest), q.formKey(u))
		}
	}
	q.share(func(ctx context.Context) { q.book.Load(ctx, keys) })
}

// sharingTime bounds what one request waits for replicas in all, be it ever so often.
const sharingTime = 150 * time.Millisecond

// share runs f, which asks what other replicas did, within the time that is left for that.
func (q *prompt) share(f func(context.Context)) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(q.client, sharingTime-q.waited)
	defer cancel()
	f(ctx)
	q.waited += time.Since(start)
}

func memoryOf(ctx context.Context, f func(context.Context, string) pith.Memory, tenant []byte) pith.Memory {
	if f == nil {
		return nil
	}
	return f(ctx, string(tenant))
}

func (q *prompt) outputKey(digest []byte) ledger.Key { return q.book.Key([]byte("output"), digest) }

// formKey names the form of a text whatever the conversation.
func (q *prompt) formKey(u *unit) ledger.Key {
	settings := q.settings.Digest()
	return q.book.Key([]byte("form"), []byte(q.opts.Version), settings[:], []byte(q.body.Model), q.nature(), u.facts(), u.digest)
}

// form sets the form that the unit is sent in: the one it was sent in before, if it was.
func (q *prompt) form(u *unit) {
	if e, ok := q.book.Get(u.pin); ok {
		q.report.hits++
		if reason := q.noLossy(); reason != "" && lostWords(&e) {
			u.form = kept(reason)
			return
		}
		u.form, u.pinned = e, true
		return
	}
	if u.ours = u.allowed; !u.ours {
		q.book.Missing(u.pin)
		return
	}
	e := q.decide(u)
	switch {
	case e.Texts == nil:
	case !q.reachesMinimum(u, &e):
		e = raw(reasonMinimum)
	case !q.book.Fits(&e):
		e = raw(reasonLongText)
	}
	u.form = e
	if q.settings.DryRun || e.Raw && (q.client.Err() != nil || q.report.failed && q.settings.OnErrorFail) {
		return // it is not sent in this form
	}
	e.Long = q.body.Long
	u.pinned = true
	q.book.Put(u.pin, e)
}

// lostWords reports whether words are missing from a form.
func lostWords(e *ledger.Entry) bool { return e.Texts != nil && !policy.LosslessMethod(e.Method) }

// decide is form for a unit that this conversation did not have before.
func (q *prompt) decide(u *unit) ledger.Entry {
	if _, ok := q.book.Get(q.outputKey(u.digest)); ok {
		return kept(reasonOwnOutput)
	}
	known := q.formKey(u)
	if e, ok := q.book.Get(known); ok {
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
	if q.settings.DryRun || q.passing { // nothing of this is sent, or another time it is another
		return e
	}
	q.book.Note(known, e)
	if e.Texts != nil {
		q.book.Note(q.outputKey(q.outputDigest(u, &e)), kept(reasonOwnOutput))
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
