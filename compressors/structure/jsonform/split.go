package jsonform

import "strings"

// split divides a source into its content, minified JSON with a line for each value of a
// stream, and its layout. It reports whether the source is JSON, and of a layout that is
// not much smaller than it is. A stream of scalars is not taken for JSON: words and
// numbers with white space between them are more often a table.
func split(text string) (content string, l layout, ok bool) {
	text, l.BOM = strings.CutPrefix(text, bom)
	var learn learner
	var seen escapes
	var out strings.Builder
	var minimal []byte
	out.Grow(len(text) / 2)
	lex := lexer{text: text}
	for {
		root := lex.want == wantRoot
		if !lex.next() {
			return "", layout{}, false
		}
		t := &lex.token
		learn.token(t.kind, text[t.gap:t.start])
		if t.kind == endKind {
			break
		}
		if root && lex.roots > 1 {
			out.WriteByte('\n')
		}
		if lit := text[t.start:t.end]; t.plain || t.kind != keyKind && t.kind != stringKind {
			out.WriteString(lit)
		} else {
			minimal = appendMinimal(minimal[:0], lit, &seen)
			out.Write(minimal)
		}
	}
	if l.Stream = lex.roots > 1; l.Stream && lex.bare {
		return "", layout{}, false
	}
	l.style, l.spelling = learn.style(), seen.spelling(out.String())
	return out.String(), l, l.except(text, learn.shapes)
}

// except adds where a source is not as its style has it, and reports false if that is
// nearly everywhere.
func (l *layout) except(text string, shapes []shape) bool {
	lay, spell := newLayouter(&l.style), newSpeller(l.spelling)
	e := exceptions{layout: l, index: map[string]int{}}
	lex := lexer{text: text}
	var minimal, spelled []byte
	container := 0
	for at := 0; e.size <= len(text)/2+1024; at += 2 {
		if !lex.next() {
			return false // it was read before
		}
		t := &lex.token
		if gap := text[t.gap:t.start]; gap != lay.gap(t.kind) {
			e.add(at, gap)
		}
		var c shape
		switch t.kind {
		case endKind:
			return true
		case '{', '[':
			c = shapes[container]
			if l.expects(c, len(lay.open)) != (c&broken != 0) {
				e.flip(container)
			}
			container++
		case keyKind, stringKind:
			if t.plain && !spell.verbose {
				break
			}
			lit := text[t.start:t.end]
			minimal = appendMinimal(minimal[:0], lit, &escapes{})
			if spelled = spell.append(spelled[:0], string(minimal)); string(spelled) != lit {
				e.add(at+1, lit)
			}
		}
		lay.step(t.kind, c)
	}
	return false
}
