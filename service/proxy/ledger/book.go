package ledger

import (
	"context"
	"encoding/binary"

	"github.com/pith-proxy/pith"
)

// Book is one tenant's part of a ledger as one request sees it. It is not safe for
// concurrent use.
type Book struct {
	l      *Ledger
	tenant []byte
	shared pith.Shared // nil: this process is alone

	names map[Key][][]byte // the fields of keys, for their names where they are shared
	stand map[Key]Entry    // what this request found or put: it holds until its end
	new   []Key            // put and not settled, in order
}

// A flushable memory says how often it has been flushed.
type flushable interface{ Generation() int }

// Book opens the ledger for a tenant, whose memory is used if it is shared. After a flush
// of the memory nothing is found that was put before.
func (l *Ledger) Book(tenant []byte, memory pith.Memory) *Book {
	b := &Book{l: l, tenant: tenant, stand: map[Key]Entry{}}
	if m, ok := memory.(flushable); ok && m.Generation() > 0 {
		b.tenant = binary.AppendUvarint(append(append([]byte{}, tenant...), 0), uint64(m.Generation()))
	}
	if l.opts.Shared {
		b.shared, _ = memory.(pith.Shared)
	}
	if b.shared != nil {
		b.names = map[Key][][]byte{}
	}
	return b
}

// Key returns the key of a tuple of fields, whose borders count. It is this process's own:
// what the memory calls the same may change when it learns more.
func (b *Book) Key(fields ...[]byte) Key {
	k := b.l.key(b.tenant, fields)
	if b.shared != nil {
		b.names[k] = fields
	}
	return k
}

// Load fetches what other processes know of keys that this one does not, and finds out
// whether what it knows itself still stands, where that is not known or was long ago.
func (b *Book) Load(ctx context.Context, keys []Key) {
	if b.shared == nil {
		return
	}
	var ask, claim []Key
	for _, k := range keys {
		switch e, ok := b.Get(k); {
		case !ok && !b.l.absent(k), ok && !e.open && b.l.fades(b.l.until(e.Long), e.written, e.Long):
			ask = append(ask, k)
		case ok && e.open:
			claim = append(claim, k)
		}
	}
	for _, k := range b.read(ctx, ask) {
		if _, ok := b.stand[k]; ok { // it was there once
			claim = append(claim, k)
		}
	}
	if len(claim) > 0 {
		entries := make([]Entry, len(claim))
		for i, k := range claim {
			entries[i] = b.stand[k]
		}
		b.claim(ctx, claim, entries)
	}
}

// read takes over what stands where it is shared, and returns the keys of which nothing
// was found.
func (b *Book) read(ctx context.Context, keys []Key) (missing []Key) {
	if len(keys) == 0 {
		return nil
	}
	var found []pith.Record
	for i, value := range b.shared.Read(ctx, b.sharedKeys(keys)) {
		k := keys[i]
		e, ok := decode(value)
		if !ok {
			missing = append(missing, k)
			continue
		}
		b.stand[k] = b.l.adopt(k, e)
		// Nobody knows how much of its time was left.
		found = append(found, pith.Record{Key: b.sharedKey(k), Value: value, TTL: b.l.opts.ttl(e.Long)})
	}
	if len(found) > 0 {
		b.shared.Extend(found)
	}
	return missing
}

// Missing notes that nothing stands for a key, so that it need not be asked for again at
// once.
func (b *Book) Missing(k Key) {
	if b.shared != nil {
		b.l.miss(k)
	}
}

func (b *Book) sharedKey(k Key) pith.Key { return b.shared.Key("ledger", b.names[k]...) }

func (b *Book) sharedKeys(keys []Key) []pith.Key {
	out := make([]pith.Key, len(keys))
	for i, k := range keys {
		out[i] = b.sharedKey(k)
	}
	return out
}

// keeper is the file, if there is one.
func (b *Book) keeper() keeper {
	if b.l.journal != nil {
		return file{b.l}
	}
	return nil
}

// Get returns the entry of k. Use keeps it alive.
func (b *Book) Get(k Key) (Entry, bool) {
	if e, ok := b.stand[k]; ok {
		return e, true
	}
	e, ok := b.l.get(k, b.keeper())
	if ok {
		b.stand[k] = e
	}
	return e, ok
}

// Put records e for k. The first record stays: after Settle, Get may have another.
func (b *Book) Put(k Key, e Entry) {
	if b.shared == nil {
		b.stand[k] = b.l.put(k, e, b.keeper())
		return
	}
	if _, twice := b.stand[k]; twice {
		return
	}
	b.stand[k] = e
	b.new = append(b.new, k)
}

// Fits reports whether an entry can be recorded for all.
func (b *Book) Fits(e *Entry) bool { return b.shared == nil || len(e.encode()) <= pith.MaxRecord }

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
	b.Load(ctx, []Key{k})
	if first, ok := b.Get(k); ok {
		return first
	}
	b.claim(ctx, []Key{k}, []Entry{e})
	return b.stand[k]
}

// Settle finds out which of the records put were the first. It has to come before any of
// their texts is sent.
func (b *Book) Settle(ctx context.Context) {
	if len(b.new) == 0 {
		return
	}
	entries := make([]Entry, len(b.new))
	for i, k := range b.new {
		entries[i] = b.stand[k]
	}
	keys := b.new
	b.new = nil
	b.claim(ctx, keys, entries)
}

// claim writes entries where they are shared and then here. What could not be found out
// is open until the next request that asks for it.
func (b *Book) claim(ctx context.Context, keys []Key, entries []Entry) {
	records := make([]pith.Record, len(keys))
	for i, k := range keys {
		records[i] = pith.Record{Key: b.sharedKey(k), Value: entries[i].encode(), TTL: b.l.opts.ttl(entries[i].Long)}
	}
	var standing []pith.Record
	for i, value := range b.shared.Claim(ctx, records) {
		if e, ok := decode(value); ok {
			b.stand[keys[i]] = b.l.adopt(keys[i], e)
			standing = append(standing, pith.Record{Key: records[i].Key, Value: value, TTL: b.l.opts.ttl(e.Long)})
			continue
		}
		entries[i].open = len(records[i].Value) <= pith.MaxRecord
		b.stand[keys[i]] = b.l.put(keys[i], entries[i], nil)
	}
	if len(standing) > 0 {
		b.shared.Extend(standing) // to claim what stands gives it no new time
	}
}
