package plainform

import (
	"encoding/binary"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodeSpace returns text without white space that means nothing. It reports false if
// there is none, or nothing else.
func EncodeSpace(text string, _ structure.Options) (structure.Encoded, bool) {
	return encodeSpace(text, false)
}

// EncodeMarkdownSpace is EncodeSpace for Markdown. DecodeSpace undoes both.
func EncodeMarkdownSpace(text string, _ structure.Options) (structure.Encoded, bool) {
	return encodeSpace(text, true)
}

func encodeSpace(text string, markdown bool) (structure.Encoded, bool) {
	p := parser{text: text, markdown: markdown}
	if !markdown {
		p.indent = len(sharedIndent(text))
	}
	steps := gapSteps{table: newTable()}
	var b strings.Builder
	b.Grow(len(text))
	for {
		kind, gap := p.gap()
		steps.add(kind, gap)
		b.WriteString(shownGap(kind, gap))
		if kind == gapEnd {
			break
		}
		b.WriteString(p.block())
	}
	out := b.String()
	if len(out) >= len(text) || len(steps.kinds) == 1 {
		return structure.Encoded{}, false
	}
	body := steps.table.body(len(out), steps.bytes(markdown))
	data, ok := write(body, len(text), func(l *layout, s string) { l.Space = s })
	return structure.Encoded{Text: out, Layout: data}, ok
}

// gapSteps are the gaps of a source: the most frequent of each kind, and in the order of
// the text how many are that before each one that is not.
type gapSteps struct {
	table *table
	kinds []gapKind
	gaps  []int32
}

func (g *gapSteps) add(kind gapKind, gap string) {
	g.kinds = append(g.kinds, kind)
	g.gaps = append(g.gaps, int32(g.table.of(gap)))
}

func (g *gapSteps) bytes(markdown bool) []byte {
	usual := g.usual()
	out := []byte{0}
	if markdown {
		out[0] = 1
	}
	for _, u := range usual {
		out = binary.AppendUvarint(out, uint64(u))
	}
	same := uint64(0)
	for i, gap := range g.gaps {
		if gap == usual[g.kinds[i]] {
			same++
			continue
		}
		out = binary.AppendUvarint(out, same)
		out = binary.AppendUvarint(out, uint64(gap))
		same = 0
	}
	return binary.AppendUvarint(out, same)
}

// usual returns the most frequent gap of each kind, the first of equals.
func (g *gapSteps) usual() (usual [gapKinds]int32) {
	counts := make([][gapKinds]int32, len(g.table.all))
	for i, gap := range g.gaps {
		counts[gap][g.kinds[i]]++
	}
	for gap := range counts {
		for kind, n := range counts[gap] {
			if n > counts[usual[kind]][kind] {
				usual[kind] = int32(gap)
			}
		}
	}
	return usual
}

// DecodeSpace undoes [EncodeSpace] and [EncodeMarkdownSpace].
func DecodeSpace(text string, data []byte, limit int) (string, error) {
	r, err := read(data, limit, func(l layout) string { return l.Space })
	if err != nil {
		return "", err
	}
	if r.length != len(text) {
		return "", structure.ErrText
	}
	p := parser{text: text, markdown: r.number() == 1}
	var usual [gapKinds][]byte
	for kind := range usual {
		usual[kind] = r.entry()
	}
	return fill(p, r, usual, limit)
}

// fill puts the gaps of the source in the place of those of text.
func fill(p parser, r *reader, usual [gapKinds][]byte, limit int) (string, error) {
	out := make([]byte, 0, min(limit, 2*len(p.text)))
	same := r.number()
	for {
		kind, _ := p.gap()
		gap := usual[kind]
		if same--; same < 0 {
			gap = r.entry()
			same = r.number()
		}
		block := ""
		if kind != gapEnd {
			block = p.block()
		}
		switch {
		case r.broken:
			return "", structure.ErrLayout
		case len(gap)+len(block) > limit-len(out):
			return "", structure.ErrLimit
		}
		out = append(append(out, gap...), block...)
		if kind == gapEnd {
			return string(out), nil
		}
	}
}
