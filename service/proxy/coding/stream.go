package coding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// zstdWindow is the largest window that the zstd content coding may have (RFC 9659).
const zstdWindow = 8 << 20

// pools holds idle decoders by the name of their coding. What each keeps is bounded by
// its window: 32 KiB for gzip and deflate, 8 MiB for zstd, 16 MiB for br.
var pools = map[string]*sync.Pool{
	"gzip":    {New: func() any { return &decoder{stream: new(gzipStream)} }},
	"deflate": {New: func() any { return &decoder{stream: new(deflateStream)} }},
	"br":      {New: func() any { return &decoder{stream: brStream{brotli.NewReader(nil)}} }},
	"zstd":    {New: func() any { return &decoder{stream: newZstd()} }},
}

type gzipStream struct{ gzip.Reader }

func (s *gzipStream) reset(src *bytes.Reader) error { return s.Reader.Reset(src) }

type brStream struct{ *brotli.Reader }

func (s brStream) reset(src *bytes.Reader) error { return s.Reader.Reset(src) }

type zstdStream struct{ *zstd.Decoder }

// newZstd makes a decoder that starts no goroutine, so that it may be dropped without
// being closed.
func newZstd() zstdStream {
	d, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindow),
		zstd.WithDecoderMaxMemory(zstdWindow), // which is also the largest window of a frame that names none
	)
	if err != nil {
		panic(err) // an option out of its range
	}
	return zstdStream{d}
}

func (s zstdStream) reset(src *bytes.Reader) error { return s.Decoder.Reset(src) }

// deflateStream reads what HTTP calls deflate: zlib's format (RFC 9110, 8.4.1.2), or
// the bare stream that some clients send instead.
type deflateStream struct {
	io.Reader // one of the two, by the body's first bytes
	framed    io.ReadCloser
	bare      io.ReadCloser
}

func (s *deflateStream) reset(src *bytes.Reader) (err error) {
	var head [2]byte
	_, _ = src.ReadAt(head[:], 0)
	if !zlibHeader(head) {
		if s.bare == nil {
			s.bare = flate.NewReader(src)
		}
		s.Reader = s.bare
		return s.bare.(flate.Resetter).Reset(src, nil)
	}
	if s.framed == nil {
		s.framed, err = zlib.NewReader(src)
	} else {
		err = s.framed.(zlib.Resetter).Reset(src, nil)
	}
	s.Reader = s.framed
	return err
}

// zlibHeader reports whether a stream that begins with b is zlib's: method 8, and both
// bytes together a multiple of 31 (RFC 1950). A bare stream would have to begin with a
// stored block and bits set in its padding to look like that.
func zlibHeader(b [2]byte) bool {
	return b[0]&0x0f == 8 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// classify puts a decoder's error under one of ours. Its text is not kept: no decoder
// promises that it quotes nothing.
func classify(err error) error {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("%w: its window is over 8 MiB", ErrTooLarge)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w: cut short", ErrCorrupt)
	}
	return ErrCorrupt
}
