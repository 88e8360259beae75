package service

import (
	"context"
	"slices"
	"sync"
)

// each calls f for 0 to n-1, BatchParallel at once, and waits. The first error
// ends the context of the others and is returned.
func (s *Service) each(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	g := s.newGroup(ctx)
	for i := range n {
		if !g.start(func(ctx context.Context) error { return f(ctx, i) }) {
			break
		}
	}
	return g.wait()
}

// A group runs functions in goroutines of its own, a bounded number at once.
type group struct {
	s      *Service
	ctx    context.Context
	cancel context.CancelCauseFunc
	slots  chan struct{}
	wg     sync.WaitGroup
	once   sync.Once
	err    error
}

func (s *Service) newGroup(ctx context.Context) *group {
	ctx, cancel := context.WithCancelCause(ctx)
	return &group{s: s, ctx: ctx, cancel: cancel, slots: make(chan struct{}, s.opts.Limits.BatchParallel)}
}

// start runs f once there is room. It returns false, without running f, if the
// group has failed or its context has ended.
func (g *group) start(f func(ctx context.Context) error) bool {
	select {
	case g.slots <- struct{}{}:
	case <-g.ctx.Done():
		return false
	}
	g.wg.Go(func() {
		defer func() { <-g.slots }()
		if err := g.contain(f); err != nil {
			g.fail(err)
		}
	})
	return true
}

// contain turns a panic of f into an error: in a goroutine of ours it would end
// the process.
func (g *group) contain(f func(ctx context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			g.s.logPanic(g.ctx, v)
			err = errPanic
		}
	}()
	return f(g.ctx)
}

func (g *group) fail(err error) {
	g.once.Do(func() { g.err = err; g.cancel(err) })
}

// wait returns the first error once all functions have returned.
func (g *group) wait() error {
	g.wg.Wait()
	if g.err == nil && g.ctx.Err() != nil {
		g.err = context.Cause(g.ctx)
	}
	g.cancel(nil)
	return g.err
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
