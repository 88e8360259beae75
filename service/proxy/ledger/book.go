package ledger

import (
	"context"
	"time"

	"github.com/pith-proxy/pith"
)

// Book is one tenant's part of a ledger as one request sees it. It is not safe for
// concurrent use.
type Book struct {
	l      *Ledger
	tenant []byte
	shared pith.Shared // nil: this process is alone
	new    []Key       // put and not settled, in order
	put    map[Key]Entry
}

// Book opens the ledger for a tenant, whose memory is used if it is shared.
func (l *Ledger) Book(tenant []byte, memory pith.Memory) *Book {
	b := &Book{l: l, tenant: tenant}
	if l.opts.Shared {
		b.shared, _ = memory.(pith.Shared)
	}
	return b
}

// Key returns the key of a tuple of fields, whose borders count.
func (b *Book) Key(fields ...[]byte) Key {
	if b.shared != nil {
		return b.shared.Key("ledger", fields...)
	}
	return b.l.key(b.tenant, fields)
}

// Load fetches what other processes know of keys that this one does not.
func (b *Book) Load(ctx context.Context, keys []Key) {
	if b.shared == nil {
		return
	}
	var unknown []Key
	for _, k := range keys {
		if _, ok := b.Get(k); !ok {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) == 0 {
		return
	}
	var found []pith.Record
	for i, value := range b.shared.Read(ctx, unknown) {
		if e, ok := decode(value); ok && value != nil {
			b.l.put(unknown[i], e, nil)
			// Nobody knows how much of its time was left.
			found = append(found, pith.Record{Key: unknown[i], Value: value, TTL: b.l.opts.ttl(e.Long)})
		}
	}
	b.shared.Extend(found)
}

// keep tells the shared memory that a record is in use.
func (b *Book) keep(k Key, until int64, e *Entry) {
	b.shared.Extend([]pith.Record{{Key: k, Value: e.encode(), TTL: time.Unix(until, 0).Sub(b.l.opts.now())}})
}

func (b *Book) keeper() keeper {
	switch {
	case b.shared != nil:
		return b
	case b.l.journal != nil:
		return file{b.l}
	}
	return nil
}

// Get returns the entry of k. Use keeps it alive.
func (b *Book) Get(k Key) (Entry, bool) {
	if e, ok := b.put[k]; ok {
		return e, true
	}
	return b.l.get(k, b.keeper())
}

// Put records e for k. The first record stays: after Settle, Get may have another.
func (b *Book) Put(k Key, e Entry) {
	if b.shared == nil {
		b.l.put(k, e, b.keeper())
		return
	}
	if _, twice := b.put[k]; twice {
		return
	}
	if b.put == nil {
		b.put = map[Key]Entry{}
	}
	b.put[k] = e
	b.new = append(b.new, k)
}

// Note is Put for what may be forgotten when the process ends.
func (b *Book) Note(k Key, e Entry) {
	if b.shared == nil {
		b.l.short.SetIfAbsent(k, e)
		return
	}
	b.Put(k, e)
}

// Agree notes e at once and returns what stands.
func (b *Book) Agree(ctx context.Context, k Key, e Entry) Entry {
	if b.shared == nil {
		first, _ := b.l.short.SetIfAbsent(k, e)
		return first
	}
	if first, ok := b.Get(k); ok {
		return first
	}
	return b.claim(ctx, []Key{k}, []Entry{e})[0]
}

// Settle finds out which of the records put were the first. It has to come before any of
// their texts is sent.
func (b *Book) Settle(ctx context.Context) {
	if len(b.new) == 0 {
		return
	}
	entries := make([]Entry, len(b.new))
	for i, k := range b.new {
		entries[i] = b.put[k]
	}
	keys := b.new
	b.new, b.put = nil, nil
	b.claim(ctx, keys, entries)
}

// claim writes entries where they are shared and then here, and returns what stands
// here.
func (b *Book) claim(ctx context.Context, keys []Key, entries []Entry) []Entry {
	records := make([]pith.Record, len(keys))
	for i, k := range keys {
		records[i] = pith.Record{Key: k, Value: entries[i].encode(), TTL: b.l.opts.ttl(entries[i].Long)}
	}
	out := make([]Entry, len(keys))
	for i, value := range b.shared.Claim(ctx, records) {
		e := entries[i]
		if first, ok := decode(value); ok && value != nil {
			e = first
		}
		out[i] = b.l.put(keys[i], e, nil)
	}
	return out
}
