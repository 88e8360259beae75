package jsonform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// untabulate undoes tabulate: it returns a content of at most about limit bytes. Whether
// the content is JSON is seen later; that no line can hold more than it should is seen
// here.
func untabulate(text string, stream bool, limit int) (string, error) {
	r := reader{text: text, limit: limit}
	if stream {
		r.between = "\n"
	}
	switch {
	case text == "":
		r.fail(structure.ErrText)
	case text[0] == '[':
		r.array(0, stream)
	case text[0] == '{':
		r.rows(0, stream)
	default:
		r.members(0)
	}
	if r.pos < len(text) {
		r.fail(structure.ErrText)
	}
	return string(r.out), r.err
}

// A reader reads the lines that a writer has written. After an error it is at the end.
type reader struct {
	text    string
	pos     int
	depth   int
	limit   int
	between string // the values of a stream
	out     []byte
	err     error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.pos = len(r.text)
}

func (r *reader) put(s string) {
	if r.out = append(r.out, s...); len(r.out) > r.limit {
		r.fail(structure.ErrLimit)
	}
}

// at reports whether s comes next.
func (r *reader) at(s string) bool { return strings.HasPrefix(r.text[r.pos:], s) }

// skip reads s, which has to be there.
func (r *reader) skip(s string) {
	if !r.at(s) {
		r.fail(structure.ErrText)
		return
	}
	r.pos += len(s)
}

// to reads up to end.
func (r *reader) to(end int) string {
	if end < r.pos {
		r.fail(structure.ErrText)
		return ""
	}
	s := r.text[r.pos:end]
	r.pos = end
	return s
}

// line begins a line of a level.
func (r *reader) line(level int) {
	r.skip("\n")
	for range level {
		r.skip("  ")
	}
}

// more reports whether a line of just this level follows.
func (r *reader) more(level int) bool {
	i := r.pos
	if i == len(r.text) || r.text[i] != '\n' {
		return false
	}
	for i++; i < len(r.text) && r.text[i] == ' '; i++ {
	}
	return i-r.pos-1 == 2*level
}

// lineEnd returns where the line ends.
func (r *reader) lineEnd() int {
	if i := strings.IndexByte(r.text[r.pos:], '\n'); i >= 0 {
		return r.pos + i
	}
	return len(r.text)
}

// members reads the lines of an object, from behind the indentation of the first.
func (r *reader) members(level int) {
	if r.depth++; r.depth > maxDepth {
		r.fail(structure.ErrText)
	}
	r.put("{")
	for i := 0; r.err == nil; i++ {
		if i > 0 {
			if !r.more(level) {
				break
			}
			r.line(level)
			r.put(",")
		}
		r.put(r.key())
		r.put(":")
		r.member(level)
	}
	r.put("}")
	r.depth--
}

// member reads what follows a key.
func (r *reader) member(level int) {
	switch {
	case r.at(": "):
		r.skip(": ")
		r.json()
	case r.at(":"):
		r.skip(":")
		r.line(level + 1)
		r.members(level + 1)
	case r.at("{"):
		r.rows(level, false)
	default:
		r.array(level, false)
	}
}

// json reads the rest of a line as one value.
func (r *reader) json() {
	end := r.lineEnd()
	if valueEnd(r.text[:end], r.pos) != end {
		r.fail(structure.ErrText)
		return
	}
	r.put(r.to(end))
}

// key reads a key and returns its literal.
func (r *reader) key() string {
	if r.at(`"`) {
		end, _ := stringEnd(r.text, r.pos)
		return r.to(end)
	}
	end := r.pos
	for end < len(r.text) && !ends[r.text[end]] {
		end++
	}
	key := r.to(end)
	if key == "" {
		r.fail(structure.ErrText)
	}
	return `"` + key + `"`
}

// ends has the bytes that no key without quotes has.
var ends = func() (t [256]bool) {
	for c := range t {
		t[c] = c <= ' '
	}
	for _, c := range []byte(`"\,|:=?[]{}`) {
		t[c] = true
	}
	return t
}()

// array reads an array from its brackets on: a table or a list.
func (r *reader) array(level int, stream bool) {
	end := r.lineEnd()
	if i := strings.IndexByte(r.text[r.pos:end], ']'); i < 0 || r.pos+i+1 == end || r.text[r.pos+i+1] == '{' {
		r.rows(level, stream)
		return
	}
	r.skip("[")
	n := r.count()
	r.skip("]:")
	r.open("[", stream)
	for i := 0; i < n && r.err == nil; i++ {
		if i > 0 {
			r.separate(stream)
		}
		r.line(level)
		r.skip("- ")
		r.item(level + 1)
	}
	r.close("]", stream)
}

// open begins a container, which a stream is not.
func (r *reader) open(bracket string, stream bool) {
	if !stream {
		r.put(bracket)
	}
}

func (r *reader) close(bracket string, stream bool) { r.open(bracket, stream) }

// separate writes what is between two elements.
func (r *reader) separate(stream bool) {
	if stream {
		r.put(r.between)
		return
	}
	r.put(",")
}

// item reads an item behind its dash. One value of JSON does not end with a colon, and a
// key is followed by a colon or a bracket.
func (r *reader) item(level int) {
	end := r.lineEnd()
	switch line := r.text[r.pos:end]; {
	case line == "":
		r.fail(structure.ErrText)
	case line[0] == '[' && line[len(line)-1] == ':':
		r.array(level, false)
	case line[0] == '{' && line[len(line)-1] == ':':
		r.rows(level, false)
	case valueEnd(r.text[:end], r.pos) == end:
		r.put(r.to(end))
	default:
		r.members(level)
	}
}

// count reads a number of rows or items.
func (r *reader) count() int {
	n := 0
	start := r.pos
	for r.pos < len(r.text) && isDigit(r.text[r.pos]) && r.pos-start < 10 {
		n = 10*n + int(r.text[r.pos]-'0')
		r.pos++
	}
	if n == 0 || r.text[start] == '0' {
		r.fail(structure.ErrText)
	}
	return n
}
