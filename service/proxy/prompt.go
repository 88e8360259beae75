package proxy

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

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
	for _, u := range q.units() {
		if !q.allowed(&u) {
			continue
		}
		q.report.looked++
		e := q.form(&u)
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

// allowed reports whether the unit may be shortened at all, by facts that need no
// look at its text and that never change while the conversation lives.
func (q *prompt) allowed(u *unit) bool {
	size := 0
	for _, b := range u.blocks {
		size += b.Literal.End - b.Literal.Start - 2
	}
	if size < q.settings.MinTokens { // a token has a byte at least
		return false
	}
	first := &u.blocks[0]
	if first.Document {
		return q.reads(policy.RoleUser) && !q.body.Cited
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
// it was.
func (q *prompt) form(u *unit) ledger.Entry {
	u.digest = q.digestOf(u.blocks)
	pin := q.opts.Ledger.Key([]byte("pin"), q.tenant, q.opening, q.overrides, u.facts(), u.digest)
	if e, ok := q.opts.Ledger.Get(pin); ok {
		q.report.hits++
		return e
	}
	e := q.decide(u)
	if q.settings.DryRun || e.Raw && (q.client.Err() != nil || q.settings.OnErrorFail && q.report.failed) {
		return e // it is not sent in this form
	}
	e.Long = q.body.Long
	return q.opts.Ledger.Put(pin, e)
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
	for _, on := range []bool{q.body.Marked, q.body.Stateful, q.body.Sensitive, q.body.Store} {
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

// kept is the decision, made from the text alone, to leave it as it is.
func kept(reason string) ledger.Entry { return ledger.Entry{Reason: reason} }

// raw is the decision to leave a text as it is for a reason that may pass.
func raw(reason string) ledger.Entry { return ledger.Entry{Raw: true, Reason: reason} }

// evaluate looks at the texts.
func (q *prompt) evaluate(u *unit) ledger.Entry {
	texts := make([]string, len(u.blocks))
	size := 0
	for i, b := range u.blocks {
		s, ok := jsonedit.Unquote(b.Literal.Of(q.src))
		if !ok {
			return kept(reasonUndecodable)
		}
		texts[i] = s
		size += len(s)
	}
	switch {
	case size < q.settings.MinTokens || q.tokens(texts, size) < q.settings.MinTokens:
		return kept(string(policy.ReasonBelowMin))
	case q.settings.Tags && u.role != dialect.Tool && !u.blocks[0].Document:
		if e, ok := q.tagged(u, texts); ok {
			return e
		}
	}
	if u.role == dialect.User && !u.blocks[0].Document {
		return q.userTurn(u, texts)
	}
	return q.single(u, texts[0])
}

// tokens counts, but a text that is long beyond doubt is not counted.
func (q *prompt) tokens(texts []string, size int) int {
	if size > 64*q.settings.MinTokens {
		return size
	}
	n := 0
	counter := q.counter()
	for _, t := range texts {
		n += counter.Count(t)
	}
	return n
}

// single is a unit of one text that no question bears upon.
func (q *prompt) single(u *unit, text string) ledger.Entry {
	b := u.blocks[0]
	d := policy.Decide(policy.BlockInfo{Role: string(u.role), ToolName: b.Tool, IsError: b.IsError, Class: policy.Classify(text)}, q.settings)
	switch {
	case d.Action == policy.Keep:
		return kept(string(d.Reason))
	case d.Action == policy.Lossless:
		return kept(string(d.Reason)) // until there is a method that undoes what it does
	}
	if reason := q.noLossy(); reason != "" {
		return kept(reason)
	}
	budget := pith.Budget{Threshold: d.Threshold}
	if q.settings.Rate > 0 {
		budget = pith.Budget{Rate: q.settings.Rate}
	}
	v := q.compress(pith.Request{Contexts: []pith.Context{{Text: pith.Text(text)}}, Budget: budget})
	return q.entry(u, &v, v.texts)
}

// noLossy says why nothing in this request may lose words; "" if it may.
func (q *prompt) noLossy() string {
	switch {
	case q.settings.NoLossy:
		return string(policy.ReasonNoLossy)
	case q.settings.Mode == policy.ModeLossless:
		return string(policy.ReasonModeLossless)
	case q.body.Sensitive:
		return reasonSensitive
	case q.body.Store && q.settings.SkipStored:
		return reasonStored
	}
	return ""
}

// userTurn is a user's turn. Its contexts may be shortened for its question, which is
// part of it, so that what becomes of it depends on nothing else.
func (q *prompt) userTurn(u *unit, texts []string) ledger.Entry {
	if reason := q.noLossy(); reason != "" {
		return kept(reason)
	}
	split := policy.SplitMessage(texts, policy.Tail{MinContext: 4 * q.settings.MinTokens})
	whole := q.reads(policy.RoleUser)
	question := split.Question
	switch {
	case split.OK:
	case q.settings.Question != "":
		split.Contexts = all(texts)
	case whole:
		return q.plainTurn(u, texts)
	default:
		return kept(string(split.Reason))
	}
	if q.settings.Question != "" {
		question = q.settings.Question
	}
	switch {
	case q.body.Marked:
		return kept(reasonMarked)
	case q.body.Stateful:
		return kept(reasonStateful)
	case q.sharedContext(texts, split.Contexts, question):
		return raw(reasonShared)
	}
	return q.pieces(u, texts, split.Contexts, question, pith.Budget{Rate: contextRate})
}

func all(texts []string) []policy.Piece {
	var out []policy.Piece
	for i, t := range texts {
		out = append(out, policy.Piece{Part: i, Start: 0, End: len(t)})
	}
	return out
}

// plainTurn is a user's turn without a question, whose texts the client or the operator
// wants shortened all the same.
func (q *prompt) plainTurn(u *unit, texts []string) ledger.Entry {
	var pieces []policy.Piece
	reason := policy.ReasonClass
	for _, p := range all(texts) {
		d := policy.Decide(policy.BlockInfo{Role: policy.RoleUser, Class: policy.Classify(texts[p.Part])}, q.settings)
		if d.Action == policy.Lossy {
			pieces = append(pieces, p)
		} else {
			reason = d.Reason
		}
	}
	if pieces == nil {
		return kept(string(reason))
	}
	return q.pieces(u, texts, pieces, "", pith.Budget{Threshold: policy.Threshold(policy.Prose)})
}

// contextRate is the share of a user's contexts that is kept. In the evaluation the
// answers to 97 questions in 100 are still there at this rate, and to 95 at a half.
const contextRate = 0.6

// pieces compresses parts of the texts together and leaves the rest.
func (q *prompt) pieces(u *unit, texts []string, pieces []policy.Piece, question string, budget pith.Budget) ledger.Entry {
	req := pith.Request{Question: pith.Text(question), Budget: budget}
	switch {
	case q.settings.TargetTokens > 0:
		req.Budget = pith.Budget{TargetTokens: q.settings.TargetTokens}
		req.Options.Strictness = pith.Soft
	case q.settings.Rate > 0:
		req.Budget = pith.Budget{Rate: q.settings.Rate}
	}
	if len(req.Question) > pith.MaxQuestion || len(pieces) > pith.MaxContexts {
		return kept(reasonFailed)
	}
	for _, p := range pieces {
		req.Contexts = append(req.Contexts, pith.Context{Text: pith.Text(texts[p.Part][p.Start:p.End])})
	}
	v := q.compress(req)
	if v.texts == nil {
		return v.entry(nil)
	}
	return q.entry(u, &v, join(texts, pieces, v.texts))
}

// join puts new texts in the places of the pieces.
func join(texts []string, pieces []policy.Piece, shorter []string) []string {
	out := slices.Clone(texts)
	for part := range texts {
		var b strings.Builder
		at := 0
		for i, p := range pieces {
			if p.Part == part {
				b.WriteString(texts[part][at:p.Start])
				b.WriteString(shorter[i])
				at = p.End
			}
		}
		if at > 0 {
			b.WriteString(texts[part][at:])
			out[part] = b.String()
		}
	}
	return out
}

// sharedContext reports whether the same contexts, with all that stands before them,
// came with another question not long ago. Then the vendor has that prefix in its
// cache, where it costs less than any shortening of it.
func (q *prompt) sharedContext(texts []string, pieces []policy.Piece, question string) bool {
	if !q.opts.KeepShared {
		return false
	}
	last := pieces[len(pieces)-1]
	prefix := [][]byte{q.prefix()}
	size := 0
	for i := 0; i <= last.Part; i++ {
		t := texts[i]
		if i == last.Part {
			t = t[:last.End]
		}
		prefix = append(prefix, []byte(t))
		size += len(t)
	}
	if size < leastPrefix {
		return false
	}
	l := q.opts.Ledger
	asked := ledger.Digest([]byte(question), q.opening)
	k := l.Key([]byte("contexts"), q.tenant, []byte(q.body.Model), ledger.Digest(prefix...))
	if q.settings.DryRun {
		e, ok := l.Get(k)
		return ok && e.Reason != string(asked)
	}
	return l.Note(k, ledger.Entry{Reason: string(asked)}).Reason != string(asked)
}

// leastPrefix is about the fewest tokens that vendors cache, in bytes.
const leastPrefix = 4 * 1024

// prefix is what stands before the first user turn.
func (q *prompt) prefix() []byte {
	var parts [][]byte
	for _, b := range q.body.Blocks {
		if b.Role == dialect.System || b.Role == dialect.Developer {
			parts = append(parts, b.Literal.Of(q.src))
		}
	}
	return ledger.Digest(parts...)
}

// tagged is a text in which the client says itself what is to be done with what. It
// reports false if there is no tag in it.
func (q *prompt) tagged(u *unit, texts []string) (ledger.Entry, bool) {
	out := slices.Clone(texts)
	var total verdict
	found := false
	for i, t := range texts {
		tags, ok := policy.ParseTags(t)
		if !ok {
			continue
		}
		found = true
		v := q.segments(t, tags)
		if v.failed {
			return v.entry(nil), true
		}
		out[i] = v.texts[0]
		total.before += v.before
		total.after += v.after
		total.method = v.method
	}
	if !found {
		return ledger.Entry{}, false
	}
	total.texts = out
	return q.entry(u, &total, out), true
}

// segments compresses what the tags of one text say, and takes the tags out.
func (q *prompt) segments(text string, tags policy.Tagged) verdict {
	lossy := q.noLossy() == ""
	var b strings.Builder
	total := verdict{method: "tags"}
	for _, s := range tags.Segments {
		part := text[s.Start:s.End]
		if !s.Tagged || s.Keep || !lossy || strings.TrimSpace(part) == "" {
			b.WriteString(part)
			continue
		}
		budget := pith.Budget{Rate: s.Rate}
		if s.Rate == 0 {
			budget = pith.Budget{Threshold: policy.Threshold(policy.Prose)}
		}
		v := q.compress(pith.Request{Contexts: []pith.Context{{Text: pith.Text(part)}}, Budget: budget})
		if v.failed {
			return v
		}
		if v.texts != nil {
			part, total.method = v.texts[0], v.method
			total.before, total.after = total.before+v.before, total.after+v.after
		}
		b.WriteString(part)
	}
	total.texts = []string{b.String()}
	return total
}

// compress runs the compressor with what all requests have in common.
func (q *prompt) compress(req pith.Request) verdict {
	if q.breaker.open(q.tenant) {
		return verdict{reason: reasonBreaker, failed: true}
	}
	req.Method = q.settings.Method
	req.Options.Tokenizer = q.counter().Name()
	req.Options.Preserve.Classes = q.settings.Preserve
	v := q.worker.run(q.ctx, req)
	if v.failed {
		q.report.failed = true
	}
	return v
}

// entry makes the new literals.
func (q *prompt) entry(u *unit, v *verdict, texts []string) ledger.Entry {
	if v.texts == nil {
		return v.entry(nil)
	}
	literals := make([][]byte, len(u.blocks))
	for i, b := range u.blocks {
		if strings.TrimSpace(texts[i]) == "" {
			return kept(reasonNotShorter) // vendors refuse empty texts
		}
		edit := jsonedit.Replace(q.src, b.Literal, texts[i])
		was, _ := jsonedit.Unquote(b.Literal.Of(q.src))
		if was != texts[i] && !bytes.Equal(edit.New, b.Literal.Of(q.src)) {
			literals[i] = edit.New
		}
	}
	e := v.entry(literals)
	e.Tokenizer = q.counter().Name()
	if !q.counter().Exact() {
		e.Tokenizer += ";approx"
	} else {
		e.Tokenizer += ";exact"
	}
	return e
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
