package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

type action int

const (
	put       action = iota // over what is there: it is the same
	first                   // of a record, if there is none
	extension               // of a record's time
)

// write is one that waits for its turn.
type write struct {
	what  action
	space *Space
	key   Key
	value []byte
	ttl   time.Duration
	again bool // it failed once
}

const (
	writers    = 2
	mostQueued = 32 << 20 // bytes of values
)

// writer takes writes off the callers' hands. Values are dropped when Redis is away or
// slow; they can be computed again. Records cannot, and are parked until it is back.
type writer struct {
	c       *Cache
	queue   chan write // of values
	records chan write // which go first
	stop    chan struct{}

	bytes   atomic.Int64 // of what is waiting, parked, or being written
	waiting atomic.Int64 // queued or being written

	mu     sync.Mutex
	ended  bool
	parked []write // at most as many as fit the queue
}

func newWriter(c *Cache) *writer {
	w := &writer{c: c, queue: make(chan write, c.opts.Queue), records: make(chan write, c.opts.Queue), stop: make(chan struct{})}
	for range writers {
		c.remote.spawn(w.work)
	}
	return w
}

// end lets the workers write what is queued, and no more than that.
func (w *writer) end() {
	w.mu.Lock()
	w.ended = true
	w.c.counts.dropped.Add(int64(len(w.parked)))
	w.parked = nil
	w.mu.Unlock()
	close(w.stop)
}

// add reports whether it took x.
func (w *writer) add(x write) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	most := int64(mostQueued)
	if x.what == put {
		most -= mostQueued / 4 // there is always room for records
	}
	ok := !w.ended && w.bytes.Load()+int64(len(x.value)) <= most
	if ok && !w.c.remote.allow() {
		ok = w.park(x)
	} else if ok {
		ok = w.enqueue(x)
	}
	if !ok {
		w.c.counts.dropped.Add(1)
	}
	return ok
}

// enqueue wants the lock, so that nothing comes after the end.
func (w *writer) enqueue(x write) bool {
	w.waiting.Add(1)
	w.bytes.Add(int64(len(x.value)))
	queue := w.queue
	if x.what != put {
		queue = w.records
	}
	select {
	case queue <- x:
		return true
	default:
		w.waiting.Add(-1)
		w.bytes.Add(-int64(len(x.value)))
		return false
	}
}

// park wants the lock.
func (w *writer) park(x write) bool {
	if x.what == put || w.ended || len(w.parked) >= cap(w.queue) {
		return false
	}
	w.parked = append(w.parked, x)
	w.bytes.Add(int64(len(x.value)))
	return true
}

// unpark queues what was parked, now that Redis takes writes.
func (w *writer) unpark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.parked) > 0 {
		if !w.enqueue(w.parked[0]) {
			return
		}
		w.bytes.Add(-int64(len(w.parked[0].value))) // which enqueue has counted again
		w.parked = w.parked[1:]
	}
	w.parked = nil
}

func (w *writer) parkedNow() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.parked)
}

func (w *writer) work() {
	for {
		select {
		case x := <-w.records:
			w.send(gather(x, w.records))
			continue
		default:
		}
		select {
		case x := <-w.records:
			w.send(gather(x, w.records))
		case x := <-w.queue:
			w.send(gather(x, w.queue))
		case <-w.stop:
			w.drain(w.records)
			w.drain(w.queue)
			return
		}
	}
}

func (w *writer) drain(queue <-chan write) {
	for {
		select {
		case x := <-queue:
			w.send(gather(x, queue))
		default:
			return
		}
	}
}

// gather returns x with what waits behind it.
func gather(x write, queue <-chan write) []write {
	batch, size := []write{x}, len(x.value)
	for len(batch) < mostItems && size < mostBytes {
		select {
		case x = <-queue:
			batch, size = append(batch, x), size+len(x.value)
		default:
			return batch
		}
	}
	return batch
}

var commands = map[action]func(context.Context, redis.UniversalClient, []entry) error{
	put: set, first: setNew, extension: extend,
}

// send writes a batch, action by action, and lets go of it.
func (w *writer) send(batch []write) {
	for _, what := range []action{put, first, extension} {
		var these []write
		for _, x := range batch {
			if x.what == what && x.space.current() { // nobody would find it, else
				these = append(these, x)
			}
		}
		if len(these) > 0 && !w.try(what, these) {
			w.failed(these)
		}
	}
	for _, x := range batch {
		w.bytes.Add(-int64(len(x.value)))
	}
	w.waiting.Add(-int64(len(batch)))
}

func (w *writer) try(what action, batch []write) bool {
	r := w.c.remote
	r.calls.Add(1)
	defer r.calls.Add(-1)
	if !r.allow() {
		return false
	}
	entries := make([]entry, len(batch))
	for i, x := range batch {
		until := time.Time{}
		if what == put {
			until = w.c.now().Add(x.ttl)
		}
		entries[i] = entry{nameOf(x.key), x.space.secrets.encode(x.key, x.value, until), x.ttl}
		w.c.counts.bytesWritten.Add(int64(len(entries[i].value)))
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.patience)
	defer cancel()
	err := r.timed(ctx, true, func(ctx context.Context) error { return commands[what](ctx, r.client, entries) })
	r.report(true, err)
	if err == nil {
		w.c.counts.writes.Add(int64(len(batch)))
		w.unpark()
	}
	return err == nil
}

// failed parks what cannot be computed again, and has the rest tried once more.
func (w *writer) failed(batch []write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range batch {
		first := x.what == put && !x.again && !w.ended && w.c.remote.breaker.closed()
		if x.again = true; !(first && w.enqueue(x)) && !w.park(x) {
			w.c.counts.dropped.Add(1)
		}
	}
}
