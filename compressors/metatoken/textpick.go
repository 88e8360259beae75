package metatoken

import (
	"cmp"
	"slices"
	"strings"
)

// choice is a phrase that is to get a stand-in, and where it stands: everywhere.
type choice struct {
	phrase string
	at     []int32 // bytes, ascending
	gain   int     // tokens
}

// picker chooses phrases of one text.
type picker struct {
	*source
	count  func(string) int
	form   *artifact // sigil and kind of definition
	passes int       // through the text that are left
	chosen []choice
	taken  bits // bytes
}

// leastGain is how many tokens a phrase must save beyond its own row.
const leastGain = 4

// For each row there are some candidates, as one may turn out to stand where it must not
// be cut, and for each of them some passes through the text. Logs need two of each.
const (
	spares    = 3
	passesPer = 5
)

// pick returns the phrases of at most so many rows, those that save most. They are in the
// order in which they first stand in the text.
func (p *picker) pick(rows int) []choice {
	found := mine(p.symbols, mining{
		weight: p.weight, alias: 2, row: 4, maxRows: spares * rows, maxLen: mostUnits, minGain: leastGain, edge: p.narrow,
	})
	p.passes = passesPer * spares * rows
	var all []choice
	for _, f := range found {
		if c, ok := p.settle(f); ok {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.at[0], b.at[0])) })
	p.taken = newBits(len(p.text))
	for _, c := range all {
		if len(p.chosen) < rows && p.isFree(c) {
			p.take(c)
		}
	}
	slices.SortFunc(p.chosen, func(a, b choice) int { return cmp.Compare(a.at[0], b.at[0]) })
	return p.chosen
}

// isFree reports whether c overlaps none that was taken. If it did, a copy of its phrase
// would be hidden in another one, and who counts them would count too few. Nor may two
// stand-ins touch, which would read as one.
func (p *picker) isFree(c choice) bool {
	end := -1
	for _, at := range c.at {
		i := int(at)
		if i == end {
			return false
		}
		end = i + len(c.phrase)
		if p.taken.last(max(0, i-1), min(len(p.text), end+1)) >= 0 {
			return false
		}
	}
	return true
}

func (p *picker) take(c choice) {
	for _, i := range c.at {
		p.taken.setRange(int(i), int(i)+len(c.phrase))
	}
	p.chosen = append(p.chosen, c)
}

// hides reports whether a line of several that c has also stands elsewhere. Whoever
// counts such lines would see only those.
func (p *picker) hides(c choice) bool {
	if !strings.Contains(c.phrase, "\n") {
		return false
	}
	for line := range strings.SplitSeq(c.phrase, "\n") {
		line = strings.TrimSpace(line)
		if len(line) < telling {
			continue
		}
		if p.passes--; p.passes < 0 || strings.Count(p.text, line) > len(c.at)*strings.Count(c.phrase, line) {
			return true
		}
	}
	return false
}

// telling is the bytes of a line that somebody might count.
const telling = 8

// opens reports whether a phrase may begin at i. One of several lines begins with a line.
func (p *picker) opens(i int, lines bool) bool {
	if !opens(p.text, i) {
		return false
	}
	for ; lines && i > 0 && p.text[i-1] != '\n'; i-- {
		if k := kindBefore(p.text, i); k != blank {
			return false
		}
	}
	return true
}

func (p *picker) closes(i int, lines bool) bool {
	if !closes(p.text, i) || p.form.inline && i < len(p.text) && p.text[i] == '{' {
		return false
	}
	for ; lines && i < len(p.text) && p.text[i] != '\n'; i++ {
		if k, _ := kindAt(p.text, i); k != blank {
			return false
		}
	}
	return true
}

// occurrences returns where phrase stands, ascending; those that overlap one before are
// left out. It finds none if there were too many searches before.
func (p *picker) occurrences(phrase string) []int32 {
	if p.passes--; p.passes < 0 {
		return nil
	}
	return occurrences(p.text, phrase)
}

func occurrences(text, phrase string) []int32 {
	var at []int32
	for i := 0; ; i += len(phrase) {
		n := strings.Index(text[i:], phrase)
		if n < 0 {
			return at
		}
		i += n
		at = append(at, int32(i))
	}
}
