package onnx

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// EngineOptions bound an [Engine]. Zero values work.
type EngineOptions struct {
	// Workers is how many windows run at once; 0 is GOMAXPROCS.
	Workers int

	// MaxRequests is the most requests inside at once, and MaxQueued the most
	// windows waiting. A request that finds nothing waiting is let in whatever
	// its size. 0 is 1024 and 65,536: a window waiting costs a few bytes, so
	// the bounds are on patience and not on memory.
	MaxRequests int
	MaxQueued   int
}

// Engine shares the cores of a process between requests. It is fair in time, by
// start-time fair queueing (Goyal et al., SIGCOMM 1996): the next window is one
// of the request that has had least since it came, so that a short request
// beside n long ones waits for at most n+1 windows for each of its own.
//
// What is asked for under [WhenIdle] waits until nothing else does.
//
// Workers are goroutines that live while there is work. It is safe for
// concurrent use.
type Engine struct {
	workers, maxRequests, maxQueued int

	mu       sync.Mutex
	idle     sync.Cond // signalled when the last request leaves
	queue    queue     // requests with windows not yet started
	clock    float64   // start tag of the window started last
	arrivals uint64
	requests int
	waiting  int // windows not yet started
	active   int // workers
	running  int // windows inside the model
	closed   bool
}

// NewEngine returns an engine; [Engine.Close] waits for what it runs.
func NewEngine(o EngineOptions) *Engine {
	e := &Engine{workers: o.Workers, maxRequests: o.MaxRequests, maxQueued: o.MaxQueued}
	if e.workers <= 0 {
		e.workers = runtime.GOMAXPROCS(0)
	}
	if e.maxRequests <= 0 {
		e.maxRequests = 1024
	}
	if e.maxQueued <= 0 {
		e.maxQueued = 1 << 16
	}
	e.idle.L = &e.mu
	return e
}

type idleKey struct{}

// WhenIdle returns a context under which a model runs only what nobody waits for: any
// other request goes first, but for what has been started.
func WhenIdle(ctx context.Context) context.Context { return context.WithValue(ctx, idleKey{}, true) }

// EngineState is what an [Engine] does at one moment.
type EngineState struct {
	Workers  int // windows that can run at once
	Requests int // requests inside
	Queued   int // windows waiting, but for those that do so for an idle moment
	Running  int // windows in a model
}

// State returns what the engine does now.
func (e *Engine) State() EngineState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return EngineState{Workers: e.workers, Requests: e.requests, Queued: e.waiting, Running: e.running}
}

// Close refuses new requests and waits until those inside are done.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for e.requests > 0 || e.active > 0 {
		e.idle.Wait()
	}
}

// job is one request's work: n units, each started once, in order.
type job struct {
	n    int
	cost func(i int) float64 // positive; what a unit weighs in fair sharing
	run  func(i int) error   // from any worker; an error ends the job
	idle bool                // runs only while nothing else waits

	next    int     // the first unit not yet started
	running int     // units started and not done
	start   float64 // start tag of the next unit
	arrival uint64
	at      int // place in the queue, -1 if not in it
	since   time.Time
	queued  time.Duration
	err     error
	done    chan struct{} // closed when nothing is left to run or running
}

// do runs the job and waits for it. stop is called, once, as soon as units that
// still run need not finish: when ctx ends or a unit fails. When do returns,
// nothing of the job runs any more.
func (e *Engine) do(ctx context.Context, j *job, stop func()) error {
	if err := ctx.Err(); err != nil {
		return ended(ctx)
	}
	j.done = make(chan struct{})
	if j.n == 0 {
		return nil
	}
	failed := sync.OnceFunc(stop)
	run := j.run
	j.run = func(i int) error {
		err := run(i)
		if err != nil {
			failed()
		}
		return err
	}
	if err := e.submit(j); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		e.fail(j, ended(ctx))
		failed()
		<-j.done
	}
	return j.err
}

func (e *Engine) submit(j *job) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return ErrClosed
	case e.requests >= e.maxRequests, e.waiting > 0 && e.waiting+j.n > e.maxQueued && !j.idle:
		return ErrBusy
	}
	e.requests++
	if !j.idle {
		e.waiting += j.n
	}
	e.arrivals++
	j.arrival, j.start, j.since = e.arrivals, e.clock, time.Now()
	e.queue.push(j)
	for range min(j.n, e.workers-e.active) {
		e.active++
		go e.work()
	}
	return nil
}

func (e *Engine) work() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		j := e.queue.least()
		if j == nil {
			break
		}
		i := e.take(j)
		e.mu.Unlock()
		err := contain(j.run, i)
		e.mu.Lock()
		e.running--
		j.running--
		if err != nil {
			e.drop(j, err)
		}
		e.settle(j)
	}
	e.active--
	if e.active == 0 && e.requests == 0 {
		e.clock = 0 // nobody is left to compare with, so keep the numbers small
		e.idle.Broadcast()
	}
}

// take starts the next unit of j, the least of the queue.
func (e *Engine) take(j *job) int {
	i := j.next
	j.next++
	j.running++
	j.queued += time.Since(j.since)
	e.running++
	if !j.idle {
		e.waiting--
		e.clock = j.start
	}
	j.start += j.cost(i)
	if j.next == j.n {
		e.queue.remove(j)
	} else {
		e.queue.fix(j)
	}
	return i
}

// fail drops the units of j that were not started.
func (e *Engine) fail(j *job, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if j.next == j.n && j.running == 0 {
		return // it was done first
	}
	e.drop(j, err)
	e.settle(j)
}

func (e *Engine) drop(j *job, err error) {
	if j.err == nil {
		j.err = err
	}
	if !j.idle {
		e.waiting -= j.n - j.next
	}
	j.next = j.n
	e.queue.remove(j)
}

// settle lets j go if nothing of it is left.
func (e *Engine) settle(j *job) {
	if j.next < j.n || j.running > 0 {
		return
	}
	e.requests--
	close(j.done)
	if e.requests == 0 && e.active == 0 {
		e.idle.Broadcast()
	}
}

// contain turns a panic into an error, so that it ends one request only.
func contain(run func(int) error, i int) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = internal("the request failed inside the model's caller", &panicError{v, debug.Stack()})
		}
	}()
	return run(i)
}
