package metatoken

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// Counter counts tokens in the vocabulary of a target model. One that stands in for a
// vocabulary that is not known also has Exact() bool and returns false.
type Counter interface {
	Count(text string) int
}

// DictOptions say how [EncodeDict] writes a text.
type DictOptions struct {
	// Counters of the target's tokens: the first one chooses, and each must see the
	// saving. More than one means that the target's own vocabulary is not known.
	Counters []Counter

	// Rows is the most phrases that get a stand-in; 0 is 8, negative none. More than 12
	// are taken for 12, unless ManyRows allows up to 26: readers were seen to fail at
	// joins over legends of 15 rows and more.
	Rows     int
	ManyRows bool

	// Warm leaves the sentence out that explains the stand-ins, because the system
	// prompt has it ([DictBrief] of Sigil and Inline).
	Warm bool

	// Sigil is the only one to use. "" is the first of § ¶ ※ λ ■ → that the text has
	// none of or, with Warm, §.
	Sigil string

	// Inline defines a phrase where it first stands, not in front of the text.
	Inline bool

	// Borders are signs that no phrase may have, in a table those between its fields.
	Borders string

	// Any accepts every saving. Otherwise it must be at least 32 tokens and 8 % of the
	// text, 12 % if the vocabulary is not known, and the text must have 200 tokens.
	Any bool
}

const (
	defaultRows = 8
	mostRows    = 12

	leastText     = 200 // tokens
	leastSaved    = 32  // tokens
	leastShare    = 8   // percent
	leastEstimate = 12

	mostBytes = 8 << 20
)

// EncodeDict replaces phrases that repeat by stand-ins of two tokens, and explains them to
// the reader. It is false, and the text should stay as it is, if that does not save
// enough, if there is no sigil for it, if the text is longer than 8 MiB or 1.5 million
// words, and if it looks like what EncodeDict returns.
//
// What a reader must see as it is stays: a phrase has words of natural language in it, it
// begins and ends where words, names, numbers and URLs do, and no copy of it remains. No
// phrase holds a stand-in. See section 3.2 of the design for what readers got wrong
// without these rules.
//
// The same text and options give the same result. Time is about linear in the text.
func EncodeDict(text string, o DictOptions) (structure.Encoded, bool) {
	rows := o.rows()
	if rows <= 0 || len(o.Counters) == 0 || len(text) > mostBytes || !o.Any && len(text) < leastText || looksEncoded(text) {
		return structure.Encoded{}, false
	}
	form := artifact{sigil: o.sigil(text), brief: !o.Warm, inline: o.Inline}
	if form.sigil == "" {
		return structure.Encoded{}, false
	}
	s, ok := newSource(text, o.Counters[0].Count, o.Borders)
	if !ok {
		return structure.Encoded{}, false
	}
	p := picker{source: s, count: o.Counters[0].Count, form: &form}
	chosen := p.pick(rows)
	if len(chosen) == 0 || misread(text, chosen) {
		return structure.Encoded{}, false
	}
	out := structure.Encoded{Text: form.write(text, chosen), Layout: form.layout(), Rows: len(chosen)}
	if !o.pays(text, out.Text) {
		return structure.Encoded{}, false
	}
	if back, err := DecodeDict(out.Text, out.Layout, len(text)); err != nil || back != text {
		return structure.Encoded{}, false // a bug, which must not reach the reader
	}
	return out, true
}

func (o *DictOptions) rows() int {
	switch {
	case o.Rows == 0:
		return defaultRows
	case o.ManyRows:
		return min(o.Rows, mostLetters)
	}
	return min(o.Rows, mostRows)
}

// sigil returns the one to use for text, "" if there is none.
func (o *DictOptions) sigil(text string) string {
	may := sigils
	switch {
	case o.Sigil != "":
		may = []string{o.Sigil}
	case o.Warm:
		may = sigils[:1]
	}
	for _, s := range may {
		if slices.Contains(sigils, s) && !strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

// pays reports whether each counter sees enough of a saving.
func (o *DictOptions) pays(text, out string) bool {
	share := leastShare
	if len(o.Counters) > 1 || slices.ContainsFunc(o.Counters, isEstimate) {
		share = leastEstimate
	}
	for _, c := range o.Counters {
		before := c.Count(text)
		if !o.Any && before < leastText {
			return false
		}
		saved := before - c.Count(out)
		if saved <= 0 || !o.Any && (saved < leastSaved || 100*saved < share*before) {
			return false
		}
	}
	return true
}

func isEstimate(c Counter) bool {
	e, ok := c.(interface{ Exact() bool })
	return ok && !e.Exact()
}
