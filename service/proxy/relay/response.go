package relay

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answer is the body of an answer on its way through. It ends one whose upstream has
// fallen silent; a client that is slow to read does not count against it.
type answer struct {
	io.ReadCloser
	ex    *exchange
	idle  time.Duration // 0 is for ever
	timer *time.Timer
	err   error // that a read ended with, if not EOF
}

func (a *answer) Read(p []byte) (int, error) {
	if a.timer != nil {
		a.timer.Reset(a.idle)
	} else if a.idle > 0 {
		a.timer = time.AfterFunc(a.idle, func() { a.ex.cancel(errStreamIdle) })
	}
	n, err := a.ReadCloser.Read(p)
	if a.timer != nil {
		a.timer.Stop()
	}
	if err != nil && err != io.EOF {
		a.err = err
		a.ex.abort = true
	}
	return n, err
}

// clientWriter is the client's side of an answer. A write that the client does not
// take in time fails; the time starts anew with each.
type clientWriter struct {
	http.ResponseWriter
	rc *http.ResponseController
	ex *exchange

	streams  bool // the answer's length is not known
	hijacked bool
	n        int64         // bytes of body
	first    time.Duration // see Outcome
	err      error         // of the first write that failed
}

// expect prepares for res: what net/http would add to an answer because the upstream
// left it out, a date or a guess at the type, stays out.
func (w *clientWriter) expect(res *http.Response) {
	w.streams = res.ContentLength == -1
	h := w.Header()
	for _, k := range []string{"Date", "Content-Type"} {
		if _, ok := res.Header[k]; !ok {
			if _, ok := h[k]; !ok {
				h[k] = nil
			}
		}
	}
}

// WriteHeader sends the headers of a stream at once: its first event may be a while.
func (w *clientWriter) WriteHeader(status int) {
	if status == http.StatusContinue {
		return // the server says so itself, now that the transport reads the body
	}
	if status < 200 {
		w.ResponseWriter.WriteHeader(status) // no flush follows, which would end a deadline
		return
	}
	w.extend()
	w.ResponseWriter.WriteHeader(status)
	if w.streams {
		_ = w.FlushError()
	}
}

func (w *clientWriter) Write(p []byte) (int, error) {
	if w.n == 0 && len(p) > 0 {
		w.first = time.Since(w.ex.start)
	}
	w.extend()
	n, err := w.ResponseWriter.Write(p)
	w.n += int64(n)
	w.note(err)
	return n, err
}

// FlushError is found by http.ResponseController.
func (w *clientWriter) FlushError() error {
	err := w.rc.Flush()
	w.note(err)
	if w.ex.in.ProtoMajor >= 2 && w.ex.relay.opts.WriteTimeout > 0 {
		// In HTTP/2 a deadline ends the stream even if nothing is being written.
		_ = w.rc.SetWriteDeadline(time.Time{})
	}
	return err
}

// Hijack is found by http.ResponseController. It clears the server's deadlines.
func (w *clientWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := w.rc.Hijack()
	w.hijacked = err == nil
	return conn, rw, err
}

// Unwrap is found by http.ResponseController.
func (w *clientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// extend gives the write that follows, and the flush after it, its time. A writer
// that knows no deadlines does without.
func (w *clientWriter) extend() {
	if t := w.ex.relay.opts.WriteTimeout; t > 0 {
		_ = w.rc.SetWriteDeadline(time.Now().Add(t))
	}
}

// close gives the server time for the end of an HTTP/1 answer. The deadline of the
// last write may have passed while the upstream was silent.
func (w *clientWriter) close() {
	if !w.hijacked && w.ex.in.ProtoMajor == 1 {
		w.extend()
	}
}

// note keeps the first error. That a writer cannot flush is none.
func (w *clientWriter) note(err error) {
	if err != nil && w.err == nil && err != http.ErrBodyNotAllowed && err != http.ErrNotSupported {
		w.err = err
		w.ex.abort = true
	}
}

func isEventStream(h http.Header) bool {
	v := h["Content-Type"]
	return len(v) > 0 && hasPrefix(v[0], "text/event-stream")
}

// unbuffered asks proxies between us and the client not to collect events. What the
// upstream says about it stands.
func unbuffered(h http.Header) {
	if len(h["X-Accel-Buffering"]) == 0 {
		h["X-Accel-Buffering"] = []string{"no"}
	}
	if len(h["Cache-Control"]) == 0 {
		h["Cache-Control"] = []string{"no-cache"}
	}
}

// redirectsAway reports whether an answer would send the client, and the key in its
// headers, to another server than the upstream. A WebSocket is not to be sent
// anywhere: one SDK took its key along.
func redirectsAway(res *http.Response, base *url.URL, upgrade bool) bool {
	if res.StatusCode < 300 || res.StatusCode > 399 || res.StatusCode == http.StatusNotModified {
		return false
	}
	for _, loc := range res.Header["Location"] {
		if upgrade || leaves(base, loc) {
			return true
		}
	}
	return false
}

// leaves reports whether a Location is on another server than base, or is for any
// reader: clients take backslashes for slashes, and any number of them for two.
func leaves(base *url.URL, loc string) bool {
	u, err := url.Parse(loc)
	if err != nil || strings.ContainsAny(loc, "\\\t") {
		return true
	}
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(loc, "//")
	}
	if u.Scheme == "" {
		u.Scheme = base.Scheme
	}
	if base.Scheme == "https" && u.Scheme != "https" {
		return true // in the clear
	}
	return !strings.EqualFold(u.Hostname(), base.Hostname()) || port(u) != port(base)
}

// port is the URL's port, "" for the usual one: a server that sends http to https on
// the same host is still the same server.
func port(u *url.URL) string {
	p := u.Port()
	if p == "80" && u.Scheme == "http" || p == "443" && u.Scheme == "https" {
		return ""
	}
	return p
}
