package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// graphInfo is what an ONNX file says about itself. The runtime would tell too,
// but only through a second session, at the price of loading the model twice.
type graphInfo struct {
	opsets          map[string]int64 // by domain; "" is ONNX's own
	inputs, outputs []port           // initializers left out
	data            map[string]bool  // files beside this one that hold weights
}

// port is an input or output of a graph.
type port struct {
	name string
	elem int64   // TensorProto.DataType
	dims []int64 // -1 is free
}

// Values of TensorProto.DataType (onnx.proto).
const (
	elemFloat = 1
	elemInt64 = 7
	elemBool  = 9
	elemHalf  = 10
)

var elemNames = map[int64]string{1: "float32", 2: "uint8", 3: "int8", 5: "int16", 6: "int32", 7: "int64",
	9: "bool", 10: "float16", 11: "float64", 16: "bfloat16"}

func elemName(e int64) string {
	if s, ok := elemNames[e]; ok {
		return s
	}
	return fmt.Sprintf("element type %d", e)
}

var errNotONNX = errors.New("not an ONNX model")

// inspect reads the outline of a ModelProto of size bytes. It skips the weights,
// so the cost does not grow with them. Field numbers are those of onnx.proto.
func inspect(r io.ReaderAt, size int64) (*graphInfo, error) {
	g := &graphInfo{opsets: map[string]int64{}, data: map[string]bool{}}
	p := &protoReader{r: r}
	if head := p.bytes(field{end: min(size, 32)}); bytes.HasPrefix(head, []byte("version https://git-lfs")) {
		return nil, fmt.Errorf("%w but a Git LFS pointer: fetch the file itself with `git lfs pull`", errNotONNX)
	}
	graphs := 0
	err := p.fields(0, size, func(f field) {
		switch f.num {
		case 7:
			graphs++
			g.readGraph(p, f)
		case 8:
			g.readOpset(p, f)
		}
	})
	if err == nil {
		err = p.err
	}
	if err != nil {
		return nil, fmt.Errorf("%w, or cut short: %w", errNotONNX, err)
	}
	if graphs != 1 || len(g.opsets) == 0 {
		return nil, fmt.Errorf("%w: no graph in it", errNotONNX)
	}
	return g, nil
}

func (g *graphInfo) readOpset(p *protoReader, f field) {
	var domain string
	var version int64
	p.sub(f, func(f field) {
		switch f.num {
		case 1:
			domain = string(p.bytes(f))
		case 2:
			version = int64(f.val)
		}
	})
	if domain == "ai.onnx" {
		domain = ""
	}
	g.opsets[domain] = version
}

func (g *graphInfo) readGraph(p *protoReader, f field) {
	weights := map[string]bool{}
	p.sub(f, func(f field) {
		switch f.num {
		case 5:
			weights[g.readTensor(p, f)] = true
		case 11:
			g.inputs = append(g.inputs, readPort(p, f))
		case 12:
			g.outputs = append(g.outputs, readPort(p, f))
		}
	})
	// Old exporters list every weight as an input too.
	kept := g.inputs[:0]
	for _, in := range g.inputs {
		if !weights[in.name] {
			kept = append(kept, in)
		}
	}
	g.inputs = kept
}

// readTensor returns the tensor's name and notes the file that holds its data.
func (g *graphInfo) readTensor(p *protoReader, f field) (name string) {
	p.sub(f, func(f field) {
		switch f.num {
		case 8:
			name = string(p.bytes(f))
		case 13:
			var key, value string
			p.sub(f, func(f field) {
				switch f.num {
				case 1:
					key = string(p.bytes(f))
				case 2:
					value = string(p.bytes(f))
				}
			})
			if key == "location" {
				g.data[value] = true
			}
		}
	})
	return name
}

func readPort(p *protoReader, f field) (out port) {
	p.sub(f, func(f field) {
		switch f.num {
		case 1:
			out.name = string(p.bytes(f))
		case 2: // TypeProto
			p.sub(f, func(f field) {
				if f.num == 1 { // Tensor
					out.readTensorType(p, f)
				}
			})
		}
	})
	return out
}

func (t *port) readTensorType(p *protoReader, f field) {
	p.sub(f, func(f field) {
		switch f.num {
		case 1:
			t.elem = int64(f.val)
		case 2: // TensorShapeProto
			p.sub(f, func(f field) {
				if f.num != 1 {
					return
				}
				dim := int64(-1)
				p.sub(f, func(f field) {
					if f.num == 1 {
						dim = int64(f.val)
					}
				})
				t.dims = append(t.dims, dim)
			})
		}
	})
}

// protoReader walks protocol-buffer messages in place. The first error sticks.
type protoReader struct {
	r    io.ReaderAt
	base int64
	buf  []byte
	err  error
}

// field is one field: val if it is a number, [start, end) if it is bytes.
type field struct {
	num        int
	val        uint64
	start, end int64
}

const maxProtoString = 1 << 16

func (p *protoReader) bytes(f field) []byte {
	n := f.end - f.start
	if p.err != nil || n <= 0 || n > maxProtoString {
		return nil
	}
	b := make([]byte, n)
	if _, err := p.r.ReadAt(b, f.start); err != nil && err != io.EOF {
		p.err = err
	}
	return b
}

func (p *protoReader) sub(f field, visit func(field)) {
	if err := p.fields(f.start, f.end, visit); err != nil && p.err == nil {
		p.err = err
	}
}

func (p *protoReader) fields(at, end int64, visit func(field)) error {
	for at < end && p.err == nil {
		tag, next, err := p.varint(at, end)
		if err != nil {
			return err
		}
		f := field{num: int(tag >> 3)}
		switch tag & 7 {
		case 0:
			f.val, next, err = p.varint(next, end)
		case 1:
			next += 8
		case 2:
			var n uint64
			n, next, err = p.varint(next, end)
			if err == nil && n > uint64(end-next) {
				err = io.ErrUnexpectedEOF
			}
			f.start, f.end = next, next+int64(n)
			next = f.end
		case 5:
			next += 4
		default:
			err = fmt.Errorf("unknown wire type %d", tag&7)
		}
		if err == nil && (next > end || f.num == 0) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		visit(f)
		at = next
	}
	return p.err
}

func (p *protoReader) varint(at, end int64) (v uint64, next int64, err error) {
	if at < p.base || at+binary.MaxVarintLen64 > p.base+int64(len(p.buf)) {
		if p.buf == nil {
			p.buf = make([]byte, 0, 4096)
		}
		n, err := p.r.ReadAt(p.buf[:cap(p.buf)], at)
		if err != nil && err != io.EOF {
			return 0, 0, err
		}
		p.base, p.buf = at, p.buf[:n]
	}
	v, n := binary.Uvarint(p.buf[at-p.base:])
	if n <= 0 || at+int64(n) > end {
		return 0, 0, io.ErrUnexpectedEOF
	}
	return v, at + int64(n), nil
}
