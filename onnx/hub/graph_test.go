package hub

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestReadGraph(t *testing.T) {
	b := onnxFile(3, 100, "weights.bin", "input_ids", "attention_mask")
	got, err := readGraph(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	two := []any{"batch", "sequence"}
	want := &graphInfo{
		Opset: 17, Domains: []string{""}, Precision: "int8", External: []string{"weights.bin"},
		Inputs:  map[string][]any{"input_ids": two, "attention_mask": two}, // "w" is a weight
		Outputs: map[string][]any{"logits": {"batch", "sequence", int64(2)}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestReadGraphRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":       nil,
		"text":        []byte("version https://git-lfs.github.com/spec/v1\n"),
		"zeros":       make([]byte, 64),
		"no_graph":    pbVarint(1, 8),
		"cut":         onnxFile(1, 100, "", bertInputs...)[:90],
		"huge_length": {0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"long_varint": bytes.Repeat([]byte{0xff}, 20),
		"long_name":   pbMessage(7, pbMessage(11, pbBytes(1, make([]byte, 1025)))),
	} {
		t.Run(name, func(t *testing.T) {
			if g, err := readGraph(bytes.NewReader(b), int64(len(b))); !errors.Is(err, errNotONNX) {
				t.Errorf("got %+v, %v", g, err)
			}
		})
	}
}

// Whatever a file holds, it is refused or described, within bounds.
func FuzzReadGraph(f *testing.F) {
	f.Add(onnxFile(1, 50, "x", bertInputs...))
	f.Add([]byte("version https://git-lfs"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := readGraph(bytes.NewReader(b), int64(len(b)))
		if (g == nil) == (err == nil) {
			t.Fatalf("got %v and %v", g, err)
		}
		if g != nil && (len(g.Inputs) > maxPorts || len(g.Outputs) > maxPorts) {
			t.Fatalf("%d inputs, %d outputs", len(g.Inputs), len(g.Outputs))
		}
	})
}
