package eval

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// ForEach calls f with 0 to n-1, at most GOMAXPROCS at a time, and progress
// after each, one call at a time. It ends at the first error, which it returns
// once all calls have ended.
func ForEach(ctx context.Context, n int, progress func(done, total int), f func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		wg   sync.WaitGroup
		next atomic.Int64
		mu   sync.Mutex
		done int
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(ctx, i); err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				done++
				if progress != nil {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
