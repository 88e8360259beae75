package hub

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Protobuf, by hand: enough to write an ONNX file.
func pbVarint(number int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number)<<3), v)
}

func pbBytes(number int, b []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(number)<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(b))), b...)
}

func pbMessage(number int, parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return pbBytes(number, b)
}

func pbValue(number int, name string, dims ...any) []byte {
	var shape [][]byte
	for _, d := range dims {
		switch d := d.(type) {
		case string:
			shape = append(shape, pbMessage(1, pbBytes(2, []byte(d))))
		case int:
			shape = append(shape, pbMessage(1, pbVarint(1, uint64(d))))
		}
	}
	tensor := pbMessage(1, pbVarint(1, 7), pbMessage(2, shape...))
	return pbMessage(number, pbBytes(1, []byte(name)), pbMessage(2, tensor))
}

// onnxFile returns a graph with the inputs of a token classifier, weight bytes
// that are noise, and, if outside is not "", weights in another file.
func onnxFile(seed uint64, weights int, outside string, inputs ...string) []byte {
	noise := make([]byte, weights)
	_, _ = rand.NewChaCha8([32]byte{byte(seed)}).Read(noise)
	var graph [][]byte
	graph = append(graph, pbMessage(5, pbVarint(1, uint64(weights)), pbVarint(2, 3), pbBytes(8, []byte("w")), pbBytes(9, noise)))
	if outside != "" {
		pair := pbMessage(13, pbBytes(1, []byte("location")), pbBytes(2, []byte(outside)))
		graph = append(graph, pbMessage(5, pbMessage(1, []byte{8}), pbVarint(2, 1), pbBytes(8, []byte("x")), pair, pbVarint(14, 1)))
	}
	for _, in := range inputs {
		graph = append(graph, pbValue(11, in, "batch", "sequence"))
	}
	graph = append(graph, pbValue(11, "w"), pbValue(12, "logits", "batch", "sequence", 2))
	out := pbVarint(1, 8)
	out = append(out, pbMessage(8, pbVarint(2, 17))...)
	out = append(out, pbMessage(7, graph...)...)
	return out
}

var bertInputs = []string{"input_ids", "attention_mask", "token_type_ids"}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func bertTokenizer(lowercase bool) []byte {
	return mustJSON(map[string]any{
		"normalizer": map[string]any{"type": "BertNormalizer", "lowercase": lowercase},
		"added_tokens": []any{
			map[string]any{"id": 0, "content": "[PAD]"}, map[string]any{"id": 100, "content": "[UNK]"},
			map[string]any{"id": 101, "content": "[CLS]"}, map[string]any{"id": 102, "content": "[SEP]"},
		},
		"model": map[string]any{"type": "WordPiece", "vocab": map[string]int{"[PAD]": 0}},
	})
}

var bertConfig = mustJSON(map[string]any{
	"model_type": "bert", "pad_token_id": 0, "max_position_embeddings": 512, "vocab_size": 119647, "architectures": []string{"BertForTokenClassification"},
})

// bertFiles is a repository as the mBERT export has it.
func bertFiles(seed uint64) map[string]fakeFile {
	return map[string]fakeFile{
		".gitattributes":            {data: []byte("*.onnx filter=lfs\n")},
		"README.md":                 {data: []byte("# a model\n")},
		"config.json":               {data: bertConfig},
		"onnx/model.onnx":           {data: onnxFile(seed, 1<<20, "", bertInputs...), lfs: true},
		"onnx/model_quantized.onnx": {data: onnxFile(seed+1, 1<<18, "", bertInputs...), lfs: true},
		"tokenizer.json":            {data: bertTokenizer(false)},
		"vocab.txt":                 {data: []byte("[PAD]\n")},
	}
}

const testRepo = "someone/a.model"

// testOptions pulls from h into a fresh home, without real pauses.
func testOptions(t testing.TB, h *fakeHub) Options {
	return Options{
		Home: t.TempDir(), Endpoint: h.api.URL, StallTimeout: 20 * time.Second,
		sleep: func(ctx context.Context, d time.Duration) error {
			if d > 5*time.Minute {
				return errors.New("slept for too long")
			}
			return context.Cause(ctx)
		},
	}
}

func read(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// names lists a folder; a missing one is empty.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
