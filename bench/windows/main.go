// Windows prints the inputs that pith gives its model for a text: the same ids,
// special tokens included, as a JSON array of arrays.
//
//	go run ./bench/windows -window 256 <text.txt
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/tokenize"
)

func main() {
	dir := flag.String("model", "onnx/models/pith-small", "folder of the model")
	window := flag.Int("window", 0, "most tokens of a window, special tokens included; 0 for the model's own")
	flag.Parse()
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = run(*dir, *window, string(text), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "windows:", err)
		os.Exit(1)
	}
}

func run(dir string, window int, text string, out io.Writer) error {
	var seen recorder
	c, err := llmlingua2.New(llmlingua2.Options{Window: window, Models: []llmlingua2.Source{{
		Name: "bench", Languages: []string{"en"},
		Open: func(context.Context) (*llmlingua2.Model, error) { return open(dir, &seen) },
	}}})
	if err != nil {
		return err
	}
	_, err = c.Compress(context.Background(), pith.Request{Contexts: []pith.Context{{Text: pith.Text(text)}}})
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(seen.windows)
}

func open(dir string, s llmlingua2.Scorer) (*llmlingua2.Model, error) {
	files := os.DirFS(dir)
	spec, err := onnx.ReadSpec(files)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(dir + "/" + spec.Tokenizer.File)
	if err != nil {
		return nil, err
	}
	enc, err := tokenize.NewEncoder(data)
	if err != nil {
		return nil, err
	}
	return &llmlingua2.Model{Name: "bench", Encoder: enc, Scorer: s, Languages: []string{"en"},
		Window: spec.Window, Start: spec.Special.Start, End: spec.Special.End, Prefix: spec.Prefix.IDs}, nil
}

// recorder is a scorer that keeps the windows and says that every token stays.
type recorder struct{ windows [][]tokenize.ID }

// Score implements [llmlingua2.Scorer].
func (r *recorder) Score(_ context.Context, windows [][]tokenize.ID, each func(int, llmlingua2.Output)) (llmlingua2.Stats, error) {
	r.windows = append(r.windows, windows...)
	for i, w := range windows {
		each(i, llmlingua2.Output{Logits: make([]float32, 2*len(w))})
	}
	return llmlingua2.Stats{}, nil
}
