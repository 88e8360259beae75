package service

import (
	"sync/atomic"

	"github.com/pith-proxy/pith"
)

// A door bounds what is inside at once: requests, and bytes of their bodies. It
// never makes anybody wait, because a wait here would hold a connection for work
// that the compressor's own queue would then make wait again.
type door struct {
	maxRequests, maxBytes int64
	requests, bytes       atomic.Int64
}

func newDoor(requests int, bytes int64) *door {
	return &door{maxRequests: int64(requests), maxBytes: bytes}
}

var (
	errTooManyRequests = &pith.Error{Code: pith.CodeUnavailable, Msg: "too many requests in flight; try again after Retry-After"}
	errTooManyBytes    = &pith.Error{Code: pith.CodeUnavailable, Msg: "too many bytes in flight; try again after Retry-After"}
)

// enter admits one request and returns its pass, or refuses.
func (d *door) enter() (*pass, error) {
	if d.requests.Add(1) > d.maxRequests {
		d.requests.Add(-1)
		return nil, errTooManyRequests
	}
	return &pass{door: d}, nil
}

// A pass is one admitted request and the bytes it holds. It is not safe for
// concurrent use.
type pass struct {
	door *door
	held int64
}

// take claims n more bytes, or refuses.
func (p *pass) take(n int64) error {
	if p.door.bytes.Add(n) > p.door.maxBytes {
		p.door.bytes.Add(-n)
		return errTooManyBytes
	}
	p.held += n
	return nil
}

// handOver returns a pass that holds the bytes of p, which then holds none. It
// does not count as a request.
func (p *pass) handOver() *pass {
	q := &pass{door: p.door, held: p.held}
	p.held = 0
	return q
}

// drop gives the bytes back.
func (p *pass) drop() {
	p.door.bytes.Add(-p.held)
	p.held = 0
}

// leave gives everything back.
func (p *pass) leave() {
	p.drop()
	p.door.requests.Add(-1)
}
