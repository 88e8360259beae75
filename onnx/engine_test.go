package onnx

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
)

// fake makes a job of n units that wait for a turn each, and note it.
type fake struct {
	mu      sync.Mutex
	started []string // names, in the order their units started
	turns   chan struct{}
}

func (f *fake) job(name string, n int, cost float64) *job {
	return &job{n: n, cost: func(int) float64 { return cost }, run: func(int) error {
		f.mu.Lock()
		f.started = append(f.started, name)
		f.mu.Unlock()
		<-f.turns
		return nil
	}}
}

func (f *fake) count(name string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.started {
		if s == name {
			n++
		}
	}
	return n
}

// turn lets n units end, one after the other.
func (f *fake) turn(n int) {
	for range n {
		f.turns <- struct{}{}
		synctest.Wait()
	}
}

// What waits for an idle moment lets everybody pass that comes before it is done.
func TestWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 1})
		f := &fake{turns: make(chan struct{})}
		var wg sync.WaitGroup
		later := f.job("later", 4, 1)
		later.idle = true
		submit := func(j *job) {
			wg.Go(func() {
				if err := eng.do(context.Background(), j, func() {}); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		submit(later)
		submit(f.job("a", 2, 100))
		submit(f.job("b", 1, 100))
		f.turn(7)
		wg.Wait()
		eng.Close()
		want := []string{"later", "a", "b", "a", "later", "later", "later"}
		if !slices.Equal(f.started, want) {
			t.Errorf("started %q, want %q", f.started, want)
		}
	})
}

// A short request that comes behind long ones waits for a window of each for
// each of its own, whatever they have left.
func TestShortRequestPassesLongOnes(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		for _, long := range []int{1, 3} {
			t.Run(fmt.Sprintf("workers=%d/long=%d", workers, long), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					eng := NewEngine(EngineOptions{Workers: workers})
					f := &fake{turns: make(chan struct{})}
					const units, short = 1000, 5
					var all sync.WaitGroup
					for i := range long {
						all.Go(func() { _ = eng.do(t.Context(), f.job(fmt.Sprint("long", i), units, 1), func() {}) })
						synctest.Wait()
					}
					f.turn(100)
					done := make(chan error, 1)
					go func() { done <- eng.do(t.Context(), f.job("short", short, 1), func() {}) }()
					synctest.Wait()
					turns := 0
					for len(done) == 0 {
						f.turn(1)
						turns++
					}
					// Its own units, as many of each other request, those that ran
					// when it came, and those that run when its last one ends.
					if limit := short*(long+1) + 2*workers; turns > limit {
						t.Errorf("took %d turns, want at most %d", turns, limit)
					}
					f.turn(long*units + short - 100 - turns)
					all.Wait()
					eng.Close()
				})
			})
		}
	}
}

// One that comes later has no claim on the past: the long request that had much
// before goes on beside it, unit for unit.
func TestLongRequestIsNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 1})
		f := &fake{turns: make(chan struct{})}
		var all sync.WaitGroup
		start := func(name string) {
			all.Go(func() { _ = eng.do(t.Context(), f.job(name, 300, 1), func() {}) })
			synctest.Wait()
		}
		start("old")
		f.turn(100)
		start("new")
		f.turn(100)
		if old, late := f.count("old")-101, f.count("new"); old < 49 || late < 49 {
			t.Errorf("of 100 turns the old request had %d and the new one %d", old, late)
		}
		f.turn(400)
		all.Wait()
		eng.Close()
	})
}

