//go:build unix

package onnx

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/tokenize"
)

// benchWindows returns n windows of this many tokens between start and end. Their
// ids follow a formula, so that bench/bare.py runs the very same windows.
func benchWindows(sp *Spec, n, tokens int) [][]tokenize.ID {
	out := make([][]tokenize.ID, n)
	for w := range out {
		out[w] = []tokenize.ID{sp.Special.Start}
		for i := range tokens {
			out[w] = append(out[w], tokenize.ID(1000+(i*7919+w*104729)%25000))
		}
		out[w] = append(out[w], sp.Special.End)
	}
	return out
}

// BenchmarkRun runs requests of 16 windows: on one worker, and spread over all
// cores. 254 is what the service cuts, 510 the most; cost a token grows slowly
// with the window, by the attention.
func BenchmarkRun(b *testing.B) {
	for _, name := range []string{"pith-small", "pith-multi"} {
		for _, tokens := range []int{128, 254, 510} {
			for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
				b.Run(fmt.Sprintf("model=%s/tokens=%d/workers=%d", name, tokens, workers), func(b *testing.B) {
					benchRun(b, name, tokens, workers, Options{})
				})
			}
		}
	}
}

func benchRun(b *testing.B, name string, tokens, workers int, o Options) {
	eng := NewEngine(EngineOptions{Workers: workers})
	defer eng.Close()
	m, err := LoadDir(b.Context(), filepath.Join("models", name), eng, o)
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	const n = 16
	windows := benchWindows(m.Spec(), n, tokens)
	run := func() {
		if _, err := m.Run(b.Context(), windows, func(int, Output) {}); err != nil {
			b.Fatal(err)
		}
	}
	run() // the slots are there after it
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := cpuTime()
	for b.Loop() {
		run()
	}
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.N*n*tokens)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(float64(b.N*n*tokens)/cpu.Seconds(), "tokens/cpu-s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N*n), "allocs/window")
}

// BenchmarkNLL runs requests of 16 sequences that ask about their last 24 tokens, as a
// question behind a chunk of code does; all=true asks about every token, which takes the
// vocabulary's share of the work in addition. bench/gains measures real functions.
func BenchmarkNLL(b *testing.B) {
	for _, tokens := range []int{128, 512, 2048} {
		for _, all := range []bool{false, true} {
			b.Run(fmt.Sprintf("tokens=%d/all=%t", tokens, all), func(b *testing.B) { benchNLL(b, tokens, all) })
		}
	}
}

func benchNLL(b *testing.B, tokens int, all bool) {
	eng := NewEngine(EngineOptions{})
	defer eng.Close()
	c, err := LoadCausal(b.Context(), os.DirFS(filepath.Join("models", "pith-code")), eng, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	seqs := make([]CausalSequence, 16)
	for i := range seqs {
		ids := make([]tokenize.ID, tokens)
		for k := range ids {
			ids[k] = tokenize.ID(100 + (k*7919+i*104729)%16000)
		}
		seqs[i] = every(ids)
		if !all {
			seqs[i].Asked = seqs[i].Asked[tokens-1-24:]
		}
	}
	b.ReportAllocs()
	cpu := cpuTime()
	for b.Loop() {
		if _, err := c.NLL(b.Context(), seqs, func(int, []float32) {}); err != nil {
			b.Fatal(err)
		}
	}
	cpu = cpuTime() - cpu
	n := float64(b.N * len(seqs) * tokens)
	b.ReportMetric(n/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(n/cpu.Seconds(), "tokens/cpu-s")
}

// cpuTime is what the process has used, of all its cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSettings compares settings of the runtime; setSession has the best.
func BenchmarkSettings(b *testing.B) {
	entry := func(key, value string) func(*ort.SessionOptions) error {
		return func(so *ort.SessionOptions) error { return so.AddSessionConfigEntry(key, value) }
	}
	settings := []struct {
		name string
		tune func(*ort.SessionOptions) error
	}{
		{"as_is", nil},
		{"memory_pattern", func(so *ort.SessionOptions) error { return so.SetMemPattern(true) }},
		{"no_arena", func(so *ort.SessionOptions) error { return so.SetCpuMemArena(false) }},
		{"extended", func(so *ort.SessionOptions) error {
			return so.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableExtended)
		}},
		{"basic", func(so *ort.SessionOptions) error {
			return so.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableBasic)
		}},
		{"no_prepacking", entry("session.disable_prepacking", "1")},
		{"denormals_are_zero", entry("session.set_denormal_as_zero", "1")},
		{"arena_for_weights", entry("session.use_device_allocator_for_initializers", "0")},
	}
	for _, s := range settings {
		b.Run(s.name, func(b *testing.B) { benchRun(b, "pith-small", 254, 1, Options{tune: s.tune}) })
	}
}
