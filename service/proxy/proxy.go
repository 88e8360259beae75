package proxy

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

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
	decoding  chan struct{} // a place for each core
	worker    *worker
	breaker   *breaker
	metrics   *metrics

	ledgerFailed atomic.Bool // and the log has it
}

// New returns a Proxy. It fails on options that make no sense.
func New(opts Options) (*Proxy, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	p := &Proxy{opts: opts, upstreams: map[string]*relay.Upstream{}, gate: &gate{most: opts.Limits.MaxHeld},
		decoding: make(chan struct{}, runtime.GOMAXPROCS(0)),
		breaker:  newBreaker(opts.Refusals), relay: relay.New(opts.Relay)}
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
		x.log(r.Context(), relay.Outcome{Status: problem.Status, Code: problem.Code}, time.Since(start))
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
	vendor.WriteError(w, x.route.vendor, x.id, p)
}

// serve sends the request on, with a shorter prompt if it has one and that can be.
func (x *exchange) serve(w http.ResponseWriter, r *http.Request, start time.Time) {
	call := relay.Call{Upstream: x.route.upstream, Path: x.route.path, RequestID: x.id,
		EditRequest: func(h http.Header) {
			x.caller.swapCredential(h, x.route.upstream.Dialect)
			dropOwnKeys(h)
		},
		EditResponse: func(_ int, h http.Header) { x.answer(w, h) },
		Done:         func(out relay.Outcome) { x.done(r.Context(), out, time.Since(start)) }}
	if x.route.api == 0 {
		x.relay.Forward(w, r, call)
		return
	}
	problem, held := x.prepare(w, r, &call)
	defer func() { x.gate.give(held) }()
	call.Sent = func() {
		x.gate.give(held)
		held = 0
	}
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
	own := w.Header()
	if own.Get("Access-Control-Allow-Origin") != "" && !sameMap(own, h) {
		for name := range h { // an origin named twice is one that browsers do not accept
			if strings.HasPrefix(name, "Access-Control-") {
				h.Del(name)
			}
		}
	}
	if x.route.api != 0 {
		x.report.write(h, x.id)
	}
}

// sameMap reports whether a change of a is one of b: an answer of our own is made of
// the header that it is sent with.
func sameMap(a, b http.Header) bool {
	const probe = "\x00"
	a[probe] = nil
	_, same := b[probe]
	delete(a, probe)
	return same
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
		fromHeader, _ := policy.FromHeader(r.Header)
		x.report.skipped, x.report.off = in.reason, x.off(r.Header, fromHeader)
		settings := x.settings(r.Header, "", []policy.Override{fromHeader})
		return x.refusal(&settings), in.held
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
