// Package ledger remembers in what form a text was sent, so that it is sent in the
// same form again. A vendor's prompt cache is keyed by bytes: a text that was sent
// as it came, because time ran out, must not be sent shortened on the next turn.
//
//	l, err := ledger.Open(ledger.Options{File: "/var/lib/pith/ledger"})
//	key := l.Key(tenant, "pin", conversation, text)
//	if e, ok := l.Get(key); ok {
//		…
//	}
//	l.Put(key, ledger.Entry{Raw: true})
//
// Shortened forms are kept in memory up to a weight. To forget one costs time only:
// they are pure functions of the text and are computed again. That a text was sent
// raw cannot be computed again, so this is kept until its time is over and, with a
// file, over restarts.
package ledger

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// Key names one text of one tenant in one place. Nobody can tell from it what the
// text is, nor whether two tenants have the same.
type Key [20]byte

// Entry is the form that a text was sent in.
type Entry struct {
	Raw    bool
	Reason string // why it is raw, a constant; "" after a restart

	// The rest is of shortened texts.
	Texts         [][]byte // what stands in the place of each part
	Method        string
	Before, After int // tokens
}

// Options of a Ledger. Zero values are the defaults.
type Options struct {
	TTL      time.Duration // since the last use; 1 h, the longest that a vendor keeps an idle prefix by default
	MaxBytes int64         // of shortened texts; 64 MiB
	MaxRaw   int           // raw texts remembered; 1,000,000, some 100 MB

	// File keeps raw texts over restarts, and the secret of the keys. "" is none.
	File string

	now func() time.Time
}

// Ledger is safe for concurrent use.
type Ledger struct {
	opts    Options
	secret  []byte
	short   *otter.Cache[Key, Entry]
	journal *journal

	mu  sync.Mutex
	raw map[Key]rawEntry
}

type rawEntry struct {
	until  int64 // Unix seconds
	reason string
}

// Open returns a ledger with what its file holds. A file that is damaged at its
// end is used up to there; one that is no ledger is an error.
func Open(o Options) (*Ledger, error) {
	if o.TTL == 0 {
		o.TTL = time.Hour
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	if o.MaxRaw == 0 {
		o.MaxRaw = 1_000_000
	}
	if o.now == nil {
		o.now = time.Now
	}
	short, err := otter.New(&otter.Options[Key, Entry]{
		MaximumWeight:    uint64(o.MaxBytes),
		Weigher:          func(_ Key, e Entry) uint32 { return e.weight() },
		ExpiryCalculator: otter.ExpiryAccessing[Key, Entry](o.TTL),
	})
	if err != nil {
		return nil, err
	}
	l := &Ledger{opts: o, short: short, raw: map[Key]rawEntry{}}
	if o.File == "" {
		l.secret = newSecret()
		return l, nil
	}
	if l.journal, err = openJournal(o.File, l.load); err == nil {
		l.journal.rewrite(l.live)
		err = l.journal.failure()
	}
	if err != nil {
		return nil, err
	}
	l.secret = l.journal.secret
	return l, nil
}

// Close writes what is left to write.
func (l *Ledger) Close() error {
	l.short.StopAllGoroutines()
	return l.journal.close()
}

// Err returns the error that stopped the writing of the file, if any. The ledger
// goes on in memory.
func (l *Ledger) Err() error { return l.journal.failure() }

func newSecret() []byte {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // never fails
	return b
}

func (e *Entry) weight() uint32 {
	n := 128
	for _, t := range e.Texts {
		n += len(t) + 24
	}
	return uint32(min(n, 1<<31))
}

// Key returns the key of a tuple of fields, whose borders count.
func (l *Ledger) Key(fields ...[]byte) Key {
	mac := hmac.New(sha256.New, l.secret)
	var size [8]byte
	for _, f := range fields {
		binary.BigEndian.PutUint64(size[:], uint64(len(f)))
		_, _ = mac.Write(size[:])
		_, _ = mac.Write(f)
	}
	return Key(mac.Sum(nil)[:len(Key{})])
}

// Get returns the entry of k. Use keeps it alive.
func (l *Ledger) Get(k Key) (Entry, bool) {
	l.mu.Lock()
	e, ok := l.getRaw(k)
	l.mu.Unlock()
	if ok {
		return e, true
	}
	return l.short.GetIfPresent(k)
}

// getRaw wants the lock.
func (l *Ledger) getRaw(k Key) (Entry, bool) {
	now := l.opts.now()
	e, ok := l.raw[k]
	if !ok || e.until <= now.Unix() {
		return Entry{}, false
	}
	until := now.Add(l.opts.TTL).Unix()
	if until-e.until > int64(l.opts.TTL.Seconds()/2) {
		l.journal.add(k, until)
	}
	l.raw[k] = rawEntry{until, e.reason}
	return Entry{Raw: true, Reason: e.reason}, true
}

// Put records e for k. The first record stays: whoever comes second with another
// form of the same text is told what was recorded, and has to send that.
func (l *Ledger) Put(k Key, e Entry) Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, ok := l.getRaw(k); ok {
		return first
	}
	if !e.Raw {
		first, _ := l.short.SetIfAbsent(k, e)
		return first
	}
	if first, ok := l.short.GetIfPresent(k); ok {
		return first
	}
	now := l.opts.now()
	if len(l.raw) >= l.opts.MaxRaw {
		l.sweep(now)
	}
	until := now.Add(l.opts.TTL).Unix()
	l.raw[k] = rawEntry{until, e.Reason}
	if l.journal.add(k, until) > max(compactAt, 4*len(l.raw)) {
		l.journal.rewrite(l.live)
	}
	return e
}

// compactAt is how many records the file has before most of them may be old.
const compactAt = 100_000

// live gives the records that count to each.
func (l *Ledger) live(each func(Key, int64)) {
	for k, e := range l.raw {
		each(k, e.until)
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
func (l *Ledger) load(k Key, until int64) {
	if until > l.opts.now().Unix() && len(l.raw) < l.opts.MaxRaw {
		l.raw[k] = rawEntry{until: until}
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
