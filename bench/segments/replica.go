package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/proc"
	"github.com/pith-proxy/pith/bench/internal/server"
)

// replica is one running pith.
type replica struct{ *server.Server }

// warm waits until the replica is ready and has it read something of another tenant's
// that no other process has read, so that what a process does once is done.
func (r *replica) warm(ctx context.Context) error {
	if _, err := r.Ready(ctx); err != nil {
		return err
	}
	text := fmt.Sprintf("This is the process with the number %d. It was started to be measured, and has to have read something before that. "+
		"What it reads first takes longer than all that comes after it, because some of its parts are made on first use.", r.PID())
	_, err := r.compress(ctx, "warm-up", ask{Input: text, Question: "What is it?"})
	return err
}

// cacheStats is what the admin listener says of the cache.
type cacheStats struct {
	Memory struct{ Entries, Bytes int64 }
	Redis  struct {
		Queue   int   `json:"queue_length"`
		Parked  int   `json:"parked"`
		Dropped int64 `json:"dropped_writes"`
	}
}

func (r *replica) stats(ctx context.Context) (s cacheStats, err error) {
	data, err := r.admin(ctx, "/cache")
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

func (r *replica) admin(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Admin+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, res.StatusCode)
	}
	return data, err
}

// written waits until everything that is to be in Redis is there.
func (r *replica) written(ctx context.Context) error {
	for {
		s, err := r.stats(ctx)
		if err != nil {
			return err
		}
		if s.Redis.Queue == 0 && s.Redis.Parked == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// residents is what a replica holds in memory, in bytes, after a collection of garbage.
func (r *replica) residents(ctx context.Context) (rss, heap int64, err error) {
	for range 2 { // what has finalizers is gone after the second
		if _, err := r.admin(ctx, "/debug/pprof/heap?gc=1"); err != nil {
			return 0, 0, err
		}
	}
	metrics, err := r.admin(ctx, "/metrics")
	if err != nil {
		return 0, 0, err
	}
	if m, err := proc.MemoryOf(r.PID()); err == nil { // known on Linux only
		rss = m.Now
	}
	for line := range strings.Lines(string(metrics)) {
		if value, ok := strings.CutPrefix(line, "go_memstats_heap_alloc_bytes "); ok {
			var x float64
			_, err := fmt.Sscan(value, &x)
			return rss, int64(x), err
		}
	}
	return rss, 0, nil // printed as unknown
}
