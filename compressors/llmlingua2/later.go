package llmlingua2

import (
	"context"
	"fmt"
	"sync"

	"github.com/pith-proxy/pith"
)

// later reads what requests had no time for, one segment after the other and only while
// nobody else needs the model, so that the next request finds it in its memory.
type later struct {
	idle func(context.Context) context.Context // nil: nothing is done later
	most int                                   // bytes of text that may wait

	mu     sync.Mutex
	queue  []debt
	bytes  int
	worker context.CancelFunc // nil if there is none
	closed bool
	ends   sync.WaitGroup
}

// debt is one segment that somebody wanted.
type debt struct {
	memory  pith.Memory
	reading *reading
}

// add takes what there is room for.
func (l *later) add(memory pith.Memory, readings []*reading) {
	if l.idle == nil || memory == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, rd := range readings {
		if l.closed || l.bytes+len(rd.text) > l.most {
			break
		}
		l.bytes += len(rd.text)
		bare := *rd
		bare.parts = nil // the request is over
		l.queue = append(l.queue, debt{memory, &bare})
	}
	if len(l.queue) > 0 && l.worker == nil {
		ctx, cancel := context.WithCancel(l.idle(context.Background()))
		l.worker = cancel
		l.ends.Add(1)
		go l.work(ctx)
	}
}

func (l *later) work(ctx context.Context) {
	defer l.ends.Done()
	for {
		l.mu.Lock()
		if l.closed || len(l.queue) == 0 {
			l.worker()
			l.worker, l.queue, l.bytes = nil, nil, 0
			l.mu.Unlock()
			return
		}
		d := l.queue[0]
		l.queue[0] = debt{}
		l.queue = l.queue[1:]
		l.mu.Unlock()
		_ = d.pay(ctx) // who wants to know asks again
		l.mu.Lock()
		l.bytes -= len(d.reading.text)
		l.mu.Unlock()
	}
}

func (d debt) pay(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil { // nobody is above to do it
			err = fmt.Errorf("read a segment: panic of type %T", v)
		}
	}()
	key := d.reading.key
	if d.memory.Get(ctx, []pith.Key{key})[0] != nil {
		return nil
	}
	_, err = d.reading.model.readAll(ctx, []*reading{d.reading}, func(_ int, value []byte) { d.memory.Put(key, value) })
	return err
}

// close drops what waits, and waits for what is being read.
func (l *later) close() {
	l.mu.Lock()
	l.closed = true
	if l.worker != nil {
		l.worker()
	}
	l.mu.Unlock()
	l.ends.Wait()
}
