package reference

import (
	"context"
	"unicode/utf8"

	"github.com/pith-proxy/pith/tokenize"
)

// toy is the model of testdata/toy.py: plain arithmetic, the same to the last bit.
type toy struct{ bos bool }

func (t toy) Encode(text string) ([]tokenize.ID, error) {
	out := make([]tokenize.ID, 0, len(text)/2+1)
	if t.bos {
		out = append(out, 255)
	}
	for text != "" {
		n := toyPiece(text)
		out = append(out, fnv(text[:n])%251)
		text = text[n:]
	}
	return out, nil
}

// toyPiece is the length of a run of newlines, of spaces, of up to three letters, or of
// one character, whatever text starts with.
func toyPiece(text string) int {
	n, kind := 0, toyKind(text[0])
	for n < len(text) && kind != 0 && toyKind(text[n]) == kind && (kind != 'w' || n < 3) {
		n++
	}
	if n == 0 {
		_, n = utf8.DecodeRuneInString(text)
	}
	return n
}

func toyKind(c byte) byte {
	switch {
	case c == '\n' || c == ' ':
		return c
	case c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
		return 'w'
	}
	return 0
}

// fnv is FNV-1a.
func fnv[T ~string | ~[]byte](b T) uint32 {
	h := uint32(2166136261)
	for i := range len(b) {
		h = (h ^ uint32(b[i])) * 16777619
	}
	return h
}

func (t toy) NLL(_ context.Context, ids []tokenize.ID) ([]float64, error) {
	out := make([]float64, len(ids)-1)
	for j := range out {
		h := fnv([]byte{byte(ids[j]), byte(ids[j+1]), byte(j % 16)})
		out[j] = 0.25 + float64(h%1000)/500
		if h>>20%8 == 0 {
			out[j] = out[j] + 8 + float64(h>>10%1000)/250
		}
	}
	return out, nil
}
