package policy

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/protect"
)

// digestVersion changes when a setting begins or ceases to matter.
const digestVersion = "pith-settings-2"

// Canonical returns the settings that change the bytes made of a block, each
// field with its length before it. Lists that mean the same are the same.
// Left out, since they only say whether a result is used or waited for: DryRun,
// Deadline, OnErrorFail, and SkipStored, which becomes NoLossy in the requests
// that it is about.
func (s Settings) Canonical() []byte {
	var b []byte
	field := func(v string) {
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	number := func(n uint64) { field(string(binary.BigEndian.AppendUint64(nil, n))) }
	list := func(l []string) {
		l = slices.Compact(slices.Sorted(slices.Values(l)))
		number(uint64(len(l)))
		for _, v := range l {
			field(v)
		}
	}
	flag := func(on bool) {
		if on {
			field("1")
		} else {
			field("0")
		}
	}
	field(digestVersion)
	field(string(orDefault(s.Mode, ModeOff)))
	field(orDefault(s.Method, "auto"))
	field(orDefault(s.Lossless, LosslessOff))
	number(math.Float64bits(s.Rate))
	number(uint64(s.TargetTokens))
	list(s.Roles)
	number(uint64(s.MinTokens))
	field(s.Question)
	preserve := s.Preserve
	if preserve == nil {
		preserve = protect.Default
	}
	list(preserve)
	flag(s.Tags)
	flag(s.NoLossy)
	tools := make([]string, len(s.LossyTools))
	for i, t := range s.LossyTools {
		tools[i] = strings.ToLower(t)
	}
	list(tools)
	return b
}

// Digest is the SHA-256 of [Settings.Canonical].
func (s Settings) Digest() [32]byte { return sha256.Sum256(s.Canonical()) }

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
