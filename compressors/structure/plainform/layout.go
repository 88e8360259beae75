package plainform

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"

	"github.com/klauspost/compress/s2"

	"github.com/pith-proxy/pith/compressors/structure"
)

// A layout is a table of distinct strings and steps that refer to it, all in varints,
// compressed if that pays: {"noise":"base64"} or {"noise":"base64","packed":true}.
type layout struct {
	Noise  string `json:"noise,omitempty"`
	Space  string `json:"space,omitempty"`
	Packed bool   `json:"packed,omitempty"`
}

// growth is the most bytes of an unpacked layout for each byte of the source.
const growth = 2

// small is what a layout of a short text may have beside that.
const small = 64

// packFrom is where compression begins to pay, in bytes.
const packFrom = 96

// A table holds distinct strings in the order in which they came.
type table struct {
	index map[string]int
	all   []string
	last  int
}

func newTable() *table { return &table{index: map[string]int{}} }

func (t *table) of(s string) int {
	if t.last < len(t.all) && t.all[t.last] == s {
		return t.last
	}
	k, ok := t.index[s]
	if !ok {
		k = len(t.all)
		t.index[s] = k
		t.all = append(t.all, s)
	}
	t.last = k
	return k
}

// body returns the layout's bytes: the length of the text, the table, the steps.
func (t *table) body(length int, steps []byte) []byte {
	b := binary.AppendUvarint(nil, uint64(length))
	b = binary.AppendUvarint(b, uint64(len(t.all)))
	for _, s := range t.all {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return append(b, steps...)
}

// write returns the body as JSON, and false if it is too long for a source of n bytes.
func write(body []byte, n int, put func(*layout, string)) ([]byte, bool) {
	if len(body) > growth*n+small {
		return nil, false
	}
	var l layout
	if len(body) >= packFrom {
		if packed := s2.EncodeBetter(nil, body); len(packed) < len(body) {
			body, l.Packed = packed, true
		}
	}
	put(&l, base64.StdEncoding.EncodeToString(body))
	out, err := json.Marshal(l)
	return out, err == nil
}

// A reader reads a layout. After the first mistake it reads nothing but zeros.
type reader struct {
	rest   []byte
	body   []byte
	table  []int32 // where in body each entry begins, with its length
	length int
	broken bool
}

// read checks a layout for a source of at most limit bytes.
func read(data []byte, limit int, get func(layout) string) (*reader, error) {
	var l layout
	if json.Unmarshal(data, &l) != nil || limit < 0 {
		return nil, structure.ErrLayout
	}
	body, err := base64.StdEncoding.DecodeString(get(l))
	if err != nil {
		return nil, structure.ErrLayout
	}
	if l.Packed {
		if body, err = unpack(body, limit); err != nil {
			return nil, err
		}
	}
	r := &reader{rest: body}
	r.length = r.number()
	n := r.number()
	if n > min(len(r.rest)/2, limit+1) || len(body) > 1<<30 { // an entry has its length, and a step that refers to it
		return nil, structure.ErrLayout
	}
	r.body = body
	r.table = make([]int32, n)
	for i := range r.table {
		r.table[i] = int32(len(body) - len(r.rest))
		r.take(r.number())
	}
	if r.broken {
		return nil, structure.ErrLayout
	}
	return r, nil
}

// unpack asks how long the body is before it makes room for it.
func unpack(packed []byte, limit int) ([]byte, error) {
	n, err := s2.DecodedLen(packed)
	if err != nil || (n-small)/growth > limit {
		return nil, structure.ErrLayout
	}
	body, err := s2.Decode(nil, packed)
	if err != nil {
		return nil, structure.ErrLayout
	}
	return body, nil
}

func (r *reader) number() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > 1<<40 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.broken, r.rest = true, nil
		return nil
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

// entry reads a reference to the table.
func (r *reader) entry() []byte {
	k := r.number()
	if k >= len(r.table) {
		r.broken, r.rest = true, nil
		return nil
	}
	e := reader{rest: r.body[r.table[k]:]}
	return e.take(e.number())
}

// signed undoes zigzag.
func signed(v int) int { return v>>1 ^ -(v & 1) }

func zigzag(v int) uint64 { return uint64(v<<1 ^ v>>63) }
