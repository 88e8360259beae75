package onnx

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/tokenize"
)

// tinySpec describes testdata/tiny.onnx.
func tinySpec() *Spec {
	two, three := []any{"batch", "sequence"}, []any{"batch", "sequence", 2}
	return &Spec{
		Name: "tiny", Version: "1", Family: FamilyTokenClassifier, Window: 64,
		Special: Special{Start: 1, End: 2, Pad: 3},
		Embed:   Embedding{Size: 8},
		Graph: Graph{Opset: 18,
			Inputs:  map[string][]any{inputIDs: two, attentionMask: two, tokenTypeIDs: two},
			Outputs: map[string][]any{outLogits: three, outVectors: {"batch", "sequence", 8}},
		},
	}
}

// logitsSpec describes testdata/logits.onnx, which has neither type ids nor vectors.
func logitsSpec() *Spec {
	s := tinySpec()
	s.Embed = Embedding{}
	delete(s.Graph.Inputs, tokenTypeIDs)
	delete(s.Graph.Outputs, outVectors)
	return s
}

// folder puts a model folder together from a spec and a graph of testdata.
func folder(t testing.TB, spec *Spec, graph string) fstest.MapFS {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", graph+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"model.onnx":      {Data: data},
		"tokenizer.json":  {Data: []byte("{}")},
		"pith-model.json": {Data: raw},
	}
}

func loadTiny(t testing.TB, eng *Engine, o Options) *Model {
	return loadFS(t, folder(t, tinySpec(), "tiny"), eng, o)
}

func loadFS(t testing.TB, files fs.FS, eng *Engine, o Options) *Model {
	t.Helper()
	m, err := Load(context.Background(), files, eng, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name  string
		spec  *Spec
		graph string
		edit  func(s *Spec, files fstest.MapFS)
		want  string
	}{
		{"no_spec", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) { delete(f, "pith-model.json") }, "needs a pith-model.json"},
		{"broken_spec", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) { f["pith-model.json"].Data = []byte("{") }, "read pith-model.json"},
		{"no_graph", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) { delete(f, "model.onnx") }, "lacks model.onnx"},
		{"no_tokenizer", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) { delete(f, "tokenizer.json") }, "lacks tokenizer.json"},
		{"empty_graph", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) { f["model.onnx"].Data = nil }, "not an ONNX model"},
		{"cut_graph", tinySpec(), "tiny", cutGraph, "cut short"},
		{"lfs_pointer", tinySpec(), "tiny", func(_ *Spec, f fstest.MapFS) {
			f["model.onnx"].Data = []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")
		}, "git lfs pull"},
		{"other_family", edited(func(s *Spec) { s.Family = "causal-lm-nll" }), "tiny", nil, `family is "causal-lm-nll"`},
		{"window_below", edited(func(s *Spec) { s.Window = 2 }), "tiny", nil, "window is 2"},
		{"window_above", edited(func(s *Spec) { s.Window = maxWindow + 1 }), "tiny", nil, "window is 65537"},
		{"three_labels", edited(func(s *Spec) { s.Labels = []string{"a", "b", "c"} }), "tiny", nil, "3 labels"},
		{"no_ids", edited(func(s *Spec) { delete(s.Graph.Inputs, inputIDs) }), "tiny", nil, `lacks "input_ids"`},
		{"strange_input", edited(func(s *Spec) { s.Graph.Inputs["pixels"] = []any{1} }), "tiny", nil, `has "pixels"`},
		{"flat_input", edited(func(s *Spec) { s.Graph.Inputs[inputIDs] = []any{1} }), "tiny", nil, "has 1 dimensions"},
		{"no_logits_promised", edited(func(s *Spec) { delete(s.Graph.Outputs, outLogits) }), "tiny", nil, `graph.outputs lacks "logits"`},
		{"other_vector_size", edited(func(s *Spec) { s.Embed.Size = 9 }), "tiny", nil, "has width 8; it must be 9"},
		{"other_opset", edited(func(s *Spec) { s.Graph.Opset = 17 }), "tiny", nil, "uses opset 18, pith-model.json says 17"},
		{"wrong_digest", edited(func(s *Spec) { s.Graph.SHA256 = strings.Repeat("0", 64) }), "tiny", nil, "wrong digest: model.onnx has sha256"},
		{"wrong_tokenizer_digest", edited(func(s *Spec) { s.Tokenizer.SHA256 = strings.Repeat("0", 64) }), "tiny", nil, "wrong digest: tokenizer.json"},
		{"unnamed_input", logitsSpec(), "tiny", nil, `wants an input "token_type_ids"`},
		{"extra_input", tinySpec(), "extra", nil, `wants an input "position_ids"`},
		{"missing_input", tinySpec(), "logits", nil, `no input "token_type_ids"; it has "input_ids", "attention_mask"`},
		{"missing_vectors", edited(func(s *Spec) { delete(s.Graph.Inputs, tokenTypeIDs) }), "logits", nil, `no output "token_embeddings"; it has "logits"`},
		{"missing_logits", logitsSpec(), "unnamed", nil, `no output "logits"; it has "scores"`},
		{"int32_input", tinySpec(), "int32", nil, `input "input_ids" is int32; it must be int64`},
		{"half_output", logitsSpec(), "half", nil, `output "logits" is float16; it must be float32`},
		{"fixed_length", tinySpec(), "fixed", nil, `input "input_ids" has its dimension 1 fixed at 16`},
		{"three_logits", tinySpec(), "width", nil, `output "logits" has width 3`},
		{"other_shape_than_declared", tinySpec(), "liar", nil, "try the model"},
		{"future_opset", edited(func(s *Spec) { s.Graph.Opset = 99 }), "opset", nil, "newer than this runtime library"},
		{"unknown_operator", logitsSpec(), "operator", nil, "needs an operator this runtime library lacks"},
		{"unknown_domain", logitsSpec(), "domain", nil, "needs an operator this runtime library lacks"},
		{"weights_elsewhere", tinySpec(), "external/model", nil, "load it with LoadDir"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := folder(t, tt.spec, tt.graph)
			if tt.edit != nil {
				tt.edit(tt.spec, files)
			}
			m, err := Load(t.Context(), files, testEngine, Options{Verify: true})
			if err == nil {
				m.Close()
				t.Fatalf("loaded; want an error with %q", tt.want)
			}
			t.Log(err)
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error lacks %q", tt.want)
			}
		})
	}
}

