package ledger

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

// fakeShared is a memory that several ledgers have, and that may be away.
type fakeShared struct {
	m      map[pith.Key][]byte
	away   bool
	claims int // records that were sent
}

func (f *fakeShared) Key(kind string, fields ...[]byte) pith.Key {
	return pith.Key(Digest(append([][]byte{[]byte(kind)}, fields...)...)[:20])
}

func (f *fakeShared) Get(context.Context, []pith.Key) [][]byte { panic("not the ledger's") }
func (f *fakeShared) Put(pith.Key, []byte)                     { panic("not the ledger's") }

func (f *fakeShared) Read(_ context.Context, keys []pith.Key) [][]byte {
	out := make([][]byte, len(keys))
	for i, k := range keys {
		if !f.away {
			out[i] = f.m[k]
		}
	}
	return out
}

func (f *fakeShared) Claim(_ context.Context, records []pith.Record) [][]byte {
	f.claims += len(records)
	out := make([][]byte, len(records))
	for i, r := range records {
		if f.away {
			continue
		}
		if f.m[r.Key] == nil {
			f.m[r.Key] = r.Value
		}
		out[i] = f.m[r.Key]
	}
	return out
}

func (f *fakeShared) Extend([]pith.Record) {}

// What a replica knows is asked for again after a while: it takes over what stands, writes
// again what was lost, and keeps to its own as long as it cannot find out.
func TestWhatStandsIsAskedForAgain(t *testing.T) {
	now := time.Unix(1000, 0)
	l := open(t, Options{Shared: true, now: func() time.Time { return now }})
	shared := &fakeShared{m: map[pith.Key][]byte{}}
	ctx := context.Background()
	// turn is a request that wants the text's form, and decides upon it if there is none.
	turn := func(own Entry) Entry {
		b := l.Book([]byte("t"), shared)
		k := b.Key([]byte("text"))
		b.Load(ctx, []Key{k})
		if _, ok := b.Get(k); !ok {
			b.Put(k, own)
			b.Settle(ctx)
		}
		e, _ := b.Get(k)
		return e
	}
	form := func(e Entry) string {
		if e.Raw {
			return "raw"
		}
		return string(bytes.Join(e.Texts, nil))
	}
	name := shared.Key("ledger", []byte("text"))
	other := short("theirs")
	check := func(step, want string, claims int) {
		t.Helper()
		shared.claims = 0
		if got := form(turn(short("never"))); got != want || shared.claims != claims {
			t.Errorf("%s: %q with %d claims, want %q with %d", step, got, shared.claims, want, claims)
		}
	}
	shared.away = true
	if got := form(turn(Entry{Raw: true, Reason: "deadline"})); got != "raw" {
		t.Fatalf("its own decision: %q", got)
	}
	check("it cannot find out", "raw", 1)
	shared.away = false
	check("nobody was first", "raw", 1)
	check("just found out", "raw", 0)
	shared.m[name] = other.encode() // it was dropped, and another replica decided
	check("not yet asked again", "raw", 0)
	now = now.Add(shareEvery + time.Second)
	check("another stands", "theirs", 0)
	delete(shared.m, name)
	now = now.Add(shareEvery + time.Second)
	check("lost", "theirs", 1)
	if string(shared.m[name]) != string(other.encode()) {
		t.Error("what was lost is not written again")
	}
	shared.away = true
	now = now.Add(shareEvery + time.Second)
	check("away", "theirs", 1)
}

// A flush of the memory is one of the ledger, and learning of its epoch is none.
func TestFlushedMemory(t *testing.T) {
	l := open(t, Options{})
	k := func(generation int) Key { return l.Book([]byte("t"), flushed(generation)).Key([]byte("text")) }
	if k(0) != l.Book([]byte("t"), nil).Key([]byte("text")) || k(0) == k(1) || k(1) == k(2) {
		t.Error("the keys do not follow the flushes")
	}
}

// flushed is a memory that was flushed so often.
type flushed int

func (flushed) Key(string, ...[]byte) pith.Key               { return pith.Key{} }
func (flushed) Get(_ context.Context, k []pith.Key) [][]byte { return make([][]byte, len(k)) }
func (flushed) Put(pith.Key, []byte)                         {}
func (f flushed) Generation() int                            { return int(f) }

// Entries come back as they were, and nothing else is one.
func FuzzEntry(f *testing.F) {
	f.Add([]byte("text"), []byte(nil), "m", 9, 3, false)
	f.Add([]byte{}, []byte{0xff}, "", 0, 0, true)
	f.Fuzz(func(t *testing.T, a, b []byte, method string, before, after int, raw bool) {
		e := Entry{Raw: raw, Reason: "deadline"}
		if !raw {
			e = Entry{Texts: [][]byte{a, nil, b}, Before: before, After: after}
		}
		got, ok := decode(e.encode())
		if !ok || got.Raw != e.Raw || got.Reason != e.Reason || got.Before != e.Before || len(got.Texts) != len(e.Texts) {
			t.Fatalf("got %+v of %+v", got, e)
		}
		for i := range e.Texts {
			if !bytes.Equal(got.Texts[i], e.Texts[i]) || (got.Texts[i] == nil) != (e.Texts[i] == nil) {
				t.Fatalf("text %d: %q, want %q", i, got.Texts[i], e.Texts[i])
			}
		}
		_, _ = decode(a) // whatever that is, it does not panic
	})
}
