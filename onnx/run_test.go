package onnx

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// randomWindows returns windows of ids below 30, which testdata/tiny.onnx takes.
func randomWindows(n, most int) [][]tokenize.ID {
	rnd := rand.New(rand.NewPCG(5, 6))
	out := make([][]tokenize.ID, n)
	for i := range out {
		for range 1 + rnd.IntN(most) {
			out[i] = append(out[i], tokenize.ID(rnd.IntN(30)))
		}
	}
	return out
}

// equalOutputs compares bit by bit if the tolerance is 0.
func equalOutputs(a, b []output, tolerance float64) bool {
	near := func(x, y []float32) bool {
		return slices.EqualFunc(x, y, func(x, y float32) bool {
			return x == y || math.Abs(float64(x)-float64(y)) <= tolerance
		})
	}
	return slices.EqualFunc(a, b, func(a, b output) bool {
		return near(a.Logits, b.Logits) && near(a.Vectors, b.Vectors)
	})
}

// The outputs have the length of the window, and fit together: in the tiny model
// equal ids of a window have equal rows.
func TestOutputsBelongToTheirTokens(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	windows := randomWindows(50, 64)
	for i, out := range runAll(t, m, windows) {
		w := windows[i]
		if len(out.Logits) != len(w)*labels || len(out.Vectors) != len(w)*8 {
			t.Fatalf("window %d of %d ids: %d logits, %d numbers in vectors", i, len(w), len(out.Logits), len(out.Vectors))
		}
		for a := range w {
			b := slices.Index(w, w[a])
			if !slices.Equal(out.tokens(a, a+1).Vectors, out.tokens(b, b+1).Vectors) {
				t.Fatalf("window %d: tokens %d and %d differ", i, a, b)
			}
		}
	}
}

func TestModelWithLogitsOnly(t *testing.T) {
	m := loadFS(t, folder(t, logitsSpec(), "logits"), testEngine, Options{})
	windows := randomWindows(20, 64)
	got, want := runAll(t, m, windows), runAll(t, loadTiny(t, testEngine, Options{}), windows)
	for i := range got {
		if got[i].Vectors != nil || !slices.Equal(got[i].Logits, want[i].Logits) {
			t.Fatalf("window %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// A window's result is the same bit by bit whoever it is run with, on however
// many cores, and from whatever source the model came.
func TestResultsDependOnTheWindowAlone(t *testing.T) {
	m := loadTest(t, "models/pith-small", Options{})
	windows := benchWindows(m.Spec(), 6, 40)
	for i := range windows { // of different lengths
		windows[i] = append(windows[i][:len(windows[i])-1-3*i], m.spec.Special.End)
	}
	want := runAll(t, m, windows)
	for i, w := range windows {
		if got := runAll(t, m, [][]tokenize.ID{w}); !equalOutputs(got, want[i:i+1], 0) {
			t.Errorf("window %d alone differs", i)
		}
	}
	for _, procs := range []int{1, 4} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			eng := NewEngine(EngineOptions{})
			defer eng.Close()
			other, err := LoadDir(t.Context(), "models/pith-small", eng, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if got := runAll(t, other, slices.Repeat(windows, 3)); !equalOutputs(got, slices.Repeat(want, 3), 0) {
				t.Errorf("GOMAXPROCS %d: results differ", procs)
			}
		}()
	}
}

func TestConcurrentRuns(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	windows := randomWindows(40, 64)
	want := runAll(t, m, windows)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 5 {
				if got := runAll(t, m, windows); !equalOutputs(got, want, 0) {
					t.Error("results differ under load")
				}
			}
		})
	}
	all.Wait()
	if n := len(m.slots); n > testEngine.workers {
		t.Errorf("%d slots for %d workers", n, testEngine.workers)
	}
}

// The way of GPUs, on a CPU: padded batches, sorted by length, give what single
// windows give. The model is fp32; an int8 one would differ by its quantisation.
func TestBatches(t *testing.T) {
	windows := randomWindows(53, 64)
	want := runAll(t, loadTiny(t, testEngine, Options{}), windows)
	for _, batch := range []int{0, 1, 2, 7, 64} {
		m := loadTiny(t, testEngine, Options{batchOnCPU: true, MaxBatch: batch})
		if got := runAll(t, m, windows); !equalOutputs(got, want, 1e-5) {
			t.Errorf("batch %d: results differ", batch)
		}
		p := m.plan(windows, nil)
		for u := range p.units() {
			rows, cols := p.shape(u)
			for r := range rows {
				if n := len(p.window(u, r)); n > cols || cols > 64 {
					t.Fatalf("unit %d: row of %d in %d", u, n, cols)
				}
			}
		}
	}
}

func TestWindowsOutOfRange(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	for name, bad := range map[string][]tokenize.ID{"empty": {}, "too_long": make([]tokenize.ID, 65)} {
		_, err := m.Run(t.Context(), [][]tokenize.ID{{1}, bad}, func(int, Output) { t.Error("ran") })
		if err == nil || !contains(err.Error(), "takes 1 to 64") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	runAll(t, m, [][]tokenize.ID{make([]tokenize.ID, 64), {1}})
	if stats, err := m.Run(t.Context(), nil, nil); err != nil || stats != (Stats{}) {
		t.Errorf("no windows: got %v, %v", stats, err)
	}
}

// An error of the runtime, a result that is no number, and a panic of the
// caller's end the request they happen in, and the model goes on.
func TestErrorsAreContained(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	tests := []struct {
		name   string
		window []tokenize.ID
		each   func(int, Output)
		code   pith.Code
	}{
		{"unknown_id", []tokenize.ID{1, 1 << 31, 2}, func(int, Output) {}, pith.CodeInternal},
		{"not_a_number", []tokenize.ID{1, 31, 2}, func(int, Output) {}, pith.CodeCompression},
		{"panic", []tokenize.ID{1, 4, 2}, func(int, Output) { var p *plan; _ = p.batch }, pith.CodeInternal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			windows := append(randomWindows(20, 64), tt.window)
			_, err := m.Run(t.Context(), windows, func(i int, out Output) {
				if i == len(windows)-1 {
					tt.each(i, out)
				}
			})
			if pith.CodeOf(err) != tt.code {
				t.Errorf("got %v, want %s", err, tt.code)
			}
			t.Log(strings.SplitN(err.Error(), "\n", 2)[0])
			runAll(t, m, randomWindows(20, 64))
		})
	}
}

