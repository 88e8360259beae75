package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// lazyScorer opens its source once. A failure holds for a while, so that not every request
// pays for one; then the next request tries again. The opening goes on when whoever wanted
// it has no more time to wait.
type lazyScorer struct {
	Source
	failed func(scorer string, err error) // told of each try that fails; nil is nobody
	pace   pace

	mu      sync.Mutex
	scorer  Scorer
	opening *opening  // the last try; nil before the first
	until   time.Time // when a failure ceases to hold; zero while the try is under way
}

// holdFailure is how long a scorer that did not open is not tried again.
const holdFailure = 30 * time.Second

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
	if o == nil || !l.until.IsZero() && !time.Now().Before(l.until) {
		o = &opening{done: make(chan struct{})}
		l.opening, l.until = o, time.Time{}
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
	if o.err != nil && l.failed != nil {
		l.failed(l.Name, o.err)
	}
	l.mu.Lock()
	if l.scorer = o.scorer; o.err != nil {
		l.until = time.Now().Add(holdFailure)
	}
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
