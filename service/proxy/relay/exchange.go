package relay

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strconv"
	"sync"
	"time"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// exchange is one Call under way.
type exchange struct {
	relay   *Relay
	call    Call
	in      *http.Request
	start   time.Time
	ctx     context.Context // of the outgoing request
	cancel  context.CancelCauseFunc
	upgrade bool // to a WebSocket

	w        clientWriter
	held     *held       // the call's body, if it is long
	upload   upload      // the request's body, if it streams through
	answer   answer      // the answer's body
	patience *time.Timer // ends the wait for headers sooner than the transport would; nil if it need not

	out   Outcome
	abort bool // there is nothing left to do but to close the connection
}

// run has a ReverseProxy do the copying. It is made for each call: that costs nothing,
// and lets its hooks know the call.
func (ex *exchange) run() {
	if ex.upgrade {
		if ex.call.Upstream.NoWebSocket {
			ex.refuse(reasonNoWebSocket, nil)
			return
		}
		if !ex.relay.enter(ex) {
			ex.refuse(reasonShutdown, nil)
			return
		}
		defer ex.relay.leave(ex)
	}
	ex.patience = ex.impatience()
	proxy := httputil.ReverseProxy{
		Rewrite:        ex.rewrite,
		Transport:      ex.call.Upstream.Transport,
		ModifyResponse: ex.received,
		ErrorHandler:   func(_ http.ResponseWriter, _ *http.Request, err error) { ex.fail(err) },
		BufferPool:     buffers{},
		ErrorLog:       silent,
		FlushInterval:  flushInterval,
	}
	proxy.ServeHTTP(&ex.w, ex.in)
}

// finish releases what the call held and reports. It runs while Forward panics, too.
func (ex *exchange) finish() {
	if ex.patience != nil {
		ex.patience.Stop()
	}
	ex.cancel(nil)
	ex.upload.close()
	ex.w.close()
	if ex.answer.err != nil && ex.w.err == nil {
		// What came before the break is the client's, status and headers first: some
		// clients send a request again of which they have seen nothing.
		_ = ex.w.FlushError()
	}
	ex.broke()
	ex.out.FirstByte, ex.out.BytesOut = ex.w.first, ex.w.n
	ex.out.Total = time.Since(ex.start)
	if ex.call.Done != nil {
		ex.call.Done(ex.out)
	}
}

// impatience is the time after which the client itself would give up waiting, if it
// said so and that is sooner than the transport does. Then a second more, so that
// its own timeout is what it sees, as it would without us.
func (ex *exchange) impatience() *time.Timer {
	v := ex.in.Header["X-Stainless-Timeout"]
	if len(v) == 0 {
		return nil
	}
	seconds, err := strconv.ParseFloat(v[0], 64)
	if err != nil || !(seconds > 0 && seconds < ex.relay.opts.ResponseHeaderTimeout.Seconds()) {
		return nil
	}
	wait := time.Duration(seconds*float64(time.Second)) + time.Second
	return time.AfterFunc(wait, func() { ex.cancel(errHeaderTimeout) })
}

// received is the proxy's ModifyResponse.
func (ex *exchange) received(res *http.Response) error {
	if ex.patience != nil && !ex.patience.Stop() {
		return errHeaderTimeout
	}
	ex.out.Header = time.Since(ex.start)
	ex.sent()
	if redirectsAway(res, ex.call.Upstream.Base, ex.upgrade) {
		return errRedirect
	}
	ex.out.Status = res.StatusCode
	if isEventStream(res.Header) {
		unbuffered(res.Header)
	}
	if ex.call.EditResponse != nil {
		ex.call.EditResponse(res.StatusCode, res.Header)
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		return nil // the body is a connection now
	}
	ex.w.expect(res)
	ex.upload.answered(ex.w.Header())
	if res.Body != http.NoBody {
		ex.answer = answer{ReadCloser: res.Body, idle: ex.relay.opts.StreamIdle, ex: ex}
		res.Body = &ex.answer
	}
	return nil
}

// sent is called when an answer has come: the body it is to is not needed any more,
// unless the upstream answers before it has read it.
func (ex *exchange) sent() {
	if ex.call.Body == nil || ex.held != nil && !ex.held.drop() {
		return
	}
	ex.call.Body = nil
	if ex.call.Sent != nil {
		ex.call.Sent()
	}
}

// fail is the proxy's ErrorHandler: there is no answer, or none that may be passed on.
func (ex *exchange) fail(err error) {
	reason := ex.reason(err)
	if ex.w.hijacked || reason == reasonClientGone {
		ex.out.Err = &Error{reason, err}
		ex.out.ClientGone = reason == reasonClientGone
		if ex.out.ClientGone {
			ex.out.Status = StatusClientGone
		}
		ex.abort = true
		return
	}
	ex.refuse(reason, err)
}

// refuse answers in the upstream's place.
func (ex *exchange) refuse(reason string, err error) {
	p := problems[reason]
	ex.out.Err, ex.out.Status, ex.out.Code = &Error{reason, err}, p.Status, p.Code
	h := ex.w.Header()
	ex.upload.answered(h)
	if ex.call.EditResponse != nil {
		ex.call.EditResponse(p.Status, h)
	}
	if reason == reasonNoWebSocket {
		h.Set("Upgrade", "websocket") // RFC 9110, 15.5.22
	}
	vendor.WriteError(&ex.w, ex.call.Upstream.Dialect, ex.call.RequestID, p)
}

// broke notes that the copying of an answer ended early. The proxy panics then, but
// only under a server; abort makes sure of it.
func (ex *exchange) broke() {
	if ex.out.Err != nil {
		return
	}
	switch {
	case ex.w.err != nil: // the client does not take it
		ex.out.Err, ex.out.ClientGone = &Error{reasonClientGone, ex.w.err}, true
	case ex.answer.err != nil && ex.in.Context().Err() != nil:
		ex.out.Err, ex.out.ClientGone = &Error{reasonClientGone, ex.answer.err}, true
	case ex.answer.err != nil && context.Cause(ex.ctx) == errStreamIdle:
		ex.out.Err = &Error{reasonStreamIdle, errStreamIdle}
	case ex.answer.err != nil:
		ex.out.Err = &Error{reasonStreamBroken, ex.answer.err}
	}
}

// silent is where the proxy's own log goes: its errors are in the Outcome, without the
// text that they may quote.
var silent = log.New(io.Discard, "", 0)

// flushInterval is how long an answer of known length may wait for more of it, so that
// a short one goes out in one piece. Flushing it at once, headers first, costs a third
// more time. Streams never wait: the proxy flushes them after each read.
const flushInterval = time.Millisecond

const copyBuffer = 32 << 10

// buffers is the proxy's BufferPool.
type buffers struct{}

var bufferPool = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

func (buffers) Get() []byte  { return bufferPool.Get().(*[copyBuffer]byte)[:] }
func (buffers) Put(b []byte) { bufferPool.Put((*[copyBuffer]byte)(b)) }
