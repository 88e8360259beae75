package economics

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"unicode/utf8"
)

type digest [sha256.Size]byte

// maxPiece is the most bytes of a piece: text without spaces is cut there, which may
// count a token more a cut than there is.
const maxPiece = 256

// next returns the length of the piece at the start of s, which is not empty. Pieces
// begin at a single space or a line's first character: tokens of ordinary text do not
// cross these.
func next(s string) int {
	for i := 1; i < len(s); i++ {
		if i >= maxPiece && utf8.RuneStart(s[i]) {
			return i
		}
		before, here := s[i-1], s[i]
		switch {
		case here == ' ' && !blank(before) && i+1 < len(s) && !blank(s[i+1]):
			return i
		case before == '\n' && !blank(here):
			return i
		}
	}
	return len(s)
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// words remembers the counts of short pieces.
type words struct {
	counter Counter
	known   map[string]uint32
}

const (
	maxWords = 1 << 17
	longWord = 48 // longer ones seldom come again
)

func (w *words) count(piece string) uint32 {
	if len(piece) > longWord {
		return uint32(w.counter.Count(piece))
	}
	if n, ok := w.known[piece]; ok {
		return n
	}
	if w.known == nil || len(w.known) >= maxWords {
		w.known = map[string]uint32{}
	}
	n := uint32(w.counter.Count(piece))
	w.known[piece] = n
	return n
}

// builder puts a block's content together.
type builder struct {
	words  *words
	pieces []Piece
}

// mark adds what tells blocks apart and is not counted.
func (b *builder) mark(parts ...string) {
	h := fnv.New64a()
	for _, p := range parts {
		var size [8]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(p)))
		_, _ = h.Write(size[:])
		_, _ = h.Write([]byte(p))
	}
	b.pieces = append(b.pieces, Piece{Sum: h.Sum64() | 1}) // odd: never equal to that of a text
}

// text adds text that the model reads.
func (b *builder) text(s string) {
	for s != "" {
		n := next(s)
		b.pieces = append(b.pieces, Piece{Sum: hash(s[:n]) &^ 1, Tokens: b.words.count(s[:n])})
		s = s[n:]
	}
}

// flat adds something that is no text, with an estimate of its tokens.
func (b *builder) flat(raw []byte, tokens uint32) {
	sum := sha256.Sum256(raw)
	b.pieces = append(b.pieces, Piece{Sum: binary.LittleEndian.Uint64(sum[:]) &^ 1, Tokens: tokens})
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func (b *builder) content() *Content {
	c := &Content{Pieces: b.pieces}
	h := sha256.New()
	var buf [12]byte
	for _, p := range c.Pieces {
		c.Tokens += int(p.Tokens)
		binary.LittleEndian.PutUint64(buf[:], p.Sum)
		_, _ = h.Write(buf[:8])
	}
	copy(c.Sum[:], h.Sum(nil))
	return c
}
