package relay

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// An Upstream is a server that requests may go to. It comes from configuration and
// never from a request.
type Upstream struct {
	Name    string
	Base    *url.URL // from ParseBase
	Dialect vendor.Dialect
	// Transport connects to it; from NewTransport, since one made elsewhere may add
	// headers and unpack answers.
	Transport http.RoundTripper
	// NoWebSocket answers an upgrade with 426 at once. Some clients fall back to plain
	// HTTP only for that status.
	NoWebSocket bool
}

// A Call is what Forward is to do with a request.
type Call struct {
	Upstream *Upstream
	// Path is put behind the path of Upstream's base, escaped as it is to be sent:
	// "/v1/chat%2Fcompletions" stays so. The query is the request's, verbatim.
	Path string
	// Body is sent in place of the request's own, which must have been read to its end.
	// With nil the request's streams through, in the client's length or its chunks.
	Body []byte
	// Edited says that Body is not what the client sent, and has no content coding.
	// The headers that describe the client's bytes are left out.
	Edited bool
	// RequestID is named in an answer of our own.
	RequestID string

	// EditRequest has the last word on the headers that go out, except that no X-Pith-*
	// gets past it. It may be nil, as may all that follow.
	EditRequest func(http.Header)
	// EditResponse may add to the headers of the answer, the upstream's or ours, before
	// the first is sent. Headers that were set on the ResponseWriter before Forward are
	// lost if the upstream sends early hints.
	EditResponse func(status int, h http.Header)
	// Sent is called when Body was sent and is not held any more, if that is before the
	// end. A short one may still be.
	Sent func()
	// Done is called once, when all is over, also if Forward panics.
	Done func(Outcome)
}

// StatusClientGone is the Status of an Outcome in which nobody was left to answer.
const StatusClientGone = 499

// An Outcome is what became of a Call.
type Outcome struct {
	Status     int           // of the answer; StatusClientGone if there was none
	Err        *Error        // nil if the whole answer was passed on
	Code       string        // of an answer of our own: one of vendor's; else ""
	ClientGone bool          // the client ended it
	Header     time.Duration // from the start until the upstream's headers came; 0 if they did not
	FirstByte  time.Duration // from the start until the body's first byte was handed to the client; 0 if none was
	Total      time.Duration
	BytesOut   int64 // of the body; those of a tunnel are not counted
}

// A Relay forwards requests. It is safe for concurrent use.
type Relay struct {
	opts Options

	mu      sync.Mutex
	closed  bool
	tunnels map[*exchange]struct{} // with a WebSocket open, or about to be
}

// New returns a relay that uses the times in o that concern one call:
// ResponseHeaderTimeout, StreamIdle, ReadTimeout and WriteTimeout.
func New(o Options) *Relay {
	return &Relay{opts: o.withDefaults(), tunnels: map[*exchange]struct{}{}}
}

// Forward sends req to the upstream and its answer to w. If none comes, the answer is
// an error in the upstream's dialect. If the client is gone, or the answer breaks off
// after its headers, Forward panics with http.ErrAbortHandler, for which the server
// closes the connection; whoever recovers must panic again.
func (r *Relay) Forward(w http.ResponseWriter, req *http.Request, c Call) {
	ex := &exchange{relay: r, call: c, in: req, start: time.Now(), upgrade: upgrades(req.Header)}
	ex.w = clientWriter{ResponseWriter: w, rc: http.NewResponseController(w), ex: ex}
	ex.ctx, ex.cancel = context.WithCancelCause(req.Context())
	defer ex.finish()
	ex.run()
	if ex.abort {
		panic(http.ErrAbortHandler)
	}
}

// CloseTunnels closes every WebSocket, and refuses those that come later. A server's
// Shutdown knows nothing of them; register this with RegisterOnShutdown.
func (r *Relay) CloseTunnels() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for ex := range r.tunnels {
		ex.cancel(errShutdown)
	}
}

// enter takes ex among the tunnels before the upstream is asked, so that none can
// open unseen while CloseTunnels runs.
func (r *Relay) enter(ex *exchange) (ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.tunnels[ex] = struct{}{}
	}
	return !r.closed
}

func (r *Relay) leave(ex *exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tunnels, ex)
}
