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

// errClosed is what requests get that come after the end.
var errClosed = &pith.Error{Op: "llmlingua2.read", Code: pith.CodeUnavailable, Msg: "the compressor is closed"}

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
	left    int  // flights that are not done
	waiting int  // requests, once for each flight they wait for
	gone    bool // nobody waited any more

	ended chan struct{}
	stats Stats // read when ended is closed, as err
	err   error
}

// read completes the parts of the readings. Where another request's batch fails, what is
// missing of it is read again: its failure may have been about the rest of it.
func (f *flights) read(ctx context.Context, m *Model, memory pith.Memory, wanted []*reading) (stats Stats, err error) {
	for alone := false; len(wanted) > 0; alone = true {
		var own *batch
		if wanted, own, err = f.try(ctx, m, memory, wanted, alone); err != nil {
			return stats, err
		}
		if own != nil {
			<-own.ended // it has nothing left to do
			stats.add(own.stats)
		}
	}
	return stats, nil
}

// try returns what another request's batch failed to read. Alone, it joins nobody.
func (f *flights) try(ctx context.Context, m *Model, memory pith.Memory, wanted []*reading, alone bool) (again []*reading, own *batch, err error) {
	waits, own, err := f.join(ctx, m, memory, wanted, alone)
	if err != nil {
		return nil, nil, err
	}
	defer f.leave(waits)
	for i, w := range waits {
		select {
		case <-w.done:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
		switch {
		case w.value == nil && w.batch == own:
			<-own.ended
			return nil, nil, own.err
		case w.value == nil:
			again = append(again, wanted[i])
		case !wanted[i].settle(w.value):
			return nil, nil, errCodec // a mistake of ours
		case w.batch.memory != memory:
			memory.Put(wanted[i].key, w.value) // the other one may keep nothing
		}
	}
	return again, own, nil
}

// join returns a flight for each reading, and the batch of those that it had to start. It
// does not join a batch that has much more to do than there is to read here, whose turn
// would come late.
func (f *flights) join(ctx context.Context, m *Model, memory pith.Memory, wanted []*reading, alone bool) ([]*flight, *batch, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, nil, errClosed
	}
	if f.open == nil {
		f.open = map[pith.Key]*flight{}
	}
	b := &batch{model: m, memory: memory, ended: make(chan struct{})}
	waits := make([]*flight, len(wanted))
	for i, rd := range wanted {
		fl := f.open[rd.key]
		if fl == nil || alone || fl.batch.gone || fl.batch.left > mostAhead+2*len(wanted) {
			fl = &flight{batch: b, done: make(chan struct{})}
			f.open[rd.key] = fl
			b.flights = append(b.flights, fl)
			b.readings = append(b.readings, rd)
		}
		fl.batch.waiting++
		waits[i] = fl
	}
	if len(b.flights) == 0 {
		return waits, nil, nil
	}
	b.left = len(b.flights)
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	f.ends.Add(1)
	go f.run(ctx, b)
	return waits, b, nil
}

// mostAhead is how many segments more than a request wants itself it may have to wait
// for: some tenths of a second on one core.
const mostAhead = 8

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
			f.land(b.readings[i].key, fl)
			rest = append(rest, b.readings[i])
		}
	}
	if b.gone && !f.closed {
		f.later.add(b.memory, rest)
	}
}

// land wants the lock.
func (f *flights) land(k pith.Key, fl *flight) {
	if f.open[k] == fl {
		delete(f.open, k)
	}
	fl.batch.left--
	close(fl.done)
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
		f.land(key, b.flights[i])
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
