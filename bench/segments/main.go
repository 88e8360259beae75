// Segments measures what the segment cache is worth: whole processes of bin/pith as
// replicas, a real Redis between them, and a vendor that records what reaches it.
//
//	go run ./bench/segments -pith bin/pith -redis redis-server
//
// The parts, for -parts:
//
//	1  documents cold, warm, and from another replica     5  cold time over size
//	2  one word of a document edited                      6  a prompt of 100 KB that is known
//	3  questions about one document                       7  memory, and bytes in Redis
//	4  a conversation over three replicas                 8  whether a tenant's time tells of another's texts
//
// It fails if a request fails, if a text that was sent once is sent in another form, or
// if one tenant finds what another one left. That Redis answers too late is no failure:
// the tables say how much was not found.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pith-proxy/pith/bench/internal/server"
)

func main() {
	bin := flag.String("pith", "bin/pith", "the program")
	redis := flag.String("redis", "redis-server", "the program of Redis")
	quick := flag.Bool("quick", false, "see in less than a minute that all works; the figures mean little")
	wanted := flag.String("parts", "1,2,3,4,5,6,7,8", "which parts to run, in this order")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, end := context.WithTimeout(ctx, time.Hour)
	defer end()
	p := full
	if *quick {
		p = small
	}
	if err := run(ctx, *bin, *redis, strings.Split(*wanted, ","), p); err != nil {
		fmt.Fprintln(os.Stderr, "segments:", err)
		os.Exit(1)
	}
}

// plan says how much is measured.
type plan struct {
	sizes     []int // of the documents, in tokens, ascending
	tries     int   // of each kind of warm request
	edits     int   // of each document
	book      int   // tokens of the document that is asked about
	questions int
	turns     int   // of the conversation
	linear    []int // tokens
	rounds    int   // of all of these
	prompts   int   // that are known
	prompt    int   // bytes of each
	repeats   int   // how often each is sent to the process that has it in memory
	lives     int   // of a replica whose memory has none
	pairs     int   // of requests whose times are compared
	pair      int   // tokens of each
}

var full = plan{
	sizes: []int{10_000, 100_000, 1_000_000}, tries: 3, edits: 5,
	book: 100_000, questions: 20, turns: 50,
	linear: []int{5_000, 10_000, 20_000, 40_000, 80_000}, rounds: 2,
	prompts: 12, prompt: 100 << 10, repeats: 9, lives: 9,
	pairs: 60, pair: 400,
}

var small = plan{
	sizes: []int{2_000, 8_000}, tries: 2, edits: 2,
	book: 3_000, questions: 4, turns: 6,
	linear: []int{500, 1_000, 2_000}, rounds: 2,
	prompts: 2, prompt: 16 << 10, repeats: 2, lives: 2,
	pairs: 10, pair: 100,
}

func run(ctx context.Context, bin, redis string, wanted []string, p plan) (err error) {
	parts := map[string]func(*lab, context.Context) error{"1": (*lab).documents, "2": (*lab).edit, "3": (*lab).questions, "4": (*lab).converse,
		"5": (*lab).linear, "6": (*lab).known, "7": (*lab).memory, "8": (*lab).isolation}
	for _, w := range wanted {
		if parts[w] == nil {
			return fmt.Errorf("-parts has %q; there are 1 to %d", w, len(parts))
		}
	}
	began := time.Now()
	l, err := open(ctx, bin, redis, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	fmt.Printf("`bench/run.sh cache %s`: %s, %s, Redis %s\n\nGenerator, replicas, Redis and vendor share all cores.\n",
		strings.Join(ownFlags(os.Args[1:]), " "), server.Machine(), runtime.Version(), l.redis.version(ctx))
	for _, w := range wanted {
		if err := parts[w](l, ctx); err != nil {
			return fmt.Errorf("part %s: %w", w, err)
		}
		if err := l.lost(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\nAll of it took %d s.\n", int(time.Since(began).Seconds()))
	return nil
}

// ownFlags leaves out the flags that bench/run.sh adds, each with its value.
func ownFlags(args []string) (out []string) {
	for i := 0; i < len(args); i++ {
		if slices.Contains([]string{"-pith", "-redis"}, args[i]) {
			i++
			continue
		}
		out = append(out, args[i])
	}
	return out
}
