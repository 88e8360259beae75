package cache

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/cache/redistest"
)

func TestBothLayers(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	a, b := open(t, patient(server.URL())), open(t, patient(server.URL()))
	sa, sb := space(t, a, "t"), space(t, b, "t")
	k := key(sa, "x")
	if k != key(sb, "x") {
		t.Fatal("two replicas, two keys")
	}
	equal(t, "nothing yet", get1(sa, k), nil)
	sa.Put(k, []byte("value"))
	equal(t, "from memory", get1(sa, k), []byte("value"))
	written(t, a)
	equal(t, "from Redis", get1(sb, k), []byte("value"))
	server.Stop()
	equal(t, "from memory, that came from Redis", get1(sb, k), []byte("value"))
	if s := b.Stats(); s.Redis.Hits != 1 || s.Memory.Hits != 1 || s.Memory.Misses != 1 || s.Memory.Entries != 1 {
		t.Errorf("%+v %+v", s.Memory, s.Redis)
	}
}

func TestWithoutRedis(t *testing.T) {
	c := open(t, Options{})
	if c.Shared() {
		t.Error("shared with nobody")
	}
	s := space(t, c, "t")
	k := key(s, "x")
	s.Put(k, []byte("value"))
	equal(t, "value", get1(s, k), []byte("value"))
	equal(t, "record", read1(s, k), nil)
	equal(t, "claim", s.Claim(ctx, []Item{{Key: k, Value: []byte("v")}})[0], nil)
	s.Extend([]Item{{Key: k}})
	if err := c.FlushTenant(ctx, "t"); err != nil {
		t.Error(err)
	}
	equal(t, "after a flush", get1(s, k), nil)
	if c.Stats().Redis != nil {
		t.Error("figures of a Redis that is none")
	}
}

func TestBatches(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	a, b := open(t, patient(server.URL())), open(t, patient(server.URL()))
	sa := space(t, a, "t")
	all := keys(sa, 1000)
	for i, k := range all {
		if i%10 != 7 {
			sa.Put(k, fmt.Appendf(nil, "value %d", i))
		}
		if i%500 == 499 {
			written(t, a) // the queue is no longer than that
		}
	}
	written(t, a)
	for _, n := range []int{0, 1, 127, 128, 129, 1000} {
		for name, got := range map[string][][]byte{
			"memory": sa.Get(ctx, all[:n]), "Redis": space(t, b, "t").Get(ctx, all[:n]), "read": sa.Read(ctx, all[:n]),
		} {
			if len(got) != n {
				t.Fatalf("%s, %d keys: %d values", name, n, len(got))
			}
			for i, v := range got {
				want := fmt.Appendf(nil, "value %d", i)
				if i%10 == 7 {
					want = nil
				}
				equal(t, fmt.Sprintf("%s, %d keys, value %d", name, n, i), v, want)
			}
		}
	}
}

func TestValuesOfAllSizes(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	for _, master := range []string{"", testKey} {
		o := patient(server.URL())
		o.MasterKey = master
		a, b := open(t, o), open(t, o)
		sa, sb := space(t, a, "t"), space(t, b, "t")
		for _, n := range []int{0, 1, packAbove, packAbove + 1, 70_000, MaxValue, MaxValue + 1} {
			v := bytes.Repeat([]byte("abcdefg "), n/8+1)[:n]
			k := key(sa, fmt.Sprint(n))
			sa.Put(k, v)
			written(t, a)
			equal(t, fmt.Sprintf("memory, %d bytes", n), get1(sa, k), v)
			if n > MaxValue {
				v = nil
			}
			equal(t, fmt.Sprintf("Redis, %d bytes", n), get1(sb, k), v)
		}
		if n := a.Stats().Redis.TooLarge; n != 1 {
			t.Errorf("%d values were too large, want 1", n)
		}
	}
}

func TestValuesNeverChange(t *testing.T) {
	c := open(t, Options{})
	s := space(t, c, "t")
	k, v := key(s, "x"), []byte("first")
	s.Put(k, v)
	copy(v, "XXXXX")
	equal(t, "the caller's bytes changed", get1(s, k), []byte("first"))
	s.Put(k, []byte("other"))
	equal(t, "a second value", get1(s, k), []byte("first"))
	_ = append(get1(s, k), "more"...)
	equal(t, "the answer was appended to", get1(s, k), []byte("first"))
}

