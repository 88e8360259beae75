package tokenize

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A cutter finds where a long text may be cut without a change to its tokens.
// It returns the first such place in text at or behind from, or len(text).
type cutter func(text string, from int) int

// chunkBytes is how much text the library gets at once: its offsets take some
// 50 bytes a byte while it works, and a chunk of this size stays in the cache.
const chunkBytes = 16 << 10

// cutterFor returns the cutter for what a tokenizer.json does before its model,
// nil if cutting is not known to be safe.
func cutterFor(steps []step, preTokenizer json.RawMessage) cutter {
	if len(steps) == 1 {
		if b, ok := steps[0].(bertStep); ok && preType(preTokenizer) == "BertPreTokenizer" {
			return b.cut
		}
	}
	var charsmap *charsmapStep
	for _, s := range steps {
		switch s := s.(type) {
		case *charsmapStep:
			charsmap = s
		case spacesStep, trimStep:
		default:
			return nil
		}
	}
	if charsmap != nil && preType(preTokenizer) == "Metaspace" {
		return charsmap.cut
	}
	return nil
}

// preType returns the type of a pre-tokenizer. Space splitting in front of
// Metaspace changes nothing about where a text may be cut, nor does its
// prefix, as long as every chunk starts with a space.
func preType(raw json.RawMessage) string {
	var p struct {
		Type          string            `json:"type"`
		Pretokenizers []json.RawMessage `json:"pretokenizers"`
		PrependScheme string            `json:"prepend_scheme"`
		Split         *bool             `json:"split"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return ""
	}
	switch {
	case p.Type == "Metaspace" && (p.PrependScheme == "" || p.PrependScheme == "always") && (p.Split == nil || *p.Split):
		return "Metaspace"
	case p.Type == "Sequence" && len(p.Pretokenizers) == 2 && preType(p.Pretokenizers[0]) == "WhitespaceSplit":
		return preType(p.Pretokenizers[1])
	case p.Type == "BertPreTokenizer" || p.Type == "WhitespaceSplit":
		return p.Type
	}
	return ""
}

// cut: BERT splits at white space, around ASCII punctuation and around ideographs,
// whatever stands beside them.
func (b bertStep) cut(text string, from int) int {
	for i := from; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c == ' ' || c == '\n' || c == '\t' || c > ' ' && c < 0x7f && !isAlnum(c) {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if b.chinese && isIdeograph(r) {
			return i
		}
		i += n
	}
	return len(text)
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// cut: sentencepiece splits before a space; but runs of spaces become one, so
// there must be something else in front. A letter is: one that the charsmap
// neither removes nor turns into a space, and that takes in no space behind it.
func (c *charsmapStep) cut(text string, from int) int {
	for i := max(from, 1); i < len(text); i++ {
		at := strings.IndexAny(text[i:], " \n")
		if at < 0 {
			break
		}
		i += at
		if c.solid(text[:i]) {
			return i
		}
	}
	return len(text)
}

// solid reports that text ends in a letter or digit that stays one.
func (c *charsmapStep) solid(text string) bool {
	r, n := utf8.DecodeLastRuneInString(text)
	if r < utf8.RuneSelf {
		return r > ' ' && r < 0x7f
	}
	if joins(r) && r != '\r' && !unicode.In(r, unicode.Arabic, unicode.Devanagari, unicode.Thai, unicode.Hebrew) {
		return false
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return false
	}
	norm, ok := c.lookup([]byte(text[len(text)-n:]))
	return !ok || norm != "" && norm[len(norm)-1] != ' '
}
