package cache

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pith-proxy/pith/cache/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

const testKey = "a master key of many bytes, for tests"

// patient waits for Redis as long as a busy machine may take.
func patient(url string) Options {
	return Options{Redis: Redis{URL: url}, MasterKey: testKey, ReadBudget: 10 * time.Second, DialTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
}

func open(t testing.TB, o Options) *Cache {
	t.Helper()
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// space is the tenant's, and Redis can be used.
func space(t testing.TB, c *Cache, tenant string) *Space {
	t.Helper()
	var s *Space
	redistest.Eventually(t, "an epoch", func() bool {
		s = c.Tenant(ctx, tenant)
		return !c.Shared() || s.shared()
	})
	return s
}

func key(s *Space, fields ...string) Key {
	var f [][]byte
	for _, x := range fields {
		f = append(f, []byte(x))
	}
	return s.Key("test", f...)
}

func keys(s *Space, n int) []Key {
	out := make([]Key, n)
	for i := range out {
		out[i] = key(s, fmt.Sprint(i))
	}
	return out
}

func get1(s *Space, k Key) []byte { return s.Get(ctx, []Key{k})[0] }

func read1(s *Space, k Key) []byte { return s.Read(ctx, []Key{k})[0] }

// written waits until Redis has what was put.
func written(t testing.TB, c *Cache) {
	t.Helper()
	redistest.Eventually(t, "written", func() bool { return c.Stats().Redis.QueueLength == 0 })
}

// settled waits until Redis is not asked and nothing waits to be written.
func settled(t testing.TB, c *Cache) {
	t.Helper()
	redistest.Eventually(t, "settled", func() bool {
		r := c.Stats().Redis
		return r.Calls == 0 && r.QueueLength == 0
	})
}

func equal(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) || (got == nil) != (want == nil) {
		t.Errorf("%s: got %.40q, want %.40q", what, got, want)
	}
}

// fakeTime is Options.Now.
type fakeTime struct {
	mu  sync.Mutex
	now time.Time
}

func newTime() *fakeTime { return &fakeTime{now: time.UnixMilli(1_800_000_000_000)} }

func (f *fakeTime) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeTime) Add(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}
