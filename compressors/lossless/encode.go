package lossless

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/structure"
)

// encoder brings texts into shorter forms, one after the other.
type encoder struct {
	counters []Counter // a saving counts only if each of them sees it
	rows     int       // of legends, at most
	allowed  func(form string) bool
	dict     func(text string, rows int) (structure.Encoded, bool) // nil is none

	known []counted
	next  int // of those to be forgotten
}

// encoding is what an encoder made of a text.
type encoding struct {
	text   string
	recipe recipe
	forms  []string // in order of first use
	rows   int      // of legends
	exact  bool
}

// encode returns the text in its shortest forms. It is the text itself, without forms,
// where none is shorter.
func (e *encoder) encode(source string) encoding {
	out := encoding{text: source, exact: true}
	out.recipe.Bytes, out.recipe.SHA256 = len(source), digest(source)
	if strings.HasPrefix(source, logOpening) || strings.Contains(source, "\n"+logOpening) {
		return out // it has been here
	}
	rows := e.rows
	if hasControls(source) {
		if s, enc, ok := e.step(FormNoise, source, &rows); ok {
			out.recipe.Before = []step{s}
			out.text = enc.Text
			out.use(FormNoise)
		}
	}
	proper := false // some part is code or prose that a dictionary should not cut up
	var b strings.Builder
	for _, r := range regions(out.text) {
		text, p := e.region(r, &rows, &out)
		b.WriteString(text)
		out.recipe.Parts = append(out.recipe.Parts, p)
		proper = proper || r.class == content.Code || r.class == content.Diff
	}
	out.text = b.String()
	out.recipe.Parts = merged(out.recipe.Parts)
	if rows == e.rows && e.dict != nil && e.allowed(FormDict) && !proper {
		e.dictionary(&out, &rows)
	}
	out.rows = e.rows - rows
	return out
}

// hasControls reports whether there is something that a terminal would act upon.
func hasControls(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0x1b, '\b', 0x9b:
			return true
		case '\r':
			if i+1 < len(s) && s[i+1] != '\n' {
				return true
			}
		}
	}
	return false
}

func (o *encoding) use(form string) {
	if !slices.Contains(o.forms, form) {
		o.forms = append(o.forms, form)
	}
}

// dictionary replaces repeated phrases, last, in the whole.
func (e *encoder) dictionary(out *encoding, rows *int) {
	enc, ok := e.dict(out.text, *rows)
	if !ok {
		return
	}
	out.recipe.After = []step{{Form: FormDict, Bytes: len(out.text), Layout: enc.Layout}}
	out.text = enc.Text
	*rows -= enc.Rows
	out.use(FormDict)
}

// region writes one region by the best of its chains.
func (e *encoder) region(r region, rows *int, out *encoding) (string, part) {
	best := candidate{text: r.text, rows: *rows}
	if len(r.text) >= least {
		tokens := -1
		for _, chain := range chains[r.class] {
			c, ok := e.follow(chain, r.text, *rows)
			if !ok {
				continue
			}
			if tokens < 0 {
				tokens = e.count(r.text)
			}
			if n := e.count(c.text); n < tokens {
				best, tokens = c, n
			}
		}
	}
	*rows = best.rows
	for _, s := range best.steps {
		out.use(s.Form)
		if s.Form == FormHTML {
			out.exact = false
		}
	}
	return best.text, part{Bytes: len(best.text), Steps: best.steps}
}

// candidate is a region in some form.
type candidate struct {
	text  string
	steps []step
	rows  int // that are left
}

// follow uses the forms of a chain one after the other, those that fit. It is false if
// none does.
func (e *encoder) follow(chain []string, text string, rows int) (candidate, bool) {
	c := candidate{text: text, rows: rows}
	for _, name := range chain {
		if s, enc, ok := e.step(name, c.text, &c.rows); ok {
			c.text = enc.Text
			c.steps = append(c.steps, s)
		}
	}
	return c, len(c.steps) > 0
}

// step uses a form, if it may, and makes sure that it can be undone.
func (e *encoder) step(name, text string, rows *int) (step, structure.Encoded, bool) {
	f, known := formNamed(name)
	if !known || f.encode == nil || !e.allowed(f.name) {
		return step{}, structure.Encoded{}, false
	}
	enc, ok := f.encode(text, structure.Options{Count: e.count, Rows: *rows})
	if !ok || enc.Rows > *rows {
		return step{}, structure.Encoded{}, false
	}
	*rows -= enc.Rows
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

// merged joins parts side by side that have no steps.
func merged(parts []part) []part {
	var out []part
	for _, p := range parts {
		if k := len(out) - 1; k >= 0 && len(p.Steps) == 0 && len(out[k].Steps) == 0 {
			out[k].Bytes += p.Bytes
			continue
		}
		out = append(out, p)
	}
	if len(out) == 1 && len(out[0].Steps) == 0 {
		return nil
	}
	return out
}

// restores reports whether following the recipe back gives the source.
func (o *encoding) restores(source string) bool {
	got, err := undo(&o.recipe, o.text)
	return err == nil && got == source
}

// params writes the recipe down.
func (o *encoding) params() string {
	b, err := json.Marshal(&o.recipe)
	if err != nil {
		return "" // a layout that is no JSON; its form's tests know
	}
	return string(b)
}

const logOpening = "Log in short form ("
