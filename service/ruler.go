package service

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pith-proxy/pith/service/internal/api"
)

// A ruler turns byte offsets of a text into offsets of another unit. Offsets that
// ascend cost one walk over the text in all.
type ruler struct {
	text  string
	unit  api.OffsetUnit
	bytes int // measured so far
	units int // the same in units
}

func newRuler(text string, unit api.OffsetUnit) *ruler { return &ruler{text: text, unit: unit} }

func (r *ruler) offset(b int) int {
	if r.unit == "" || r.unit == api.OffsetByte {
		return b
	}
	if b < r.bytes {
		r.bytes, r.units = 0, 0
	}
	for r.bytes < b {
		c, size := utf8.DecodeRuneInString(r.text[r.bytes:])
		r.bytes += size
		r.units++
		if r.unit == api.OffsetUTF16 && utf16.RuneLen(c) == 2 {
			r.units++
		}
	}
	return r.units
}
