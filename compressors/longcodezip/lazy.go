package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// lazyScorer opens its source once; a failure is tried again by the next request. The
// opening goes on when whoever wanted it has no more time to wait.
type lazyScorer struct {
	Source
	pace pace

	mu      sync.Mutex
	scorer  Scorer
	opening *opening // nil if nobody is at it
}

// opening is one try.
type opening struct {
	done   chan struct{}
	scorer Scorer // as err, read when done is closed
	err    error
}

func (l *lazyScorer) open(ctx context.Context) (Scorer, error) {
	l.mu.Lock()
	if l.scorer != nil {
		defer l.mu.Unlock()
		return l.scorer, nil
	}
	o := l.opening
	if o == nil {
		o = &opening{done: make(chan struct{})}
		l.opening = o
		go l.try(context.WithoutCancel(ctx), o)
	}
	l.mu.Unlock()
	select {
	case <-o.done:
		return o.scorer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *lazyScorer) try(ctx context.Context, o *opening) {
	o.scorer, o.err = l.prepare(ctx)
	l.mu.Lock()
	l.scorer, l.opening = o.scorer, nil
	l.mu.Unlock()
	close(o.done)
}

func (l *lazyScorer) prepare(ctx context.Context) (s Scorer, err error) {
	defer func() {
		if v := recover(); v != nil { // nobody is above to do it
			s, err = nil, fmt.Errorf("open scorer %s: panic of type %T", l.Name, v)
		}
	}()
	if s, err = l.Open(ctx); err != nil {
		return nil, fmt.Errorf("open scorer %s: %w", l.Name, err)
	}
	if s == nil {
		return nil, fmt.Errorf("open scorer %s: %w", l.Name, errors.New("there is none"))
	}
	return s, nil
}

// opened returns the scorer if it is open.
func (l *lazyScorer) opened() Scorer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.scorer
}
