package proxy

import (
	"bytes"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/jsonedit"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// kept is the decision, made from the text alone, to leave it as it is.
func kept(reason string) ledger.Entry { return ledger.Entry{Reason: reason} }

// raw is the decision to leave a text as it is for a reason that may pass.
func raw(reason string) ledger.Entry { return ledger.Entry{Raw: true, Reason: reason} }

// longestText bounds, in bytes, what is looked at: to classify a text and to find a
// question in it takes a hundredth of a second a megabyte, which no deadline cuts.
const longestText = 4 << 20

// evaluate looks at the texts.
func (q *prompt) evaluate(u *unit) ledger.Entry {
	if u.size() > longestText {
		return kept(reasonLongText)
	}
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
	d := policy.Decide(policy.BlockInfo{Role: string(u.role), ToolName: b.Tool, IsError: b.IsError, Class: content.Classify(text)}, q.settings)
	switch {
	case d.Action == policy.Keep:
		return kept(string(d.Reason))
	case d.Class == content.Code && u.role != dialect.Tool: // what is asked of it stands elsewhere
		return kept(string(policy.ReasonClass))
	case d.Action == policy.Lossless, policy.LosslessMethod(q.settings.Method):
		return q.reshape(u, text, &d)
	case d.Class == content.Log: // it has more to give than its words
		if e := q.reshape(u, text, &d); e.Raw || e.Texts != nil {
			return e
		}
	}
	if u.role == dialect.Tool && d.Class != content.Code && policy.Normative(text) {
		return kept(string(policy.ReasonRules))
	}
	req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(text)}}, Budget: pith.Budget{Threshold: d.Threshold}}
	if d.Class == content.Code {
		req.Method, req.Budget = policy.MethodCode, pith.Budget{Rate: codeRate}
	}
	if q.settings.Rate > 0 {
		req.Budget = pith.Budget{Rate: q.settings.Rate}
	}
	v := q.compress(req)
	return q.entry(u, &v, v.texts)
}

// estimatedShare is what another form must save if the tokens are an estimate.
const estimatedShare = 0.12

// reshape writes a tool's result in another form, of which nothing is lost.
func (q *prompt) reshape(u *unit, text string, d *policy.Decision) ledger.Entry {
	method := q.settings.Lossless
	if method != policy.LosslessOff && (policy.LosslessMethod(q.settings.Method) || q.settings.Method == policy.MethodNone) {
		method = q.settings.Method
	}
	if u.role != dialect.Tool || !policy.LosslessMethod(method) {
		return kept(string(d.Reason))
	}
	req := pith.Request{Method: method, Contexts: []pith.Context{{Text: pith.Text(text)}}}
	req.Options.Lossless.Forms = d.Forms
	v := q.compress(req)
	if v.texts != nil && !q.counter().Exact() && float64(v.before-v.after) < estimatedShare*float64(v.before) {
		v = verdict{reason: reasonNotShorter}
	}
	return q.entry(u, &v, v.texts)
}

// noLossy says why nothing in this request may lose words, not even those that it lost
// before; "" if it may.
func (q *prompt) noLossy() string {
	switch {
	case q.body.Store && q.settings.SkipStored:
		return reasonStored
	case q.settings.NoLossy:
		return string(policy.ReasonNoLossy)
	}
	return ""
}

// keepsWords says why nothing in this request is to lose words from now on; "" if it is.
func (q *prompt) keepsWords() string {
	if reason := q.noLossy(); reason != "" {
		return reason
	}
	if q.settings.Mode == policy.ModeLossless || policy.LosslessMethod(q.settings.Method) {
		return string(policy.ReasonModeLossless)
	}
	return ""
}

// untouchable says why nothing in this request may be rewritten, not even to what it was
// rewritten to before; "" if it may.
func (q *prompt) untouchable() string {
	if q.body.Sensitive {
		return reasonSensitive
	}
	return ""
}

// compress runs the compressor with what all requests have in common.
func (q *prompt) compress(req pith.Request) verdict {
	if q.breaker.open(q.tenant) {
		q.report.failed = true
		return verdict{reason: reasonBreaker, failed: true}
	}
	if req.Method == "" && !q.settings.CutsCode() { // which is about code, and this is not
		req.Method = q.settings.Method
	}
	if policy.LosslessMethod(req.Method) {
		req.Budget = pith.Budget{}
	} else {
		req.Options.Lossless.Forms = []string{} // it was decided that words go
	}
	req.Hasty, req.Memory = true, q.memory
	req.Options.Tokenizer = q.counter().Name()
	req.Options.Preserve.Classes = q.settings.Preserve
	v := q.worker.run(q.ctx, req)
	if v.failed {
		q.report.failed = true
	}
	q.passing = q.passing || v.passing
	return v
}

// entry makes the new literals.
func (q *prompt) entry(u *unit, v *verdict, texts []string) ledger.Entry {
	if v.texts == nil {
		return v.entry(nil)
	}
	literals := make([][]byte, len(u.blocks))
	for i, b := range u.blocks {
		was, _ := jsonedit.Unquote(b.Literal.Of(q.src))
		if was != texts[i] && strings.TrimSpace(texts[i]) == "" {
			return kept(reasonNotShorter) // vendors refuse empty texts
		}
		edit := jsonedit.Replace(q.src, b.Literal, texts[i])
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

// estimate counts for a model whose tokenizer is not known.
type estimate struct{ Counter }

func (estimate) Exact() bool { return false }

// counter is the counter of the model that the prompt is for.
func (q *prompt) counter() Counter {
	if q.count == nil {
		c, err := q.opts.Counter(q.body.Model)
		if err != nil {
			c, _ = q.opts.Counter("")
			c = estimate{c}
		}
		q.count = c
	}
	return q.count
}
