package cache

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/cache/redistest"
)

// impatient is for servers that do not answer: what it waits for ends soon.
func impatient(url string, clock *fakeTime) Options {
	o := patient(url)
	o.ReadBudget, o.DialTimeout, o.WriteTimeout, o.Now = 50*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond, clock.Now
	return o
}

// absent is a key that alone asks for, and nobody has.
const absent = "nobody has this"

// alone checks that a cache without its Redis works in memory.
func alone(t *testing.T, c *Cache) {
	t.Helper()
	s := c.Tenant(ctx, "t")
	k := key(s, "alone")
	equal(t, "a miss", get1(s, key(s, absent)), nil)
	s.Put(k, []byte("value"))
	equal(t, "memory", get1(s, k), []byte("value"))
	equal(t, "no record", read1(s, key(s, "nor this")), nil)
}

// recovers lets time pass until Redis is used again.
func recovers(t *testing.T, c *Cache, clock *fakeTime) {
	t.Helper()
	redistest.Eventually(t, "closed again", func() bool {
		clock.Add(pause)
		c.Tenant(ctx, "t")
		return c.Stats().Redis.Breaker == "closed"
	})
	s := space(t, c, "t")
	k := key(s, fmt.Sprint("recovered at ", clock.Now()))
	s.Put(k, []byte("value"))
	written(t, c)
	redistest.Eventually(t, "in Redis", func() bool { return read1(s, k) != nil })
}

func opens(t *testing.T, c *Cache, clock *fakeTime) {
	t.Helper()
	redistest.Eventually(t, "open", func() bool {
		clock.Add(epochAge)
		alone(t, c)
		return c.Stats().Redis.Breaker == "open"
	})
	settled(t, c) // what began before may fail after
	n := fmt.Sprint(c.Stats().Redis.Errors)
	alone(t, c)
	settled(t, c)
	if m := fmt.Sprint(c.Stats().Redis.Errors); m != n {
		t.Errorf("an open breaker lets calls through: %s, then %s", n, m)
	}
}

func TestDownAtStart(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	server.Stop()
	c := open(t, impatient(server.URL(), clock))
	opens(t, c, clock)
	if n := c.Stats().Redis.Errors["connect"]; n == 0 {
		t.Errorf("errors: %v", c.Stats().Redis.Errors)
	}
	server.Restart()
	recovers(t, c, clock)
	s := c.Tenant(ctx, "t")
	equal(t, "what was put while it was down", get1(s, key(s, "alone")), []byte("value"))
}

func TestKilledAndRestarted(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	c := open(t, impatient(server.URL(), clock))
	recovers(t, c, clock)
	server.Stop()
	opens(t, c, clock)
	server.Restart()
	recovers(t, c, clock)
	server.Restart() // while nobody looks
	recovers(t, c, clock)
}

func TestPaused(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	c := open(t, impatient(server.URL(), clock))
	recovers(t, c, clock)
	server.Pause()
	opens(t, c, clock)
	if n := c.Stats().Redis.Errors["timeout"]; n == 0 {
		t.Errorf("errors: %v", c.Stats().Redis.Errors)
	}
	server.Resume()
	recovers(t, c, clock)
}

// A Redis that is slow by more than the budget is left alone: a probe that is answered
// late does not close the breaker, though nothing is wrong with the answer.
func TestSlow(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{Proxy: true}), newTime()
	c := open(t, impatient(server.URL(), clock))
	recovers(t, c, clock)
	server.Slow(150 * time.Millisecond)
	opens(t, c, clock)
	for range 3 {
		clock.Add(pause)
		c.Tenant(ctx, "t")
		redistest.Eventually(t, "probed", func() bool { return c.Stats().Redis.Breaker != "half_open" })
		if s := c.Stats().Redis.Breaker; s != "open" {
			t.Fatalf("after a late probe the breaker is %s", s)
		}
	}
	server.Slow(0)
	recovers(t, c, clock)
}

// The budget holds for the caller whatever the server does, and what comes late is kept.
func TestLateAnswersAreKept(t *testing.T) {
	server := redistest.Start(t, redistest.Options{Proxy: true})
	a := open(t, patient(server.URL()))
	sa := space(t, a, "t")
	k := key(sa, "x")
	sa.Put(k, []byte("value"))
	written(t, a)

	o := patient(server.URL())
	o.ReadBudget = 30 * time.Millisecond
	b := open(t, o)
	sb := space(t, b, "t")
	server.Slow(100 * time.Millisecond)
	equal(t, "in time", get1(sb, k), nil)
	redistest.Eventually(t, "in memory", func() bool { return b.memory.get("t", k) != nil })
	equal(t, "later", get1(sb, k), []byte("value"))
}

