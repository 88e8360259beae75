// Gains ranks the functions of a package of Go's standard library by a question and
// prints how fast that was, as JSON: tokens a second, of wall time and of processor time.
// With -dump it writes what the model was given, which onnx/bench/bare.py can run.
//
//	go run ./bench/gains -seconds 10 net/http
//	go run ./bench/gains -dump sequences.json net/http
//	python onnx/bench/bare.py onnx/models/pith-code --sequences sequences.json --seconds 10
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/tokenize"
)

type options struct {
	model, library, query, dump string
	workers                     int
	seconds                     float64
}

func main() {
	var o options
	flag.StringVar(&o.model, "model", "onnx/models/pith-code", "folder of the model")
	flag.StringVar(&o.library, "library", os.Getenv(onnx.LibraryEnv), "ONNX Runtime library")
	flag.StringVar(&o.query, "query", "Where is it decided whether a response may be sent again on another connection after an error?", "question")
	flag.StringVar(&o.dump, "dump", "", "file for the sequences; nothing is measured then")
	flag.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "sequences that run at once")
	flag.Float64Var(&o.seconds, "seconds", 10, "at least so long, in whole rounds")
	flag.Parse()
	if err := run(context.Background(), o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gains:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, packages []string) error {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	var chunks []string
	for _, p := range packages {
		more, err := functions(filepath.Join(strings.TrimSpace(string(goroot)), "src", p))
		if err != nil {
			return err
		}
		chunks = append(chunks, more...)
	}
	if len(chunks) == 0 {
		return errors.New("name a package that has functions, such as net/http")
	}
	if err := onnx.Open(o.library); err != nil {
		return err
	}
	eng := onnx.NewEngine(onnx.EngineOptions{Workers: o.workers})
	defer eng.Close()
	loaded, err := onnx.LoadCausal(ctx, os.DirFS(o.model), eng, onnx.Options{})
	if err != nil {
		return err
	}
	defer loaded.Close()
	enc, err := tokenize.NewEncoder(loaded.TokenizerJSON())
	if err != nil {
		return err
	}
	defer enc.Close()
	m := &model{causal: loaded}
	special := loaded.Spec().Special
	lm, err := longcodezip.NewLM(longcodezip.LMOptions{Name: "bench", Encoder: enc, Model: m,
		Form: longcodezip.MarkedForm(*special.File, *special.Query), Window: loaded.Window()})
	if err != nil {
		return err
	}
	if o.dump != "" {
		return dump(ctx, lm, m, o, chunks)
	}
	return measure(ctx, lm, o, chunks)
}

func measure(ctx context.Context, lm *longcodezip.LM, o options, chunks []string) error {
	if _, _, err := lm.Gains(ctx, o.query, chunks[:min(len(chunks), 20)]); err != nil {
		return err
	}
	var u longcodezip.Usage
	began, cpu := time.Now(), cpuTime()
	for time.Since(began).Seconds() < o.seconds {
		_, usage, err := lm.Gains(ctx, o.query, chunks)
		if err != nil {
			return err
		}
		u.Add(usage)
	}
	took, cpu := time.Since(began), cpuTime()-cpu
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"tokens/s": float64(u.Tokens) / took.Seconds(), "tokens/cpu-s": float64(u.Tokens) / cpu.Seconds(),
		"sequences": float64(u.Sequences), "tokens": float64(u.Tokens), "truncated": float64(u.Truncated),
		"inside": u.Model.Seconds() / took.Seconds() / float64(o.workers),
	})
}

// dump writes the sequences of one call.
func dump(ctx context.Context, lm *longcodezip.LM, m *model, o options, chunks []string) error {
	m.keep = true
	if _, _, err := lm.Gains(ctx, o.query, chunks); err != nil {
		return err
	}
	data, err := json.Marshal(m.kept)
	if err != nil {
		return err
	}
	return os.WriteFile(o.dump, data, 0o644)
}

// model is a causal model that can keep what it is given instead of running it.
type model struct {
	causal *onnx.Causal
	keep   bool
	kept   []longcodezip.Sequence
}

// NLL implements [longcodezip.Model].
func (m *model) NLL(ctx context.Context, seqs []longcodezip.Sequence, each func(int, []float32)) (longcodezip.ModelStats, error) {
	if m.keep {
		m.kept = append(m.kept, seqs...)
		for i, s := range seqs {
			each(i, make([]float32, len(s.Asked)))
		}
		return longcodezip.ModelStats{}, nil
	}
	in := make([]onnx.CausalSequence, len(seqs))
	for i, s := range seqs {
		in[i] = onnx.CausalSequence(s)
	}
	stats, err := m.causal.NLL(ctx, in, each)
	return longcodezip.ModelStats{Queue: stats.Queue, Model: stats.Model}, err
}
