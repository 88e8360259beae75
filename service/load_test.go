package service

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

// 200 clients at once, over real connections: within the bound none is lost, and
// past it each is either served or told when to come back, and then served.
func TestLoad(t *testing.T) {
	const clients, each = 200, 2
	for _, bound := range []int{256, 20} {
		t.Run(strconv.Itoa(bound), func(t *testing.T) {
			var inside, most atomic.Int64
			s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
				n := inside.Add(1)
				defer inside.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(2 * time.Millisecond)
				return keepFirst(ctx, r)
			}}, func(o *Options) { o.Limits.MaxInFlight, o.Limits.RetryAfter = bound, 5*time.Millisecond })
			l := serve(t, s)
			var ok, refused atomic.Int64
			var wg sync.WaitGroup
			for c := range clients {
				wg.Go(func() {
					for i := range each {
						if err := persist(l, fmt.Sprintf(`{"input":"client %d request %d"}`, c, i), &refused); err != nil {
							t.Error(err)
							return
						}
						ok.Add(1)
					}
				})
			}
			wg.Wait()
			l.client.CloseIdleConnections() // dialled and never used, they hold up the end for 5 s
			l.stop()
			if err := <-l.done; err != nil {
				t.Error(err)
			}
			if ok.Load() != clients*each || most.Load() > int64(bound) {
				t.Errorf("%d of %d served, %d at once under a bound of %d", ok.Load(), clients*each, most.Load(), bound)
			}
			if bound > clients && refused.Load() > 0 {
				t.Errorf("%d refused under the bound", refused.Load())
			}
			if n, b := s.door.requests.Load(), s.door.bytes.Load(); n != 0 || b != 0 {
				t.Errorf("%d requests and %d bytes left inside", n, b)
			}
		})
	}
}

// persist sends a request until it is served, waiting as it is told to.
func persist(l *live, body string, refused *atomic.Int64) error {
	for {
		resp, err := l.post(body)
		if err != nil {
			return err
		}
		if resp.StatusCode == 200 {
			return nil
		}
		ms, err := strconv.Atoi(resp.Header.Get("Retry-After-Ms"))
		if resp.StatusCode != 503 || err != nil || resp.Header.Get("Retry-After") == "" || resp.Header.Get("X-Should-Retry") != "true" {
			return fmt.Errorf("status %d with %v", resp.StatusCode, resp.Header)
		}
		refused.Add(1)
		time.Sleep(time.Duration(ms) * time.Millisecond)
	}
}
