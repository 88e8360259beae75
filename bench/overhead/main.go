// Overhead measures what the proxy of pith adds to a request, from outside and as whole
// processes: a load generator (this program), a vendor that answers at once, a bare
// httputil.ReverseProxy and bin/pith, all on the loopback interface.
//
//	go run ./bench/overhead -pith bin/pith
//
// It fails if an answer is wrong, if the vendor got something else than it should, or
// if a mode does not do what is to be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/prose"
)

func main() {
	bin := flag.String("pith", "bin/pith", "the program")
	model := flag.String("model", "onnx/models/pith-small", "folder of the model whose tokenizer the texts are cut with")
	quick := flag.Bool("quick", false, "see in half a minute that all works; the figures mean little")
	only := flag.String("only", strings.Join(parts, ","), "which parts to run")
	load := flag.Float64("load", full.load, "fixed rate of requests, as a share of what the slowest mode serves one client")
	rounds := flag.Int("rounds", full.rounds, "rounds that count")
	role := flag.String("role", "", "vendor or bare: what a child of this program is")
	to := flag.String("to", "", "where the bare proxy sends requests")
	flag.Parse()
	if err := start(*role, *to, *bin, *model, *only, planOf(*quick, *load, *rounds)); err != nil {
		fmt.Fprintln(os.Stderr, "overhead:", err)
		os.Exit(1)
	}
}

// parts are what there is to measure, in the order in which it is.
var parts = []string{"latency", "miss", "saturation", "stream", "memory", "conversation"}

func start(role, to, bin, model, only string, p plan) error {
	switch role {
	case "vendor":
		return serve(http.HandlerFunc(vendor))
	case "bare":
		h, err := bare(to)
		if err != nil {
			return err
		}
		return serve(h)
	}
	wanted := strings.Split(only, ",")
	for _, w := range wanted {
		if !slices.Contains(parts, w) {
			return fmt.Errorf("-only has %q; there are %s", w, strings.Join(parts, ","))
		}
	}
	source, err := prose.Open(model)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	l, err := open(ctx, bin, p, source)
	if err != nil {
		return err
	}
	return errors.Join(l.run(ctx, wanted), l.close())
}

// plan says how much is measured.
type plan struct {
	sizes  []int
	hits   []int // sizes at which known prompts are measured
	most   int   // bytes of the longest text that is shortened in one piece
	load   float64
	rounds int
	each   time.Duration // of one mode in one round

	misses map[int]int // requests by size

	clients int // of the closed loop
	bursts  int
	burst   time.Duration

	streams []int // at once
	frames  int
	openers int // streams that are opened for their first byte only

	streamRounds int

	turns int // of the conversation

	held    int           // bodies at once, where memory is measured
	flights int           // how many times
	think   time.Duration // how long the vendor lets each be held
}

const (
	kb = 1 << 10
	mb = 1 << 20
)

var full = plan{
	sizes: []int{kb / 2, 4 * kb, 100 * kb, mb, 10 * mb}, hits: []int{4 * kb, 100 * kb, mb}, most: 100 * kb,
	load: 0.25, rounds: 6, each: time.Second,
	misses:  map[int]int{4 * kb: 12, 16 * kb: 6},
	clients: 32, bursts: 3, burst: 2 * time.Second,
	streams: []int{1, 100, 500}, frames: 200, openers: 50, streamRounds: 3,
	held: 64, flights: 3, think: time.Second, turns: 30,
}

func planOf(quick bool, load float64, rounds int) plan {
	p := full
	p.load, p.rounds = load, rounds
	if quick {
		p.hits, p.most = []int{4 * kb, 100 * kb}, 25*kb
		p.rounds, p.each = min(rounds, 2), 200*time.Millisecond
		p.misses = map[int]int{4 * kb: 2, 16 * kb: 1}
		p.bursts, p.burst = 2, 300*time.Millisecond
		p.streams, p.frames, p.openers = []int{1, 20}, 20, 5
		p.streamRounds = 1
		p.held, p.flights, p.think, p.turns = 16, 1, 300*time.Millisecond, 4
	}
	return p
}
