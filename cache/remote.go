package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// remote is the layer in Redis. Calls run in goroutines of their own, so that whoever
// waits for one can leave: the library does not notice the end of a context while it
// reads. A call that nobody waits for any more still ends by itself, and what it brings
// is kept.
type remote struct {
	client   redis.UniversalClient
	breaker  *breaker
	slots    chan struct{}
	budget   time.Duration
	patience time.Duration
	counts   *counts
	log      *rareLog
	back     func() // called when Redis is there again
	woke     atomic.Int64
	calls    atomic.Int64 // under way, but for probes

	mu     sync.RWMutex
	closed bool
	wg     sync.WaitGroup
}

func newRemote(c *Cache, client redis.UniversalClient) *remote {
	return &remote{
		client: client, breaker: &breaker{now: c.now}, slots: make(chan struct{}, mostCalls),
		budget: c.opts.ReadBudget, patience: c.opts.patience(),
		counts: c.counts, log: c.log, back: func() { c.writer.unpark() },
	}
}

// spawn runs f unless the cache is closed, and reports whether it does.
func (r *remote) spawn(f func()) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return false
	}
	r.wg.Go(f)
	return true
}

// end waits for what is under way, and after the longest time cuts it off.
func (r *remote) end(longest time.Duration) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		r.wg.Wait()
		close(idle)
	}()
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
	err := r.client.Close()
	<-idle
	return err
}

// call is one use of Redis that somebody waits for.
type call struct {
	remote *remote
	write  bool
	once   sync.Once
	late   chan struct{} // closed when the budget is used up
	begun  atomic.Bool   // something has come
}

// tardy is how late a timer may be before it says more of this machine than of Redis.
const tardy = 2 * time.Millisecond

// expire ends the waiting. Where Redis has answered in part, or this process had no time
// to look at the clock either, that is no failure of Redis.
func (c *call) expire(over time.Duration) {
	if c.begun.Load() || over > tardy {
		c.once.Do(func() {})
	} else {
		c.end(context.DeadlineExceeded)
	}
	close(c.late)
}

// within is the time for a call of so many batches: the budget for the first, and a
// quarter of it for each of the others.
func within(budget time.Duration, batches int) time.Duration {
	return budget + budget/4*time.Duration(max(0, batches-1))
}

// start begins f, or reports that Redis is not to be asked now. F calls its argument when
// something has come. Late is closed if f is not through in time, which is a failure of
// Redis, unless something has. If f could not even begin until then, its context has
// ended. Then is called when f is through and counted.
func (r *remote) start(write bool, within time.Duration, f func(ctx context.Context, come func()) error, then func()) (late <-chan struct{}, ok bool) {
	r.calls.Add(1)
	if !r.allow() {
		r.calls.Add(-1)
		return nil, false
	}
	c := &call{remote: r, write: write, late: make(chan struct{})}
	due := time.Now().Add(within)
	timer := time.AfterFunc(within, func() { c.expire(time.Since(due)) })
	ok = r.spawn(func() {
		defer r.calls.Add(-1)
		defer then()
		defer timer.Stop()
		ctx, cancel := context.WithTimeout(context.Background(), max(r.patience, 2*within))
		defer cancel()
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-c.late:
			cancel()
		}
		c.end(r.timed(ctx, write, func(ctx context.Context) error {
			return f(ctx, func() { c.begun.Store(true) })
		}))
	})
	if !ok {
		timer.Stop()
		r.calls.Add(-1)
	}
	return c.late, ok
}

func (r *remote) timed(ctx context.Context, write bool, f func(ctx context.Context) error) error {
	start := time.Now()
	err := f(ctx)
	r.counts.observe(write, time.Since(start))
	return err
}

// end counts the call, unless it was counted as late.
func (c *call) end(err error) { c.once.Do(func() { c.remote.report(c.write, err) }) }

// allow reports whether to ask Redis, and sees to it that an open breaker closes.
func (r *remote) allow() bool {
	ok, probe := r.breaker.allow()
	if probe {
		r.spawn(r.probe)
	}
	return ok
}

// report counts an answer or a failure. That Redis refuses writes, because it is full or
// a replica, is no reason not to read.
func (r *remote) report(write bool, err error) {
	if err != nil {
		r.counts.fail(err)
		r.log.warn("cache: Redis failed", "cause", cause(err))
	}
	if err == nil && !write {
		r.wake()
	}
	good := err == nil || write && refused(err)
	if r.breaker.report(good) {
		r.log.warn("cache: Redis is left alone for now", "cause", cause(err))
	}
}

// wake has what is parked tried again, now that Redis answers; at most once a second,
// since it may answer and still take no writes.
func (r *remote) wake() {
	now := time.Now().UnixNano()
	if last := r.woke.Load(); now-last > int64(time.Second) && r.woke.CompareAndSwap(last, now) {
		r.back()
	}
}

// probe asks twice: connecting may take its time, an answer may not.
func (r *remote) probe() {
	err := r.warm()
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), max(r.budget, forRecords))
		defer cancel()
		_, err = get(ctx, r.client, probeName)
	}
	r.breaker.probed(err == nil)
	if err != nil {
		r.counts.fail(err)
		return
	}
	r.log.info("cache: Redis is back")
	r.back()
}

var probeName = []string{prefix + "p"} // which nobody sets

// warm leaves a connection for whoever comes next.
func (r *remote) warm() error {
	ctx, cancel := context.WithTimeout(context.Background(), r.patience)
	defer cancel()
	_, err := get(ctx, r.client, probeName)
	return err
}