func edited(edit func(*Spec)) *Spec {
	s := tinySpec()
	edit(s)
	return s
}

func cutGraph(_ *Spec, files fstest.MapFS) {
	data := files["model.onnx"].Data
	files["model.onnx"] = &fstest.MapFile{Data: data[:len(data)/2]}
}

func TestLoadErrorsAreWhatTheyAre(t *testing.T) {
	files := folder(t, edited(func(s *Spec) { s.Graph.SHA256 = "00" }), "tiny")
	if _, err := Load(t.Context(), files, testEngine, Options{Verify: true}); !errors.Is(err, ErrDigest) {
		t.Errorf("got %v, want ErrDigest", err)
	}
	loadFS(t, files, testEngine, Options{}) // a digest counts only if it is asked for
	delete(files, "model.onnx")
	if _, err := Load(t.Context(), files, testEngine, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestVerifyFiles(t *testing.T) {
	for _, name := range []string{"pith-small", "pith-multi", "pith-code"} {
		if err := VerifyFiles(os.DirFS(filepath.Join("models", name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	sums := map[string]string{}
	for name, f := range folder(t, tinySpec(), "tiny") {
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(f.Data))
	}
	spec := tinySpec()
	spec.Graph.File = File{"model.onnx", sums["model.onnx"]}
	spec.Tokenizer = File{"tokenizer.json", sums["tokenizer.json"]}
	spec.Files = []File{{"config.json", fmt.Sprintf("%x", sha256.Sum256([]byte("{}")))}, {File: "unknown"}}
	files := folder(t, spec, "tiny")
	if err := VerifyFiles(files); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file is missing: got %v", err)
	}
	files["config.json"] = &fstest.MapFile{Data: []byte("{}")}
	if err := VerifyFiles(files); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"model.onnx", "tokenizer.json", "config.json"} {
		good := files[name]
		files[name] = &fstest.MapFile{Data: append([]byte{0}, good.Data...)}
		if err := VerifyFiles(files); !errors.Is(err, ErrDigest) || !contains(err.Error(), name) {
			t.Errorf("%s was changed: got %v", name, err)
		}
		files[name] = good
	}
	if err := VerifyFiles(folder(t, tinySpec(), "tiny")); err == nil {
		t.Error("nothing to compare with, and no error")
	}
}

func TestLoadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, verify := range []bool{false, true} {
		if _, err := Load(ctx, folder(t, tinySpec(), "tiny"), testEngine, Options{Verify: verify}); !errors.Is(err, context.Canceled) {
			t.Errorf("verify %v: got %v, want context.Canceled", verify, err)
		}
	}
}

// External data needs the folder itself, be it by path or as an fs.FS on disk.
func TestLoadExternalData(t *testing.T) {
	dir := t.TempDir()
	files := folder(t, tinySpec(), "external/model")
	data, err := os.ReadFile(filepath.Join("testdata", "external", "model.onnx_data"))
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range files {
		writeFile(t, filepath.Join(dir, name), f.Data)
	}
	if _, err := LoadDir(t.Context(), dir, testEngine, Options{}); !errors.Is(err, fs.ErrNotExist) ||
		!strings.Contains(err.Error(), "keeps its weights in model.onnx_data") {
		t.Errorf("without the data: got %v", err)
	}
	writeFile(t, filepath.Join(dir, "model.onnx_data"), data)
	window := [][]tokenize.ID{{1, 5, 6, 2}}
	want := runAll(t, loadTiny(t, testEngine, Options{}), window)
	for _, load := range []func() (*Model, error){
		func() (*Model, error) { return LoadDir(t.Context(), dir, testEngine, Options{}) },
		func() (*Model, error) { return Load(t.Context(), os.DirFS(dir), testEngine, Options{}) },
	} {
		m, err := load()
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if got := runAll(t, m, window); !equalOutputs(got, want, 0) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	// Other weights, another digest.
	before, _ := LoadDir(t.Context(), dir, testEngine, Options{})
	defer before.Close()
	data[len(data)-1] ^= 1
	writeFile(t, filepath.Join(dir, "model.onnx_data"), data)
	after, _ := LoadDir(t.Context(), dir, testEngine, Options{})
	defer after.Close()
	if before.Digest() == after.Digest() {
		t.Error("the digest does not cover the external data")
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLoadDirErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, nil)
	for _, dir := range []string{file, file + "-none", t.TempDir()} {
		if m, err := LoadDir(t.Context(), dir, testEngine, Options{}); err == nil {
			m.Close()
			t.Errorf("loaded %s", dir)
		}
	}
}

func TestProviderNotInTheLibrary(t *testing.T) {
	for _, name := range []string{"cuda", "CUDA", "tensorrt", "openvino", "coreml", "directml", "NoSuchProvider"} {
		_, err := Load(t.Context(), folder(t, tinySpec(), "tiny"), testEngine,
			Options{Provider: name, ProviderOptions: map[string]string{"device_id": "0"}})
		if !errors.Is(err, ErrNoProvider) || !strings.Contains(err.Error(), LibraryEnv) {
			t.Errorf("%s: got %v, want ErrNoProvider and what to do", name, err)
		} else {
			t.Log(err)
		}
	}
	loadTiny(t, testEngine, Options{Provider: "cpu"})
}

func TestSpecOfModels(t *testing.T) {
	got, err := ReadSpec(os.DirFS("models/pith-multi"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Prefix.IDs[0] != 46692 || got.Prefix.QuestionIDs[1] != 1294 || *got.Special.Unknown != 3 ||
		got.Special.Pad != 1 || got.Embed.CosineFloor != 0.7 || !got.Cased || got.Thresholds["ja"]["0.33"] != 0.8353 ||
		got.License != "MIT" || got.Graph.SHA256[:4] != "e9d3" || got.Window != 512 || !got.Vectors() {
		t.Errorf("got %+v", got)
	}
	small, err := ReadSpec(os.DirFS("models/pith-small"))
	if err != nil {
		t.Fatal(err)
	}
	if small.Special.Unknown != nil || small.Prefix.IDs != nil || small.Embed.Size != 384 || small.Languages[0] != "en" {
		t.Errorf("got %+v", small)
	}
}

func TestInspect(t *testing.T) {
	f, err := openFile(os.DirFS("models/pith-small"), "model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := inspect(f, f.size)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int64{"": 18, "com.microsoft": 1}; !maps.Equal(g.opsets, want) {
		t.Errorf("opsets %v, want %v", g.opsets, want)
	}
	if len(g.inputs) != 3 || len(g.outputs) != 2 || len(g.data) != 0 {
		t.Errorf("got %+v", g)
	}
	if v := g.outputs[1]; v.name != outVectors || v.elem != elemFloat || len(v.dims) != 3 || v.dims[2] != 384 {
		t.Errorf("got %+v", v)
	}
}

// Whatever the bytes, inspect gives an answer or an error, and quickly.
func FuzzInspect(f *testing.F) {
	for _, name := range []string{"tiny", "endless", "external/model"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".onnx"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)-1])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := inspect(inMemory(data), int64(len(data)))
		if (g == nil) == (err == nil) {
			t.Fatalf("got %v and %v", g, err)
		}
		if g != nil {
			_ = checkGraph(tinySpec(), g)
		}
	})
}

func TestVersionIsThatOfTheLibrary(t *testing.T) {
	if Version() != ort.GetVersion() || Version() == "" {
		t.Errorf("got %q", Version())
	}
}
