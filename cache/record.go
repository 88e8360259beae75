package cache

import (
	"context"
	"time"

	"github.com/pith-proxy/pith"
)

// Item is a record. Its value has at most MaxRecord bytes, is kept, and is not to be
// changed any more; a time of 0 is the cache's.
type Item = pith.Record

const (
	mostItems = 64      // in one batch of writes
	mostBytes = 1 << 20 // in one batch, but for one value that is longer
)

// Claim writes those records whose keys have none, and returns for each what stands: its
// own value or the one that came first. Nil is unknown: Redis did not answer within the
// read budget or 50 ms, the tenant's epoch is not known yet, or the value is too long. If Redis did not answer at all, the record is
// written later, should there be none then.
func (s *Space) Claim(ctx context.Context, items []Item) [][]byte {
	out := make([][]byte, len(items))
	if !s.shared() {
		return out
	}
	items, at := s.fitting(items)
	if len(items) == 0 {
		return out
	}
	entries := make([]entry, len(items)) // made before the time runs
	for i, it := range items {
		entries[i] = entry{nameOf(it.Key), s.secrets.encode(it.Key, it.Value, time.Time{}), it.TTL}
	}
	parts := make(chan part, len(items)+1)
	budget := within(max(s.c.opts.ReadBudget, forRecords), (len(items)+mostItems-1)/mostItems)
	late, ok := s.c.remote.start(true, budget, func(ctx context.Context, come func()) error {
		return s.claim(ctx, items, entries, parts, come)
	}, func() { close(parts) })
	if !ok {
		s.later(first, items)
		return out
	}
	for i, v := range collect(ctx, len(items), parts, late) {
		out[at[i]] = v
	}
	return out
}

// Extend gives records their time anew, soon, and writes those again that are gone.
func (s *Space) Extend(items []Item) {
	if s.shared() {
		items, _ = s.fitting(items)
		s.later(extension, items)
	}
}

// fitting returns the items that are not too long, and their indexes.
func (s *Space) fitting(items []Item) (fit []Item, at []int) {
	for i, it := range items {
		if len(it.Value) > MaxRecord {
			s.c.counts.tooLarge.Add(1)
			continue
		}
		if it.TTL <= 0 {
			it.TTL = s.c.opts.TTL
		}
		fit, at = append(fit, it), append(at, i)
	}
	return fit, at
}

func (s *Space) claim(ctx context.Context, items []Item, entries []entry, parts chan<- part, come func()) error {
	for at := 0; at < len(items); {
		batch := items[at : at+batchSize(items[at:])]
		keys := make([]Key, len(batch))
		for i, it := range batch {
			keys[i] = it.Key
			s.c.counts.bytesWritten.Add(int64(len(entries[at+i].value)))
		}
		raw, err := claim(ctx, s.c.remote.client, entries[at:at+len(batch)])
		if err == nil {
			come()
		}
		values := s.open(keys, raw, false)
		parts <- part{at: at, values: values}
		if err != nil {
			s.later(first, unknown(batch, values))
			s.later(first, items[at+len(batch):])
			return err
		}
		at += len(batch)
	}
	s.c.writer.unpark()
	return nil
}

// batchSize is how many of items go in one batch, at least one.
func batchSize(items []Item) int {
	size := 0
	for i, it := range items[:min(len(items), mostItems)] {
		if size += len(it.Value); size > mostBytes && i > 0 {
			return i
		}
	}
	return min(len(items), mostItems)
}

func unknown(items []Item, values [][]byte) (out []Item) {
	for i, it := range items {
		if values[i] == nil {
			out = append(out, it)
		}
	}
	return out
}

func (s *Space) later(what action, items []Item) {
	for _, it := range items {
		s.write(what, it.Key, it.Value, it.TTL)
	}
}
