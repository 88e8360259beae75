package hub

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A graphInfo is what an ONNX file says about itself. The file is walked by
// offset, so that gigabytes of weights are stepped over and not read.
type graphInfo struct {
	Opset     int64            // of the default domain
	Domains   []string         // all operator domains, in the file's order
	Inputs    map[string][]any // a dimension is a name or a positive int64; -1 is unknown
	Outputs   map[string][]any
	Precision string   // element type of most weights; "" if there are none
	External  []string // files next to the graph that hold weights, sorted
}

// Field numbers are those of onnx.proto3; only what is needed is named.
const (
	modelGraph, modelOpset                    = 7, 8
	opsetDomain, opsetVersion                 = 1, 2
	graphInit, graphInput, graphOutput        = 5, 11, 12
	valueName, valueType                      = 1, 2
	typeTensor, tensorShape, shapeDim         = 1, 2, 1
	dimValue, dimParam                        = 1, 2
	initDims, initType, initName, initOutside = 1, 2, 8, 13
	pairKey, pairValue                        = 1, 2
)

var elementTypes = map[uint64]string{1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16", 11: "float64", 16: "bfloat16"}

var errNotONNX = errors.New("not an ONNX graph")

// readGraph walks the file in r, of the given size.
func readGraph(r io.ReaderAt, size int64) (*graphInfo, error) {
	g := &graphWalk{r: r, elements: map[uint64]uint64{}, initialised: map[string]bool{}}
	g.Inputs, g.Outputs = map[string][]any{}, map[string][]any{}
	found := false
	err := g.walk(span{0, size}, func(f field) error {
		switch f.number {
		case modelOpset:
			return g.opset(f.span)
		case modelGraph:
			found = true
			return g.graph(f.span)
		}
		return nil
	})
	if err == nil && !found {
		err = errNotONNX
	}
	if err != nil {
		return nil, err
	}
	g.finish()
	return &g.graphInfo, nil
}

type graphWalk struct {
	graphInfo
	r           io.ReaderAt
	fields      int               // seen so far
	elements    map[uint64]uint64 // by element type
	initialised map[string]bool
}

// maxFields bounds the work a hostile file can ask for. The largest published
// compressor has some ten thousand.
const maxFields = 5_000_000

// maxPorts bounds inputs and outputs. A language model of 128 layers has two of each for
// every layer, and a few more.
const maxPorts = 512

// finish drops inputs that are weights (older files list them as both) and
// names the precision.
func (g *graphWalk) finish() {
	for name := range g.initialised {
		delete(g.Inputs, name)
	}
	var most uint64
	for _, t := range []uint64{1, 10, 16, 3, 2, 11, 6, 7} {
		if g.elements[t] > most {
			most, g.Precision = g.elements[t], elementTypes[t]
		}
	}
	slices.Sort(g.External)
	g.External = slices.Compact(g.External)
}

func (g *graphWalk) opset(s span) error {
	var domain string
	var version uint64
	err := g.walk(s, func(f field) (err error) {
		switch f.number {
		case opsetDomain:
			domain, err = g.text(f)
		case opsetVersion:
			version = f.value
		}
		return err
	})
	if domain == "" {
		g.Opset = int64(version)
	}
	g.Domains = append(g.Domains, domain)
	return err
}

func (g *graphWalk) graph(s span) error {
	return g.walk(s, func(f field) error {
		switch f.number {
		case graphInit:
			return g.initializer(f.span)
		case graphInput:
			return g.value(f.span, g.Inputs)
		case graphOutput:
			return g.value(f.span, g.Outputs)
		}
		return nil
	})
}

func (g *graphWalk) value(s span, into map[string][]any) error {
	var name string
	dims := []any{}
	err := g.walk(s, func(f field) (err error) {
		switch f.number {
		case valueName:
			name, err = g.text(f)
		case valueType:
			err = g.path(f.span, []int{typeTensor, tensorShape, shapeDim}, func(s span) error {
				d, err := g.dim(s)
				dims = append(dims, d)
				return err
			})
		}
		return err
	})
	if len(into) >= maxPorts {
		return fmt.Errorf("%w: too many inputs or outputs", errNotONNX)
	}
	into[name] = dims
	return err
}

func (g *graphWalk) dim(s span) (any, error) {
	var d any = int64(-1)
	err := g.walk(s, func(f field) (err error) {
		switch f.number {
		case dimValue:
			d = int64(f.value)
		case dimParam:
			d, err = g.text(f)
		}
		return err
	})
	return d, err
}

func (g *graphWalk) initializer(s span) error {
	var kind uint64
	elements := uint64(1)
	err := g.walk(s, func(f field) error {
		switch f.number {
		case initType:
			kind = f.value
		case initDims:
			return g.dims(f, &elements)
		case initName:
			name, err := g.text(f)
			g.initialised[name] = true
			return err
		case initOutside:
			return g.outside(f.span)
		}
		return nil
	})
	g.elements[kind] += elements
	return err
}

// dims multiplies the dimensions, packed or not, into n.
func (g *graphWalk) dims(f field, n *uint64) error {
	if f.wire == 0 {
		*n *= f.value
		return nil
	}
	for at := f.span.from; at < f.span.to; {
		v, k, err := g.varint(at, f.span.to)
		if err != nil {
			return err
		}
		*n, at = *n*v, at+k
	}
	return nil
}

// outside reads one key and value about weights in another file.
func (g *graphWalk) outside(s span) error {
	var key, value string
	err := g.walk(s, func(f field) (err error) {
		switch f.number {
		case pairKey:
			key, err = g.text(f)
		case pairValue:
			value, err = g.text(f)
		}
		return err
	})
	if key == "location" && !slices.Contains(g.External, value) {
		g.External = append(g.External, value)
	}
	if len(g.External) > 10000 {
		return fmt.Errorf("%w: too many files of weights", errNotONNX)
	}
	return err
}

// path descends by field numbers and hands on each span at the end of them.
func (g *graphWalk) path(s span, numbers []int, fn func(span) error) error {
	if len(numbers) == 0 {
		return fn(s)
	}
	return g.walk(s, func(f field) error {
		if f.number != numbers[0] || f.wire != 2 {
			return nil
		}
		return g.path(f.span, numbers[1:], fn)
	})
}

// A span is a range of file offsets; a field is one field of a protobuf message:
// a number with a value (wire 0) or with a span (wire 2).
type span struct{ from, to int64 }

type field struct {
	number, wire int
	value        uint64
	span         span
}

// walk calls fn for each field in s.
func (g *graphWalk) walk(s span, fn func(field) error) error {
	for at := s.from; at < s.to; {
		f, next, err := g.field(at, s.to)
		if err != nil {
			return err
		}
		if g.fields++; g.fields > maxFields {
			return fmt.Errorf("%w: too many fields", errNotONNX)
		}
		if err := fn(f); err != nil {
			return err
		}
		at = next
	}
	return nil
}

func (g *graphWalk) field(at, end int64) (field, int64, error) {
	tag, n, err := g.varint(at, end)
	if err != nil {
		return field{}, 0, err
	}
	f := field{number: int(tag >> 3 & 0x1fffffff), wire: int(tag & 7)}
	at += n
	switch f.wire {
	case 0:
		f.value, n, err = g.varint(at, end)
		at += n
	case 1:
		at += 8
	case 2:
		var size uint64
		size, n, err = g.varint(at, end)
		at += n
		if size > uint64(end-at) {
			return field{}, 0, errNotONNX
		}
		f.span = span{at, at + int64(size)}
		at = f.span.to
	case 5:
		at += 4
	default:
		err = errNotONNX
	}
	if err == nil && (at > end || f.number == 0) {
		err = errNotONNX
	}
	return f, at, err
}

func (g *graphWalk) varint(at, end int64) (uint64, int64, error) {
	var buf [binary.MaxVarintLen64]byte
	b := buf[:max(0, min(int64(len(buf)), end-at))]
	if k, err := g.r.ReadAt(b, at); k < len(b) {
		return 0, 0, fmt.Errorf("read graph: %w", err)
	}
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, 0, errNotONNX
	}
	return v, int64(n), nil
}

func (g *graphWalk) text(f field) (string, error) {
	n := f.span.to - f.span.from
	if f.wire != 2 || n > 1024 {
		return "", errNotONNX
	}
	b := make([]byte, n)
	if k, err := g.r.ReadAt(b, f.span.from); k < len(b) {
		return "", fmt.Errorf("read graph: %w", err)
	}
	return string(b), nil
}
