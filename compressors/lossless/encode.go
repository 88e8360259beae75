package lossless

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/structure"
)

// encoder brings texts into shorter forms, one after the other.
type encoder struct {
	counters []Counter // a saving counts only if each of them sees it
	rows     int       // of legends, at most
	allowed  func(form string) bool
	dict     func(text string, rows int, borders string) (structure.Encoded, bool) // nil is none

	around     string // the text that regions are of
	enumerated bool   // a line behind the region begins with a number and a colon

	known []counted
	next  int // of those to be forgotten
}

// encoding is what an encoder made of a text.
type encoding struct {
	text   string
	recipe recipe
	forms  []string // in order of first use
	rows   int      // of legends that may still be
	exact  bool
}

// encode returns the text in its shortest forms. It is the text itself, without forms,
// where none is shorter.
func (e *encoder) encode(source string) encoding {
	out := encoding{text: source, exact: true, rows: e.rows}
	out.recipe.Bytes, out.recipe.SHA256 = len(source), digest(source)
	if written(source) {
		return out // it has been here
	}
	e.noise(&out)
	rs := regions(out.text)
	e.around = out.text
	var b strings.Builder
	at, last := 0, lastNumbered(out.text)
	for i, r := range rs {
		at += len(r.text)
		e.enumerated = at <= last
		e.region(r, blank(rs[i+1:]), &b, &out)
	}
	out.text = b.String()
	out.recipe.Parts = merged(out.recipe.Parts)
	if e.dict != nil && e.allowed(FormDict) && out.rows > 0 && out.rows == e.rows && !slices.ContainsFunc(rs, literal) {
		e.dictionary(&out, slices.ContainsFunc(rs, fielded))
	}
	return out
}

// fielded reports whether a region can have fields, over whose borders no phrase may go:
// whatever is neither running text nor a log.
func fielded(r region) bool {
	switch r.class {
	case content.Log, content.Trace, content.Prose, content.Markdown, content.HTML:
		return false
	}
	return true
}

// borders are what stands between fields of tables and of JSON.
const borders = ",;|\t\"{}[]"

// literal reports whether a region may have to be quoted to the letter.
func literal(r region) bool { return r.class == content.Code || r.class == content.Diff }

func blank(rs []region) bool {
	return !slices.ContainsFunc(rs, func(r region) bool { return strings.TrimSpace(r.text) != "" })
}

// noise takes out what a terminal hides, if that is all it does: not from programs, in
// which it may be what they are about, nor where a colour is all that tells two words
// apart.
func (e *encoder) noise(out *encoding) {
	if !hasControls(out.text) {
		return
	}
	s, enc, ok := e.step(FormNoise, out.text, out.rows, false)
	if !ok || kindOf(enc.Text) == content.Code || coloursTell(out.text, enc.Text) {
		return
	}
	out.recipe.Before = []step{s}
	out.text = enc.Text
	out.use(FormNoise)
}

func (o *encoding) use(form string) {
	if !slices.Contains(o.forms, form) {
		o.forms = append(o.forms, form)
	}
}

// dictionary replaces repeated phrases, last, in the whole.
func (e *encoder) dictionary(out *encoding, fields bool) {
	apart := ""
	if fields {
		apart = borders
	}
	enc, ok := e.dict(out.text, out.rows, apart)
	if !ok {
		return
	}
	out.recipe.After = []step{{Form: FormDict, Bytes: len(out.text), Layout: enc.Layout}}
	out.text = enc.Text
	out.rows -= enc.Rows
	out.use(FormDict)
}

// region appends one region by the best of its chains. The blank lines around it, and its
// last line end, stay as they are, so that it ends where it ended. A log that something
// follows gets an end.
func (e *encoder) region(r region, last bool, b *strings.Builder, out *encoding) {
	head, core, tail := edges(r.text)
	best := candidate{text: core, rows: out.rows}
	if len(core) >= least {
		best = e.best(r, core, out)
	}
	for _, s := range best.steps {
		out.use(s.Form)
		out.exact = out.exact && s.Form != FormHTML
	}
	out.rows = best.rows
	out.add(b, head)
	out.add(b, best.text, best.steps...)
	if i := strings.IndexByte(tail, '\n'); i >= 0 && !last && slices.ContainsFunc(best.steps, isLog) {
		out.add(b, tail[:i+1])
		out.add(b, endMark, step{Form: formEnd})
		tail = tail[i+1:]
	}
	out.add(b, tail)
}

func isLog(s step) bool { return s.Form == FormLog }

// add appends a part.
func (o *encoding) add(b *strings.Builder, text string, steps ...step) {
	o.recipe.Parts = append(o.recipe.Parts, part{Bytes: len(text), Steps: steps})
	b.WriteString(text)
}

// edges parts a text from the blank lines before it and the line ends behind it.
func edges(text string) (head, core, tail string) {
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		if strings.TrimSpace(text[at:end]) != "" {
			head, text = text[:at], text[at:]
			break
		}
		at = end
	}
	core = strings.TrimRight(text, " \t\r\n")
	if i := strings.IndexByte(text[len(core):], '\n'); i >= 0 {
		if i > 0 && text[len(core)+i-1] == '\r' {
			i--
		}
		core = text[:len(core)+i] // white space before the line end is the line's
	} else {
		core = text
	}
	return head, core, text[len(core):]
}

// endMark stands behind a log in short form that something follows, of which its first
// line says nothing.
const endMark = "(end of the log)\n"

// merged joins parts side by side that have no steps.
func merged(parts []part) []part {
	var out []part
	for _, p := range parts {
		if k := len(out) - 1; k >= 0 && len(p.Steps) == 0 && len(out[k].Steps) == 0 {
			out[k].Bytes += p.Bytes
			continue
		}
		if p.Bytes > 0 || len(p.Steps) > 0 {
			out = append(out, p)
		}
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

// params writes the recipe down; "" if it is out of bounds, since a layout is no place
// for half of a text.
func (o *encoding) params() string {
	b, err := json.Marshal(&o.recipe)
	if err != nil || len(b) > o.recipe.Bytes/2+slack || !modest(b) {
		return ""
	}
	return string(b)
}
