package cache

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/pith-proxy/pith/cache/redistest"
)

func TestMetrics(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	registry := prometheus.NewRegistry()
	o := patient(server.URL())
	o.Registry = registry
	c := open(t, o)
	if _, err := Open(o); err == nil {
		t.Error("two caches in one registry")
	}
	s := space(t, c, "t")
	s.Put(key(s, "x"), []byte("value"))
	s.Get(ctx, []Key{key(s, "x"), key(s, "y"), key(s, "z")})
	written(t, c)
	want := `
# HELP pith_cache_hits_total Values found, by layer.
# TYPE pith_cache_hits_total counter
pith_cache_hits_total{layer="memory"} 1
pith_cache_hits_total{layer="redis"} 0
# HELP pith_cache_misses_total Values asked for and not found, by layer.
# TYPE pith_cache_misses_total counter
pith_cache_misses_total{layer="memory"} 2
pith_cache_misses_total{layer="redis"} 2
# HELP pith_cache_redis_writes_total Values and records written.
# TYPE pith_cache_redis_writes_total counter
pith_cache_redis_writes_total 1
# HELP pith_cache_redis_breaker_open 1 while Redis is left alone after failures.
# TYPE pith_cache_redis_breaker_open gauge
pith_cache_redis_breaker_open 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "pith_cache_hits_total", "pith_cache_misses_total",
		"pith_cache_redis_writes_total", "pith_cache_redis_breaker_open"); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	if n, err := testutil.GatherAndCount(registry, "pith_cache_redis_seconds"); err != nil || n != 2 {
		t.Errorf("%d histograms, %v", n, err)
	}
	c.Close()
	if n, _ := testutil.GatherAndCount(registry); n != 0 {
		t.Errorf("%d series after Close", n)
	}
}

func TestStatsAsJSON(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	for _, row := range []struct {
		c    *Cache
		want []string
		not  string
	}{
		{open(t, patient(server.URL())), []string{`"breaker":"closed"`, `"queue_length":0`, `"hits":0`, `"max_bytes":134217728`}, "Redis"},
		{open(t, Options{}), []string{`"hits":0`}, "redis"},
	} {
		b, err := json.Marshal(row.c.Stats())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range row.want {
			if !bytes.Contains(b, []byte(want)) {
				t.Errorf("no %s in %s", want, b)
			}
		}
		if bytes.Contains(b, []byte(row.not)) {
			t.Errorf("%s in %s", row.not, b)
		}
	}
}

// redisError is what the client library makes of Redis's own errors.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

func TestCauses(t *testing.T) {
	for _, row := range []struct {
		err  error
		want string
	}{
		{redisError("OOM command not allowed when used memory > 'maxmemory'."), "oom"},
		{fmt.Errorf("failed to authenticate: %w", redisError("WRONGPASS invalid username-password pair")), "wrongpass"},
		{redisError("LOADING Redis is loading the dataset in memory"), "loading"},
		{redisError("ERR unknown command 'SET', with args beginning with: 'sc1:x' 'secret'"), "refused"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "timeout"},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, "connect"},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, "connection"},
		{io.EOF, "connection"},
	} {
		if got := cause(row.err); got != row.want {
			t.Errorf("%v: %s, want %s", row.err, got, row.want)
		}
		if newCounts().errors[cause(row.err)] == nil {
			t.Errorf("%s is not counted", cause(row.err))
		}
	}
}

func TestLogIsRare(t *testing.T) {
	var out bytes.Buffer
	clock := newTime()
	l := &rareLog{log: slog.New(slog.NewTextHandler(&out, nil)), now: clock.Now, last: map[string]time.Time{}}
	for range 121 { // a second apart
		l.warn("one")
		l.info("two")
		clock.Add(time.Second)
	}
	if one, two := strings.Count(out.String(), "one"), strings.Count(out.String(), "two"); one != 3 || two != 3 {
		t.Errorf("%d and %d lines in two minutes, want 3 of each", one, two)
	}
}

// TestCellSize measures what cellSize says.
func TestCellSize(t *testing.T) {
	const n = 20_000
	c := open(t, Options{MaxBytes: 1 << 30})
	s := space(t, c, "t")
	all := keys(s, n)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for _, k := range all {
		s.Put(k, make([]byte, 512))
	}
	c.memory.cells.CleanUp()
	each := float64(heap()-before)/n - 512
	t.Logf("%.0f bytes besides the value", each)
	if each > 1.3*cellSize || each < 0.5*cellSize {
		t.Errorf("a cell takes %.0f bytes besides its value; cellSize says %d", each, cellSize)
	}
	runtime.KeepAlive(all)
}
