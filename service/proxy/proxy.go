package proxy

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
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
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// Proxy is an http.Handler. It is safe for concurrent use.
type Proxy struct {
	opts      Options
	relay     *relay.Relay
	upstreams map[string]*relay.Upstream
	keys      *keyring
	gate      *gate
	worker    *worker
	breaker   *breaker
	metrics   *metrics
}

// New returns a Proxy. It fails on options that make no sense.
func New(opts Options) (*Proxy, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	p := &Proxy{opts: opts, upstreams: map[string]*relay.Upstream{}, gate: &gate{most: opts.Limits.MaxHeld},
		breaker: newBreaker(opts.Refusals), relay: relay.New(opts.Relay)}
	for name, up := range opts.Upstreams {
		p.upstreams[name] = &relay.Upstream{Name: name, Base: up.Base, Dialect: up.Dialect, Transport: opts.Transport}
	}
	var err error
	if p.keys, err = newKeyring(opts.Keys); err != nil {
		return nil, err
	}
	for _, k := range opts.Keys {
		if _, ok := p.upstreams[k.Upstream]; !ok && k.Upstream != "" {
			return nil, errors.New("proxy: key " + strconv.Quote(k.ID) + " names an upstream that there is not")
		}
	}
	if p.metrics, err = newMetrics(opts.Registry, p.gate); err != nil {
		return nil, err
	}
	p.worker = &worker{compressor: opts.Compressor, slots: make(chan struct{}, opts.Limits.MaxCompressing),
		log: opts.Log, metrics: p.metrics}
	return p, nil
}

// CloseTunnels cuts the connections that were upgraded, which a server's Shutdown does
// not wait for.
func (p *Proxy) CloseTunnels() { p.relay.CloseTunnels() }

// exchange is one request under way.
type exchange struct {
	*Proxy
	id     string
	route  route
	caller caller
	report report
	edited bool
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := &exchange{Proxy: p, id: newID()}
	x.report.asked = asks(r.Header)
	var ok bool
	if x.route, ok = p.route(r); !ok {
		vendor.WriteError(w, vendor.DialectOf(r.URL.Path, r.Header), x.id, vendor.Problem{Status: http.StatusNotFound,
			Code: "pith_not_found", Message: "no such path: a base URL for OpenAI's clients ends in /v1, and /pith/NAME/v1 wants a configured upstream"})
		return
	}
	var problem *vendor.Problem
	if x.caller, problem = p.identify(r, &x.route); problem == nil && !x.caller.enter() {
		problem = &vendor.Problem{Status: http.StatusTooManyRequests, Code: vendor.CodeUnavailable,
			Message: "too many requests at once with this key of pith", Retry: true, RetryAfter: time.Second}
	}
	if problem != nil {
		x.refuse(w, *problem)
		x.log(r.Context(), problem.Status, problem.Code, time.Since(start))
		return
	}
	defer x.caller.leave()
	x.serve(w, r, start)
}

// asks reports whether the client knows of pith.
func asks(h http.Header) bool {
	for name := range h {
		if len(name) > 7 && name[:7] == "X-Pith-" && name != "X-Pith-Key" {
			return true
		}
	}
	return false
}

func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return "req_" + hex.EncodeToString(b[:])
}

func (x *exchange) refuse(w http.ResponseWriter, p vendor.Problem) {
	w.Header().Set("X-Pith-Request-Id", x.id)
	vendor.WriteError(w, x.route.vendor, x.id, p)
}

// serve sends the request on, with a shorter prompt if it has one and that can be.
func (x *exchange) serve(w http.ResponseWriter, r *http.Request, start time.Time) {
	call := relay.Call{Upstream: x.route.upstream, Path: x.route.path, RequestID: x.id,
		EditRequest:  func(h http.Header) { x.caller.swapCredential(h, x.route.upstream.Dialect) },
		EditResponse: func(_ int, h http.Header) { x.answer(w, h) },
		Done:         func(out relay.Outcome) { x.done(r.Context(), out, time.Since(start)) }}
	if x.route.api == 0 {
		x.relay.Forward(w, r, call)
		return
	}
	problem, held := x.prepare(w, r, &call)
	defer x.gate.give(held)
	if problem != nil {
		x.refuse(w, *problem)
		x.done(r.Context(), relay.Outcome{Status: problem.Status, Code: problem.Code}, time.Since(start))
		return
	}
	x.relay.Forward(w, r, call)
}

