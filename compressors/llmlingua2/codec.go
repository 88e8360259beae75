package llmlingua2

import (
	"encoding/binary"
	"errors"
	"math"
)

// An analysis is kept as about two bytes for each of its segment's:
//
//	revision of the codec, one byte
//	number of units
//	keep probability of each unit, one byte
//	for a text without spaces: gap before and length of each unit
//	number of sentences with a vector, and those; see vector.go
//
// Numbers without a size are unsigned varints. Where words begin and sentences end is
// found in the text again: the revision changes when that does.
//
// What was computed just now takes the same way, so that a selection sees the same
// numbers whether they were kept or not.
const codecRevision = 1

// A keep probability is kept as its logit in steps of a sixteenth: a selection ranks
// probabilities, and near 0 and 1, where most are, steps of equal probability would make
// many of them equal. Level 255 is certainty.
const (
	logitRange = 8.0
	topLevel   = 254
	certain    = 255
)

func level(p float32) byte {
	if p >= 1 {
		return certain
	}
	x := math.Log(float64(p) / (1 - float64(p)))
	x = min(logitRange, max(-logitRange, x))
	return byte(math.Round((x + logitRange) * (topLevel / (2 * logitRange))))
}

var levels = func() (t [256]float32) {
	for i := range t {
		x := float64(i)*(2*logitRange/topLevel) - logitRange
		t[i] = float32(1 / (1 + math.Exp(-x)))
	}
	t[certain] = 1
	return t
}()

// encode completes a job that the model has read.
func (m *Model) encode(j *job) []byte {
	if len(j.units) > 0 {
		j.meanByUnit()
		fillUnknown(j.prob, j.sentence)
	}
	b := make([]byte, 0, 16+len(j.units)+j.sentenceCount()*vectorSize(m.Dim))
	b = append(b, codecRevision)
	b = binary.AppendUvarint(b, uint64(len(j.units)))
	for _, p := range j.prob {
		b = append(b, level(p))
	}
	if j.unspaced {
		at := 0
		for _, u := range j.units {
			b = binary.AppendUvarint(b, uint64(u.start-at))
			b = binary.AppendUvarint(b, uint64(u.end-u.start))
			at = u.end
		}
	}
	n := 0
	if m.Dim > 0 {
		n = j.sentenceCount()
	}
	b = binary.AppendUvarint(b, uint64(n))
	if n == 0 {
		return b
	}
	vectors := j.sentenceVectors(m.Dim)
	for s := range n {
		b = appendVector(b, vectors[s*m.Dim:(s+1)*m.Dim])
	}
	return b
}

// encodeQuestion keeps the vector of a question whole: there is one a request.
func encodeQuestion(v []float32) []byte {
	b := append(make([]byte, 0, 1+4*len(v)), codecRevision)
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func decodeQuestion(value []byte, dim int) ([]float32, bool) {
	if len(value) != 1+4*dim || value[0] != codecRevision {
		return nil, false
	}
	v := make([]float32, dim)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(value[1+4*i:]))
	}
	return v, true
}

// errCodec is what a value gives that is not an analysis of the text.
var errCodec = errors.New("llmlingua2: the value is not an analysis of this text")

// decode reads what encode wrote for the same text.
func decode(value []byte, text string, unspaced bool, dim int) (*analysis, error) {
	r := reader{b: value}
	if r.byte() != codecRevision {
		return nil, errCodec
	}
	a := &analysis{text: text, dim: dim}
	n := r.number(len(text))
	a.prob = make([]float32, n)
	for i := range a.prob {
		a.prob[i] = levels[r.byte()]
	}
	if unspaced {
		a.units = r.units(n, len(text))
	} else {
		a.units = words(make([]unit, 0, n), text, 0, len(text))
	}
	if r.bad || len(a.units) != n {
		return nil, errCodec
	}
	a.sentence = sentences(text, a.units)
	if v := r.number(n); v > 0 {
		r.bad = r.bad || v != a.sentenceCount()
		a.vectors = r.vectors(v, dim)
	}
	if r.bad || len(r.b) > 0 {
		return nil, errCodec
	}
	return a, nil
}

// reader takes numbers off the front. After the first that is not there, or is not what
// it may be, it is bad and reads zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if r.bad || len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) number(most int) int {
	x, n := binary.Uvarint(r.b)
	if r.bad || n <= 0 || x > uint64(most) {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return int(x)
}

func (r *reader) units(n, size int) []unit {
	units := make([]unit, n)
	at := 0
	for i := range units {
		start := at + r.number(size-at)
		at = start + r.number(size-start)
		units[i] = unit{start, at}
	}
	return units
}
