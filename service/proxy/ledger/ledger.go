// Package ledger remembers in what form a text was sent, so that it is sent in the
// same form again. A vendor's prompt cache is keyed by bytes: a text that was sent
// as it came, because time ran out, must not be sent shortened on the next turn, and
// one that was sent shortened must not be sent whole.
//
//	l, err := ledger.Open(ledger.Options{File: "/var/lib/pith/ledger"})
//	b := l.Book(tenant, memory)
//	key := b.Key(conversation, text)
//	b.Load(ctx, []ledger.Key{key})
//	if _, ok := b.Get(key); !ok {
//		b.Put(key, ledger.Entry{Raw: true, Reason: "deadline"})
//	}
//	b.Settle(ctx)
//	e, _ := b.Get(key) // what is to be sent
//
// Shortened forms are kept up to a weight. They are pure functions of the text, so that
// to forget one costs time, unless there is none just then. That a text was sent raw
// cannot be found out again and is kept until its time is over. With a file both
// outlive the process; with a memory that processes share they are the same in all.
package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/pith-proxy/pith"
)

// Key names one text of one tenant in one place.
type Key = pith.Key

// Entry is the form that a text was sent in.
type Entry struct {
	Raw    bool   `json:"-"`      // as it came, for a reason that may not come again
	Reason string `json:"reason"` // why it is raw, a constant
	Long   bool   `json:"long"`   // the vendor was asked to keep the prefix for a day

	// The rest is of shortened texts. Without Texts the text is as it came, for a
	// reason that lies in itself.
	Texts         [][]byte `json:"-"` // what stands in the place of each part; nil leaves one
	Method        string   `json:"method"`
	Before, After int      // tokens
	Tokenizer     string   `json:"tokenizer"` // that counted them

	open    bool  // whether others have another is not known
	pinned  bool  // it is kept outside the process, too
	written int64 // until when it counts there, Unix seconds
}

// Options of a Ledger. Zero values are the defaults.
type Options struct {
	TTL      time.Duration // since the last use; 1 h, the longest that a vendor keeps an idle prefix by default
	MaxBytes int64         // of shortened texts; 64 MiB
	MaxRaw   int           // raw texts remembered; 1,000,000, some 100 MB

	// File keeps what was sent over restarts; "" is none. It holds shortened prompts,
	// encrypted with a key that is made from Secret.
	File   string
	Secret string

	// Shared says that the memory of each book is one that other processes have, too.
	// It excludes File.
	Shared bool

	now func() time.Time
}

// Ledger is safe for concurrent use.
type Ledger struct {
	opts    Options
	secrets *secrets
	short   *otter.Cache[Key, Entry]
	journal *journal

	missing *otter.Cache[Key, struct{}] // nothing stands for these, a short while ago

	mu  sync.Mutex
	raw map[Key]rawEntry
}

type rawEntry struct {
	open    bool
	until   int64 // Unix seconds
	written int64 // as until, by the file
	reason  string
	long    bool
}

const day = 24 * time.Hour

func (o *Options) ttl(long bool) time.Duration {
	if long {
		return max(o.TTL, day)
	}
	return o.TTL
}

// Open returns a ledger with what its file holds. Damaged records are passed over; a
// file that is no ledger, or was written with another secret, is an error.
func Open(o Options) (*Ledger, error) {
	orDefault(&o.TTL, time.Hour)
	orDefault(&o.MaxBytes, 64<<20)
	orDefault(&o.MaxRaw, 1_000_000)
	if o.now == nil {
		o.now = time.Now
	}
	short, err := otter.New(&otter.Options[Key, Entry]{
		MaximumWeight:    uint64(o.MaxBytes),
		Weigher:          func(_ Key, e Entry) uint32 { return e.weight() },
		ExpiryCalculator: otter.ExpiryAccessingFunc(func(e otter.Entry[Key, Entry]) time.Duration { return o.ttl(e.Value.Long) }),
	})
	if err != nil {
		return nil, err
	}
	l := &Ledger{opts: o, short: short, raw: map[Key]rawEntry{}}
	if o.Shared && o.File != "" {
		short.StopAllGoroutines()
		return nil, errors.New("ledger: a file and a shared memory exclude each other")
	}
	if o.File == "" {
		l.secrets = newSecrets("", newSalt())
		l.missing, err = otter.New(&otter.Options[Key, struct{}]{MaximumSize: mostMissing,
			ExpiryCalculator: otter.ExpiryWriting[Key, struct{}](shareEvery)})
		return l, err
	}
	if l.journal, err = openJournal(o.File, o.Secret, l.load); err == nil {
		l.journal.rewrite(l.live)
		if err = l.journal.failure(); err != nil {
			_ = l.journal.lock.Close()
		}
	}
	if err != nil {
		l.short.StopAllGoroutines()
		return nil, err
	}
	l.secrets = l.journal.secrets
	return l, nil
}

func orDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.short.StopAllGoroutines()
	if l.missing != nil {
		l.missing.StopAllGoroutines()
	}
	return l.journal.close()
}

// Durable reports whether forms outlive the process.
func (l *Ledger) Durable() bool { return l.journal != nil || l.opts.Shared }

// Err returns the error that stopped the writing of the file, if any. The ledger
// goes on in memory.
func (l *Ledger) Err() error { return l.journal.failure() }

func (e *Entry) weight() uint32 {
	n := 128
	for _, t := range e.Texts {
		n += len(t) + 24
	}
	return uint32(min(n, 1<<31))
}

