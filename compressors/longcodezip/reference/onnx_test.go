package reference

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/tokenize"
)

// graph is a model in ONNX with its tokenizer.
type graph struct {
	tok   *tokenize.Encoder
	model *onnx.Causal
}

func (g *graph) Encode(text string) ([]tokenize.ID, error) {
	toks, err := g.tok.Encode(text)
	ids := make([]tokenize.ID, len(toks))
	for i, t := range toks {
		ids[i] = t.ID
	}
	return ids, err
}

func (g *graph) NLL(ctx context.Context, ids []tokenize.ID) ([]float64, error) {
	out := make([]float64, len(ids)-1)
	if len(out) == 0 {
		return out, nil
	}
	seq := onnx.CausalSequence{IDs: ids}
	for p := 1; p < len(ids); p++ {
		seq.Asked = append(seq.Asked, p)
	}
	_, err := g.model.NLL(ctx, []onnx.CausalSequence{seq}, func(_ int, nll []float32) {
		for j, v := range nll {
			out[j] = float64(v)
		}
	})
	return out, err
}

// runtimeLibrary looks for the library from the test's folder upward.
func runtimeLibrary() string {
	if p := os.Getenv(onnx.LibraryEnv); p != "" {
		return p
	}
	dir, _ := os.Getwd()
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		for _, ext := range []string{"so", "dylib"} {
			p := filepath.Join(dir, ".native", "lib", "libonnxruntime."+ext)
			if _, err := os.Stat(p); err == nil {
				return p
			}
		}
	}
	return ""
}

func loadGraph(t *testing.T) *graph {
	lib := runtimeLibrary()
	if lib == "" {
		t.Skip("no libonnxruntime: set PITH_ORT_LIBRARY or run the set-up")
	}
	if err := onnx.Open(lib); err != nil {
		t.Fatal(err)
	}
	eng := onnx.NewEngine(onnx.EngineOptions{})
	t.Cleanup(func() { eng.Close() })
	m, err := onnx.LoadCausal(t.Context(), os.DirFS(filepath.Join("testdata", "tiny")), eng, onnx.Options{Verify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	tok, err := tokenize.NewEncoder(m.TokenizerJSON())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tok.Close)
	return &graph{tok, m}
}

// The whole chain on ONNX Runtime and with a tokenizer, against PyTorch.
func TestGraph(t *testing.T) {
	model := loadGraph(t)
	ran := 0
	for _, g := range rows[golden](t, "tiny.jsonl.gz") {
		special := slices.ContainsFunc(g.Request.Chunks, func(c string) bool { return strings.Contains(c, "<|endoftext|>") })
		if g.Models != "aa" || special { // the exported model; text that looks like a special token is text to the encoder
			continue
		}
		ran++
		t.Run(g.Name, func(t *testing.T) { g.check(t, Compressor{Ranker: model, Longest: g.Longest}) })
	}
	if ran < 50 {
		t.Errorf("only %d cases", ran)
	}
}
