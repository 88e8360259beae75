package logform

import (
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

const (
	mostRows = 26            // letters
	mostText = math.MaxInt32 // bytes: places are 32 bits wide
)

// crlfLayout is the layout of a text whose newlines all have a carriage return. It is the
// only one.
const crlfLayout = `{"crlf":true}`

// Encode writes a text of lines in this form. It fails if that takes no fewer tokens. With
// o.Rows at 0 only runs of equal lines and common beginnings are made shorter.
//
// It takes time linear in text, but for what it takes to try templates on some of the
// lines, which is bounded.
func Encode(text string, o structure.Options) (structure.Encoded, bool) {
	sigil, ok := freeSigil(text, o.Around)
	if !ok || o.Count == nil || isOurs(text) || !strings.Contains(text, "\n") || len(text) > mostText {
		return structure.Encoded{}, false
	}
	e := &encoder{source: newSource(text), sigil: sigil, count: o.Count, rows: max(0, min(o.Rows, mostRows))}
	e.items = e.runs(sigil, o.Count)
	e.blocks = e.source.blocks(e.items, e.rows, o.Count)
	enc, tokens := e.best()
	if tokens >= o.Count(text) {
		return structure.Encoded{}, false
	}
	if e.crlf {
		enc.Layout = []byte(crlfLayout)
	}
	return enc, true
}

// best returns the text that has the fewest tokens: without rows, with templates for what
// is behind the stamps, or, if a stamp is always the same, with templates for all.
func (e *encoder) best() (structure.Encoded, int) {
	p := &plan{encoder: e}
	p.show()
	all := headings(p.shown, e.count)
	best := structure.Encoded{Text: p.write(all)}
	least := e.count(best.Text)
	if e.rows == 0 {
		return best, least
	}
	stamps := shapes(all, len(p.shown))
	try := [][]shape{stamps}
	if slices.ContainsFunc(stamps, func(s shape) bool { return !s.varies && s.lines*5 >= len(p.shown) }) {
		try = append(try, nil)
	}
	for _, stamps := range try {
		p := e.plan(stamps)
		text := p.write(headings(p.shown, e.count))
		if n := e.count(text); n < least {
			best, least = structure.Encoded{Text: text, Rows: len(p.rows) + len(p.blocks)}, n
		}
	}
	return best, least
}

// An encoder holds what is known of a text before templates are chosen.
type encoder struct {
	*source
	sigil  string
	count  func(string) int
	rows   int // at most
	items  []item
	blocks []block // those that save most first
}