func TestBadValuesAreMisses(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	var log bytes.Buffer
	o := patient(server.URL())
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	c := open(t, o)
	s := space(t, c, "t")
	k := key(s, "x")
	good := string(s.secrets.encode(k, []byte("secret value"), time.Time{}))
	format, check := int64(0), int64(0)
	for _, row := range []struct {
		name, value string
		check       bool
	}{
		{"truncated", good[:len(good)-1], false},
		{"nearly_nothing", good[:3], false},
		{"garbled", good[:30] + "XX" + good[32:], true},
		{"wrong_version", "sc\x02" + good[3:], false},
		{"of_somebody_else", "hello", false},
		{"of_another_key", string(s.secrets.encode(key(s, "y"), []byte("v"), time.Time{})), true},
	} {
		server.Do("SET", nameOf(k), row.value)
		equal(t, row.name, get1(s, k), nil)
		equal(t, row.name, read1(s, k), nil)
		equal(t, row.name, s.Claim(ctx, []Item{{Key: k, Value: []byte("mine")}})[0], nil)
		if row.check {
			check += 3
		} else {
			format += 3
		}
	}
	server.Do("SET", nameOf(k), "")
	equal(t, "empty", get1(s, k), nil)
	server.Do("DEL", nameOf(k))
	server.Do("LPUSH", nameOf(k), "a list")
	equal(t, "not a string", get1(s, k), nil)
	r := c.Stats().Redis
	c.Close() // the log is written beside
	if r.DecodeFailures != format || r.DigestMismatches != check || r.Errors["wrongtype"] != 1 {
		t.Errorf("got %+v, want %d and %d", r, format, check)
	}
	if n := strings.Count(log.String(), "not a value of ours"); n != 1 {
		t.Errorf("%d lines in a minute:\n%s", n, log.String())
	}
	if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), prefix) {
		t.Errorf("the log has text or names:\n%s", log.String())
	}
}

// Full is what Redis answers to a write. Reads go on.
func TestFull(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	clock := newTime()
	o := patient(server.URL())
	o.Now = clock.Now
	c := open(t, o)
	s := space(t, c, "t")
	old, record := key(s, "old"), key(s, "record")
	s.Put(old, []byte("value"))
	written(t, c)
	server.Do("CONFIG", "SET", "maxmemory-policy", "noeviction")
	server.Do("CONFIG", "SET", "maxmemory", 1)
	for i := range 40 {
		s.Put(key(s, fmt.Sprint(i)), []byte("value"))
		written(t, c)
	}
	equal(t, "claim", s.Claim(ctx, []Item{{Key: record, Value: []byte("mine")}})[0], nil)
	r := c.Stats().Redis
	if r.Errors["oom"] == 0 || r.DroppedWrites != 40 || r.Breaker != "closed" {
		t.Errorf("%+v", r)
	}
	equal(t, "Redis can be read", read1(s, old), []byte("value"))
	equal(t, "memory", get1(s, key(s, "1")), []byte("value"))
	server.Do("CONFIG", "SET", "maxmemory", 0)
	s.Put(key(s, "new"), []byte("value"))
	redistest.Eventually(t, "the record is written when there is room", func() bool { return read1(s, record) != nil })
}

func TestReadOnly(t *testing.T) {
	server := redistest.Start(t, redistest.Options{Args: []string{"--min-replicas-to-write", "0"}})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	old := key(s, "old")
	s.Put(old, []byte("value"))
	written(t, c)
	server.Do("CONFIG", "SET", "min-replicas-to-write", 1) // NOREPLICAS
	s.Put(key(s, "noreplicas"), []byte("value"))
	written(t, c)
	server.Do("CONFIG", "SET", "min-replicas-to-write", 0)
	server.Do("REPLICAOF", "127.0.0.1", 1) // READONLY, with what it has
	s.Put(key(s, "readonly"), []byte("value"))
	written(t, c)
	r := c.Stats().Redis
	if r.Errors["readonly"] == 0 || r.Errors["noreplicas"] == 0 || r.Breaker != "closed" {
		t.Errorf("%+v", r)
	}
	equal(t, "Redis can be read", read1(s, old), []byte("value"))
	if err := c.FlushTenant(ctx, "t"); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("flush: %v", err)
	}
}

