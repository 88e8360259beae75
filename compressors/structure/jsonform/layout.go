package jsonform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/pith-proxy/pith/compressors/structure"
)

// A layout is what a source has beside its content: where white space stands and how
// strings are spelled, as styles and exceptions to them.
type layout struct {
	Table  bool `json:"table,omitempty"`  // the text is not JSON
	Stream bool `json:"stream,omitempty"` // several values; in a table form, the elements
	BOM    bool `json:"bom,omitempty"`

	style
	spelling

	// Flip has the containers that the style does not expect to be as they are: the
	// first, and how far each is from the last one.
	Flip []int `json:"flip,omitempty"`

	// At has pairs: how far an exception is from the last one, and its index in Odd.
	// Each token has two places, for the white space before it and for its spelling.
	At  []int    `json:"at,omitempty"`
	Odd []string `json:"odd,omitempty"`
}

func (l *layout) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(l); err != nil {
		panic(err) // it has no type that cannot be encoded
	}
	return bytes.TrimSpace(b.Bytes())
}

// decodeLayout reads a layout; what it says may still not fit the text.
func decodeLayout(raw []byte) (layout, error) {
	var l layout
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(&l) != nil {
		return layout{}, structure.ErrLayout
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return layout{}, structure.ErrLayout
	}
	if len(l.Indent) > maxIndent || !l.blank() || !ascending(l.Flip, 1) || len(l.At)%2 != 0 || !ascending(l.At, 2) {
		return layout{}, structure.ErrLayout
	}
	for i := 1; i < len(l.At); i += 2 {
		if l.At[i] < 0 || l.At[i] >= len(l.Odd) {
			return layout{}, structure.ErrLayout
		}
	}
	return l, nil
}

// ascending reports whether every step-th number is a distance: the first may be 0. The
// sum stays far below where an int ends.
func ascending(distances []int, step int) bool {
	for i := 0; i < len(distances); i += step {
		if d := distances[i]; d < 0 || d == 0 && i > 0 || d > maxText*4 {
			return false
		}
	}
	return true
}

// exceptions collects those of a layout.
type exceptions struct {
	layout *layout
	last   int
	index  map[string]int
	flips  int // where the last one was
	size   int // about the bytes that they take
}

func (e *exceptions) add(at int, text string) {
	i, ok := e.index[text]
	if !ok {
		i = len(e.index)
		e.index[text] = i
		e.layout.Odd = append(e.layout.Odd, text)
		e.size += len(text)
	}
	e.layout.At = append(e.layout.At, at-e.last, i)
	e.last = at
	e.size += 4
}

func (e *exceptions) flip(container int) {
	e.layout.Flip = append(e.layout.Flip, container-e.flips)
	e.flips = container
	e.size += 2
}

// A cursor goes through distances.
type cursor struct {
	distances []int
	step      int
	next      int // where the next one is, or -1
}

func newCursor(distances []int, step int) cursor {
	c := cursor{distances: distances, step: step, next: -1}
	if len(distances) > 0 {
		c.next = distances[0]
	}
	return c
}

// pop goes on to the next one.
func (c *cursor) pop() {
	c.distances = c.distances[c.step:]
	if len(c.distances) == 0 {
		c.next = -1
		return
	}
	c.next += c.distances[0]
}
