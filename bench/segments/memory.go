package main

import (
	"context"
	"fmt"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// footprint is what is held at one moment, in bytes but for the counts.
type footprint struct {
	rss, heap      int64 // of the replica that reads
	entries, bytes int64 // of the cache in it, by its own count
	redis          int64 // all of it
	short, long    stock
}

// look takes the footprint of the first replica and of Redis.
func (l *lab) look(ctx context.Context, f *footprint) (err error) {
	if err := l.first.written(ctx); err != nil {
		return err
	}
	if f.rss, f.heap, err = l.first.residents(ctx); err != nil {
		return err
	}
	s, err := l.first.stats(ctx)
	if err != nil {
		return err
	}
	f.entries, f.bytes = s.Memory.Entries, s.Memory.Bytes
	if f.redis, err = l.redis.info(ctx, "used_memory"); err != nil {
		return err
	}
	f.short, f.long, err = l.redis.stocks(ctx)
	return err
}

// memory is part 7: what it took to keep the longest document.
func (l *lab) memory(ctx context.Context) error {
	if err := l.read(ctx); err != nil {
		return err
	}
	d := l.docs[len(l.docs)-1]
	markdown.Heading(fmt.Sprintf("7. What is kept of %d tokens: %d segments, %s bytes a segment, %s a token", d.tokens, d.segments,
		per(int64(len(d.text)), int64(d.segments)), per(int64(len(d.text)), int64(d.tokens))),
		"", "before", "after", "growth, bytes a token", "bytes a segment")
	b, a := &l.before, &l.after
	grown := func(name string, before, after int64) {
		if after == 0 { // the system does not tell, or there is none
			markdown.Row(name, markdown.None, markdown.None, markdown.None, markdown.None)
			return
		}
		markdown.Row(name, megabytes(before)+" MB", megabytes(after)+" MB", per(after-before, int64(d.tokens)), per(after-before, int64(d.segments)))
	}
	grown("resident memory of the replica", b.rss, a.rss)
	grown("its heap after a collection", b.heap, a.heap)
	grown("its cache, by its own count", b.bytes, a.bytes)
	grown("that without whole results", b.bytes, a.bytes-int64(d.results))
	grown("Redis, all of it (used_memory)", b.redis, a.redis)
	grown("Redis: segments, memory", b.short.memory, a.short.memory)
	grown("Redis: segments, values alone", b.short.values, a.short.values)
	grown("Redis: whole results, memory", b.long.memory, a.long.memory)
	fmt.Printf("\nThe cache in the process has %d entries more and Redis %d keys more, %d of them of segments: the text was read in %d requests, "+
		"whose results are kept, too, if they are not too long. Resident memory has in it what Go and the model's runtime keep for the next request.\n",
		a.entries-b.entries, a.short.keys+a.long.keys-b.short.keys-b.long.keys, a.short.keys-b.short.keys, d.requests)
	return nil
}
