package lossless

import (
	"slices"

	"github.com/pith-proxy/pith/compressors/structure"
)

// candidate is a region in some form.
type candidate struct {
	text  string
	steps []step
	rows  int // that are left
}

// best writes a region by the chain that leaves the fewest tokens, if that is a saving
// worth another form.
func (e *encoder) best(r region, core string, out *encoding) candidate {
	best := candidate{text: core, rows: out.rows}
	tokens := -1
	for _, chain := range chains[r.class] {
		if slices.Contains(chain, FormLog) && slices.Contains(out.forms, FormLog) {
			continue // two legends would be taken for one
		}
		if slices.Contains(chain, FormHits) && e.enumerated {
			continue // lines that would read as more hits of the last file
		}
		c, ok := e.follow(chain, core, out.rows, r.fenced)
		if !ok {
			continue
		}
		if tokens < 0 {
			n := e.count(core)
			tokens = n - max(leastOfRegion, n/20)
		}
		if n := e.count(c.text); n <= tokens {
			best, tokens = c, n-1
		}
	}
	return best
}

// leastOfRegion is what a region must save to be changed, in tokens, beside a twentieth.
const leastOfRegion = 4

// follow uses the forms of a chain one after the other, those that fit. It is false if
// none does.
func (e *encoder) follow(chain []string, text string, rows int, plain bool) (candidate, bool) {
	c := candidate{text: text, rows: rows}
	for _, name := range chain {
		if s, enc, ok := e.step(name, c.text, c.rows, plain); ok {
			c.text = enc.Text
			c.steps = append(c.steps, s)
			c.rows -= enc.Rows
		}
	}
	return c, len(c.steps) > 0
}

// step uses a form, if it may.
func (e *encoder) step(name, text string, rows int, plain bool) (step, structure.Encoded, bool) {
	f, known := formNamed(name)
	if !known || f.encode == nil || !e.allowed(f.name) {
		return step{}, structure.Encoded{}, false
	}
	enc, ok := f.encode(text, structure.Options{Count: e.count, Rows: rows, Plain: plain, Around: e.around})
	if !ok || enc.Rows > rows {
		return step{}, structure.Encoded{}, false
	}
	return step{Form: f.name, Bytes: len(text), Layout: enc.Layout}, enc, true
}

// counted is how many tokens a text has.
type counted struct {
	text   string
	tokens int
}

// remembered is how many texts' tokens are not counted again: a text is asked about as a
// source, as a region, and when the saving is judged.
const remembered = 6

func (e *encoder) count(text string) int {
	for _, c := range e.known {
		if c.text == text {
			return c.tokens
		}
	}
	c := counted{text, e.counters[0].Count(text)}
	if len(e.known) < remembered {
		e.known = append(e.known, c)
	} else {
		e.known[e.next] = c
		e.next = (e.next + 1) % remembered
	}
	return c.tokens
}
