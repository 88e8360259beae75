package pith

import (
	"hash/maphash"
	"log/slog"
)

// Text is prompt text. It prints in a log as a length and a digest, so that a
// prompt cannot reach a log by accident; convert it to string to use it.
type Text string

var logSeed = maphash.MakeSeed()

// LogValue implements [slog.LogValuer]. The digest is seeded per process: two
// lines about one text match, and nobody can test a guess against a stored log.
func (t Text) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("bytes", len(t)),
		slog.Uint64("digest", maphash.String(logSeed, string(t))),
	)
}

// GoString implements fmt.GoStringer, so that %#v prints no prompt either.
func (t Text) GoString() string { return "pith.Text(" + t.LogValue().String() + ")" }
