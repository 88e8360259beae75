package jsonform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// join puts content and layout together again, up to limit bytes.
func join(content string, l *layout, limit int) (string, error) {
	shapes, ok := shapesOf(content, l.Stream)
	if !ok {
		return "", structure.ErrText
	}
	j := joiner{layout: l, lex: lexer{text: content}, shapes: shapes, lay: newLayouter(&l.style), spell: newSpeller(l.spelling), limit: limit}
	j.odd, j.flips = newCursor(l.At, 2), newCursor(l.Flip, 1)
	j.out = make([]byte, 0, min(limit, 2*len(content)+len(bom)))
	if l.BOM {
		j.out = append(j.out, bom...)
	}
	for at := 0; j.token(at); at += 2 {
	}
	switch {
	case len(j.out) > limit:
		return "", structure.ErrLimit
	case j.wrong || j.odd.next >= 0 || j.flips.next >= 0:
		return "", structure.ErrLayout // or the text is another one; nobody can tell
	}
	return string(j.out), nil
}

// shapesOf returns the shapes of all containers but for whether they are broken, and
// whether content is what split returns.
func shapesOf(content string, stream bool) ([]shape, bool) {
	var learn learner
	lex := lexer{text: content}
	for {
		root := lex.want == wantRoot
		if !lex.next() {
			return nil, false
		}
		t := &lex.token
		between := root && lex.roots > 1 && t.kind != endKind
		if gap := content[t.gap:t.start]; gap != "" && (!between || gap != "\n") {
			return nil, false
		}
		if t.kind == endKind {
			return learn.shapes, stream == (lex.roots > 1) && (!stream || !lex.bare)
		}
		learn.token(t.kind, "")
	}
}

type joiner struct {
	layout     *layout
	lex        lexer
	shapes     []shape // of the containers that are still to be opened
	lay        *layouter
	spell      *speller
	odd, flips cursor
	container  int
	limit      int
	wrong      bool // an exception is none for this text
	out        []byte
}

// token writes a token with the white space before it, and reports whether there may be
// more.
func (j *joiner) token(at int) bool {
	j.lex.next()
	t := &j.lex.token
	lit := j.lex.text[t.start:t.end]
	if j.odd.next == at {
		gap := j.exception()
		j.wrong = j.wrong || !blank(gap)
	} else {
		j.out = append(j.out, j.lay.gap(t.kind)...)
	}
	var c shape
	switch t.kind {
	case endKind:
		return false
	case '{', '[':
		c = j.open()
	}
	switch {
	case j.odd.next == at+1:
		odd := j.exception()
		j.wrong = j.wrong || !spells(odd, lit)
	case t.kind == keyKind || t.kind == stringKind:
		j.out = j.spell.append(j.out, lit)
	default:
		j.out = append(j.out, lit...)
	}
	j.lay.step(t.kind, c)
	return len(j.out) <= j.limit
}

// exception writes what stands in this place, and returns it.
func (j *joiner) exception() string {
	odd := j.layout.Odd[j.odd.distances[1]]
	j.out = append(j.out, odd...)
	j.odd.pop()
	return odd
}

// spells reports whether odd is a literal for the same string as the minimal one is.
func spells(odd, minimal string) bool {
	if odd == "" || odd[0] != '"' {
		return false
	}
	end, _ := stringEnd(odd, 0)
	return end == len(odd) && string(appendMinimal(nil, odd, &escapes{})) == minimal
}

// blank reports whether a text is white space of JSON.
func blank(text string) bool { return strings.Trim(text, " \t\r\n") == "" }

// open returns the shape of the container that opens.
func (j *joiner) open() shape {
	c := j.shapes[j.container]
	is := j.layout.expects(c, len(j.lay.open))
	if j.flips.next == j.container {
		j.flips.pop()
		is = !is
	}
	if is && c&hollow == 0 {
		c |= broken
	}
	j.container++
	return c
}
