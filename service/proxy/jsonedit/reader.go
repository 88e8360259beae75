package jsonedit

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may be nested.
const MaxDepth = 128

// What a Reader stops at.
var (
	// ErrSyntax says that the text is not JSON, or not one value alone.
	ErrSyntax = errors.New("jsonedit: not valid JSON")
	// ErrDepth says that the text is nested deeper than MaxDepth.
	ErrDepth = errors.New("jsonedit: nested too deep")
	// ErrAmbiguous says that an object has a known key twice, or twice but for the
	// case of its letters. Parsers differ in which one they take, so a text in
	// which that happens must not be edited by anybody who takes one.
	ErrAmbiguous = errors.New("jsonedit: a key occurs twice")
)

// Kind is the kind of a value.
type Kind byte

// The kinds. None says that the reader has stopped.
const (
	None Kind = iota
	Object
	Array
	String
	Number
	Bool
	Null
)

// Range is the byte range [Start, End) of a text.
type Range struct{ Start, End int }

// Of returns the bytes of the range in src.
func (g Range) Of(src []byte) []byte { return src[g.Start:g.End] }

// Empty reports whether there are none.
func (g Range) Empty() bool { return g.End <= g.Start }

// Keys are the keys that a caller reads of one kind of object, at most 64.
type Keys struct {
	names []string
}

// NewKeys returns the set of the names, which are distinct in lower case.
func NewKeys(names ...string) *Keys {
	if len(names) > 64 {
		panic("jsonedit: more than 64 keys")
	}
	return &Keys{names}
}

// find returns the index of the name, and whether it is the same to the letter; -1 if
// there is none.
func (k *Keys) find(name []byte) (index int, exact bool) {
	index = -1
	for i, n := range k.names {
		if len(n) != len(name) {
			continue
		}
		if n == string(name) {
			return i, true
		}
		if strings.EqualFold(n, string(name)) {
			index = i
		}
	}
	if index < 0 && !ascii(name) { // some letters beyond ASCII fold to shorter ones
		index = slices.IndexFunc(k.names, func(n string) bool { return strings.EqualFold(n, string(name)) })
	}
	return index, false
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Reader is a cursor on a JSON text. After the first error it stays where it is,
// and all methods do nothing. It is not safe for concurrent use.
type Reader struct {
	src    []byte
	pos    int
	depth  int
	inside [MaxDepth]byte // '{' or '[' by depth
	member int            // where the key of the member being visited begins
	err    error
}

// NewReader returns a reader before the first byte of src, which it keeps.
func NewReader(src []byte) *Reader { return &Reader{src: src} }

// Err returns the error that the reader stopped at.
func (r *Reader) Err() error { return r.err }

// Fail stops the reader.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// End checks that nothing but white space is left, and returns the reader's error.
func (r *Reader) End() error {
	r.space()
	if r.err == nil && (r.pos != len(r.src) || r.depth != 0) {
		r.err = ErrSyntax
	}
	return r.err
}

// Kind tells what the next value is by its first byte.
func (r *Reader) Kind() Kind {
	if r.err != nil {
		return None
	}
	r.space()
	switch c := r.peek(); {
	case c == '{':
		return Object
	case c == '[':
		return Array
	case c == '"':
		return String
	case c == '-' || c >= '0' && c <= '9':
		return Number
	case c == 't' || c == 'f':
		return Bool
	case c == 'n':
		return Null
	}
	return None
}

// MemberStart is where the key of the member begins that Object is visiting.
func (r *Reader) MemberStart() int { return r.member }

// Object visits the members of the next value if that is an object, and passes
// over it otherwise. visit gets the key if it is among keys and else "", decoded,
// and may read the value with the reader's methods; if it does not, Object passes
// over it. The range is that of the whole object.
func (r *Reader) Object(keys *Keys, visit func(key string)) Range {
	if r.Kind() != Object {
		return r.Skip()
	}
	start, outer := r.pos, r.member
	r.enter('{')
	var seen uint64
	for first := true; r.next(first, '}'); first = false {
		key := r.key(keys, &seen)
		if r.err != nil {
			break
		}
		at := r.pos
		visit(key)
		if r.pos == at {
			r.Skip()
		}
	}
	r.member = outer
	return r.leave(start)
}

// Array visits the elements of the next value if that is an array, and passes
// over it otherwise; see Object.
func (r *Reader) Array(visit func(index int)) Range {
	if r.Kind() != Array {
		return r.Skip()
	}
	start := r.pos
	r.enter('[')
	for i := 0; r.next(i == 0, ']'); i++ {
		r.space()
		at := r.pos
		visit(i)
		if r.pos == at {
			r.Skip()
		}
	}
	return r.leave(start)
}

// Text returns the next value if it is a string that can be decoded, and passes
// over it in any case.
func (r *Reader) Text() string {
	if r.Kind() != String {
		r.Skip()
		return ""
	}
	lit := r.Skip()
	if r.err != nil {
		return ""
	}
	s, _ := Unquote(lit.Of(r.src))
	return s
}

// True passes over the next value and reports whether it is true.
func (r *Reader) True() bool {
	return string(r.Skip().Of(r.src)) == "true" && r.err == nil
}

// enter steps into a container, whose bracket is the next byte.
func (r *Reader) enter(bracket byte) {
	if r.depth == MaxDepth {
		r.Fail(ErrDepth)
		return
	}
	r.inside[r.depth] = bracket
	r.depth++
	r.pos++
}

// leave returns the range of the container that next has just closed.
func (r *Reader) leave(start int) Range {
	if r.err != nil {
		return Range{start, start}
	}
	return Range{start, r.pos}
}

// next steps to the next member or element and reports whether there is one. If
// not, it steps behind the closing bracket.
func (r *Reader) next(first bool, closing byte) bool {
	if r.err != nil {
		return false
	}
	r.space()
	switch c := r.peek(); {
	case c == closing:
		r.pos++
		r.depth--
		return false
	case first:
		return true
	case c == ',':
		r.pos++
		return true
	}
	r.Fail(ErrSyntax)
	return false
}

// key reads a key and its colon.
func (r *Reader) key(keys *Keys, seen *uint64) string {
	r.space()
	start := r.pos
	lit := r.colon()
	if r.err != nil {
		return ""
	}
	r.member = start
	raw := lit.Of(r.src)
	name := raw[1 : len(raw)-1]
	if hasEscape(raw) {
		s, _ := Unquote(raw)
		name = []byte(s)
	}
	i, exact := keys.find(name)
	if i < 0 {
		return ""
	}
	if *seen&(1<<i) != 0 {
		r.Fail(ErrAmbiguous)
		return ""
	}
	*seen |= 1 << i
	if !exact {
		return ""
	}
	return keys.names[i]
}

// colon reads a string and the colon behind it, and returns the string.
func (r *Reader) colon() Range {
	lit := r.string()
	r.space()
	if r.peek() != ':' {
		r.Fail(ErrSyntax)
		return lit
	}
	r.pos++
	r.space()
	return lit
}
