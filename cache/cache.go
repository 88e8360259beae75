package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options of a Cache. Zero values are the defaults.
type Options struct {
	// MaxBytes bounds the memory layer, values and what each costs besides; 128 MiB.
	MaxBytes int64

	// TTL is how long a value is kept after its last use; 24 h, which is what vendors
	// keep a prompt for at most. Redis has it within ±10 %, so that what came together
	// does not go together, and the time anew when less than half of it is left.
	TTL time.Duration

	// MasterKey is a secret that all replicas share, of at least 16 bytes; 32 random
	// ones are better. "" gives names that anybody can make, and values that anybody who
	// gets into the Redis can read.
	MasterKey string

	Redis        Redis
	ReadBudget   time.Duration // the longest that a caller waits for Redis; 8 ms
	DialTimeout  time.Duration // 200 ms
	WriteTimeout time.Duration // of a batch of writes, besides dialling; 50 ms
	Queue        int           // writes waiting; 1024, of 32 MiB together. More are dropped

	Log      *slog.Logger          // nil is none
	Registry prometheus.Registerer // nil is none

	Now func() time.Time // for tests; time.Now
}

const shortestMasterKey = 16

func (o *Options) complete() error {
	orDefault(&o.MaxBytes, 128<<20)
	orDefault(&o.TTL, 24*time.Hour)
	orDefault(&o.ReadBudget, 8*time.Millisecond)
	orDefault(&o.DialTimeout, 200*time.Millisecond)
	orDefault(&o.WriteTimeout, 50*time.Millisecond)
	orDefault(&o.Queue, 1024)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if n := len(o.MasterKey); n > 0 && n < shortestMasterKey {
		return fmt.Errorf("master key must have at least %d bytes; got %d", shortestMasterKey, n)
	}
	if min(o.MaxBytes, int64(o.TTL), int64(o.ReadBudget), int64(o.DialTimeout), int64(o.WriteTimeout), int64(o.Queue)) < 0 {
		return errors.New("sizes and times must not be negative")
	}
	return nil
}

// patience is for one call, which may have to connect first.
func (o *Options) patience() time.Duration { return o.DialTimeout + max(o.ReadBudget, o.WriteTimeout) }

func orDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// Cache is safe for concurrent use.
type Cache struct {
	opts   Options
	master []byte
	now    func() time.Time
	memory *memory
	remote *remote // nil without Redis
	writer *writer // nil without Redis
	counts *counts
	log    *rareLog

	mu      sync.Mutex
	tenants map[string]*tenant
	epochs  map[string]int64 // of tenants that were ever flushed

	close sync.Once
}

// Open returns a cache. It fails on options that cannot be right. Redis need not be
// there: that is a miss, now and later.
func Open(o Options) (*Cache, error) {
	c := &Cache{now: o.Now, tenants: map[string]*tenant{}, epochs: map[string]int64{}}
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.opts, c.master = o, []byte(o.MasterKey)
	if o.MasterKey == "" {
		c.master = []byte(public)
	}
	c.counts = newCounts()
	c.log = &rareLog{log: o.Log, now: c.now, last: map[string]time.Time{}}
	if err := c.connect(); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	c.memory = newMemory(&o)
	if o.Registry != nil {
		if err := o.Registry.Register(collector{c}); err != nil {
			c.opts.Registry = nil // where another one is, which stays
			_ = c.Close()
			return nil, fmt.Errorf("cache: %w", err)
		}
	}
	return c, nil
}

func (c *Cache) connect() error {
	if c.opts.Redis.URL == "" {
		return nil
	}
	client, err := newClient(&c.opts)
	if err != nil {
		return err
	}
	c.remote = newRemote(c, client)
	c.writer = newWriter(c)
	c.remote.spawn(func() { c.remote.report(false, c.remote.warm()) })
	return nil
}

// longestClose is how long Close waits for writes.
const longestClose = 2 * time.Second

// Close waits up to 2 s for the writes under way. Afterwards all is a miss or dropped,
// but for what is in memory.
func (c *Cache) Close() error {
	var err error
	c.close.Do(func() {
		if c.opts.Registry != nil {
			c.opts.Registry.Unregister(collector{c})
		}
		if c.remote != nil {
			c.writer.end()
			err = c.remote.end(longestClose)
		}
		c.memory.stop()
	})
	if err != nil {
		return fmt.Errorf("cache: close: %s", cause(err))
	}
	return nil
}

// Shared reports whether a Redis is configured, be it there or not.
func (c *Cache) Shared() bool { return c.remote != nil }

// FlushTenant makes everything of a tenant unreachable, here at once and in other
// replicas within a second of being told by Redis. The error is that Redis could not be
// told; it is told when the tenant is next used here, so that a second call is only
// needed if this process ends first.
func (c *Cache) FlushTenant(ctx context.Context, id string) error {
	if err := c.tenant(id).flush(ctx); err != nil {
		return fmt.Errorf("cache: flush: Redis could not be told: %s", cause(err))
	}
	return nil
}
