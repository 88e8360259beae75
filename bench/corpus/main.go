// Corpus prints English text of a wanted length for the benchmarks.
//
//	go run ./bench/corpus -tokens 10000
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/pith-proxy/pith/bench/internal/prose"
)

func main() {
	tokens := flag.Int("tokens", 10_000, "tokens of the model's tokenizer, about")
	bytes := flag.Int("bytes", 0, "bytes instead, about")
	model := flag.String("model", "onnx/models/pith-small", "folder of the model")
	flag.Parse()
	if err := run(*tokens, *bytes, *model); err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func run(tokens, bytes int, model string) error {
	s, err := prose.Open(model)
	if err != nil {
		return err
	}
	text := ""
	if bytes > 0 {
		text = s.Bytes(bytes)
	} else if text, err = s.Tokens(tokens); err != nil {
		return err
	}
	_, err = fmt.Println(text)
	return err
}
