package jsonform

// maxDepth is how many containers may be open at once.
const maxDepth = 512

// Kinds of a token. Brackets, comma and colon are their own kind.
const (
	endKind    = byte(0)
	keyKind    = 'k'
	stringKind = 's'
	numberKind = 'n'
	wordKind   = 'w' // true, false, null
)

// A token is a piece of JSON with the white space before it.
type token struct {
	kind       byte
	gap        int // where the white space begins
	start, end int
	plain      bool // a string or key without a backslash
}

// What may come next.
type want byte

const (
	wantRoot  want = iota // a value of the stream, or the end
	wantValue             // after a colon, or a comma in an array
	wantFirst             // after [
	wantKey               // after a comma in an object
	wantNames             // after {
	wantColon
	wantMore // after a value in a container
)

// A lexer reads a stream of JSON values as RFC 8259 has them, token by token. It looks
// at each byte once.
type lexer struct {
	text  string
	pos   int
	token token
	want  want
	roots int  // values that have begun at the root
	bare  bool // one of them is a scalar
	depth int
	open  [maxDepth]byte
}

// next reads a token and reports whether there is one that may stand there. The last one
// is of endKind.
func (l *lexer) next() bool {
	l.token = token{gap: l.pos}
	for l.pos < len(l.text) && isSpace(l.text[l.pos]) {
		l.pos++
	}
	l.token.start, l.token.end = l.pos, l.pos
	if l.pos == len(l.text) {
		return l.want == wantRoot && l.roots > 0
	}
	c := l.text[l.pos]
	switch {
	case l.want == wantColon:
		return c == ':' && l.sign(c, wantValue)
	case l.want == wantMore && c == ',' && l.open[l.depth-1] == '{':
		return l.sign(c, wantKey)
	case l.want == wantMore && c == ',':
		return l.sign(c, wantValue)
	case c == '}' || c == ']':
		return l.close(c)
	case l.want == wantMore:
		return false
	case l.want == wantKey || l.want == wantNames:
		return c == '"' && l.scalar(keyKind, wantColon)
	case l.want == wantRoot && !l.root(c):
		return false
	case c == '{' || c == '[':
		return l.push(c)
	}
	return l.scalar(kindOf(c), l.after())
}

// root begins a value at the root; white space is what separates it from the last one.
func (l *lexer) root(c byte) bool {
	l.roots++
	l.bare = l.bare || c != '{' && c != '['
	return l.roots == 1 || l.token.gap < l.token.start
}

func (l *lexer) sign(c byte, then want) bool {
	l.pos++
	l.token.kind, l.token.end, l.want = c, l.pos, then
	return true
}

func (l *lexer) push(c byte) bool {
	if l.depth == maxDepth {
		return false
	}
	l.open[l.depth] = c
	l.depth++
	if c == '{' {
		return l.sign(c, wantNames)
	}
	return l.sign(c, wantFirst)
}

func (l *lexer) close(c byte) bool {
	if l.want != wantMore && l.want != wantFirst && l.want != wantNames || l.open[l.depth-1] != c-2 {
		return false
	}
	l.depth--
	return l.sign(c, l.after())
}

// after is what may follow a value.
func (l *lexer) after() want {
	if l.depth == 0 {
		return wantRoot
	}
	return wantMore
}

// kindOf tells what a scalar is from its first byte.
func kindOf(c byte) byte {
	switch c {
	case '"':
		return stringKind
	case 't', 'f', 'n':
		return wordKind
	}
	return numberKind
}

func (l *lexer) scalar(kind byte, then want) bool {
	switch kind {
	case numberKind:
		l.pos = numberEnd(l.text, l.pos)
	case wordKind:
		l.pos = wordEnd(l.text, l.pos)
	default:
		l.pos, l.token.plain = stringEnd(l.text, l.pos)
	}
	l.token.kind, l.token.end, l.want = kind, l.pos, then
	return l.pos >= 0
}