// answer adds to the header of an answer what is ours, and takes out what would
// contradict it.
func (x *exchange) answer(w http.ResponseWriter, h http.Header) {
	if w.Header().Get("Access-Control-Allow-Origin") != "" {
		for name := range h { // an origin named twice is one that browsers do not accept
			if strings.HasPrefix(name, "Access-Control-") && h.Get(name) != w.Header().Get(name) {
				h.Del(name)
			}
		}
	}
	if x.route.api != 0 {
		x.report.write(h, x.id)
	}
}

// prepare reads the body and decides what is sent in its place. held are the bytes to
// give back to the gate when all is over.
func (x *exchange) prepare(w http.ResponseWriter, r *http.Request, call *relay.Call) (problem *vendor.Problem, held int64) {
	if r.ContentLength > x.opts.Limits.MaxBody {
		return &vendor.Problem{Status: http.StatusRequestEntityTooLarge, Code: vendor.CodeBodyTooLarge,
			Message: "the body may have at most " + strconv.FormatInt(x.opts.Limits.MaxBody, 10) + " bytes"}, 0
	}
	in, err := x.take(w, r)
	if err != nil {
		return broken(err), 0
	}
	began := time.Now()
	defer func() {
		x.report.took = time.Since(began)
		x.metrics.added.WithLabelValues(x.route.label).Observe(x.report.took.Seconds())
	}()
	if in.raw != nil {
		call.Body = in.raw
	}
	if in.plain == nil {
		x.report.skipped = in.reason
		return nil, in.held
	}
	body, problem := x.shorten(r, in.plain)
	if body != nil {
		call.Body, call.Edited, x.edited = body, true, true
	}
	return problem, in.held
}

// broken is the answer for a client that did not send what it promised. Mostly it has
// gone; if not, it sent chunks or a length that are none.
func broken(err error) *vendor.Problem {
	if errors.Is(err, errSlow) {
		return &vendor.Problem{Status: http.StatusRequestTimeout, Code: "pith_body_timeout", Message: "the body came too slowly", Retry: true}
	}
	return &vendor.Problem{Status: http.StatusBadRequest, Code: "pith_invalid_request", Message: "the body ended early or is broken"}
}

