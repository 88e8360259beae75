package compat_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

const tolerance = 1e-5 // torch and ONNX Runtime agree to about 1e-6 on the tiny models

// startRuntime is run once: the runtime belongs to the process.
var startRuntime = sync.OnceValue(func() error {
	ort.SetSharedLibraryPath(runtimeLibrary())
	return ort.InitializeEnvironment()
})

// runtimeLibrary looks for the library from the test's folder upward.
func runtimeLibrary() string {
	if p := os.Getenv("PITH_ORT_LIBRARY"); p != "" {
		return p
	}
	dir, _ := os.Getwd()
	for {
		for _, ext := range []string{"so", "dylib"} {
			p := filepath.Join(dir, ".native", "lib", "libonnxruntime."+ext)
			if _, err := os.Stat(p); err == nil {
				return p
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// network runs a tiny model, one input at a time, and remembers what it saw.
type network struct {
	session *ort.DynamicAdvancedSession
	types   bool // takes token_type_ids
	in      []compat.Input
	out     [][]float32
}

func load(tb testing.TB, f compat.Family) *network {
	tb.Helper()
	if runtimeLibrary() == "" {
		tb.Skip("no libonnxruntime: set PITH_ORT_LIBRARY or run the set-up")
	}
	if err := startRuntime(); err != nil {
		tb.Fatal(err)
	}
	names := []string{"input_ids", "attention_mask"}
	if f == compat.BERT {
		names = append(names, "token_type_ids")
	}
	path := filepath.Join("testdata", folders[f], "model.onnx")
	s, err := ort.NewDynamicAdvancedSession(path, names, []string{"logits"}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Destroy() })
	return &network{session: s, types: f == compat.BERT}
}

func (n *network) KeepProbs(_ context.Context, in []compat.Input) ([][]float32, error) {
	out := make([][]float32, len(in))
	for i, x := range in {
		p, err := n.one(x)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	n.in, n.out = append(n.in, in...), append(n.out, out...)
	return out, nil
}

func (n *network) one(x compat.Input) ([]float32, error) {
	shape := ort.NewShape(1, int64(len(x.IDs)))
	columns := [][]int64{x.IDs, x.Mask}
	if n.types {
		columns = append(columns, make([]int64, len(x.IDs)))
	}
	var in []ort.Value
	for _, c := range columns {
		t, err := ort.NewTensor(shape, c)
		if err != nil {
			return nil, err
		}
		defer t.Destroy()
		in = append(in, t)
	}
	logits, err := ort.NewEmptyTensor[float32](ort.NewShape(1, int64(len(x.IDs)), 2))
	if err != nil {
		return nil, err
	}
	defer logits.Destroy()
	if err := n.session.Run(in, []ort.Value{logits}); err != nil {
		return nil, err
	}
	p := make([]float32, len(x.IDs))
	for i := range p {
		l := logits.GetData()[2*i : 2*i+2]
		p[i] = float32(1 / (1 + math.Exp(float64(l[0])-float64(l[1]))))
	}
	return p, nil
}

// TestLayerB compares the model's inputs exactly and its outputs within tolerance.
func TestLayerB(t *testing.T) {
	docs := pool(t)
	for name, family := range families {
		t.Run(name, func(t *testing.T) {
			n := load(t, family)
			c := tiny(t, family, n)
			contexts, rows, positions, worst := 0, 0, 0, 0.0
			lines(t, "layer_b_"+name+".jsonl.gz", func(k int, line []byte) {
				if k == 0 {
					return
				}
				var g struct {
					golden
					Rows []row
				}
				parse(t, line, &g)
				g.Options = json.RawMessage("{}")
				n.in, n.out = nil, nil
				// Errors after the model are layer A's business.
				_, _ = c.Compress(context.Background(), g.request(t, docs))
				if len(n.in) != len(g.Rows) {
					t.Errorf("line %d: got %d rows, want %d", k+1, len(n.in), len(g.Rows))
					return
				}
				contexts++
				for i, want := range g.Rows {
					rows, positions = rows+1, positions+len(want.IDs)
					worst = max(worst, want.check(t, k+1, n.in[i], n.out[i]))
				}
			})
			t.Logf("%d contexts, %d rows, %d positions; probabilities differ by at most %.1e", contexts, rows, positions, worst)
			if rows < 100 || worst > tolerance {
				t.Errorf("rows %d, worst %v", rows, worst)
			}
		})
	}
}

// row is what the reference's model read and said, without the padding.
type row struct {
	IDs    []int64
	Masked []int
	P      []float64 // in units of 1e-6, 0 where masked
}

// check compares a row and returns the largest difference of a probability.
func (r *row) check(t *testing.T, line int, in compat.Input, p []float32) (worst float64) {
	t.Helper()
	mask := make([]int64, len(r.IDs))
	for i := range mask {
		mask[i] = 1
	}
	for _, i := range r.Masked {
		mask[i] = 0
	}
	// A literal [PAD] at the very end cannot be told from padding: the recipe cut it.
	n := len(r.IDs)
	if len(in.IDs) < n || !slices.Equal(in.IDs[:n], r.IDs) || !slices.Equal(in.Mask[:n], mask) || slices.Contains(in.Mask[n:], 1) {
		t.Errorf("line %d: ids or mask differ: got %v %v, want %v %v", line, in.IDs, in.Mask, r.IDs, mask)
		return 0
	}
	for i, want := range r.P {
		if mask[i] == 1 {
			worst = max(worst, math.Abs(float64(p[i])-want*1e-6))
		}
	}
	return worst
}

// TestLayerC runs everything. Where a probability lies within 1e-4 of a
// threshold, rounding may decide, and the case is left out.
func TestLayerC(t *testing.T) {
	docs := pool(t)
	for name, family := range families {
		t.Run(name, func(t *testing.T) {
			c := tiny(t, family, load(t, family))
			cases, close, raised, equal := 0, 0, 0, 0
			lines(t, "layer_c_"+name+".jsonl.gz", func(n int, line []byte) {
				if n == 0 {
					return
				}
				var g golden
				parse(t, line, &g)
				cases++
				if g.Margin <= 1e-4 {
					close++
					return
				}
				if g.Err != "" {
					raised++
				}
				if diff := g.run(c, g.request(t, docs)); diff != "" {
					t.Errorf("line %d %s: %s", n+1, g.Options, diff)
					return
				}
				equal++
			})
			t.Logf("%d cases, %d left out for their margin, %d of the other %d equal, %d of those are errors of the reference",
				cases, close, equal, cases-close, raised)
			if equal < 300 {
				t.Errorf("only %d cases equal", equal)
			}
		})
	}
}
