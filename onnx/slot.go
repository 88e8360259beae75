package onnx

import (
	"runtime"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/tokenize"
)

// slot is the memory of one run, kept for the next. The runtime reads and writes
// Go memory in place, so it is pinned as long as the slot lives.
type slot struct {
	pins             runtime.Pinner
	ids, mask, types []int64
	logits, vectors  []float32
	width            int // of a vector; 0 if the model has none
	made             map[[2]int]*tensors
}

// tensors are views of a slot's memory in one shape, in the order of the
// session's names.
type tensors struct{ in, out []ort.Value }

// maxShapes bounds the views kept in a slot. A view is a few hundred bytes.
const maxShapes = 1024

func newSlot(size, width int) *slot {
	s := &slot{
		ids: make([]int64, size), mask: make([]int64, size), types: make([]int64, size),
		logits: make([]float32, size*labels), vectors: make([]float32, size*width),
		width: width, made: map[[2]int]*tensors{},
	}
	s.pins.Pin(&s.ids[0])
	s.pins.Pin(&s.mask[0])
	s.pins.Pin(&s.types[0])
	s.pins.Pin(&s.logits[0])
	if width > 0 {
		s.pins.Pin(&s.vectors[0])
	}
	return s
}

func (s *slot) free() {
	s.forget()
	s.pins.Unpin()
}

func (s *slot) forget() {
	for _, t := range s.made {
		t.destroy()
	}
	clear(s.made)
}

func (t *tensors) destroy() {
	for _, v := range t.in {
		v.Destroy()
	}
	for _, v := range t.out {
		v.Destroy()
	}
}

// fill writes a unit of the plan: a row for each window, padded to the longest.
func (s *slot) fill(p *plan, unit int, pad tokenize.ID) (rows, cols int) {
	rows, cols = p.shape(unit)
	for r := range rows {
		w := p.window(unit, r)
		ids, mask := s.ids[r*cols:(r+1)*cols], s.mask[r*cols:(r+1)*cols]
		for c, id := range w {
			ids[c], mask[c] = int64(id), 1
		}
		if p.masks != nil {
			copy(mask, p.masks[p.index(unit, r)])
		}
		for c := len(w); c < cols; c++ {
			ids[c], mask[c] = int64(pad), 0
		}
	}
	return rows, cols
}

// row returns the output of the first n tokens of a row.
func (s *slot) row(r, cols, n int) Output {
	at := r * cols
	out := Output{Logits: s.logits[at*labels : (at+n)*labels]}
	if s.width > 0 {
		out.Vectors = s.vectors[at*s.width : (at+n)*s.width]
	}
	return out
}

// tensors returns the views of a shape.
func (s *slot) tensors(spec *Spec, rows, cols int) (*tensors, error) {
	key := [2]int{rows, cols}
	if t := s.made[key]; t != nil {
		return t, nil
	}
	if len(s.made) >= maxShapes {
		s.forget()
	}
	t, err := s.newTensors(spec, int64(rows), int64(cols))
	if err != nil {
		t.destroy()
		return nil, err
	}
	s.made[key] = t
	return t, nil
}

func (s *slot) newTensors(spec *Spec, rows, cols int64) (*tensors, error) {
	t := new(tensors)
	for _, name := range spec.inputs() {
		data := map[string][]int64{inputIDs: s.ids, attentionMask: s.mask, tokenTypeIDs: s.types}[name]
		v, err := ort.NewTensor(ort.NewShape(rows, cols), data)
		if err != nil {
			return t, err
		}
		t.in = append(t.in, v)
	}
	v, err := ort.NewTensor(ort.NewShape(rows, cols, labels), s.logits)
	if err != nil {
		return t, err
	}
	t.out = append(t.out, v)
	if s.width > 0 {
		v, err := ort.NewTensor(ort.NewShape(rows, cols, int64(s.width)), s.vectors)
		if err != nil {
			return t, err
		}
		t.out = append(t.out, v)
	}
	return t, nil
}

// slot takes a slot that nobody uses, or makes one.
func (m *Model) slot() (*slot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.slots); n > 0 {
		s := m.slots[n-1]
		m.slots = m.slots[:n-1]
		return s, nil
	}
	width := 0
	if m.spec.Vectors() {
		width = m.spec.Embed.Size
	}
	return newSlot(m.spec.Window*m.batch(), width), nil
}

func (m *Model) release(s *slot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slots = append(m.slots, s)
}
