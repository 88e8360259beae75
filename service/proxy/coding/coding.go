// Package coding undoes the Content-Encoding of a request, so that its body can be
// looked into.
//
//	plain, err := coding.Decode(strings.Join(r.Header["Content-Encoding"], ","), body, coding.Limits{})
//	if err != nil {
//		// forward body and header as they came: the upstream owns the error's text
//	}
//
// A body is a stranger's, and a small one can unpack to more than the machine has.
// Decode stops at a limit that it knows before it starts. It encodes nothing: what
// has been edited is sent on as identity.
package coding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Every error of Decode is one of these, wrapped or not. None quotes the body.
var (
	ErrUnknown  = errors.New("unknown content coding")
	ErrLayers   = errors.New("more than one content coding")
	ErrCorrupt  = errors.New("corrupt content coding") // or cut short, or followed by something else
	ErrTooLarge = errors.New("decoded body is over the limit")
	ErrRatio    = errors.New("decoded body is out of proportion to its coded form")
)

// Limits bound what one body may unpack to. The zero value has usable ones.
type Limits struct {
	MaxBytes int // of the decoded body; 0 is 32 MiB
	MaxRatio int // decoded bytes for each coded one, past the first MiB; 0 is 200
}

const (
	defaultBytes = 32 << 20
	defaultRatio = 200
	// ratioFloor is what any body may unpack to: a short JSON of blanks is no attack.
	ratioFloor = 1 << 20
)

// most is the limit for a coded body of n bytes, and the error of who exceeds it.
func (l Limits) most(n int) (int, error) {
	limit, ratio := l.MaxBytes, l.MaxRatio
	if limit <= 0 {
		limit = defaultBytes
	}
	if ratio <= 0 {
		ratio = defaultRatio
	}
	if n >= limit/ratio { // the product is not taken before it is known to fit
		return limit, ErrTooLarge
	}
	if fair := max(n*ratio, ratioFloor); fair < limit {
		return fair, ErrRatio
	}
	return limit, ErrTooLarge
}

// Decode returns what body is the coded form of. encoding is the value of
// Content-Encoding: at most one of zstd, gzip, deflate (with zlib's frame or without)
// and br. For identity, or none, it is body itself; else the result is the caller's.
// Of a body that exceeds the limits no more is unpacked than they allow.
func Decode(encoding string, body []byte, l Limits) ([]byte, error) {
	name, err := parse(encoding)
	if err != nil || name == "" {
		return body, err
	}
	pool, ok := pools[name]
	if !ok {
		return nil, ErrUnknown
	}
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrCorrupt)
	}
	limit, over := l.most(len(body))
	out, err := decode(pool, body, limit)
	if err == nil && len(out) > limit {
		return nil, over
	}
	return out, err
}

// parse returns the one coding that is not identity, in lower case, or "".
func parse(encoding string) (string, error) {
	var name string
	for part := range strings.SplitSeq(encoding, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		if part == "" || part == "identity" {
			continue
		}
		if name != "" {
			return "", ErrLayers
		}
		name = strings.TrimPrefix(part, "x-") // x-gzip is gzip (RFC 9110, 8.4.1.3)
		if name != "gzip" {
			name = part
		}
	}
	return name, nil
}

// decoder is a stream of one coding together with the reader it reads.
type decoder struct {
	src bytes.Reader
	stream
}

// stream is a decoder that can be used again.
type stream interface {
	io.Reader
	reset(src *bytes.Reader) error
}

// decode borrows a decoder from pool. One that panics is not given back, and does not
// take the request down.
func decode(pool *sync.Pool, body []byte, limit int) (out []byte, err error) {
	d := pool.Get().(*decoder)
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("%w: decoder failed", ErrCorrupt)
			return
		}
		d.release()
		pool.Put(d)
	}()
	return d.decode(body, limit)
}

// decode returns what body unpacks to, or limit+1 bytes of it if that is more.
func (d *decoder) decode(body []byte, limit int) ([]byte, error) {
	d.src.Reset(body)
	if err := d.reset(&d.src); err != nil {
		return nil, classify(err)
	}
	out, err := readAll(d, min(2*len(body), limit)+1, limit+1)
	if err != nil {
		return nil, classify(err)
	}
	if len(out) <= limit && d.src.Len() > 0 {
		return nil, fmt.Errorf("%w: something follows it", ErrCorrupt)
	}
	return out, nil
}

// release lets go of the body and keeps the buffers.
func (d *decoder) release() {
	d.src.Reset(nil)
	if z, ok := d.stream.(zstdStream); ok {
		_ = z.Decoder.Reset(nil) // always nil for a decoder that is not closed
	}
}

// readAll reads to the end, or until it has most bytes. It begins with room for
// guess, at least 1, and doubles.
func readAll(r io.Reader, guess, most int) ([]byte, error) {
	out := make([]byte, 0, guess)
	for idle := 0; len(out) < most; {
		if len(out) == cap(out) {
			grown := make([]byte, len(out), min(2*cap(out), most))
			copy(grown, out)
			out = grown
		}
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if n > 0 {
			idle = 0
		} else if idle++; idle > 100 {
			return nil, io.ErrNoProgress
		}
	}
	return out, nil
}
