package llmlingua2

import (
	"context"
	"fmt"
	"sync"
)

// lazyModel opens its source once; a failure is tried again by the next request. The
// opening goes on when whoever wanted it has no more time to wait, or a model that takes
// longer to open than any request may take would never be.
type lazyModel struct {
	Source

	mu      sync.Mutex
	model   *Model
	opening *opening // nil if nobody is at it
}

// opening is one try.
type opening struct {
	done  chan struct{}
	model *Model // as err, read when done is closed
	err   error
}

func (l *lazyModel) open(ctx context.Context, window int) (*Model, error) {
	l.mu.Lock()
	if l.model != nil {
		defer l.mu.Unlock()
		return l.model, nil
	}
	o := l.opening
	if o == nil {
		o = &opening{done: make(chan struct{})}
		l.opening = o
		go l.try(context.WithoutCancel(ctx), o, window)
	}
	l.mu.Unlock()
	select {
	case <-o.done:
		return o.model, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *lazyModel) try(ctx context.Context, o *opening, window int) {
	o.model, o.err = l.prepare(ctx, window)
	l.mu.Lock()
	l.model, l.opening = o.model, nil
	l.mu.Unlock()
	close(o.done)
}

func (l *lazyModel) prepare(ctx context.Context, window int) (m *Model, err error) {
	defer func() {
		if v := recover(); v != nil { // nobody is above to do it
			m, err = nil, fmt.Errorf("open model %s: panic of type %T", l.Name, v)
		}
	}()
	if m, err = l.Open(ctx); err != nil {
		return nil, fmt.Errorf("open model %s: %w", l.Name, err)
	}
	if window > 0 {
		m.Window = min(m.Window, window)
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	m.pace = &pace{}
	return m, nil
}

// opened returns the model if it is open.
func (l *lazyModel) opened() *Model {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.model
}