// shorten returns the body to send in the place of src; nil if that is src itself.
// Should anything in it panic, that is src, too.
func (x *exchange) shorten(r *http.Request, src []byte) (out []byte, problem *vendor.Problem) {
	defer func() {
		if v := recover(); v != nil {
			x.metrics.panics.Inc()
			logPanic(r.Context(), x.opts.Log, v)
			x.report = report{asked: x.report.asked, skipped: reasonFailed}
			out, problem = nil, nil
		}
	}()
	fromHeader, ignored := policy.FromHeader(r.Header)
	x.report.ignored = ignored
	if x.off(r.Header, fromHeader) && !bytes.Contains(src, extensionKey) {
		x.report.off = true
		return nil, nil
	}
	body, err := dialect.Parse(src, x.route.api)
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
	default:
		q := &prompt{Proxy: x.Proxy, src: src, body: body, settings: settings,
			tenant: x.caller.tenant, overrides: asked(overrides), report: &x.report}
		var cancel context.CancelFunc
		q.client = r.Context()
		q.ctx, cancel = context.WithTimeout(q.client, deadline(r.Header, settings.Deadline))
		defer cancel()
		more := q.edits()
		if x.report.failed && settings.OnErrorFail {
			return nil, &vendor.Problem{Status: http.StatusServiceUnavailable, Code: vendor.CodeCompression,
				Message: "the prompt could not be compressed in time, and the request says on_error: fail", Retry: true}
		}
		if !settings.DryRun {
			edits = merge(edits, more)
		}
	}
	if len(edits) == 0 {
		return nil, nil
	}
	out = jsonedit.Splice(src, edits)
	if x.opts.Verify && !sound(src, out, edits) {
		x.opts.Log.LogAttrs(r.Context(), slog.LevelError, "edit is not sound", slog.String("id", x.id))
		x.report.skipped = "unsound_edit"
		return nil, nil
	}
	return out, nil
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
	if subscription(h) {
		lossless := policy.ModeLossless
		all = append(all, policy.Override{Mode: &lossless})
	}
	for _, m := range x.opts.Models {
		if ok, _ := path.Match(m.Match, model); ok {
			all = append(all, m.Override)
		}
	}
	if k := x.caller.key; k != nil {
		s.NoLossy = s.NoLossy || k.NoLossy
		all = append(all, k.Override)
	}
	return s.With(append(all, overrides...)...)
}

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
	if s, err := strconv.ParseFloat(h.Get("X-Stainless-Timeout"), 64); err == nil && s > 0 {
		d = min(d, time.Duration(s*float64(time.Second)/20))
	}
	return d
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

// done tells the metrics, the log and the breaker.
func (x *exchange) done(ctx context.Context, out relay.Outcome, took time.Duration) {
	m := x.metrics
	m.requests.WithLabelValues(x.route.name, x.route.label, class(out.Status)).Inc()
	if out.ClientGone {
		m.clientErr.Inc()
	}
	if out.FirstByte > 0 {
		m.upstream.WithLabelValues(x.route.name).Observe(out.FirstByte.Seconds())
	}
	if x.route.api != 0 {
		x.count()
	}
	if x.edited && x.report.shortened > 0 && (out.Status == http.StatusBadRequest || out.Status == http.StatusUnprocessableEntity) {
		m.refusals.Inc()
		if x.breaker.refused(x.caller.tenant) {
			m.trips.Inc()
			x.opts.Log.LogAttrs(ctx, slog.LevelWarn, "the vendor refuses edited requests; new texts stay raw for a while",
				slog.String("id", x.id), slog.String("upstream", x.route.name))
		}
	}
	x.log(ctx, out.Status, out.Code, took)
}

func (x *exchange) count() {
	m, r := x.metrics, &x.report
	m.prompts.WithLabelValues(x.route.label, r.outcome()).Inc()
	for reason, n := range r.reasons {
		m.blocks.WithLabelValues(reason).Add(float64(n))
	}
	for method, n := range r.methods {
		m.blocks.WithLabelValues(method).Add(float64(n))
	}
	m.tokens.WithLabelValues("in").Add(float64(r.before))
	m.tokens.WithLabelValues("out").Add(float64(r.after))
	m.ledger.WithLabelValues("hit").Add(float64(r.hits))
	m.ledger.WithLabelValues("miss").Add(float64(r.misses))
}

func (x *exchange) log(ctx context.Context, status int, code string, took time.Duration) {
	if !x.opts.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{
		slog.String("id", x.id),
		slog.String("upstream", x.route.name),
		slog.String("operation", x.route.label),
		slog.Int("status", status),
		slog.Duration("took", took),
	}
	if code != "" {
		attrs = append(attrs, slog.String("code", code))
	}
	if x.caller.key != nil {
		attrs = append(attrs, slog.String("key", x.caller.key.ID))
	}
	if r := &x.report; x.route.api != 0 {
		attrs = append(attrs, slog.String("outcome", r.outcome()), slog.String("reason", r.reason()),
			slog.Duration("added", r.took), slog.Int("tokens_in", r.before), slog.Int("tokens_out", r.after))
	}
	x.opts.Log.LogAttrs(ctx, slog.LevelInfo, "proxied", attrs...)
}
