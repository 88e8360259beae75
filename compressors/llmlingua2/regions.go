package llmlingua2

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/lang"
	"github.com/pith-proxy/pith/compressors/segment"
)

// split cuts a context into segments for the models that can read them, and fixes the
// rest.
func (r *run) split(ctx context.Context, cr *contextRun) error {
	for _, reg := range r.regions(cr) {
		if err := ctx.Err(); err != nil {
			return err
		}
		text := cr.text[reg.Start:reg.End]
		if strings.TrimSpace(text) == "" {
			continue
		}
		m, err := r.modelFor(ctx, cr, reg.Language)
		if err != nil {
			return err
		}
		if m == nil {
			cr.fix(reg)
			continue
		}
		start := 0
		unspaced := unspacedLanguage(reg.Language)
		for _, end := range segmentEnds(text) {
			if end < len(text) && !mayCut(text, end, unspaced) {
				continue // a unit stays whole, however long it is
			}
			if s := text[start:end]; strings.TrimSpace(s) != "" {
				cr.parts = append(cr.parts, &part{text: s, model: m,
					unspaced: unspaced, offset: reg.Start + start})
			}
			start = end
		}
	}
	return nil
}

// mayCut reports whether no unit is cut at byte i.
func mayCut(text string, i int, unspaced bool) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	if unicode.IsSpace(before) || unicode.IsSpace(after) {
		return true
	}
	return unspaced && !glued(text, i)
}

// segmentEnds is segment.Ends, but very short segments that follow each other are one: a
// text of nothing but short blocks of code would be a window of a model for each, and a
// look into the memory.
func segmentEnds(text string) []int {
	ends := segment.Ends(text)
	joined := ends[:0]
	start, last := 0, 0 // of the segment to be, and of the last of those in it
	for i, end := range ends {
		short := end-last < shortSegment && i+1 < len(ends) && ends[i+1]-end < shortSegment && end-start < joinedSegment
		last = end
		if !short {
			joined = append(joined, end)
			start = end
		}
	}
	return joined
}

const (
	shortSegment  = 96  // bytes, some 24 tokens
	joinedSegment = 384 // when it is enough
)

// regions finds the languages of a context. Neighbours that would be read in the
// same way are one region, so that the model sees them together.
func (r *run) regions(cr *contextRun) []lang.Region {
	if cr.Language != "" {
		return []lang.Region{{Start: 0, End: len(cr.text), Language: baseLanguage(cr.Language)}}
	}
	var out []lang.Region
	for _, reg := range lang.Regions(cr.text) {
		if n := len(out); n > 0 && r.alike(out[n-1].Language, reg.Language) {
			out[n-1].End = reg.End
			continue
		}
		out = append(out, reg)
	}
	return out
}

// baseLanguage is the ISO 639-1 part of a tag such as en-GB, lower case.
func baseLanguage(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	tag, _, _ = strings.Cut(tag, "_")
	return tag
}

// alike reports whether two languages go to one model and are split alike.
func (r *run) alike(a, b string) bool {
	if unspacedLanguage(a) != unspacedLanguage(b) {
		return false
	}
	return a == b || r.req.Model != "" || r.c.forLanguage(a) == r.c.forLanguage(b)
}

// modelFor opens the model for a region. It returns nil, and warns, if the
// region has to stay as it is.
func (r *run) modelFor(ctx context.Context, cr *contextRun, language string) (*Model, error) {
	if r.req.Model != "" {
		lm, err := r.c.named(r.req.Model)
		if err != nil {
			return nil, err
		}
		return lm.open(ctx, r.c.window)
	}
	lm := r.c.forLanguage(language)
	if lm == nil {
		if language == "" || language == lang.Undetermined {
			cr.warn("a part whose language was not recognised is unchanged")
		} else {
			cr.warn(fmt.Sprintf("no model was measured on language %q; that part is unchanged", language))
		}
		return nil, nil
	}
	m, err := lm.open(ctx, r.c.window)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if lm == r.c.models[0] {
			return nil, err
		}
		cr.warn(fmt.Sprintf("model %s for language %q could not be opened; that part is unchanged", lm.Name, language))
		r.passing = true
		return nil, nil
	}
	return m, nil
}

// warn adds a warning once.
func (cr *contextRun) warn(w string) {
	for _, have := range cr.warnings {
		if have == w {
			return
		}
	}
	cr.warnings = append(cr.warnings, w)
}

// fix keeps a region as it is, the white space around it aside.
func (cr *contextRun) fix(reg lang.Region) {
	text := strings.TrimLeftFunc(cr.text[reg.Start:reg.End], unicode.IsSpace)
	start := reg.End - len(text)
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	cr.fixed = append(cr.fixed, unit{start, start + len(text)})
}