func TestMemoryIsBounded(t *testing.T) {
	const most = 1 << 20
	c := open(t, Options{MaxBytes: most})
	s := space(t, c, "t")
	for i := range 5000 {
		s.Put(key(s, fmt.Sprint(i)), make([]byte, 1000))
	}
	redistest.Eventually(t, "within the bound", func() bool { return c.Stats().Memory.Bytes <= most })
	if n := c.Stats().Memory.Entries; n < 500 {
		t.Errorf("%d entries of 1000 bytes in %d", n, most)
	}
}

func TestUseKeepsAValueInRedis(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	clock := newTime()
	o := patient(server.URL())
	o.Now, o.TTL = clock.Now, time.Hour
	a, b := open(t, o), open(t, o)
	sa := space(t, a, "t")
	k := key(sa, "x")
	left := func() time.Duration { return time.Duration(server.Do("PTTL", nameOf(k)).(int64)) * time.Millisecond }
	short := func() { server.Do("PEXPIRE", nameOf(k), 1_000_000) } // Redis has another clock
	sa.Put(k, []byte("value"))
	written(t, a)
	if d := left(); d < 53*time.Minute || d > 66*time.Minute {
		t.Errorf("kept for %v, want an hour ±10 %%", d)
	}

	short()
	get1(sa, k)
	get1(space(t, b, "t"), k) // into its memory
	written(t, a)
	written(t, b)
	if d := left(); d > 17*time.Minute {
		t.Errorf("with more than half left the time was set anew, to %v", d)
	}
	clock.Add(37 * time.Minute)
	get1(space(t, a, "t"), k)
	written(t, a)
	if d := left(); d < 53*time.Minute {
		t.Errorf("with less than half left it ends in %v", d)
	}
	short()
	get1(space(t, a, "t"), k)
	written(t, a)
	if d := left(); d > 17*time.Minute {
		t.Errorf("the next use set the time anew, to %v", d)
	}
	get1(space(t, b, "t"), k)
	written(t, b)
	if d := left(); d < 53*time.Minute {
		t.Errorf("use of what came from Redis leaves %v", d)
	}

	clock.Add(61 * time.Minute)
	server.Do("DEL", nameOf(k))
	equal(t, "after an hour without use", get1(space(t, a, "t"), k), nil)
}

func TestTheCallerCanLeave(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	k := key(s, "x")
	s.Put(k, []byte("value"))
	written(t, c)
	c.memory.forget("t")
	server.Pause()
	gone, leave := context.WithCancel(ctx)
	leave()
	if v := s.Get(gone, []Key{k}); v[0] != nil {
		t.Errorf("got %q from a server that is paused", v[0])
	}
	if v := s.Claim(gone, []Item{{Key: k, Value: []byte("v")}}); v[0] != nil {
		t.Errorf("claimed %q from a server that is paused", v[0])
	}
	server.Resume()
	redistest.Eventually(t, "kept, though nobody waited", func() bool { return c.Stats().Memory.Entries == 1 })
	if s := c.Stats().Redis; len(s.Errors) > 0 || s.Breaker != "closed" {
		t.Errorf("the caller's end counts as a failure of Redis: %+v", s)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"short_key":         {MasterKey: strings.Repeat("k", shortestMasterKey-1)},
		"negative_size":     {MaxBytes: -1},
		"negative_time":     {TTL: -1},
		"not_an_url":        {Redis: Redis{URL: "localhost:6379"}},
		"ca_without_tls":    {Redis: Redis{URL: "redis://h", CAFile: "x"}},
		"no_ca_file":        {Redis: Redis{URL: "rediss://h", CAFile: "/nonexistent"}},
		"ca_of_something":   {Redis: Redis{URL: "rediss://h", CAFile: "doc.go"}},
		"cert_without_key":  {Redis: Redis{URL: "rediss://h", CertFile: "doc.go"}},
		"cluster_with_a_db": {Redis: Redis{URL: "redis+cluster://h?db=1"}},
	} {
		if c, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
			c.Close()
		}
	}
	open(t, Options{MasterKey: strings.Repeat("k", shortestMasterKey)})
}

func TestAfterClose(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	for i := range 300 {
		s.Put(key(s, fmt.Sprint(i)), []byte("value"))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(server.Dump()); n != 300 {
		t.Errorf("Redis has %d of the 300 values that were put before", n)
	}
	k := key(s, "late")
	s.Put(k, []byte("value"))
	s.Claim(ctx, []Item{{Key: k, Value: []byte("v")}})
	s.Extend([]Item{{Key: k, Value: []byte("v")}})
	equal(t, "memory goes on", get1(c.Tenant(ctx, "t"), k), []byte("value"))
	equal(t, "Redis does not", read1(s, k), nil)
	if err := c.FlushTenant(ctx, "t"); err == nil {
		t.Error("Redis was told of a flush after Close")
	}
	if err := c.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}
