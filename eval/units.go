package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// Words counts words between white space. It serves wherever a tokenizer's
// count does, so that a method can be held to a budget of words.
var Words tokenize.Additive = unitCounter{"words", wordSpans}

// Chars counts characters other than white space, for text without spaces.
var Chars tokenize.Additive = unitCounter{"chars", charSpans}

// CounterFor is [tokenize.CounterFor], and knows Words and Chars too. Hand it to
// the compressors under test.
func CounterFor(name string) (tokenize.Counter, error) {
	switch name {
	case Words.Name():
		return Words, nil
	case Chars.Name():
		return Chars, nil
	}
	return tokenize.CounterFor(name)
}

type unitCounter struct {
	name  string
	split func(string) []pith.Span
}

func (c unitCounter) Name() string          { return c.name }
func (c unitCounter) Exact() bool           { return true }
func (c unitCounter) Count(text string) int { return len(c.split(text)) }

// Pieces implements [tokenize.Additive]: each unit with the white space before
// it. White space at the end is a piece that costs nothing.
func (c unitCounter) Pieces(text string, yield func(piece string, tokens int) bool) {
	start := 0
	for _, u := range c.split(text) {
		if !yield(text[start:u.End], 1) {
			return
		}
		start = u.End
	}
	if start < len(text) {
		yield(text[start:], 0)
	}
}

// wordSpans returns the maximal runs without white space, in order.
func wordSpans(text string) []pith.Span {
	var out []pith.Span
	start := -1
	for i, r := range text {
		switch space := isSpace(r); {
		case space && start >= 0:
			out = append(out, pith.Span{Start: start, End: i})
			start = -1
		case !space && start < 0:
			start = i
		}
	}
	if start >= 0 {
		out = append(out, pith.Span{Start: start, End: len(text)})
	}
	return out
}

// charSpans returns the characters other than white space, in order.
func charSpans(text string) []pith.Span {
	var out []pith.Span
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !isSpace(r) {
			out = append(out, pith.Span{Start: i, End: i + n})
		}
		i += n
	}
	return out
}

// unitSpans returns what the baselines keep or drop: words, but in scripts
// without spaces single characters.
func unitSpans(text string) []pith.Span {
	var out []pith.Span
	for _, w := range wordSpans(text) {
		start := w.Start
		for i := w.Start; i < w.End; {
			r, n := utf8.DecodeRuneInString(text[i:])
			if unspaced(r) {
				if start < i {
					out = append(out, pith.Span{Start: start, End: i})
				}
				out = append(out, pith.Span{Start: i, End: i + n})
				start = i + n
			}
			i += n
		}
		if start < w.End {
			out = append(out, pith.Span{Start: start, End: w.End})
		}
	}
	return out
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// sentenceSpans cuts text after each '.', '!' and '?' before white space and
// each newline, and in scripts without spaces after '。', '！' and '？'. Joined,
// the spans are text.
func sentenceSpans(text string) []pith.Span {
	var out []pith.Span
	start := 0
	cut := func(end int) {
		out = append(out, pith.Span{Start: start, End: end})
		start = end
	}
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch r {
		case '\n', '。', '！', '？':
			cut(end)
		case '.', '!', '?':
			if next, _ := utf8.DecodeRuneInString(text[end:]); end < len(text) && isSpace(next) {
				cut(end)
			}
		}
	}
	if start < len(text) {
		cut(len(text))
	}
	return out
}

// terms returns the maximal runs of letters, numbers and underscores, lower
// case; in scripts without spaces, single characters.
func terms(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(lower(s), func(r rune) bool { return !isWordRune(r) }) {
		for _, u := range unitSpans(w) {
			out = append(out, w[u.Start:u.End])
		}
	}
	return out
}