func TestWrongPassword(t *testing.T) {
	server := redistest.Start(t, redistest.Options{Users: []string{"pith on >right ~sc1:* +get +set +pexpire"}})
	for _, row := range []struct{ user, password, want string }{
		{"pith", "wrong", "wrongpass"},
		{"nobody", "right", "wrongpass"},
	} {
		clock := newTime()
		c := open(t, impatient(server.URLAs(row.user, row.password), clock))
		opens(t, c, clock)
		if c.Stats().Redis.Errors[row.want] == 0 {
			t.Errorf("%s: %v", row.password, c.Stats().Redis.Errors)
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now, o.Queue = clock.Now, 10
	c := open(t, o)
	s := space(t, c, "t")
	server.Pause()
	for i := range 1000 {
		s.Put(key(s, fmt.Sprint(i)), []byte("value"))
	}
	r := c.Stats().Redis
	if most := 10 + writers*mostItems; r.DroppedWrites < int64(1000-most) || r.QueueLength > most {
		t.Errorf("%+v", r)
	}
	server.Resume()
	written(t, c)
	if n := int64(len(server.Dump())); n+c.Stats().Redis.DroppedWrites != 1000 {
		t.Errorf("%d in Redis, %d dropped, of 1000", n, c.Stats().Redis.DroppedWrites)
	}
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	server.Pause()
	const most = mostQueued - mostQueued/4 // of values
	const many = most/MaxValue + 20
	for i := range many {
		s.Put(key(s, fmt.Sprint(i)), make([]byte, MaxValue))
	}
	if n := c.writer.bytes.Load(); n > most || c.Stats().Redis.DroppedWrites != 20 {
		t.Errorf("%d bytes are waiting, %d were dropped", n, c.Stats().Redis.DroppedWrites)
	}
	server.Resume()
	written(t, c)
	if n := c.writer.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are waiting after all", n)
	}
}

func TestCloseDoesNotWaitForLong(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	server.Pause()
	s.Put(key(s, "x"), []byte("value"))
	start := time.Now()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 8*time.Second { // of 20 s that the calls have
		t.Errorf("Close took %v", d)
	}
}

// What another replica's clock says costs a write at most, never a value.
func TestClockSkew(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now, o.TTL = clock.Now, time.Hour
	c := open(t, o)
	s := space(t, c, "t")
	for name, row := range map[string]struct {
		until  time.Time
		writes int64 // on the first uses, and half an hour later
	}{
		"in_time":     {clock.Now().Add(time.Hour), 1},
		"behind":      {clock.Now().Add(-time.Hour), 2},
		"far_behind":  {time.UnixMilli(1), 2},
		"ahead":       {clock.Now().Add(100 * time.Hour), 1},
		"far_ahead":   {time.UnixMilli(1 << 60), 1},
		"not_said":    {time.Time{}, 1},
		"before_1970": {time.UnixMilli(-1), 1},
	} {
		k := key(s, name)
		server.Do("SET", nameOf(k), s.secrets.encode(k, []byte("value"), row.until))
		before := c.Stats().Redis.Writes
		for _, pass := range []time.Duration{0, 0, 0, 31 * time.Minute, 0} {
			clock.Add(pass)
			equal(t, name, get1(space(t, c, "t"), k), []byte("value"))
			written(t, c)
		}
		clock.Add(-31 * time.Minute)
		if n := c.Stats().Redis.Writes - before; n != row.writes {
			t.Errorf("%s: written again %d times, want %d", name, n, row.writes)
		}
	}
}

func TestRenewalIsTriedAgain(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := patient(server.URL())
	o.Now, o.TTL = clock.Now, time.Hour
	c := open(t, o)
	s := space(t, c, "t")
	k := key(s, "x")
	s.Put(k, []byte("value"))
	written(t, c)
	clock.Add(31 * time.Minute)
	b := c.remote.breaker
	b.open, b.next = true, clock.Now().Add(time.Hour)
	get1(s, k)
	b.open = false
	before := c.Stats().Redis.Writes
	get1(s, k)
	written(t, c)
	if n := c.Stats().Redis.Writes - before; n != 1 {
		t.Errorf("written again %d times", n)
	}
}
