package cache

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith/cache/redistest"
)

func TestTenantsAreApart(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	for _, master := range []string{"", testKey} {
		o := patient(server.URL())
		o.MasterKey = master
		c, other := open(t, o), open(t, o)
		a, b := space(t, c, "a"), space(t, c, "b")
		ka, kb := key(a, "the same text"), key(b, "the same text")
		if ka == kb {
			t.Error("two tenants, one key")
		}
		a.Put(ka, []byte("a's"))
		written(t, c)
		equal(t, "b, same text", get1(b, kb), nil)
		// Even who comes by the key of another tenant has no use for it.
		equal(t, "b, a's key, memory", get1(b, ka), nil)
		equal(t, "b, a's key, Redis", read1(b, ka), nil)
		equal(t, "b, a's key, another process", get1(space(t, other, "b"), ka), nil)
		equal(t, "b, a's key, claim", b.Claim(ctx, []Item{{Key: ka, Value: []byte("b's")}})[0], nil)
		equal(t, "a", get1(a, ka), []byte("a's"))
		server.Do("FLUSHALL")
	}
}

func TestAnotherMasterKeyIsAnotherCache(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	o := patient(server.URL())
	a := open(t, o)
	o.MasterKey += "x"
	b := open(t, o)
	sa, sb := space(t, a, "t"), space(t, b, "t")
	sa.Put(key(sa, "x"), []byte("value"))
	written(t, a)
	equal(t, "its own name", get1(sb, key(sb, "x")), nil)
	equal(t, "the other's name", get1(sb, key(sa, "x")), nil)
}

// Nothing of what a tenant says can be read in Redis.
func TestNothingToRead(t *testing.T) {
	const canary = "CanaryText-4711"
	server := redistest.Start(t, redistest.Options{})
	dump := func(master string) string {
		server.Do("FLUSHALL")
		o := patient(server.URL())
		o.MasterKey = master
		c := open(t, o)
		s := space(t, c, canary)
		s.Put(key(s, canary, "short"), []byte(canary))
		s.Put(key(s, canary, "packed"), bytes.Repeat([]byte(canary), 1000))
		s.Claim(ctx, []Item{{Key: key(s, canary, "record"), Value: []byte(canary)}})
		s.Extend([]Item{{Key: key(s, canary, "extended"), Value: []byte(canary)}})
		if err := c.FlushTenant(ctx, canary); err != nil {
			t.Fatal(err)
		}
		s = space(t, c, canary)
		s.Put(key(s, canary), []byte(canary))
		written(t, c)
		all := server.Dump()
		if len(all) < 3 {
			t.Fatalf("only %d keys", len(all))
		}
		return fmt.Sprint(all)
	}
	forms := func(s string) []string {
		return []string{s, hex.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s))}
	}
	sealed := dump(testKey)
	for _, f := range append(forms(canary), forms(testKey)...) {
		if strings.Contains(sealed, f) {
			t.Errorf("%s is in Redis", f)
		}
	}
	if !strings.Contains(dump(""), canary) {
		t.Error("without a master key nothing is found either, so that this test cannot fail")
	}
}

