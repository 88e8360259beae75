package onnx

import (
	"slices"

	"github.com/pith-proxy/pith/tokenize"
)

// plan divides the windows of a request into units, each one run of the model.
type plan struct {
	windows [][]tokenize.ID
	masks   [][]int64 // nil, or one for each window
	batch   int       // windows in a unit, the last may have fewer
	order   []int     // nil if units are the windows in their own order
	most    int       // ids in a row, at most
}

const (
	defaultBatch = 16
	rowStep      = 16 // padded lengths are multiples of it, so that shapes are few
)

// batch returns how many windows one run may have.
func (m *Model) batch() int {
	switch {
	case m.opts.onCPU() && !m.opts.batchOnCPU:
		return 1
	case m.opts.MaxBatch > 0:
		return m.opts.MaxBatch
	}
	return defaultBatch
}

// plan puts windows of like length together, the longest first.
func (m *Model) plan(windows [][]tokenize.ID, masks [][]int64) *plan {
	p := &plan{windows: windows, masks: masks, batch: m.batch(), most: m.spec.Window}
	if p.batch == 1 {
		return p
	}
	p.order = make([]int, len(windows))
	for i := range p.order {
		p.order[i] = i
	}
	slices.SortStableFunc(p.order, func(a, b int) int { return len(windows[b]) - len(windows[a]) })
	return p
}

func (p *plan) units() int { return (len(p.windows) + p.batch - 1) / p.batch }

// index returns which window is in row r of a unit.
func (p *plan) index(unit, r int) int {
	i := unit*p.batch + r
	if p.order != nil {
		i = p.order[i]
	}
	return i
}

func (p *plan) window(unit, r int) []tokenize.ID { return p.windows[p.index(unit, r)] }

// shape returns the rows of a unit and their length, padding included.
func (p *plan) shape(unit int) (rows, cols int) {
	rows = min(p.batch, len(p.windows)-unit*p.batch)
	cols = len(p.window(unit, 0)) // the longest
	if p.batch > 1 {
		cols = min(p.most, (cols+rowStep-1)/rowStep*rowStep)
	}
	return rows, cols
}

// size returns the ids in a unit, padding included.
func (p *plan) size(unit int) int {
	rows, cols := p.shape(unit)
	return rows * cols
}
