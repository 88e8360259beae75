package service

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/pith-proxy/pith"
)

// A record is what the log and the metrics will say about one request. It is
// written by the goroutine that serves the request and by no other.
type record struct {
	id       string
	tenant   string
	stranger bool      // no tenant of ours
	code     pith.Code // of the error answered, "" if none
	err      error     // its cause
	stream   bool      // the client asked for NDJSON
	bytesIn  int64     // of the decoded body
	contexts int
	method   string // the compressor's name for what it did
	outcome  string // X-Pith-Status
	in, out  int    // tokens
	pass     *pass  // what it holds; nil on routes without a body
}

type recordKey struct{}

// recordOf returns the request's record. Outside a request it returns one that
// nobody reads.
func recordOf(ctx context.Context) *record {
	if r, ok := ctx.Value(recordKey{}).(*record); ok {
		return r
	}
	return &record{}
}

// newID returns an identifier that says nothing about anything.
func newID(prefix string) string {
	var b [12]byte
	rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}
