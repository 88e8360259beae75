package tokenize

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// bertStep is the BertNormalizer of the tokenizers library, one character at a time.
type bertStep struct {
	clean   bool // drops control characters, makes all white space a space
	chinese bool // puts spaces around ideographs
	strip   bool // decomposes (NFD) and drops non-spacing marks
	lower   bool
}

func (b bertStep) apply(in, out *aligned) {
	for i := 0; i < len(in.text); {
		if c := in.text[i]; c >= ' ' && c < 0x7f {
			if b.lower && c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			out.putByte(c, in.start[i], in.end[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(in.text[i:])
		from, to := in.span(i, i+n)
		b.one(r, out, from, to)
		i += n
	}
}

// one appends what becomes of r, which stands for the source bytes from..to.
func (b bertStep) one(r rune, out *aligned, from, to int32) {
	switch {
	case b.clean && removed(r):
		out.drop(from, to)
	case b.clean && unicode.IsSpace(r):
		out.putByte(' ', from, to)
	case b.chinese && isIdeograph(r):
		out.putByte(' ', from, from)
		b.letter(r, out, from, to)
		out.putByte(' ', to, to)
	default:
		b.letter(r, out, from, to)
	}
}

func (b bertStep) letter(r rune, out *aligned, from, to int32) {
	if !b.strip {
		b.cased(r, out, from, to)
		return
	}
	before := len(out.text)
	var buf [24]byte
	for _, d := range string(decompose(buf[:0], r)) {
		if !stripped(d) {
			b.cased(d, out, from, to)
		}
	}
	if len(out.text) == before {
		out.drop(from, to)
	}
}

// stripped reports what strip_accents takes out: Mn, in Unicode 8.
func stripped(r rune) bool {
	if r < 0x300 {
		return false
	}
	return unicode.Is(unicode.Mn, r) && !unicode.Is(laterMarks, r) || r == 0x1734
}

func (b bertStep) cased(r rune, out *aligned, from, to int32) {
	var buf [utf8.UTFMax]byte
	switch {
	case b.lower && r == 'İ': // the one letter that becomes two
		out.put("i\u0307", from, to)
		return
	case b.lower:
		r = unicode.ToLower(r)
	}
	out.put(string(utf8.AppendRune(buf[:0], r)), from, to)
}

// removed reports what clean_text takes out.
func removed(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case 0, utf8.RuneError:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && !unicode.Is(laterControls, r)
}

// isIdeograph reports the blocks that BERT calls Chinese: no kana, no Hangul.
func isIdeograph(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x9fff:
		return r <= 0x4dbf || r >= 0x4e00
	case r <= 0xfaff:
		return r >= 0xf900
	}
	// 0x2b820 to 0x2b91f are ideographs, too, but the library has a slip there.
	return r >= 0x20000 && r <= 0x2a6df || r >= 0x2a700 && r <= 0x2b81f ||
		r >= 0x2b920 && r <= 0x2ceaf || r >= 0x2f800 && r <= 0x2fa1f
}

// decompose appends the full canonical decomposition of r.
func decompose(b []byte, r rune) []byte {
	if r >= 0xac00 && r <= 0xd7a3 { // Hangul syllables are reckoned (Unicode 3.12)
		s := r - 0xac00
		b = utf8.AppendRune(b, 0x1100+s/588)
		b = utf8.AppendRune(b, 0x1161+s%588/28)
		if t := s % 28; t != 0 {
			b = utf8.AppendRune(b, 0x11a7+t)
		}
		return b
	}
	b = utf8.AppendRune(b, r)
	if r < 0xc0 {
		return b
	}
	if d := norm.NFD.Properties(b).Decomposition(); d != nil {
		return append(b[:0], d...)
	}
	return b
}