func TestFlush(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now = clock.Now
	a, b := open(t, o), open(t, o)
	sa, sb, neighbour := space(t, a, "t"), space(t, b, "t"), space(t, a, "u")
	k := key(sa, "x")
	sa.Put(k, []byte("value"))
	neighbour.Put(key(neighbour, "x"), []byte("neighbour"))
	written(t, a)
	equal(t, "b before", get1(sb, k), []byte("value"))

	if err := a.FlushTenant(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	equal(t, "a, Space of before", get1(sa, k), nil)
	equal(t, "a, Space of before, Redis", read1(sa, k), nil)
	after := space(t, a, "t")
	if key(after, "x") == k {
		t.Error("names are as before")
	}
	equal(t, "a, Space of after", get1(after, key(after, "x")), nil)
	equal(t, "a, Space of after, key of before", get1(after, k), nil)
	if n := a.Stats().Memory.Entries; n != 1 {
		t.Errorf("%d entries in memory, want the neighbour's alone", n)
	}
	equal(t, "neighbour", get1(space(t, a, "u"), key(neighbour, "x")), []byte("neighbour"))

	// What comes from before goes nowhere.
	sa.Put(k, []byte("late"))
	sa.Claim(ctx, []Item{{Key: k, Value: []byte("late")}})
	written(t, a)
	equal(t, "a, after a late write", get1(space(t, a, "t"), k), nil)

	clock.Add(epochAge)
	now := space(t, b, "t")
	equal(t, "b, a second later", get1(now, key(now, "x")), nil)
	equal(t, "b, a second later, Space of before", get1(sb, k), nil)
	if now.epoch != after.epoch || now.epoch != clock.Now().Add(-epochAge).UnixMilli() {
		t.Errorf("epochs %d and %d", now.epoch, after.epoch)
	}
	after.Put(key(after, "x"), []byte("new"))
	written(t, a)
	equal(t, "b has what came after", get1(now, key(after, "x")), []byte("new"))
}

// A write that waits during a flush is of no use afterwards, to nobody.
func TestFlushOvertakesWrites(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	a, b := open(t, patient(server.URL())), open(t, patient(server.URL()))
	sa := space(t, a, "t")
	space(t, b, "t")
	server.Pause()
	for i := range 300 {
		sa.Put(key(sa, fmt.Sprint(i)), []byte("value"))
	}
	done := make(chan error)
	go func() { done <- b.FlushTenant(ctx, "t") }()
	server.Resume()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	written(t, a)
	fresh := open(t, patient(server.URL()))
	s := space(t, fresh, "t")
	for _, v := range s.Get(ctx, append(keys(s, 300), keys(sa, 300)...)) {
		if v != nil {
			t.Fatal("a value of before the flush")
		}
	}
}

// Flushes of 1 ms and of a clock that is behind raise the epoch all the same.
func TestEveryFlushCounts(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	ahead, behind := newTime(), newTime()
	behind.Add(-time.Hour)
	o := patient(server.URL())
	o.Now = ahead.Now
	a := open(t, o)
	o.Now = behind.Now
	b := open(t, o)
	epoch := int64(0)
	for range 3 {
		for _, c := range []*Cache{a, b} {
			if err := c.FlushTenant(ctx, "t"); err != nil {
				t.Fatal(err)
			}
			if e := c.tenant("t").space.Load().epoch; e <= epoch {
				t.Errorf("epoch %d after %d", e, epoch)
			} else {
				epoch = e
			}
		}
	}
}

func TestEpochsNeverGoBack(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now = clock.Now
	a := open(t, o)
	if err := a.FlushTenant(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	epoch := space(t, a, "t").epoch
	name := a.tenant("t").name
	for what, lose := range map[string]func(){
		"lost":  func() { server.Do("FLUSHALL") },
		"lower": func() { server.Do("SET", name, epoch-1) },
	} {
		lose()
		clock.Add(epochAge)
		if e := space(t, a, "t").epoch; e != epoch {
			t.Errorf("%s: epoch %d, want %d", what, e, epoch)
		}
		redistest.Eventually(t, "written back", func() bool { return server.Do("GET", name) == fmt.Sprint(epoch) })
	}
	if e := space(t, open(t, o), "t").epoch; e != epoch {
		t.Errorf("a new replica is at %d, want %d", e, epoch)
	}
}

func TestFlushWithoutRedis(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	a := open(t, impatient(server.URL(), clock))
	recovers(t, a, clock)
	sa := a.Tenant(ctx, "t")
	sa.Put(key(sa, "x"), []byte("value"))
	server.Stop()
	err := a.FlushTenant(ctx, "t")
	if err == nil || !strings.Contains(err.Error(), "could not be told") {
		t.Errorf("flush: %v", err)
	}
	equal(t, "here", get1(sa, key(sa, "x")), nil)
	epoch := a.Tenant(ctx, "t").epoch
	if epoch == 0 {
		t.Error("no new epoch here")
	}

	// Meanwhile somebody else flushed, later by his clock but earlier than we did.
	server.Restart()
	server.Do("SET", a.tenant("t").name, epoch+1000)
	recovers(t, a, clock)
	clock.Add(epochAge)
	if e := space(t, a, "t").epoch; e != epoch+1001 {
		t.Errorf("epoch %d, want one above that of the other, %d", e, epoch+1000)
	}
	redistest.Eventually(t, "told", func() bool { return server.Do("GET", a.tenant("t").name) == fmt.Sprint(epoch+1001) })
	clock.Add(epochAge)
	if e := space(t, a, "t").epoch; e != epoch+1001 {
		t.Errorf("it rose again, to %d", e)
	}
}

// Before the epoch is known Redis is not used: it may hold what was flushed.
func TestUnknownEpoch(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now = clock.Now
	c := open(t, o)
	name := c.tenant("t").name
	for _, bad := range []string{"yesterday", "-1", "9223372036854775807"} {
		server.Do("SET", name, bad)
		clock.Add(epochAge)
		s := c.Tenant(ctx, "t")
		if s.shared() {
			t.Fatalf("%q is an epoch", bad)
		}
		s.Put(key(s, bad), []byte("value"))
		equal(t, "memory", get1(s, key(s, bad)), []byte("value"))
		if n := len(server.Dump()); n != 1 {
			t.Errorf("%d keys in Redis", n)
		}
	}
	if err := c.FlushTenant(ctx, "t"); err != nil {
		t.Errorf("a flush mends it: %v", err)
	}
	if s := c.Tenant(ctx, "t"); !s.shared() {
		t.Error("after a flush the epoch is not known")
	}
	if r := c.Stats().Redis; r.Breaker != "closed" || r.DecodeFailures != 3 {
		t.Errorf("%+v", r)
	}
}

func TestEpochIsAskedForOnceASecond(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now = clock.Now
	c := open(t, o)
	space(t, c, "t")
	gets := func() (n int) {
		for line := range strings.Lines(server.Do("INFO", "commandstats").(string)) {
			_, _ = fmt.Sscanf(line, "cmdstat_get:calls=%d,", &n)
		}
		return n
	}
	redistest.Eventually(t, "warm", func() bool { return gets() == 2 }) // that of Open and the first of the tenant
	before := gets()
	for second := range 3 {
		clock.Add(epochAge)
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() { c.Tenant(ctx, "t") })
		}
		wg.Wait()
		if n := gets() - before; n != second+1 {
			t.Errorf("%d questions in %d seconds", n, second+1)
		}
	}
}

func TestTenantsAreBounded(t *testing.T) {
	c := open(t, Options{})
	if err := c.FlushTenant(ctx, "flushed"); err != nil {
		t.Fatal(err)
	}
	epoch := c.Tenant(ctx, "flushed").epoch
	for i := range mostTenants + 100 {
		c.Tenant(ctx, fmt.Sprint(i))
	}
	if n := len(c.tenants); n > mostTenants {
		t.Errorf("%d tenants", n)
	}
	if e := c.Tenant(ctx, "flushed").epoch; e != epoch {
		t.Errorf("the epoch of a flush was forgotten: %d", e)
	}
	s := c.Tenant(ctx, "t")
	s.Put(key(s, "x"), []byte("value"))
	delete(c.tenants, "t")
	equal(t, "after the tenant was forgotten", get1(c.Tenant(ctx, "t"), key(s, "x")), []byte("value"))
}