// key is a hash that begins with a secret and is cut short, so that nobody can extend it.
func (l *Ledger) key(tenant []byte, fields [][]byte) Key {
	var stack [512]byte
	b := append(stack[:0], l.secrets.names...)
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(tenant))), tenant...)
	for _, f := range fields {
		b = binary.BigEndian.AppendUint64(b, uint64(len(f)))
		b = append(b, f...)
	}
	sum := sha256.Sum256(b)
	return Key(sum[:len(Key{})])
}

// keeper keeps an entry outside of the process until a time.
type keeper interface {
	keep(k Key, until int64, e *Entry)
}

// get returns the entry of k. Use keeps it alive, also with the keeper, whom it is told
// again when there it would soon be over.
func (l *Ledger) get(k Key, out keeper) (Entry, bool) {
	l.mu.Lock()
	e, ok := l.getRaw(k, out)
	l.mu.Unlock()
	if ok {
		return e, true
	}
	if e, ok = l.short.GetIfPresent(k); ok && e.pinned && out != nil {
		l.renew(k, e, out)
	}
	return e, ok
}

// renew tells the keeper again of a shortened form.
func (l *Ledger) renew(k Key, e Entry, out keeper) {
	until := l.until(e.Long)
	if !l.fades(until, e.written, e.Long) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e.written = until
	l.short.Set(k, e)
	out.keep(k, until, &e)
}

// until is the end of the time of what is used now, in Unix seconds.
func (l *Ledger) until(long bool) int64 { return l.opts.now().Add(l.opts.ttl(long)).Unix() }

// shareEvery is how often the shared memory is asked again for what is in use here. It may
// have lost it, and whoever else got the conversation would have decided anew.
const shareEvery = 30 * time.Second

// fades reports whether it is time to write again what was written to last until then:
// in a file, when less than half of its time is left.
func (l *Ledger) fades(until, written int64, long bool) bool {
	after := l.opts.ttl(long) / 2
	if l.opts.Shared {
		after = min(after, shareEvery)
	}
	return until-written > int64(after.Seconds())
}

// getRaw wants the lock.
func (l *Ledger) getRaw(k Key, out keeper) (Entry, bool) {
	r, ok := l.raw[k]
	if !ok || r.until <= l.opts.now().Unix() {
		return Entry{}, false
	}
	e := Entry{Raw: true, Reason: r.reason, Long: r.long, open: r.open, written: r.written}
	r.until = l.until(r.long)
	if out != nil && l.fades(r.until, r.written, r.long) {
		r.written = r.until
		out.keep(k, r.until, &e)
	}
	l.raw[k] = r
	return e, true
}

// put records e for k. The first record stays: whoever comes second with another form
// of the same text is told what was recorded, and has to send that. The keeper is told
// of a first record; nil knows it already.
func (l *Ledger) put(k Key, e Entry, out keeper) Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, ok := l.getRaw(k, out); ok {
		return first
	}
	until := l.until(e.Long)
	if !e.Raw {
		e.pinned, e.written = true, until
		first, added := l.short.SetIfAbsent(k, e)
		if added && out != nil {
			out.keep(k, until, &e)
		}
		return first
	}
	if first, ok := l.short.GetIfPresent(k); ok {
		return first
	}
	if len(l.raw) >= l.opts.MaxRaw {
		l.sweep(l.opts.now())
	}
	l.raw[k] = rawEntry{open: e.open, until: until, written: until, reason: e.Reason, long: e.Long}
	if out != nil {
		out.keep(k, until, &e)
	}
	return e
}

// adopt takes over what stands where it is shared.
func (l *Ledger) adopt(k Key, e Entry) Entry {
	l.mu.Lock()
	delete(l.raw, k)
	l.mu.Unlock()
	l.short.Invalidate(k)
	return l.put(k, e, nil)
}

// mostMissing bounds what is known not to stand; some 100 bytes each.
const mostMissing = 100_000

func (l *Ledger) absent(k Key) bool {
	_, ok := l.missing.GetIfPresent(k)
	return ok
}

func (l *Ledger) miss(k Key) { l.missing.Set(k, struct{}{}) }

// file is the keeper that writes to the journal, and now and then writes that anew. It
// wants the lock.
type file struct{ *Ledger }

func (f file) keep(k Key, until int64, e *Entry) {
	size := f.journal.add(k, until, e)
	if size > 4*f.opts.MaxBytes+200*int64(len(f.raw)) {
		f.journal.rewrite(f.live)
	}
}

// live gives the records that count to each.
func (l *Ledger) live(each func(Key, int64, *Entry)) {
	for k, r := range l.raw {
		each(k, r.until, &Entry{Raw: true, Long: r.long, Reason: r.reason})
	}
	for k, e := range l.short.All() {
		if e.pinned {
			each(k, e.written, &e)
		}
	}
}

// sweep makes room for an eighth: it forgets what is over, and if that is not
// enough, anything.
func (l *Ledger) sweep(now time.Time) {
	for k, e := range l.raw {
		if e.until <= now.Unix() {
			delete(l.raw, k)
		}
	}
	for k := range l.raw {
		if len(l.raw) < l.opts.MaxRaw-l.opts.MaxRaw/8 {
			return
		}
		delete(l.raw, k)
	}
}

// load takes one record of the file, if its time is not over.
func (l *Ledger) load(k Key, until int64, e Entry) {
	switch {
	case until <= l.opts.now().Unix():
	case !e.Raw:
		e.pinned, e.written = true, until
		l.short.Set(k, e)
	case len(l.raw) < l.opts.MaxRaw:
		l.raw[k] = rawEntry{until: until, written: until, long: e.Long, reason: e.Reason}
	}
}

// Digest is the hash of a text, for tuples that are hashed more than once.
func Digest(parts ...[]byte) []byte {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		_, _ = h.Write(size[:])
		_, _ = h.Write(p)
	}
	return h.Sum(nil)
}
