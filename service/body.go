package service

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pith-proxy/pith"
)

const (
	slowestRate = 64 << 10 // bytes a second that a body must come in at
	maxRatio    = 200      // of gzip, beyond
	ratioFree   = 1 << 20  // this many decoded bytes
	minRead     = 512
)

// A body reads what one client sends, decoded, and holds it to the limits. Its
// Read returns errors that a client may see.
type body struct {
	limits Limits
	wire   *wire
	r      io.Reader // of decoded bytes
	gzip   bool

	promised int64         // Content-Length; -1 if there is none
	total    int64         // decoded bytes so far
	lines    *bufio.Reader // over the body itself; see line
}

// openBody refuses what the headers are enough to refuse, before the client is
// asked for a byte.
func openBody(w http.ResponseWriter, r *http.Request, l Limits) (*body, error) {
	b := &body{limits: l, promised: r.ContentLength, wire: &wire{r: r.Body, rc: http.NewResponseController(w), patience: l.BodyTimeout}}
	b.wire.restart()
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
		b.r = b.wire
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(b.wire)
		if err != nil {
			return nil, readError(err)
		}
		b.r, b.gzip = z, true
	default:
		return nil, &pith.Error{Code: codeMediaType, Msg: "Content-Encoding must be gzip or identity, one layer"}
	}
	return b, nil
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.total += int64(n)
	if b.gzip && b.total > ratioFree && b.total > maxRatio*b.wire.n {
		return n, &pith.Error{Code: pith.CodeTooLarge,
			Msg: fmt.Sprintf("the body expands more than %d times; send it less compressed", maxRatio)}
	}
	if err != nil && err != io.EOF {
		err = readError(err)
	}
	return n, err
}

// all returns the whole body. Its bytes are claimed from p as they come, so that
// a client that promises much and sends little holds little.
func (b *body) all(p *pass) ([]byte, error) {
	var buf []byte
	for {
		if cap(buf)-len(buf) < minRead {
			buf = slices.Grow(buf, b.room(len(buf)))
		}
		n, err := b.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err := b.admit(p, len(buf)); err != nil {
			return nil, err
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// room is how many bytes to make room for after have. What the client promised is
// believed once a quarter of it has come.
func (b *body) room(have int) int {
	if rest := int(b.promised) - have; !b.gzip && rest > 0 && (have >= rest/3 || rest < 64<<10) {
		return rest + minRead
	}
	return max(have, 4<<10)
}

// line returns the next line that is not blank, without white space around it.
// At the end of the body it returns io.EOF. p must hold nothing else.
func (b *body) line(p *pass) ([]byte, error) {
	if b.lines == nil {
		b.lines = bufio.NewReaderSize(b, 64<<10)
	}
	for {
		b.wire.restart()
		line, err := b.oneLine(p)
		line = bytes.TrimSpace(line)
		if len(line) > 0 && (err == nil || err == io.EOF) {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
		p.drop()
	}
}

func (b *body) oneLine(p *pass) ([]byte, error) {
	var line []byte
	for {
		part, err := b.lines.ReadSlice('\n')
		line = append(line, part...)
		if err := b.admit(p, len(bytes.TrimRight(line, "\r\n"))); err != nil {
			return nil, err
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// admit holds size bytes to the limits.
func (b *body) admit(p *pass, size int) error {
	if int64(size) > b.limits.MaxBody {
		return tooLarge(b.limits.MaxBody)
	}
	return p.take(int64(size) - p.held)
}

func tooLarge(limit int64) error {
	return &pith.Error{Code: pith.CodeTooLarge, Msg: fmt.Sprintf("the body may have at most %d bytes, after decoding", limit)}
}

func readError(err error) error {
	var e *pith.Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &pith.Error{Code: codeBodyTimeout, Msg: "the body came too slowly"}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return &pith.Error{Code: pith.CodeInvalid, Msg: "the body is not valid gzip"}
	}
	// A corrupt deflate stream, a broken chunk, or an end before the end. If the
	// client is gone nobody reads this.
	return &pith.Error{Code: pith.CodeInvalid, Msg: "the body ended early or is corrupt", Err: err}
}

// wire counts the bytes of a body as they arrive and keeps moving the deadline by
// which the next must: patience, plus the time that what came would need at the
// slowest rate. At the end of a body net/http lifts the deadline by itself. Where a
// body breaks off the deadline has to stay, else the server, which reads what is
// left of it, would wait for that for ever.
type wire struct {
	r        io.Reader
	rc       *http.ResponseController
	patience time.Duration
	start    time.Time
	n, since int64 // bytes in all, and since start
}

// restart begins the time anew: at the body, and at each line of a stream, since
// it is pith that makes the client of a stream wait.
func (w *wire) restart() { w.start, w.since = time.Now(), 0 }

func (w *wire) Read(p []byte) (int, error) {
	_ = w.rc.SetReadDeadline(w.start.Add(w.patience + time.Duration(w.since)*time.Second/slowestRate))
	n, err := w.r.Read(p)
	w.n += int64(n)
	w.since += int64(n)
	return n, err
}
