package onnx

import (
	"runtime"
	"time"

	ort "github.com/yalue/onnxruntime_go"
)

// runOne runs one sequence and returns what was asked about it.
func (c *Causal) runOne(seq CausalSequence, stop *ort.RunOptions) (nll []float32, took time.Duration, err error) {
	var f feed
	defer f.free()
	in := make([]ort.Value, 0, len(c.spec.Graph.Inputs))
	for _, name := range c.spec.inputs() {
		in = append(in, c.input(&f, name, seq))
	}
	nll = make([]float32, len(seq.Asked))
	var l *logits
	if c.vocab == 0 {
		add(&f, nll, int64(len(nll)))
	} else {
		l = c.takeLogits(len(seq.IDs))
		defer c.giveBack(l)
		l.add(&f, len(seq.IDs))
	}
	if f.err != nil {
		return nil, 0, internal("the model cannot be run", f.err)
	}
	began := time.Now()
	err = c.session.RunWithOptions(in, f.values[len(in):], stop)
	took = time.Since(began)
	if err != nil {
		return nil, took, internal("the model failed", err)
	}
	if l != nil {
		l.read(seq, nll)
		took = time.Since(began)
	}
	for i, v := range nll {
		if v-v != 0 || v < -1e-3 {
			return nil, took, errNotFinite()
		}
		nll[i] = max(v, 0) // what rounding makes of a certain token
	}
	return nll, took, nil
}

// input makes the tensor of an input.
func (c *Causal) input(f *feed, name string, seq CausalSequence) ort.Value {
	switch name {
	case asked:
		return add(f, widen(seq.Asked), int64(len(seq.Asked)))
	case useCacheBranch:
		return add(f, []bool{false}, 1)
	}
	if p, ok := c.past[name]; ok {
		return addPast(f, p)
	}
	ids := make([]int64, len(seq.IDs))
	for i := range ids {
		switch name {
		case inputIDs:
			ids[i] = int64(seq.IDs[i])
		case attentionMask:
			ids[i] = 1
		case positionIDs:
			ids[i] = int64(i)
		}
	}
	return add(f, ids, 1, int64(len(ids)))
}

func widen(x []int) []int64 {
	out := make([]int64, len(x))
	for i, v := range x {
		out[i] = int64(v)
	}
	return out
}

// feed is the tensors of one run. They are views of Go memory, which is pinned until the
// feed is freed. The first error stays.
type feed struct {
	pins   runtime.Pinner
	values []ort.Value
	err    error
}

func (f *feed) free() {
	for _, v := range f.values {
		v.Destroy()
	}
	f.pins.Unpin()
}

func (f *feed) keep(v ort.Value, err error) ort.Value {
	if err != nil {
		if f.err == nil {
			f.err = err
		}
		return nil
	}
	f.values = append(f.values, v)
	return v
}

// add makes a tensor of data.
func add[T ort.TensorData](f *feed, data []T, dims ...int64) ort.Value {
	if len(data) > 0 {
		f.pins.Pin(&data[0])
	}
	t, err := ort.NewTensor(ort.NewShape(dims...), data)
	return f.keep(t, err)
}

// addHalf makes a tensor of float16 numbers, two bytes each, of which there is at least
// one, even if the shape has none.
func addHalf(f *feed, data []byte, dims ...int64) ort.Value {
	f.pins.Pin(&data[0])
	t, err := ort.NewCustomDataTensor(ort.NewShape(dims...), data, ort.TensorElementDataTypeFloat16)
	return f.keep(t, err)
}

// addPast makes a tensor of keys or values of no token at all.
func addPast(f *feed, p port) ort.Value {
	dims := []int64{1}
	for _, d := range p.dims[1:] {
		dims = append(dims, max(d, 0))
	}
	if p.elem == elemHalf {
		return addHalf(f, make([]byte, 2), dims...)
	}
	return add(f, []float32{}, dims...)
}