// While two requests both have work, what each has had differs by no more than a
// unit of each: start-time fair queueing's bound.
func TestSharesAreFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			eng := NewEngine(EngineOptions{Workers: 1})
			f := &fake{turns: make(chan struct{})}
			costs := []float64{1 + 9*rnd.Float64(), 1 + 9*rnd.Float64(), 1 + 9*rnd.Float64()}
			const units = 60
			var all sync.WaitGroup
			for i, c := range costs {
				all.Go(func() { _ = eng.do(t.Context(), f.job(fmt.Sprint(i), units, c), func() {}) })
				synctest.Wait()
			}
			for range units { // nobody is done before
				f.turn(1)
				for a, ca := range costs {
					for b, cb := range costs {
						had, has := ca*float64(f.count(fmt.Sprint(a))), cb*float64(f.count(fmt.Sprint(b)))
						if had-has > ca+cb {
							t.Fatalf("costs %v: %d had %.1f, %d only %.1f", costs, a, had, b, has)
						}
					}
				}
			}
			f.turn(2 * units)
			all.Wait()
			eng.Close()
		}
	})
}

func TestUnitsOfOneRequestUseAllWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 3})
		f := &fake{turns: make(chan struct{})}
		go func() { _ = eng.do(t.Context(), f.job("a", 10, 1), func() {}) }()
		synctest.Wait()
		if got, want := eng.State(), (EngineState{Workers: 3, Requests: 1, Queued: 7, Running: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		f.turn(10)
		if got, want := eng.State(), (EngineState{Workers: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		eng.Close()
	})
}

func TestBusy(t *testing.T) {
	tests := []struct {
		name  string
		o     EngineOptions
		sizes []int // of requests that come one after the other while nothing ends
		want  []bool
	}{
		{"requests", EngineOptions{Workers: 1, MaxRequests: 2}, []int{1, 1, 1}, []bool{true, true, false}},
		{"windows_at_the_bound", EngineOptions{Workers: 1, MaxQueued: 5}, []int{1, 4, 1, 1}, []bool{true, true, true, false}},
		{"windows_past_the_bound", EngineOptions{Workers: 1, MaxQueued: 5}, []int{2, 5, 4}, []bool{true, false, true}},
		{"any_size_when_nothing_waits", EngineOptions{Workers: 1, MaxQueued: 5}, []int{100}, []bool{true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				eng := NewEngine(tt.o)
				f := &fake{turns: make(chan struct{}, 1000)}
				errs := make([]error, len(tt.sizes))
				left := 0
				for i, n := range tt.sizes {
					go func() { errs[i] = eng.do(t.Context(), f.job("a", n, 1), func() {}) }()
					synctest.Wait()
					if got := errs[i] == nil; got != tt.want[i] {
						t.Errorf("request %d of %d windows: %v", i, n, errs[i])
					}
					if errs[i] != nil && !(errors.Is(errs[i], ErrBusy) && pith.CodeOf(errs[i]) == pith.CodeUnavailable) {
						t.Errorf("got %v, want ErrBusy", errs[i])
					}
					if errs[i] == nil {
						left += n
					}
				}
				f.turn(left)
				eng.Close()
			})
		})
	}
}

func TestFailureEndsOneRequest(t *testing.T) {
	eng := NewEngine(EngineOptions{Workers: 2})
	defer eng.Close()
	boom := errors.New("boom")
	stopped := 0
	var ran sync.Map
	bad := &job{n: 100, cost: func(int) float64 { return 1 }, run: func(i int) error {
		ran.Store(i, true)
		if i == 3 {
			return boom
		}
		return nil
	}}
	if err := eng.do(t.Context(), bad, func() { stopped++ }); !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	if stopped != 1 {
		t.Errorf("stop was called %d times", stopped)
	}
	if _, ok := ran.Load(99); ok {
		t.Error("the rest ran on")
	}
	good := &job{n: 100, cost: func(int) float64 { return 1 }, run: func(int) error { return nil }}
	if err := eng.do(t.Context(), good, func() {}); err != nil {
		t.Error(err)
	}
}

