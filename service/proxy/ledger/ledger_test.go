package ledger

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, o Options) *Ledger {
	t.Helper()
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func book(l *Ledger) *Book { return l.Book(nil, nil) }

// put returns what stands.
func put(l *Ledger, k Key, e Entry) Entry {
	b := book(l)
	b.Put(k, e)
	b.Settle(context.Background())
	e, _ = b.Get(k)
	return e
}

func short(s string) Entry {
	return Entry{Texts: [][]byte{[]byte(s)}, Before: 9, After: 3, Method: "m"}
}

func TestTheFirstRecordStays(t *testing.T) {
	l := open(t, Options{})
	k := book(l).Key([]byte("a"))
	if _, ok := book(l).Get(k); ok {
		t.Fatal("an empty ledger has an entry")
	}
	put(l, k, short("x"))
	if got := put(l, k, Entry{Raw: true}); got.Raw || string(got.Texts[0]) != "x" {
		t.Errorf("raw after short: %+v", got)
	}
	if got := put(l, k, short("y")); string(got.Texts[0]) != "x" {
		t.Errorf("short after short: %+v", got)
	}
	k = book(l).Key([]byte("b"))
	put(l, k, Entry{Raw: true, Reason: "deadline"})
	if got := put(l, k, short("x")); !got.Raw || got.Reason != "deadline" {
		t.Errorf("short after raw: %+v", got)
	}
	if got, ok := book(l).Get(k); !ok || !got.Raw {
		t.Errorf("got %+v, %v", got, ok)
	}
}

func TestKeysDependOnFieldsAndSecret(t *testing.T) {
	l, other := open(t, Options{}), open(t, Options{})
	fields := func(s ...string) [][]byte {
		var out [][]byte
		for _, f := range s {
			out = append(out, []byte(f))
		}
		return out
	}
	seen := map[Key]string{}
	for _, f := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"abc", ""}, {"", "abc"}, {}} {
		k := book(l).Key(fields(f...)...)
		if was, twice := seen[k]; twice {
			t.Errorf("%q and %s have one key", f, was)
		}
		seen[k] = fmt.Sprintf("%q", f)
		if k != book(l).Key(fields(f...)...) {
			t.Errorf("%q has two keys", f)
		}
		if k == book(other).Key(fields(f...)...) {
			t.Errorf("%q has one key under two secrets", f)
		}
	}
	if bytes.Equal(Digest([]byte("a"), []byte("b")), Digest([]byte("ab"))) {
		t.Error("a digest does not see borders")
	}
}

func TestRawEndsWithItsTime(t *testing.T) {
	now := time.Unix(1000, 0)
	l := open(t, Options{TTL: time.Minute, now: func() time.Time { return now }})
	k := book(l).Key([]byte("a"))
	put(l, k, Entry{Raw: true})
	for range 3 { // use keeps it
		now = now.Add(50 * time.Second)
		if _, ok := book(l).Get(k); !ok {
			t.Fatal("forgotten while in use")
		}
	}
	now = now.Add(60 * time.Second)
	if _, ok := book(l).Get(k); ok {
		t.Error("remembered past its time")
	}
	put(l, k, short("x"))
	if e, ok := book(l).Get(k); !ok || e.Raw {
		t.Errorf("got %+v after its time", e)
	}
}

func TestLongKeepsForADay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	now := time.Unix(1000, 0)
	o := Options{File: path, now: func() time.Time { return now }}
	l := open(t, o)
	k := book(l).Key([]byte("a"))
	put(l, k, Entry{Raw: true, Long: true})
	for range 2 {
		now = now.Add(23 * time.Hour)
		l.Close()
		l = open(t, o)
		if e, ok := book(l).Get(k); !ok || !e.Long {
			t.Fatalf("after 23 hours without use: %+v, %v", e, ok)
		}
	}
	now = now.Add(25 * time.Hour)
	if _, ok := book(l).Get(k); ok {
		t.Error("remembered after 25 hours")
	}
}

// Whatever is in use is known after a restart, however short the pauses are.
func TestUseIsWrittenDown(t *testing.T) {
	now := time.Unix(1000, 0)
	o := Options{File: filepath.Join(t.TempDir(), "ledger"), now: func() time.Time { return now }}
	l := open(t, o)
	a, b := book(l).Key([]byte("a")), book(l).Key([]byte("b"))
	put(l, a, Entry{Raw: true})
	put(l, b, short("x"))
	for range 5 {
		now = now.Add(25 * time.Minute)
		book(l).Get(a)
		book(l).Get(b)
	}
	l.Close()
	l = open(t, o)
	if _, ok := book(l).Get(a); !ok {
		t.Error("a raw text in use is forgotten")
	}
	if e, ok := book(l).Get(b); !ok || string(e.Texts[0]) != "x" {
		t.Error("a shortened text in use is forgotten")
	}
}

func TestOneProcessAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, Options{File: path})
	if _, err := Open(Options{File: path}); err == nil {
		t.Error("two ledgers on one file")
	}
	l.Close()
	open(t, Options{File: path})
}

func TestRawIsBounded(t *testing.T) {
	l := open(t, Options{MaxRaw: 10})
	for i := range 100 {
		put(l, book(l).Key([]byte{byte(i)}), Entry{Raw: true})
	}
	if n := len(l.raw); n > 10 {
		t.Errorf("%d raw entries, want at most 10", n)
	}
}

func TestFileKeepsFormsOverRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	now := time.Unix(1000, 0)
	o := Options{File: path, TTL: time.Minute, Secret: "s", now: func() time.Time { return now }}
	l := open(t, o)
	a, b, c, d, e := book(l).Key([]byte("a")), book(l).Key([]byte("b")), book(l).Key([]byte("c")), book(l).Key([]byte("d")), book(l).Key([]byte("e"))
	put(l, a, Entry{Raw: true, Reason: "busy"})
	put(l, b, Entry{Texts: [][]byte{nil, []byte("canary-text")}, Before: 9, After: 3, Method: "m", Tokenizer: "t"})
	book(l).Note(d, short("x"))
	put(l, e, Entry{Reason: "too_short"})
	now = now.Add(40 * time.Second)
	put(l, c, Entry{Raw: true})
	now = now.Add(10 * time.Second)
	book(l).Get(a) // less than half its time was left, so this is written too
	if data, _ := os.ReadFile(path); bytes.Contains(data, []byte("canary")) {
		t.Error("the file can be read by anybody")
	}

	now = now.Add(5 * time.Second)
	l.Close() // which writes nothing: as after a kill
	again := open(t, o)
	if book(again).Key([]byte("a")) != a {
		t.Fatal("the secret changed")
	}
	for k, want := range map[Key]bool{a: true, b: true, c: true, d: false, e: true} {
		if _, ok := book(again).Get(k); ok != want {
			t.Errorf("after a restart: %v, want %v", ok, want)
		}
	}
	if got, _ := book(again).Get(b); got.Texts[0] != nil || string(got.Texts[1]) != "canary-text" || got.Before != 9 || got.Method != "m" || got.Tokenizer != "t" {
		t.Errorf("got %+v", got)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	now = now.Add(time.Hour)
	again.Close()
	open(t, o)
	if info, _ := os.Stat(path); info.Size() != int64(len(magic)+saltSize+checkSize) {
		t.Errorf("what is over was kept: %d bytes", info.Size())
	}
}

func TestFileIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l := open(t, Options{File: path, MaxRaw: 100, MaxBytes: 10_000})
	for i := range 3000 {
		put(l, book(l).Key(fmt.Append(nil, i)), Entry{Raw: true})
		put(l, book(l).Key(fmt.Append(nil, "s", i)), short(fmt.Sprint(i)))
	}
	info, _ := os.Stat(path)
	if info.Size() > 100_000 || l.Err() != nil {
		t.Errorf("%d bytes; %v", info.Size(), l.Err())
	}
	l.Close()
	if _, ok := book(open(t, Options{File: path})).Get(book(l).Key(fmt.Append(nil, 2999))); !ok {
		t.Error("the last record is lost")
	}
}

func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger")
	l := open(t, Options{File: path, Secret: "right"})
	a, b := book(l).Key([]byte("a")), book(l).Key([]byte("b"))
	put(l, a, short("x"))
	put(l, b, Entry{Raw: true})
	good, _ := os.ReadFile(path)
	rewritten := func(data []byte) *Ledger {
		l.Close()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		l = open(t, Options{File: path, Secret: "right"})
		return l
	}
	if _, ok := book(rewritten(append(bytes.Clone(good), 0, 0, 0, 99, 3))).Get(a); !ok {
		t.Error("a cut record at the end took the others with it")
	}
	rotten := bytes.Clone(good)
	rotten[len(magic)+saltSize+checkSize+30] ^= 1
	rewritten(rotten)
	if _, ok := book(l).Get(a); ok {
		t.Error("a damaged record was believed")
	}
	if _, ok := book(l).Get(b); !ok {
		t.Error("a damaged record took the next with it")
	}
	for name, data := range map[string][]byte{"empty": nil, "short": good[:20], "foreign": bytes.Repeat([]byte("x"), 200), "wrong_secret": good} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Options{File: path, Secret: "wrong"}); err == nil {
			t.Errorf("%s: no error", name)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, data) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Open(Options{File: filepath.Join(dir, "no", "ledger")}); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

func TestFullDiskLeavesMemory(t *testing.T) {
	l := open(t, Options{File: filepath.Join(t.TempDir(), "ledger")})
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	l.journal.file.Close()
	l.journal.file = full
	k := book(l).Key([]byte("a"))
	put(l, k, Entry{Raw: true})
	if _, ok := book(l).Get(k); !ok || l.Err() == nil {
		t.Errorf("remembered: %v, error: %v", ok, l.Err())
	}
}

// However many race for one text, all are told to send one form.
func TestOneFormForAll(t *testing.T) {
	l := open(t, Options{})
	for round := range 200 {
		k := book(l).Key([]byte{byte(round)})
		var wg sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			wg.Go(func() {
				e := short(fmt.Sprint(i))
				if i%2 == 0 {
					e = Entry{Raw: true}
				}
				if e = put(l, k, e); e.Raw {
					got[i] = "raw"
				} else {
					got[i] = string(e.Texts[0])
				}
			})
		}
		wg.Wait()
		for _, g := range got {
			if g != got[0] {
				t.Fatalf("round %d: %q", round, got)
			}
		}
	}
}
