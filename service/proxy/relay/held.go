package relay

import (
	"errors"
	"io"
	"sync"
)

// oneWrite is the longest body, in bytes, that is worth going out in one write.
const oneWrite = 64 << 10

// held is a body that is let go of as soon as it was sent: the answer to it may stream
// for minutes.
type held struct {
	size int

	mu    sync.Mutex
	b     []byte // nil when it was let go
	whole bool   // somebody read all of it
}

var errLetGo = errors.New("relay: the body is no longer held")

func (h *held) reader() io.ReadCloser { return &heldReader{held: h} }

// drop lets go of the body if it was sent whole, and reports whether it is gone.
func (h *held) drop() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.whole {
		h.b = nil
	}
	return h.b == nil
}

type heldReader struct {
	*held
	at int
}

// Read implements io.Reader.
func (r *heldReader) Read(p []byte) (int, error) {
	if r.at == r.size {
		return 0, io.EOF
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.b == nil {
		return 0, errLetGo
	}
	n := copy(p, r.b[r.at:])
	r.at += n
	r.whole = r.whole || r.at == r.size
	return n, nil
}

// Close implements io.Closer.
func (r *heldReader) Close() error { return nil }
