package fakeupstream

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// maxDecoded bounds what a body may decode to.
const maxDecoded = 64 << 20

// Decoded returns Body without its Content-Encoding. Of a body of which only the
// beginning was kept it returns what that decodes to, and an error.
func (r Recorded) Decoded() ([]byte, error) {
	coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	if coding == "" || coding == "identity" {
		return r.Body, nil
	}
	open, ok := decoders[coding]
	if !ok {
		return nil, fmt.Errorf("unknown content encoding %q", coding)
	}
	dec, err := open(bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", coding, err)
	}
	defer dec.Close()
	body, err := io.ReadAll(io.LimitReader(dec, maxDecoded+1))
	if err != nil {
		return body, fmt.Errorf("decode %s: %w", coding, err)
	}
	if len(body) > maxDecoded {
		return body[:maxDecoded], fmt.Errorf("decode %s: more than %d bytes", coding, maxDecoded)
	}
	return body, nil
}

var decoders = map[string]func(io.Reader) (io.ReadCloser, error){
	"gzip":    func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	"deflate": zlib.NewReader,
	"br":      func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(brotli.NewReader(r)), nil },
	"zstd": func(r io.Reader) (io.ReadCloser, error) {
		dec, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDecoded))
		if err != nil {
			return nil, err
		}
		return dec.IOReadCloser(), nil
	},
}
