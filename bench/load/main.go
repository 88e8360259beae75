// Load sends many requests at once to a pith of its own and says what became of
// each: how long it took, how the queue stood, and what the door refused.
//
//	go run ./bench/load -pith bin/pith
//
// It fails if an answer is lost, is not a shorter text, or is a refusal without
// Retry-After.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pith-proxy/pith/bench/internal/prose"
	"github.com/pith-proxy/pith/bench/internal/server"
)

func main() {
	bin := flag.String("pith", "bin/pith", "the program")
	model := flag.String("model", "onnx/models/pith-small", "folder of the model whose tokens are counted")
	clients := flag.Int("clients", 200, "requests at once")
	bound := flag.Int("bound", 50, "limits.max_in_flight where it is to be passed")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx, *bin, *model, *clients, *bound); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

const (
	short = 300    // tokens of most texts
	long  = 10_000 // tokens of some texts of the mix
)

func run(ctx context.Context, bin, model string, clients, bound int) error {
	source, err := prose.Open(model)
	if err != nil {
		return err
	}
	same, err := bodies(source, clients, 0)
	if err != nil {
		return err
	}
	mix, err := bodies(source, clients, clients/40)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n%s\n", server.Machine(), header)
	var depths []depth
	for _, sc := range []scenario{
		{name: "one at a time", bodies: same, clients: 1},
		{name: "all at once", bodies: same, clients: clients},
		{name: fmt.Sprintf("all at once, %d of them long", clients/40), bodies: mix, clients: clients},
		{name: fmt.Sprintf("past a bound of %d", bound), bodies: same, clients: clients, bound: bound, refusals: true},
		{name: fmt.Sprintf("past a bound of %d, trying again", bound), bodies: same, clients: clients, bound: bound, retry: true},
	} {
		d, err := sc.run(ctx, bin)
		if err != nil {
			return fmt.Errorf("%s: %w", sc.name, err)
		}
		depths = append(depths, depth{sc.name, d})
	}
	printDepths(depths)
	return nil
}

// bodies makes n requests, each with a text of its own; every n/longs-th is long.
func bodies(source *prose.Source, n, longs int) ([][]byte, error) {
	var out [][]byte
	for i := range n {
		tokens := short
		if longs > 0 && i%(n/longs) == 0 {
			tokens = long
		}
		text, err := source.Tokens(tokens)
		if err != nil {
			return nil, err
		}
		out = append(out, server.Request{Input: text, Rate: 0.33, OnError: "fail"}.Body())
	}
	return out, nil
}
