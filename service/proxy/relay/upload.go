package relay

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// upload is a request's body on its way through. The transport reads it on a
// goroutine of its own, which may go on after the answer has come.
type upload struct {
	io.ReadCloser
	ex      *exchange
	trailer http.Header // of the outgoing request: the names that were announced

	mu      sync.Mutex
	relaxed bool  // deadlines are not set any more
	whole   bool  // it was read to its end
	err     error // that a read ended with, if not EOF
}

// Read gives the client its time for each piece, and notes how the body ended: the
// transport's own error does not say whose fault it was.
func (u *upload) Read(p []byte) (int, error) {
	u.extend()
	n, err := u.ReadCloser.Read(p)
	if err == nil {
		return n, nil
	}
	if err == io.EOF {
		for k := range u.trailer {
			u.trailer[k] = u.ex.in.Trailer[k]
		}
	}
	u.end(err)
	return n, err
}

// extend gives the read that follows its time.
func (u *upload) extend() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if t := u.ex.relay.opts.ReadTimeout; t > 0 && !u.relaxed {
		_ = u.ex.w.rc.SetReadDeadline(time.Now().Add(t)) // a reader that knows no deadlines does without
	}
}

// relax ends the deadline. One left behind would end the connection in the middle of
// the answer.
func (u *upload) relax() {
	if !u.relaxed && u.ex.relay.opts.ReadTimeout > 0 {
		_ = u.ex.w.rc.SetReadDeadline(time.Time{})
	}
	u.relaxed = true
}

// end is called with the error of the last read.
func (u *upload) end(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err == io.EOF {
		u.relax()
		u.whole = true
	} else if u.err == nil {
		u.err = err
	}
}

// answered is called before an answer's headers are sent. It may be meant to come while
// the client is still sending, and then the upstream decides how long that may take.
//
// But no other request may follow on the connection. In full duplex net/http does not
// look whether the body was read, and takes a deadline that passes for its end, so
// that what still comes of it would be taken for a request.
func (u *upload) answered(h http.Header) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ex == nil || u.whole {
		return
	}
	u.relax()
	if u.ex.in.ProtoMajor == 1 {
		h.Set("Connection", "close")
	}
}

// close is called before the connection is the server's again, which reads some of
// what is left of a body, to use the connection again or just not to offend. The
// transport may still come to read, and must not touch deadlines then.
func (u *upload) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ex == nil {
		return
	}
	u.relaxed = true
	if u.whole || u.ex.w.hijacked {
		return
	}
	t := u.ex.relay.opts.ReadTimeout
	if u.ex.abort {
		_ = u.ex.w.rc.SetReadDeadline(time.Now())
	} else if t > 0 {
		_ = u.ex.w.rc.SetReadDeadline(time.Now().Add(t))
	}
}

// failure is the error that a read ended with, if not EOF.
func (u *upload) failure() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}
