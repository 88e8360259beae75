package jsonform

import (
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/structure"
)

const (
	bom     = "\ufeff"
	maxText = 1 << 30 // bytes; offsets in a tree have 32 bits
)

// Encode writes JSON, or a stream of it, in fewer tokens: as a table where that takes at
// least a tenth less than minified JSON, which every reader knows better, and where it may
// be one. It reports
// false if text is no JSON, or gets no smaller.
func Encode(text string, o structure.Options) (structure.Encoded, bool) {
	if len(text) > maxText || !begins(text) || !utf8.ValidString(text) {
		return structure.Encoded{}, false
	}
	content, l, ok := split(text)
	if !ok {
		return structure.Encoded{}, false
	}
	best := content
	if !o.Plain {
		if table, share := tabulate(content, l.Stream, o.Count); pays(content, table, share, o.Count) {
			best, l.Table = table, true
		}
	}
	// To count the tokens of a text takes longer than all else, so it is left out where
	// the answer is plain.
	if best == text || len(best) > len(text)*7/8 && o.Count(best) >= o.Count(text) {
		return structure.Encoded{}, false
	}
	raw := l.encode()
	if len(raw) > len(text)/2+1024 {
		return structure.Encoded{}, false
	}
	return structure.Encoded{Text: best, Layout: raw}, true
}

// pays reports whether a table takes at most nine tenths of the tokens of its content;
// share is what it takes as far as one can estimate.
func pays(content, table string, share float64, count func(string) int) bool {
	switch {
	case table == "" || share > 1:
		return false
	case share < 0.75:
		return true
	}
	n := count(content)
	return count(table) <= n-n/10
}

// begins reports whether text may be JSON as far as its first sign goes.
func begins(text string) bool {
	text = strings.TrimLeft(strings.TrimPrefix(text, bom), " \t\r\n")
	return text != "" && strings.IndexByte(`{["`, text[0]) >= 0
}

// Decode undoes Encode. It returns at most limit bytes.
func Decode(text string, raw []byte, limit int) (string, error) {
	l, err := decodeLayout(raw)
	if err != nil {
		return "", err
	}
	if len(text) > maxText || !utf8.ValidString(text) {
		return "", structure.ErrText
	}
	if l.Table {
		if text, err = untabulate(text, l.Stream, limit); err != nil {
			return "", err
		}
	}
	return join(text, &l, limit)
}
