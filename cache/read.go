package cache

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const mostKeys = 128 // in one batch of reads

// part is what one batch brought.
type part struct {
	at     int // index of the first
	values [][]byte
}

// forRecords is the least budget for records. That they are not known may change what is
// sent, and whoever asks is about to spend more on a text.
const forRecords = 50 * time.Millisecond

// atOnce is how many batches of one call are under way.
const atOnce = 4

// fetch reads keys from Redis in batches. What comes after nobody waits for it any more
// is still kept in memory, if keep.
func (s *Space) fetch(ctx context.Context, keys []Key, budget time.Duration, keep bool) [][]byte {
	batches := (len(keys) + mostKeys - 1) / mostKeys
	parts := make(chan part, batches)
	late, ok := s.c.remote.start(false, within(budget, batches), func(ctx context.Context, come func()) error {
		var next atomic.Int64
		errs := make([]error, min(atOnce, batches))
		var wg sync.WaitGroup
		for w := range errs {
			wg.Go(func() {
				for errs[w] == nil {
					i := int(next.Add(1)-1) * mostKeys
					if i >= len(keys) {
						return
					}
					batch := keys[i:min(i+mostKeys, len(keys))]
					var raw [][]byte
					raw, errs[w] = get(ctx, s.c.remote.client, names(batch))
					if errs[w] == nil {
						come()
					}
					parts <- part{at: i, values: s.open(batch, raw, keep)}
				}
			})
		}
		wg.Wait()
		return cmp.Or(errs...)
	}, func() { close(parts) })
	if !ok {
		return make([][]byte, len(keys))
	}
	out := collect(ctx, len(keys), parts, late)
	found := int64(0)
	for _, v := range out {
		if v != nil {
			found++
		}
	}
	s.c.counts.redisHits.Add(found)
	s.c.counts.redisMisses.Add(int64(len(out)) - found)
	return out
}

func names(keys []Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = nameOf(k)
	}
	return out
}

// collect waits for parts until there are no more, they are late, or ctx ends. What has
// come by then counts.
func collect(ctx context.Context, n int, parts <-chan part, late <-chan struct{}) [][]byte {
	out := make([][]byte, n)
	for {
		select {
		case p, more := <-parts:
			if !more {
				return out
			}
			copy(out[p.at:], p.values)
			continue
		case <-late:
		case <-ctx.Done():
		}
		for {
			select {
			case p, more := <-parts:
				if more {
					copy(out[p.at:], p.values)
					continue
				}
			default:
			}
			return out
		}
	}
}

// open decodes what Redis has under keys. What is not the value of its key is a miss.
func (s *Space) open(keys []Key, raw [][]byte, keep bool) [][]byte {
	out := make([][]byte, len(raw))
	for i, b := range raw {
		if b == nil {
			continue
		}
		s.c.counts.bytesRead.Add(int64(len(b)))
		value, until, err := s.secrets.decode(keys[i], b)
		if err != nil {
			s.reject(err)
			continue
		}
		out[i] = value
		if keep && s.current() {
			s.c.memory.put(s.t.id, keys[i], value, s.renewal(until))
		}
	}
	return out
}

// renewal is when half the time is left that a value has in Redis. Whoever wrote it may
// have another clock.
func (s *Space) renewal(until time.Time) time.Time {
	half := s.c.opts.TTL / 2
	latest := s.c.now().Add(half)
	if due := until.Add(-half); !until.IsZero() && due.Before(latest) {
		return due
	}
	return latest
}

func (s *Space) reject(err error) {
	if errors.Is(err, errCheck) {
		s.c.counts.check.Add(1)
	} else {
		s.c.counts.format.Add(1)
	}
	s.c.log.warn("cache: Redis holds something that is not a value of ours", "cause", err.Error())
}

// Read is Get from Redis alone, for records, with a budget of at least 50 ms.
func (s *Space) Read(ctx context.Context, keys []Key) [][]byte {
	if !s.shared() {
		return make([][]byte, len(keys))
	}
	return s.fetch(ctx, slices.Clone(keys), max(s.c.opts.ReadBudget, forRecords), false)
}
