package llmlingua2

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pith-proxy/pith"
)

// flights lets requests that want the same segments at the same time wait for one
// reading of them. It goes on as long as one of them waits: that the first gives up does
// not disturb the others.
type flights struct {
	later *later

	mu     sync.Mutex
	open   map[pith.Key]*flight
	closed bool
	ends   sync.WaitGroup // of batches
}

// close ends all reading and waits until it has ended.
func (f *flights) close() {
	f.mu.Lock()
	f.closed = true
	for _, fl := range f.open {
		fl.batch.cancel()
	}
	f.mu.Unlock()
	f.ends.Wait()
}

// flight is one segment on its way.
type flight struct {
	batch *batch
	done  chan struct{}
	value []byte // nil after an error
}

// batch is what one request found that nobody was reading.
type batch struct {
	model    *Model
	memory   pith.Memory
	readings []*reading
	flights  []*flight

	cancel  context.CancelFunc
	waiting int  // requests, once for each flight they wait for
	gone    bool // nobody waited any more

	ended chan struct{}
	stats Stats // read when ended is closed, as err
	err   error
}

// read completes the parts of the readings.
func (f *flights) read(ctx context.Context, m *Model, memory pith.Memory, wanted []*reading) (Stats, error) {
	if len(wanted) == 0 {
		return Stats{}, nil
	}
	waits, own := f.join(ctx, m, memory, wanted)
	defer f.leave(waits)
	for i, w := range waits {
		select {
		case <-w.done:
		case <-ctx.Done():
			return Stats{}, ctx.Err()
		}
		if w.value == nil {
			<-w.batch.ended
			return Stats{}, w.batch.err
		}
		if !wanted[i].settle(w.value) {
			return Stats{}, errCodec // a mistake of ours
		}
	}
	if own == nil {
		return Stats{}, nil
	}
	<-own.ended // it has nothing left to do
	return own.stats, nil
}

// join returns a flight for each reading, and the batch of those that it had to start.
func (f *flights) join(ctx context.Context, m *Model, memory pith.Memory, wanted []*reading) ([]*flight, *batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[pith.Key]*flight{}
	}
	b := &batch{model: m, memory: memory, ended: make(chan struct{})}
	waits := make([]*flight, len(wanted))
	for i, rd := range wanted {
		fl := f.open[rd.key]
		if fl == nil || fl.batch.gone {
			fl = &flight{batch: b, done: make(chan struct{})}
			f.open[rd.key] = fl
			b.flights = append(b.flights, fl)
			b.readings = append(b.readings, rd)
		}
		fl.batch.waiting++
		waits[i] = fl
	}
	if len(b.flights) == 0 {
		return waits, nil
	}
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if f.closed {
		b.cancel()
	}
	f.ends.Add(1)
	go f.run(ctx, b)
	return waits, b
}

// leave says that a request waits for its flights no more.
func (f *flights) leave(waits []*flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range waits {
		b := w.batch
		if b.waiting--; b.waiting == 0 {
			b.gone = true
			b.cancel()
		}
	}
}

// run reads a batch.
func (f *flights) run(ctx context.Context, b *batch) {
	defer f.ends.Done()
	defer close(b.ended)
	defer b.cancel()
	b.stats, b.err = b.read(ctx, f)
	f.mu.Lock()
	defer f.mu.Unlock()
	var rest []*reading
	for i, fl := range b.flights {
		if fl.value == nil {
			f.forget(b.readings[i].key, fl)
			close(fl.done)
			rest = append(rest, b.readings[i])
		}
	}
	if b.gone {
		f.later.add(b.memory, rest)
	}
}

// forget wants the lock.
func (f *flights) forget(k pith.Key, fl *flight) {
	if f.open[k] == fl {
		delete(f.open, k)
	}
}

func (b *batch) read(ctx context.Context, f *flights) (stats Stats, err error) {
	defer func() {
		if v := recover(); v != nil { // nobody is above to do it
			err = fmt.Errorf("read segments: panic of type %T", v)
		}
	}()
	stats, err = b.model.readAll(ctx, b.readings, func(i int, value []byte) {
		key := b.readings[i].key
		b.memory.Put(key, value)
		f.mu.Lock()
		defer f.mu.Unlock()
		b.flights[i].value = value
		f.forget(key, b.flights[i])
		close(b.flights[i].done)
	})
	if err == nil {
		for _, fl := range b.flights {
			if fl.value == nil {
				return stats, errors.New("the scorer left a window out")
			}
		}
	}
	return stats, err
}