// The endless model ends only if the C call is stopped.
func TestCancelStopsTheCall(t *testing.T) {
	m := loadFS(t, folder(t, logitsSpec(), "endless"), testEngine, Options{})
	endless := slices.Repeat([][]tokenize.ID{{1, 30, 2}}, 5)
	why := errors.New("the client left")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for testEngine.State().Running < min(2, testEngine.workers) {
			time.Sleep(time.Millisecond)
		}
		cancel(why)
	}()
	if _, err := m.Run(ctx, endless, func(int, Output) { t.Error("each was called") }); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if _, err := m.Run(ctx, endless, func(int, Output) {}); pith.CodeOf(err) != pith.CodeDeadline {
		t.Errorf("got %v, want %s", err, pith.CodeDeadline)
	}
	if _, err := m.Run(ctx, endless, func(int, Output) {}); pith.CodeOf(err) != pith.CodeDeadline {
		t.Errorf("a context that is over: got %v", err)
	}
	runAll(t, m, [][]tokenize.ID{{1, 4, 2}})
}

// One window that fails stops those that run beside it.
func TestFailureStopsTheCall(t *testing.T) {
	eng := NewEngine(EngineOptions{Workers: 2})
	defer eng.Close()
	m := loadFS(t, folder(t, logitsSpec(), "endless"), eng, Options{})
	_, err := m.Run(t.Context(), [][]tokenize.ID{{1, 30, 2}, {1, 31, 2}}, func(int, Output) {})
	if pith.CodeOf(err) != pith.CodeCompression {
		t.Errorf("got %v, want %s", err, pith.CodeCompression)
	}
}

// Cancelling at any moment, again and again, with other requests beside.
func TestCancelAtRandom(t *testing.T) {
	m := loadTest(t, "models/pith-small", Options{})
	windows := benchWindows(m.Spec(), 4, 60)
	want := runAll(t, m, windows)
	var all sync.WaitGroup
	for g := range 3 {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(9, uint64(g)))
			for range 8 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rnd.IntN(40))*time.Millisecond)
				var over, late bool
				var mu sync.Mutex
				_, err := m.Run(ctx, windows, func(int, Output) {
					mu.Lock()
					late = late || over
					mu.Unlock()
				})
				mu.Lock()
				over = true
				mu.Unlock()
				cancel()
				if err != nil && pith.CodeOf(err) != pith.CodeDeadline {
					t.Error(err)
				}
				if late {
					t.Error("each was called after Run had returned")
				}
			}
		})
	}
	all.Go(func() {
		for range 3 {
			if got := runAll(t, m, windows); !equalOutputs(got, want, 0) {
				t.Error("results differ beside cancelled requests")
			}
		}
	})
	all.Wait()
}

func TestClosedModel(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var once sync.Once
		_, err := m.Run(context.Background(), randomWindows(50, 64), func(int, Output) { once.Do(func() { close(started) }) })
		ended <- err
	}()
	<-started
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the run that Close waited for: %v", err)
	}
	if _, err := m.Run(t.Context(), [][]tokenize.ID{{1}}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if err := m.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestStats(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	got, err := m.Run(t.Context(), [][]tokenize.ID{{1, 2}, {1, 5, 2}}, func(int, Output) {})
	if err != nil {
		t.Fatal(err)
	}
	if got.Windows != 2 || got.Tokens != 5 || got.Model <= 0 || got.Queue < 0 {
		t.Errorf("got %+v", got)
	}
}

// Memory is kept from run to run: a window costs a handful of small allocations.
func TestAllocations(t *testing.T) {
	m := loadTiny(t, testEngine, Options{})
	windows := slices.Repeat([][]tokenize.ID{make([]tokenize.ID, 64)}, 100)
	got := testing.AllocsPerRun(5, func() {
		if _, err := m.Run(t.Context(), windows, func(int, Output) {}); err != nil {
			t.Fatal(err)
		}
	})
	if limit := 10.0*float64(len(windows)) + 50; got > limit {
		t.Errorf("%.0f allocations for %d windows, want at most %.0f", got, len(windows), limit)
	}
}

// A slot keeps a view for each length, up to a bound.
func TestShapesAreBounded(t *testing.T) {
	spec := edited(func(s *Spec) { s.Window = 2 * maxShapes })
	m := loadFS(t, folder(t, spec, "tiny"), NewEngine(EngineOptions{Workers: 1}), Options{})
	var windows [][]tokenize.ID
	for n := 1; n <= maxShapes+10; n++ {
		windows = append(windows, make([]tokenize.ID, n))
	}
	runAll(t, m, windows)
	if n := len(m.slots[0].made); n == 0 || n > maxShapes {
		t.Errorf("%d views kept, want at most %d", n, maxShapes)
	}
}