func TestPanicIsAnErrorOfItsRequest(t *testing.T) {
	eng := NewEngine(EngineOptions{Workers: 1})
	defer eng.Close()
	const secret = "the text of a prompt"
	for _, v := range []any{secret, errors.New(secret)} {
		bad := &job{n: 2, cost: func(int) float64 { return 1 }, run: func(int) error { panic(v) }}
		err := eng.do(t.Context(), bad, func() {})
		var p *panicError
		if !errors.As(err, &p) || pith.CodeOf(err) != pith.CodeInternal {
			t.Fatalf("got %v", err)
		}
		if contains(err.Error(), secret) {
			t.Errorf("the error tells what the panic said: %v", err)
		}
	}
}

func TestCancelDropsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 1})
		f := &fake{turns: make(chan struct{})}
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the client left")
		stopped, done := make(chan struct{}), make(chan error, 1)
		go func() { done <- eng.do(ctx, f.job("a", 10, 1), func() { close(stopped) }) }()
		synctest.Wait()
		cancel(why)
		<-stopped
		synctest.Wait()
		if got := eng.State(); got.Queued != 0 || got.Running != 1 {
			t.Errorf("got %+v, want nothing queued and one running", got)
		}
		if len(done) != 0 {
			t.Fatal("do returned while a unit ran")
		}
		f.turn(1)
		if err := <-done; !errors.Is(err, why) {
			t.Errorf("got %v, want %v", err, why)
		}
		if n := f.count("a"); n != 1 {
			t.Errorf("%d units ran, want 1", n)
		}
		eng.Close()
	})
}

func TestDeadlineHasItsClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 1})
		f := &fake{turns: make(chan struct{})}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() {
			<-ctx.Done()
			synctest.Wait() // or the second unit may start before the job is failed
			f.turns <- struct{}{}
		}()
		err := eng.do(ctx, f.job("a", 2, 1), func() {})
		if pith.CodeOf(err) != pith.CodeDeadline || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		eng.Close()
	})
}

func TestCloseDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eng := NewEngine(EngineOptions{Workers: 1})
		f := &fake{turns: make(chan struct{})}
		done, closed := make(chan error, 1), make(chan struct{})
		go func() { done <- eng.do(t.Context(), f.job("a", 3, 1), func() {}) }()
		synctest.Wait()
		go func() { eng.Close(); close(closed) }()
		synctest.Wait()
		if err := eng.do(t.Context(), f.job("b", 1, 1), func() {}); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
		f.turn(2)
		select {
		case <-closed:
			t.Fatal("closed while a unit ran")
		default:
		}
		f.turn(1)
		<-closed
		if err := <-done; err != nil {
			t.Error(err)
		}
		eng.Close()
	})
}

// Many requests that come, fail and leave at random: each unit of a request that
// succeeds runs once, and nothing is left behind.
func TestEngineAtRandom(t *testing.T) {
	eng := NewEngine(EngineOptions{Workers: 4, MaxRequests: 40})
	var all sync.WaitGroup
	for r := range 200 {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(3, uint64(r)))
			n, fails := rnd.IntN(30), rnd.IntN(60)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var mu sync.Mutex
			runs, over := map[int]int{}, false
			j := &job{n: n, cost: func(i int) float64 { return float64(1 + i%3) }, run: func(i int) error {
				mu.Lock()
				defer mu.Unlock()
				if over {
					t.Error("a unit ran after do had returned")
				}
				runs[i]++
				switch {
				case i == fails:
					return errors.New("unit")
				case i == fails-20:
					cancel()
				case i == fails-25:
					panic(i)
				}
				return nil
			}}
			err := eng.do(ctx, j, func() {})
			mu.Lock()
			defer mu.Unlock()
			over = true
			for i, c := range runs {
				if c != 1 {
					t.Errorf("unit %d ran %d times", i, c)
				}
			}
			if err == nil && len(runs) != n {
				t.Errorf("%d of %d units ran, and no error", len(runs), n)
			}
			if err != nil && fails > n+25 && !errors.Is(err, ErrBusy) {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	all.Wait()
	eng.Close()
	if got, want := eng.State(), (EngineState{Workers: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
