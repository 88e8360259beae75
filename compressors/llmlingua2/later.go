package llmlingua2

import (
	"context"
	"fmt"
	"strings"
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
	queued map[pith.Key]bool
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

// add takes what there is room for, but of one request no more than a quarter of that.
func (l *later) add(memory pith.Memory, readings []*reading) {
	if _, keepsNothing := memory.(pith.ReadOnly); l.idle == nil || memory == nil || keepsNothing {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queued == nil {
		l.queued = map[pith.Key]bool{}
	}
	share := l.most / 4
	for _, rd := range readings {
		n := len(rd.text)
		if l.closed || l.bytes+n > l.most || share < n {
			break
		}
		if share -= n; l.queued[rd.key] {
			continue
		}
		l.queued[rd.key] = true
		l.bytes += n
		// The request is over, and its whole text need not outlive it.
		l.queue = append(l.queue, debt{memory, &reading{model: rd.model, text: strings.Clone(rd.text), unspaced: rd.unspaced, key: rd.key}})
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
			l.worker, l.queue, l.queued, l.bytes = nil, nil, nil, 0
			l.mu.Unlock()
			return
		}
		d := l.queue[0]
		l.queue[0] = debt{}
		l.queue = l.queue[1:]
		l.mu.Unlock()
		_ = d.pay(ctx) // who wants to know asks again
		l.mu.Lock()
		delete(l.queued, d.reading.key)
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
	_, err = d.reading.model.readUnpaced(ctx, []*reading{d.reading}, func(_ int, value []byte) { d.memory.Put(key, value) })
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
