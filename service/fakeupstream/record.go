package fakeupstream

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Recorded is one request as it came, and what became of it.
type Recorded struct {
	Seq    int    // counts from 1
	Method string // POST
	Target string // as on the request line: path and query, nothing decoded or cleaned
	Proto  string // HTTP/1.1
	Host   string

	// Header has every field but Host and Transfer-Encoding, names in canonical
	// case, the values of a name in their order.
	Header           http.Header
	TransferEncoding []string
	ContentLength    int64 // as declared; -1 if it was not
	Trailer          http.Header

	Body    []byte // its first Options.MaxBody bytes, still encoded
	Size    int64  // bytes of the whole body
	SHA256  string // of the whole body, hexadecimal
	BodyErr string // why the body ended before its end; "" if it did not

	Messages [][]byte // what came through a WebSocket

	Status int   // of the answer; 0 if there was none
	Sent   int64 // bytes of the answer's body
	Gone   bool  // the client went away before the answer was complete
	Done   bool  // the request is over
}

// Path is the path of the target, as it came.
func (r Recorded) Path() string { path, _, _ := strings.Cut(r.Target, "?"); return path }

// RawQuery is what follows the first question mark of the target.
func (r Recorded) RawQuery() string { _, query, _ := strings.Cut(r.Target, "?"); return query }

// an entry is a Recorded that is still changing. Its book's lock guards it.
type entry struct {
	book *book
	rec  Recorded
}

// read takes in the whole body and keeps up to limit bytes of it.
func (e *entry) read(r *http.Request, limit int64) {
	digest := sha256.New()
	kept := &head{room: limit}
	n, err := io.Copy(io.MultiWriter(digest, kept), r.Body)
	e.change(func(rec *Recorded) {
		rec.Body, rec.Size, rec.SHA256 = kept.b, n, hex.EncodeToString(digest.Sum(nil))
		rec.Trailer = r.Trailer.Clone()
		if err != nil {
			rec.BodyErr = err.Error()
			rec.Gone = r.Context().Err() != nil || errors.Is(err, io.ErrUnexpectedEOF)
		}
	})
}

func (e *entry) finish() Recorded {
	e.change(func(rec *Recorded) { rec.Done = true })
	return e.copy()
}

func (e *entry) change(f func(*Recorded)) {
	e.book.mu.Lock()
	defer e.book.mu.Unlock()
	f(&e.rec)
	e.book.tell()
}

func (e *entry) copy() Recorded {
	e.book.mu.Lock()
	defer e.book.mu.Unlock()
	return e.rec.clone()
}

// clone shares the bytes of bodies, which nobody changes any more.
func (r Recorded) clone() Recorded {
	r.Header, r.Trailer = r.Header.Clone(), r.Trailer.Clone()
	r.TransferEncoding, r.Messages = slices.Clone(r.TransferEncoding), slices.Clone(r.Messages)
	return r
}

// head keeps the first bytes written to it.
type head struct {
	b    []byte
	room int64
}

func (h *head) Write(p []byte) (int, error) {
	n := min(int64(len(p)), h.room)
	h.b = append(h.b, p[:n]...)
	h.room -= n
	return len(p), nil
}
