package fakeupstream

import (
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// an answer is what is said, before anything is decided about how.
type answer struct {
	status int
	header http.Header
	body   []byte
	frames [][]byte // of an event stream; then there is no body
}

var errCutOff = errors.New("cut off as the script says")

// play sends an answer in the way that the reply says.
func (e *entry) play(w http.ResponseWriter, r *http.Request, a answer, reply Reply) {
	p := &pieces{ctx: r.Context(), w: w, rc: http.NewResponseController(w), reply: reply}
	if err := p.pause(reply.Delay); err == nil && p.cutOff() == nil {
		e.change(func(rec *Recorded) { rec.Status = a.status })
		p.header(a)
		_ = p.content(a)
	}
	e.change(func(rec *Recorded) {
		rec.Sent = p.sent
		rec.Gone = rec.Gone || p.gone
	})
	if p.cut {
		p.end()
	}
}

// pieces writes an answer piece by piece.
type pieces struct {
	ctx   context.Context
	w     http.ResponseWriter
	rc    *http.ResponseController
	reply Reply
	n     int   // pieces so far
	sent  int64 // bytes so far
	gone  bool  // the client is
	cut   bool  // the script says that no more comes
}

func (p *pieces) header(a answer) {
	h := p.w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	for name, values := range p.reply.Header {
		h[name] = values
	}
	switch {
	case p.reply.Encoding != "":
		h.Set("Content-Encoding", p.reply.Encoding)
	case a.frames == nil:
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		h.Del("Content-Length")
	}
	p.w.WriteHeader(a.status)
	if a.frames != nil {
		_ = p.rc.Flush() // a stream begins before its first event
	}
}

func (p *pieces) content(a answer) error {
	out, flush := io.Writer(p), func() error { return nil }
	if encode := encoders[p.reply.Encoding]; encode != nil {
		enc := encode(p)
		defer enc.Close()
		out, flush = enc, enc.Flush
	}
	if a.frames == nil {
		_, err := out.Write(a.body)
		return err
	}
	for _, frame := range a.frames {
		for range p.reply.Comments {
			if _, err := io.WriteString(out, ": keep-alive\n\n"); err != nil {
				return err
			}
		}
		if _, err := out.Write(frame); err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}

// Write implements [io.Writer].
func (p *pieces) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		size := len(b) - done
		if p.reply.Cut > 0 {
			size = min(size, p.reply.Cut)
		}
		if err := p.one(b[done : done+size]); err != nil {
			return done, err
		}
		done += size
	}
	return done, nil
}

func (p *pieces) one(b []byte) error {
	if err := p.cutOff(); err != nil {
		return err
	}
	if p.n > 0 {
		if err := p.pause(p.reply.Drip); err != nil {
			return err
		}
	}
	if err := p.ctx.Err(); err != nil {
		p.gone = true
		return err
	}
	n, err := p.w.Write(b)
	p.sent += int64(n)
	p.n++
	if err == nil {
		err = p.rc.Flush()
	}
	// An answer without a body (HEAD, 204) is no fault of the client's.
	p.gone = p.gone || err != nil && !errors.Is(err, http.ErrBodyNotAllowed)
	return err
}

func (p *pieces) cutOff() error {
	if p.reply.End == "" || p.n < p.reply.After {
		return nil
	}
	p.cut = true
	return errCutOff
}

// pause waits, but not for a client that has gone.
func (p *pieces) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-p.ctx.Done():
		p.gone = true
		return p.ctx.Err()
	}
}

// end cuts the connection off. What was written before has been flushed.
func (p *pieces) end() {
	if conn, _, err := p.rc.Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok && p.reply.End == Reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	panic(http.ErrAbortHandler) // HTTP/2: the server resets the stream
}

// flusher is an encoder whose output can be pushed out between two events.
type flusher interface {
	io.WriteCloser
	Flush() error
}

var encoders = map[string]func(io.Writer) flusher{
	"gzip":    func(w io.Writer) flusher { return gzip.NewWriter(w) },
	"deflate": func(w io.Writer) flusher { return zlib.NewWriter(w) },
	"br":      func(w io.Writer) flusher { return brotli.NewWriter(w) },
	"zstd": func(w io.Writer) flusher {
		enc, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err) // the options are wrong
		}
		return enc
	},
}
