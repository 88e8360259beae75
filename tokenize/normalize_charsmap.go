package tokenize

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// charsmapStep is the Precompiled normaliser: a table of replacements, NFKC and
// some more, that sentencepiece compiles into a double-array trie.
type charsmapStep struct {
	units []uint32 // the trie
	texts string   // replacements, each ended by NUL
	ascii [utf8.RuneSelf]asciiRule
}

// asciiRule is the replacement of one byte, if there is one.
type asciiRule struct {
	text    string
	replace bool
}

// newCharsmap reads a precompiled charsmap: the bytes of the trie (uint32, little
// endian), the trie, the replacements.
func newCharsmap(data []byte) (*charsmapStep, error) {
	if len(data) < 4 {
		return nil, errors.New("precompiled charsmap is too short")
	}
	size := int64(binary.LittleEndian.Uint32(data))
	if size%4 != 0 || size == 0 || size > int64(len(data)-4) {
		return nil, errors.New("precompiled charsmap has a trie of impossible size")
	}
	c := &charsmapStep{units: make([]uint32, size/4), texts: string(data[4+size:])}
	for i := range c.units {
		c.units[i] = binary.LittleEndian.Uint32(data[4+4*i:])
	}
	for i := range c.ascii {
		text, ok := c.lookup([]byte{byte(i)})
		c.ascii[i] = asciiRule{text, ok}
	}
	return c, nil
}

// lookup returns the replacement of the shortest start of s that has one. The
// shortest, and then for all of s: that is how the tokenizers library reads it.
func (c *charsmapStep) lookup(s []byte) (string, bool) {
	node := c.offset(0)
	for _, b := range s {
		if b == 0 {
			return "", false
		}
		node ^= uint32(b)
		if int(node) >= len(c.units) || c.units[node]&(1<<31|0xff) != uint32(b) {
			return "", false
		}
		leaf := c.units[node]>>8&1 == 1
		node ^= c.offset(node)
		if leaf && int(node) < len(c.units) {
			return c.text(c.units[node] & (1<<31 - 1))
		}
	}
	return "", false
}

func (c *charsmapStep) offset(node uint32) uint32 {
	u := c.units[node]
	return u >> 10 << (u & (1 << 9) >> 6)
}

func (c *charsmapStep) text(at uint32) (string, bool) {
	if int64(at) > int64(len(c.texts)) {
		return "", false
	}
	s, _, _ := strings.Cut(c.texts[at:], "\x00")
	return s, true
}

// apply replaces grapheme clusters of fewer than six bytes, if they start with
// something that has a replacement, else character by character.
func (c *charsmapStep) apply(in, out *aligned) {
	for i := 0; i < len(in.text); {
		if b := in.text[i]; b < utf8.RuneSelf && alone(in.text, i) {
			c.byte(b, in, out, i)
			i++
			continue
		}
		n := clusterLen(in.text[i:])
		if n >= 6 || !c.replace(in, out, i, i+n) {
			c.runes(in, out, i, i+n)
		}
		i += n
	}
}

// byte handles an ASCII character that is a cluster of its own.
func (c *charsmapStep) byte(b byte, in, out *aligned, i int) {
	switch rule := &c.ascii[b]; {
	case !rule.replace:
		out.putByte(b, in.start[i], in.end[i])
	case rule.text == "":
		out.drop(in.start[i], in.end[i])
	default:
		out.put(rule.text, in.start[i], in.end[i])
	}
}

// runes handles text[i:j] character by character.
func (c *charsmapStep) runes(in, out *aligned, i, j int) {
	for i < j {
		_, n := utf8.DecodeRune(in.text[i:j])
		if !c.replace(in, out, i, i+n) {
			out.copyFrom(in, i, i+n)
		}
		i += n
	}
}

// replace appends the replacement of text[i:j], if there is one.
func (c *charsmapStep) replace(in, out *aligned, i, j int) bool {
	text, ok := c.lookup(in.text[i:j])
	if !ok {
		return false
	}
	from, to := in.span(i, j)
	if text == "" {
		out.drop(from, to)
	} else {
		out.put(text, from, to)
	}
	return true
}

// alone reports that the ASCII character at text[i] is a grapheme cluster,
// whatever follows: ASCII does, and it is not the two of CR LF.
func alone(text []byte, i int) bool {
	return i+1 == len(text) || text[i+1] < utf8.RuneSelf && text[i] != '\r'
}

// clusterLen returns the bytes of the grapheme cluster at the start of s. It asks
// uniseg only where two characters might make one.
func clusterLen(s []byte) int {
	r, n := utf8.DecodeRune(s)
	if n == len(s) {
		return n
	}
	next, _ := utf8.DecodeRune(s[n:])
	if !joins(r) && standsAlone(next) {
		return n
	}
	cluster, _, _, _ := uniseg.FirstGraphemeCluster(s, -1)
	return len(cluster)
}

// joins reports that r may take in the character behind it, be it a letter.
// Prepending characters are among these ranges, as are Hangul jamo and flags.
func joins(r rune) bool {
	return r >= 0x600 && r < 0x1e00 || r >= 0xa900 && r < 0xac00 || r > 0xffff || r == '\r'
}

// standsAlone reports that next belongs to no cluster in front of it, unless that
// one joins. It knows the common letters only.
func standsAlone(next rune) bool {
	return next < 0x300 && next != '\n' || next >= 0x370 && next < 0x483 || next >= 0x48a && next < 0x591 ||
		next >= 0x3400 && next < 0xa000 || next >= 0x3041 && next < 0x3097 || next >= 0x30a0 && next < 0x3100 ||
		next >= 0xac00 && next < 0xd7a4 || next >= 0x3001 && next < 0x302a || next >= 0xff01 && next < 0xff9e
}
