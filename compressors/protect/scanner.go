package protect

import (
	"cmp"
	"errors"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A scanner collects spans in any order; finish sorts them out.
type scanner struct {
	text   string
	policy *Policy
	out    []Span
	taken  []Span // blocks and inline code, merged: not looked into for words
	cursor int    // into taken, see inTaken
}

// add records [start, end) if its class is on, and reports whether it is.
func (s *scanner) add(start, end int, class string) bool {
	if !s.policy.on[class] || start >= end {
		return false
	}
	s.out = append(s.out, Span{start, end, class})
	return true
}

// finish sorts, widens to whole words and merges.
func (s *scanner) finish() []Span {
	merged := mergeSpans(s.out)
	prev := 0
	for i := range merged {
		m := &merged[i]
		m.Start = wordStart(s.text, m.Start, min(prev, m.Start))
		m.End = wordEnd(s.text, max(m.End, min(prev, len(s.text))))
		prev = m.End
	}
	return mergeSpans(merged)
}

// mergeSpans sorts spans and joins those that overlap or touch. Of spans that
// begin together the one whose class is listed first gives the name.
func mergeSpans(spans []Span) []Span {
	order := func(a, b Span) int {
		if a.Start != b.Start {
			return cmp.Compare(a.Start, b.Start)
		}
		return cmp.Compare(rank(a.Class), rank(b.Class))
	}
	if !slices.IsSortedFunc(spans, order) {
		slices.SortStableFunc(spans, order)
	}
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

func rank(class string) int {
	if i := slices.Index(Classes, class); i >= 0 {
		return i
	}
	return len(Classes) // the caller's own
}

// wordStart moves i back to the start of the word that it cuts, but not below low.
func wordStart(text string, i, low int) int {
	r, _ := utf8.DecodeRuneInString(text[i:])
	if !joins(r) {
		return i
	}
	for i > low {
		r, n := utf8.DecodeLastRuneInString(text[low:i])
		if !joins(r) {
			break
		}
		i -= n
	}
	return i
}

// wordEnd moves i on to the end of the word that it cuts.
func wordEnd(text string, i int) int {
	if r, _ := utf8.DecodeLastRuneInString(text[:i]); !joins(r) {
		return i
	}
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !joins(r) {
			break
		}
		i += n
	}
	return i
}

// joins reports whether r makes one word with its like beside it.
func joins(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlnum(byte(r))
	}
	if r == utf8.RuneError || unspaced(r) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// unspaced reports whether r belongs to a script written without spaces between
// words, or to its punctuation.
func unspaced(r rune) bool {
	switch {
	case r < 0x0E00:
		return false
	case r <= 0x0EFF, // Thai, Lao
		0x1000 <= r && r <= 0x109F, // Myanmar
		0x1780 <= r && r <= 0x17FF, // Khmer
		0x2E80 <= r && r <= 0x312F, // radicals, CJK punctuation, kana
		0x31A0 <= r && r <= 0x9FFF, // Han and its kin
		0xF900 <= r && r <= 0xFAFF,
		0xFF00 <= r && r <= 0xFFEF, // full-width forms
		0x20000 <= r && r <= 0x3FFFF:
		return true
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isAlpha(c byte) bool { return isLower(c | 0x20) }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isSpace(c byte) bool { return c <= ' ' }

// reason is the part of an error of package regexp that does not quote the
// expression.
func reason(err error) string {
	var e *syntax.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return "it does not compile"
}
