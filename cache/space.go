package cache

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// Space is one tenant's part of the cache at one epoch. After a flush of the tenant
// nothing is found in it and nothing put into it. It is safe for concurrent use.
type Space struct {
	c       *Cache
	t       *tenant
	epoch   int64
	secrets *secrets

	generation int
}

// Generation counts the flushes of the tenant that this process has seen. Whoever keeps
// something of the tenant outside of the cache has to forget it when it changes.
func (s *Space) Generation() int { return s.generation }

// Key returns the key of a value that depends on fields, whose borders and order count.
// Kind keeps apart what is stored for different ends.
func (s *Space) Key(kind string, fields ...[]byte) Key { return s.secrets.key(kind, fields) }

func (s *Space) current() bool { return s.t.space.Load() == s }

// shared reports whether Redis can be used. Before the epoch is known its names are not.
func (s *Space) shared() bool { return s.c.remote != nil && s.t.learned.Load() && s.current() }

// Get returns the values of keys in their order, nil for a miss. It waits for Redis at
// most the read budget and until ctx ends. The values are not to be changed.
func (s *Space) Get(ctx context.Context, keys []Key) [][]byte {
	out := make([][]byte, len(keys))
	if !s.current() {
		s.c.counts.memoryMisses.Add(int64(len(keys)))
		return out
	}
	missing := s.getMemory(keys, out)
	if len(missing) == 0 || !s.shared() {
		return out
	}
	wanted := make([]Key, len(missing))
	for i, at := range missing {
		wanted[i] = keys[at]
	}
	for i, v := range s.fetch(ctx, wanted, s.c.opts.ReadBudget, true) {
		out[missing[i]] = v
	}
	return out
}

// getMemory fills out and returns the indexes that stay empty.
func (s *Space) getMemory(keys []Key, out [][]byte) (missing []int) {
	now, shared := s.c.now(), s.shared()
	for i, k := range keys {
		c := s.c.memory.get(s.t.id, k)
		if c == nil {
			missing = append(missing, i)
			continue
		}
		out[i] = c.value
		if shared {
			s.renew(k, c, now)
		}
	}
	s.c.counts.memoryHits.Add(int64(len(keys) - len(missing)))
	s.c.counts.memoryMisses.Add(int64(len(missing)))
	return missing
}

// renew writes a value that is in use to Redis again before it ends there.
func (s *Space) renew(k Key, c *cell, now time.Time) {
	due := c.renew.Load()
	if due > now.UnixNano() || !c.renew.CompareAndSwap(due, now.Add(s.c.opts.TTL/2).UnixNano()) {
		return
	}
	if !s.write(put, k, c.value, s.jitter()) {
		c.renew.Store(due)
	}
}

// jitter is the TTL ±10 %.
func (s *Space) jitter() time.Duration {
	return time.Duration(float64(s.c.opts.TTL) * (0.9 + 0.2*rand.Float64()))
}

// Put stores a value in memory at once and in Redis soon, unless that is away or busy or
// the value has more than MaxValue bytes. It does not keep value itself. The first value
// of a key stays; that there is only one is for the caller to see to.
func (s *Space) Put(k Key, value []byte) {
	if !s.current() {
		return
	}
	value = append(make([]byte, 0, len(value)), value...)
	renew := s.c.now().Add(s.c.opts.TTL / 2)
	if len(value) > MaxValue {
		renew = time.Unix(0, math.MaxInt64)
	}
	s.c.memory.put(s.t.id, k, value, renew)
	switch {
	case !s.shared():
	case len(value) > MaxValue:
		s.c.counts.tooLarge.Add(1)
	default:
		s.write(put, k, value, s.jitter())
	}
}

func (s *Space) write(what action, k Key, value []byte, ttl time.Duration) bool {
	return s.c.writer.add(write{what: what, space: s, key: k, value: value, ttl: ttl})
}
