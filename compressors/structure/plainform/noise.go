package plainform

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodeNoise returns what a terminal shows of text at the end. It reports false for a
// text without anything that a terminal hides, for one that cannot be played here, and
// where the result would not be shorter.
func EncodeNoise(text string, _ structure.Options) (structure.Encoded, bool) {
	if !noisy(text) || len(text) > math.MaxInt32 {
		return structure.Encoded{}, false
	}
	s := &screen{text: text, line: line{text: text}}
	if !s.play() {
		return structure.Encoded{}, false
	}
	s.finish()
	out, pieces := s.render()
	if len(out) >= len(text) {
		return structure.Encoded{}, false
	}
	t := newTable()
	steps := noiseSteps(text, pieces, t)
	data, ok := write(t.body(len(out), steps), len(text), func(l *layout, b string) { l.Noise = b })
	return structure.Encoded{Text: out, Layout: data}, ok
}

// noisy wants one of the characters that begin noise, and of those that make it
// something else none.
func noisy(text string) bool {
	escapes := strings.IndexByte(text, esc) >= 0
	if !escapes && strings.IndexByte(text, '\b') < 0 && lone(text, 0) == len(text) {
		return false
	}
	if strings.IndexByte(text, 0x0e) >= 0 {
		return false // "shift out": letters may be line drawing
	}
	return escapes || strings.IndexByte(text, '\n') >= 0 // else CR may be how lines end
}

// lone returns where the next carriage return is that does not stand before a line feed.
func lone(text string, i int) int {
	for {
		j := strings.IndexByte(text[i:], '\r')
		if j < 0 {
			return len(text)
		}
		i += j
		if i+1 == len(text) || text[i+1] != '\n' {
			return i
		}
		i += 2
	}
}

// marks finds control characters. Each is looked for again only when the last one found
// has been passed.
type marks struct {
	text           string
	esc, back, ret int
}

func newMarks(text string) *marks { return &marks{text: text, esc: -1, back: -1, ret: -1} }

func (m *marks) next(i int) int {
	if m.esc < i {
		m.esc = indexFrom(m.text, esc, i)
	}
	if m.back < i {
		m.back = indexFrom(m.text, '\b', i)
	}
	if m.ret < i {
		m.ret = lone(m.text, i)
	}
	return min(m.esc, m.back, m.ret)
}

func indexFrom(text string, c byte, i int) int {
	if j := strings.IndexByte(text[i:], c); j >= 0 {
		return i + j
	}
	return len(text)
}

// A piece of the source that is at pos in the text.
type piece struct{ at, n, pos int }

// render returns the text, and its pieces in the order of the source.
func (s *screen) render() (string, []piece) {
	var b strings.Builder
	b.Grow(len(s.text))
	pieces := make([]piece, 0, len(s.out))
	sorted := true
	for _, r := range s.out {
		switch r.at {
		case newline:
			b.WriteByte('\n')
		case blanks:
			for range r.n {
				b.WriteByte(' ')
			}
		default:
			k := len(pieces)
			sorted = sorted && (k == 0 || pieces[k-1].at < int(r.at))
			pieces = append(pieces, piece{int(r.at), int(r.n), b.Len()})
			b.WriteString(s.piece(r))
		}
	}
	if !sorted {
		slices.SortFunc(pieces, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	}
	return b.String(), pieces
}

// noiseSteps writes for each piece what is hidden before it, how long it is, and where in
// the text, if it does not follow the one before. The last has no length.
func noiseSteps(text string, pieces []piece, t *table) []byte {
	steps := make([]byte, 0, 4*len(pieces)+4)
	at, pos := 0, 0
	for _, p := range pieces {
		steps = binary.AppendUvarint(steps, uint64(t.of(text[at:p.at])))
		jump := p.pos - pos
		if jump == 0 {
			steps = binary.AppendUvarint(steps, uint64(p.n)<<1)
		} else {
			steps = binary.AppendUvarint(steps, uint64(p.n)<<1|1)
			steps = binary.AppendUvarint(steps, zigzag(jump))
		}
		at, pos = p.at+p.n, p.pos+p.n
	}
	steps = binary.AppendUvarint(steps, uint64(t.of(text[at:])))
	return append(steps, 0)
}

// DecodeNoise undoes [EncodeNoise].
func DecodeNoise(text string, data []byte, limit int) (string, error) {
	r, err := read(data, limit, func(l layout) string { return l.Noise })
	if err != nil {
		return "", err
	}
	if r.length != len(text) {
		return "", structure.ErrText
	}
	out := make([]byte, 0, min(limit, 2*len(text)+2*len(r.rest)))
	for pos := 0; ; {
		hidden := r.entry()
		n := r.number()
		if n&1 == 1 {
			pos += signed(r.number())
		}
		n >>= 1
		switch {
		case r.broken:
			return "", structure.ErrLayout
		case pos < 0 || n > len(text)-pos:
			return "", structure.ErrText
		case len(hidden)+n > limit-len(out):
			return "", structure.ErrLimit
		}
		out = append(append(out, hidden...), text[pos:pos+n]...)
		if pos += n; n == 0 {
			return string(out), nil
		}
	}
}
