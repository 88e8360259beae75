package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pith-proxy/pith/service/proxy/coding"
)

// Why a body is not looked into.
const (
	reasonMethod    = "no_body"
	reasonMediaType = "not_json"
	reasonSigned    = "signed_body"
	reasonTooLong   = "body_too_long"
	reasonBusy      = "busy"
	reasonCoding    = "unknown_encoding"
	reasonCorrupt   = "corrupt_encoding"
)

// slowestRate is how many bytes a second a body must come in at.
const slowestRate = 64 << 10

// intake is the body of one request.
type intake struct {
	raw     []byte // as it came, if it came whole; else it goes on from the request
	plain   []byte // raw without its Content-Encoding; nil if it is not to be looked into
	reason  string // why not
	decoded bool   // plain is not raw
	held    int64  // bytes that count as in flight
}

// errSlow says that a client did not send its body in time.
var errSlow = errors.New("proxy: the body came too slowly")

// take reads the body of r if a prompt may be in it and it is not too long, and
// leaves it in r otherwise. An error is the client's: it broke off, or was too slow.
func (p *Proxy) take(w http.ResponseWriter, r *http.Request) (intake, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return intake{reason: reasonMethod}, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, p.opts.Limits.MaxBody)
	if reason := closed(r); reason != "" {
		return intake{reason: reason}, nil
	}
	body := &paced{ReadCloser: r.Body, rc: http.NewResponseController(w), patience: p.opts.Limits.BodyTimeout, start: time.Now()}
	in, err := p.read(r, body)
	if err != nil || in.reason != "" {
		return in, err
	}
	enc := strings.Join(r.Header["Content-Encoding"], ",")
	plain, err := p.decode(r.Context(), enc, in.raw)
	switch {
	case err == nil:
		in.decoded = enc != "" && !strings.EqualFold(enc, "identity")
		if in.decoded && !p.gate.take(int64(len(plain))) {
			in.reason = reasonBusy
			return in, nil
		}
		if in.decoded {
			in.held += int64(len(plain))
		}
		in.plain = plain
	case errors.Is(err, coding.ErrCorrupt):
		in.reason = reasonCorrupt
	case errors.Is(err, coding.ErrTooLarge), errors.Is(err, coding.ErrRatio):
		in.reason = reasonTooLong
	default:
		in.reason = reasonCoding
	}
	return in, nil
}

// decode waits for its turn: what a body unpacks to is not known before, so that many
// at once could need more memory than there is.
func (p *Proxy) decode(ctx context.Context, enc string, raw []byte) ([]byte, error) {
	if enc != "" {
		select {
		case p.decoding <- struct{}{}:
			defer func() { <-p.decoding }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return coding.Decode(enc, raw, coding.Limits{MaxBytes: int(p.opts.Limits.InspectBody)})
}

// closed says by the header alone why a body is not to be looked into; "" if it is.
func closed(r *http.Request) string {
	if r.ContentLength == 0 {
		return reasonMethod
	}
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || t != "application/json" {
		return reasonMediaType
	}
	for _, h := range []string{"Signature", "X-Amz-Content-Sha256"} {
		if len(r.Header[h]) > 0 {
			return reasonSigned
		}
	}
	return ""
}

const firstRead = 16 << 10

// read reads the body. If it turns out too long, or there is too much in flight, what
// was read is put back in front of what was not.
func (p *Proxy) read(r *http.Request, body *paced) (intake, error) {
	limit := p.opts.Limits.InspectBody
	if r.ContentLength > limit {
		return intake{reason: reasonTooLong}, nil
	}
	var in intake
	var buf []byte
	for {
		if len(buf) == cap(buf) {
			room := max(int64(len(buf)), firstRead)
			if rest := r.ContentLength - int64(len(buf)); rest > 0 && (rest < firstRead || int64(len(buf)) >= rest/3) {
				room = rest + 1 // a promised length is believed once a quarter has come
			}
			if int64(len(buf)) > limit {
				in.reason = reasonTooLong
			} else if !p.gate.take(room) {
				in.reason = reasonBusy
			}
			if in.reason != "" {
				body.stop()
				r.Body = &putBack{Reader: io.MultiReader(bytes.NewReader(buf), r.Body), Closer: r.Body}
				return in, nil
			}
			in.held += room
			buf = append(make([]byte, 0, int64(len(buf))+room), buf...)
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			in.raw = buf
			if int64(len(buf)) > limit {
				in.reason = reasonTooLong
			}
			return in, nil
		}
		if err != nil {
			p.gate.give(in.held)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = errSlow
			}
			return intake{}, err
		}
	}
}

// putBack is a body whose first part was read already.
type putBack struct {
	io.Reader
	io.Closer
}

// paced moves the deadline by which the next bytes of a body must come: patience, and
// the time that what came would take at the slowest rate. It makes no difference to a
// client that is only slow. At the body's end there is no deadline left.
type paced struct {
	io.ReadCloser
	rc       *http.ResponseController
	patience time.Duration
	start    time.Time
	n        int64
}

func (b *paced) Read(p []byte) (int, error) {
	_ = b.rc.SetReadDeadline(b.start.Add(b.patience + time.Duration(b.n/slowestRate)*time.Second))
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if err == io.EOF {
		b.stop()
	}
	return n, err
}

// stop lifts the deadline. One left behind would end the connection in the middle of
// the answer.
func (b *paced) stop() { _ = b.rc.SetReadDeadline(time.Time{}) }

// gate bounds the bytes that are held at once. It never makes anybody wait: who does
// not get in is served without being held.
type gate struct {
	most int64
	now  atomic.Int64
}

func (g *gate) take(n int64) bool {
	if g.now.Add(n) > g.most {
		g.now.Add(-n)
		return false
	}
	return true
}

func (g *gate) give(n int64) { g.now.Add(-n) }
