// Cold measures a pith that has just been started: until it is ready, until the
// first answer, then later answers, and the most memory it held.
//
//	go run ./bench/cold -pith bin/pith
//
// The files of the program are in the page cache after the first round.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/pith-proxy/pith/bench/internal/prose"
	"github.com/pith-proxy/pith/bench/internal/server"
)

func main() {
	bin := flag.String("pith", "bin/pith", "the program")
	model := flag.String("model", "onnx/models/pith-small", "folder of the model whose tokens are counted")
	tokens := flag.Int("tokens", 10_000, "length of the text")
	rounds := flag.Int("rounds", 5, "starts, and later requests of each")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx, *bin, *model, *tokens, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "cold:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, model string, tokens, rounds int) error {
	source, err := prose.Open(model)
	if err != nil {
		return err
	}
	text, err := source.Tokens(tokens)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\nOne text of about %d tokens, medians of %d starts.\n\n", server.Machine(), tokens, rounds)
	if err := times(ctx, bin, text, rounds); err != nil {
		return err
	}
	return memory(ctx, bin, text, source.Bytes(1_000_000))
}

// times alternates two kinds of start: one that waits until the server is ready,
// and one that sends the text at once.
func times(ctx context.Context, bin, text string, rounds int) error {
	body := server.Request{Input: text, Rate: 0.33}.Body()
	var ready, first, later, cold []time.Duration
	for range rounds {
		err := with(bin, nil, func(s *server.Server) error {
			took, err := s.First(ctx, body)
			cold = append(cold, took)
			return err
		})
		if err != nil {
			return err
		}
		err = with(bin, nil, func(s *server.Server) error {
			took, err := s.Ready(ctx)
			if err != nil {
				return err
			}
			ready = append(ready, took)
			for i := range rounds + 1 {
				a, err := s.Compressed(ctx, body)
				if err != nil {
					return err
				}
				if i == 0 {
					first = append(first, a.Took)
				} else {
					later = append(later, a.Took)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	fmt.Printf("| what | ms |\n| --- | --- |\n")
	fmt.Printf("| start of the process to ready | %d |\n", median(ready))
	fmt.Printf("| start of the process to the first answer | %d |\n", median(cold))
	fmt.Printf("| first request, once ready | %d |\n| later requests | %d |\n\n", median(first), median(later))
	return nil
}

func median(d []time.Duration) int64 {
	slices.Sort(d)
	return d[len(d)/2].Milliseconds()
}

// with runs f beside a server and stops it.
func with(bin string, settings []string, f func(*server.Server) error) error {
	s, err := server.Start(bin, settings...)
	if err != nil {
		return err
	}
	err = f(s)
	if stop := s.Stop(); err == nil {
		err = stop
	}
	return err
}
