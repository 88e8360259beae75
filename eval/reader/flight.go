package reader

import (
	"context"
	"sync"
)

// flights make equal prompts at the same time one call.
type flights struct {
	mu sync.Mutex
	by map[digest]*flight
}

type flight struct {
	done   chan struct{}
	shared bool // answer and err are for all who wait
	answer bought
	err    error
}

// bought is an answer with what it cost, and what calls for it that came to none may have
// cost.
type bought struct {
	Answer
	cost, doubt pico
}

// once returns what ask returns, to one caller that led and to all others that came
// meanwhile. If the leader's context ends, one of the others asks.
func (f *flights) once(ctx context.Context, d digest, ask func() (bought, error)) (a bought, led bool, err error) {
	for {
		f.mu.Lock()
		fl, under := f.by[d]
		if !under {
			fl = &flight{done: make(chan struct{})}
			if f.by == nil {
				f.by = make(map[digest]*flight)
			}
			f.by[d] = fl
			f.mu.Unlock()
			a, err := f.lead(ctx, d, fl, ask)
			return a, true, err
		}
		f.mu.Unlock()
		select {
		case <-fl.done:
		case <-ctx.Done():
			return bought{}, false, context.Cause(ctx)
		}
		if fl.shared {
			return fl.answer, false, fl.err
		}
	}
}

// lead lets the others go even if ask panics.
func (f *flights) lead(ctx context.Context, d digest, fl *flight, ask func() (bought, error)) (bought, error) {
	defer func() {
		f.mu.Lock()
		delete(f.by, d)
		f.mu.Unlock()
		close(fl.done)
	}()
	a, err := ask()
	fl.answer, fl.err = a, err
	fl.shared = err == nil || ctx.Err() == nil
	return a, err
}
