// Lossless measures what the lossless methods save on real texts, beside the baselines
// that anybody could write in an afternoon, and how fast they are. Each result is
// restored and compared with its source before it is counted.
//
//	go run ./bench/lossless -logs DIR -pith bin/pith
//
// DIR is a copy of github.com/logpai/loghub, which is not part of this project. The other
// texts are what programs on this machine print, answers of pith's own API, and records
// that are made here by a fixed recipe; programs that are missing are left out and named.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/pith-proxy/pith/bench/internal/server"
	"github.com/pith-proxy/pith/tokenize"
)

func main() {
	logs := flag.String("logs", "", "folder with a copy of loghub; none of its logs are measured without")
	bin := flag.String("pith", "bin/pith", "the program, whose answers are measured, too")
	target := flag.String("tokenizer", "o200k_base", "model or encoding whose tokens are counted")
	parts := flag.String("parts", "logs,json,output,speed", "which tables to print")
	flag.Parse()
	if err := run(*logs, *bin, *target, strings.Split(*parts, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "lossless:", err)
		os.Exit(1)
	}
}

func run(logs, bin, target string, parts []string) error {
	counter, err := tokenize.CounterFor(target)
	if err != nil {
		return err
	}
	counter.Count("warm up")
	fmt.Printf("`bench/run.sh lossless`: %s, %s. Tokens of %s. Every text was restored byte for byte from what came out.\n",
		server.Machine(), runtime.Version(), counter.Name())
	b := newBench(counter)
	for _, p := range parts {
		var err error
		switch p {
		case "logs":
			err = b.logs(logs)
		case "json":
			err = b.json(bin)
		case "output":
			err = b.output()
		case "speed":
			err = b.speed()
		default:
			err = fmt.Errorf("-parts has %q; there are logs, json, output and speed", p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
