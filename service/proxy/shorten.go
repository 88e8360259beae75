package proxy

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/jsonedit"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// shorten returns the body to send in the place of src; nil if that is src itself.
// Should anything in it panic, that is src, too.
func (x *exchange) shorten(r *http.Request, src []byte) (out []byte, problem *vendor.Problem) {
	defer func() {
		if v := recover(); v != nil {
			x.metrics.panics.Inc()
			logPanic(r.Context(), x.opts.Log, v)
			x.report = report{asked: x.report.asked, skipped: reasonFailed}
			out, problem = onlyOurs(src), nil
		}
	}()
	fromHeader, ignored := policy.FromHeader(r.Header)
	x.report.ignored = ignored
	least := leastTokens // bytes, since a token has one at least
	if !bytes.Contains(src, extensionKey) {
		if x.off(r.Header, fromHeader) {
			x.report.off = true
			return nil, nil
		}
		if len(x.opts.Models) == 0 && !x.opts.Ledger.Durable() {
			least = bytesPerToken * x.settings(r.Header, "", []policy.Override{fromHeader}).MinTokens
		}
	}
	body, err := dialect.Parse(src, x.route.api, least)
	var edits []jsonedit.Edit
	overrides := []policy.Override{fromHeader}
	if !body.Extension.Empty() {
		edits = append(edits, body.Removal)
		fromBody, ignored := policy.FromBody(body.Extension.Of(src))
		x.report.ignored = append(x.report.ignored, ignored...)
		x.report.asked = true
		overrides = []policy.Override{fromBody, fromHeader}
	}
	settings := x.settings(r.Header, body.Model, overrides)
	x.report.dryRun, x.report.off = settings.DryRun, settings.Mode == policy.ModeOff
	switch {
	case x.report.off:
	case err != nil:
		x.report.skipped = shapeReason(err)
		if len(edits) == 0 {
			return onlyOurs(src), x.refusal(&settings)
		}
		problem = x.refusal(&settings)
	default:
		if body.Store && settings.SkipStored {
			settings.NoLossy = true
		}
		q := &prompt{Proxy: x.Proxy, src: src, api: x.route.api, body: body, settings: settings,
			tenant: x.caller.tenant, overrides: asked(overrides), report: &x.report}
		var cancel context.CancelFunc
		q.client = r.Context()
		q.ctx, cancel = context.WithTimeout(q.client, deadline(r.Header, settings.Deadline))
		defer cancel()
		more := q.edits()
		if x.report.failed {
			problem = x.refusal(&settings)
		}
		if !settings.DryRun {
			edits = merge(edits, more)
		}
	}
	if len(edits) == 0 || problem != nil {
		return nil, problem
	}
	out = jsonedit.Splice(src, edits)
	if x.opts.Verify && !sound(src, out, edits) {
		x.opts.Log.LogAttrs(r.Context(), slog.LevelError, "edit is not sound", slog.String("id", x.id))
		x.report.skipped = "unsound_edit"
		return onlyOurs(src), x.refusal(&settings)
	}
	return out, nil
}

// refusal is the answer for a client that would rather have none than an uncompressed
// prompt; nil for all others.
func (x *exchange) refusal(s *policy.Settings) *vendor.Problem {
	if !s.OnErrorFail || s.DryRun || s.Mode == policy.ModeOff {
		return nil
	}
	return &vendor.Problem{Status: http.StatusServiceUnavailable, Code: vendor.CodeCompression,
		Message: "the prompt could not be compressed, or not in time, and the request says on_error: fail", Retry: true}
}

// onlyOurs is src without the member pith; nil if it has none.
func onlyOurs(src []byte) []byte {
	if removal, ok := dialect.Extension(src); ok {
		return jsonedit.Splice(src, []jsonedit.Edit{removal})
	}
	return nil
}

// extensionKey is looked for before a body is parsed that nothing else is wanted from.
var extensionKey = []byte(`"pith"`)

// off reports whether the mode is off whatever the body says, unless it says something
// to pith itself.
func (x *exchange) off(h http.Header, o policy.Override) bool {
	return len(x.opts.Models) == 0 && x.settings(h, "", []policy.Override{o}).Mode == policy.ModeOff
}

// merge puts the removal of the extension where it belongs among the edits.
func merge(removal, edits []jsonedit.Edit) []jsonedit.Edit {
	if len(removal) == 0 {
		return edits
	}
	for i, e := range edits {
		if removal[0].Start < e.Start {
			return append(append(append([]jsonedit.Edit{}, edits[:i]...), removal[0]), edits[i:]...)
		}
	}
	return append(edits, removal[0])
}

// settings puts together what holds for a request, the weakest first: global, model,
// key, body, header. A key's limits hold whatever comes later.
func (x *exchange) settings(h http.Header, model string, overrides []policy.Override) policy.Settings {
	all := make([]policy.Override, 0, len(overrides)+len(x.opts.Models)+2)
	s := x.opts.Settings
	if subscription(h) && s.Mode != policy.ModeOff {
		s.Mode = policy.ModeLossless
	}
	for _, m := range x.opts.Models {
		if matches(m.Match, model) {
			all = append(all, m.Override)
		}
	}
	if k := x.caller.key; k != nil {
		s.NoLossy = s.NoLossy || k.NoLossy
		all = append(all, k.Override)
	}
	s = s.With(append(all, overrides...)...)
	s.MinTokens = max(s.MinTokens, leastAsked)
	return s
}

// matches is path.Match for names of models, in which a slash is no border.
func matches(pattern, model string) bool {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	ok, _ := path.Match(flat(pattern), flat(model))
	return ok
}

// leastAsked is the least that a client may ask for as min_tokens: to look at each of
// very many very short texts gains nothing.
const leastAsked = 16

// asked digests what the client itself asked for. A conversation whose client asks for
// something else is decided upon anew; one whose configuration changes is not. The
// question of the moment does not count: the texts before it must not change with it.
func asked(overrides []policy.Override) []byte {
	s := policy.Settings{}.With(overrides...)
	s.Question = ""
	d := s.Digest()
	return ledger.Digest(d[:], strconv.AppendInt(nil, int64(s.Deadline), 10))
}

// deadline is the time for compression: what is configured or asked for, but at most a
// twentieth of what the client says it waits for the answer.
func deadline(h http.Header, d time.Duration) time.Duration {
	if s, err := strconv.ParseFloat(h.Get("X-Stainless-Timeout"), 64); err == nil && s > 0 && s < 1e6 {
		d = min(d, time.Duration(s*float64(time.Second)/20))
	}
	return d
}
