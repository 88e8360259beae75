package cache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// Stats are counts since Open, and what is there now.
type Stats struct {
	Memory MemoryStats `json:"memory"`
	Redis  *RedisStats `json:"redis,omitempty"` // nil without Redis
}

// MemoryStats are those of the layer in the process.
type MemoryStats struct {
	Hits     int64 `json:"hits"`
	Misses   int64 `json:"misses"`
	Entries  int64 `json:"entries"`
	Bytes    int64 `json:"bytes"`
	MaxBytes int64 `json:"max_bytes"`
}

// RedisStats are those of the shared layer, as seen from this process.
type RedisStats struct {
	Hits             int64            `json:"hits"`
	Misses           int64            `json:"misses"` // late ones too; not what was not asked for
	BytesRead        int64            `json:"bytes_read"`
	BytesWritten     int64            `json:"bytes_written"`
	Errors           map[string]int64 `json:"errors"` // by cause
	DecodeFailures   int64            `json:"decode_failures"`
	DigestMismatches int64            `json:"digest_mismatches"`
	Writes           int64            `json:"writes"`
	DroppedWrites    int64            `json:"dropped_writes"`
	TooLarge         int64            `json:"too_large"`
	Breaker          string           `json:"breaker"`      // closed, open, half_open
	Calls            int              `json:"calls"`        // under way
	QueueLength      int              `json:"queue_length"` // writes that wait or are under way
	Parked           int              `json:"parked"`       // records that wait for Redis to be back
}

// counts are what Stats is made from.
type counts struct {
	memoryHits, memoryMisses  atomic.Int64
	redisHits, redisMisses    atomic.Int64
	bytesRead, bytesWritten   atomic.Int64
	format, check             atomic.Int64
	writes, dropped, tooLarge atomic.Int64
	errors                    map[string]*atomic.Int64 // of causes, all there from the start
	seconds                   *prometheus.HistogramVec
}

func newCounts() *counts {
	c := &counts{errors: map[string]*atomic.Int64{}}
	for _, s := range causes {
		c.errors[s] = new(atomic.Int64)
	}
	c.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "pith", Subsystem: "cache", Name: "redis_seconds", Help: "Calls of Redis, of which one may be several batches.",
		Buckets: []float64{.0001, .00025, .0005, .001, .002, .004, .008, .016, .05, .1, .25, 1},
	}, []string{"operation"})
	return c
}

func (c *counts) observe(write bool, d time.Duration) {
	operation := "read"
	if write {
		operation = "write"
	}
	c.seconds.WithLabelValues(operation).Observe(d.Seconds())
}

func (c *counts) fail(err error) { c.errors[cause(err)].Add(1) }

// Stats returns the present counts.
func (c *Cache) Stats() Stats {
	n := c.counts
	s := Stats{Memory: MemoryStats{
		Hits: n.memoryHits.Load(), Misses: n.memoryMisses.Load(),
		Entries: int64(c.memory.cells.EstimatedSize()), Bytes: int64(c.memory.cells.WeightedSize()), MaxBytes: c.memory.max,
	}}
	if c.remote == nil {
		return s
	}
	s.Redis = &RedisStats{
		Hits: n.redisHits.Load(), Misses: n.redisMisses.Load(),
		BytesRead: n.bytesRead.Load(), BytesWritten: n.bytesWritten.Load(),
		DecodeFailures: n.format.Load(), DigestMismatches: n.check.Load(),
		Writes: n.writes.Load(), DroppedWrites: n.dropped.Load(), TooLarge: n.tooLarge.Load(),
		Breaker: c.remote.breaker.state(), Errors: map[string]int64{},
	}
	s.Redis.Calls = int(c.remote.calls.Load())
	s.Redis.QueueLength, s.Redis.Parked = int(c.writer.waiting.Load()), c.writer.parkedNow()
	for k, v := range n.errors {
		if v := v.Load(); v > 0 {
			s.Redis.Errors[k] = v
		}
	}
	return s
}

// refusals are the beginnings of Redis's own errors.
var refusals = []string{"OOM", "READONLY", "NOAUTH", "WRONGPASS", "NOPERM", "LOADING", "CLUSTERDOWN", "MASTERDOWN", "MISCONF",
	"NOREPLICAS", "TRYAGAIN", "MOVED", "ASK", "WRONGTYPE"}

var causes = func() []string {
	out := []string{"timeout", "connect", "tls", "connection", "refused"}
	for _, r := range refusals {
		out = append(out, strings.ToLower(r))
	}
	return out
}()

// refused reports whether Redis answered, and that is the failure.
func refused(err error) bool {
	var e redis.Error
	return errors.As(err, &e)
}

// cause puts a failure into one of causes. The text of an error is not for logs: that of
// Redis may quote the command.
func cause(err error) string {
	for _, r := range refusals {
		if redis.HasErrorPrefix(err, r) {
			return strings.ToLower(r)
		}
	}
	var (
		network     net.Error
		op          *net.OpError
		certificate *tls.CertificateVerificationError
		unknown     x509.UnknownAuthorityError
		record      tls.RecordHeaderError
	)
	switch {
	case refused(err):
		return "refused"
	case errors.As(err, &certificate), errors.As(err, &unknown), errors.As(err, &record), errors.As(err, &op) && op.Op == "remote error":
		return "tls"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, redis.ErrPoolTimeout),
		errors.As(err, &network) && network.Timeout():
		return "timeout"
	case op != nil && op.Op == "dial":
		return "connect"
	}
	return "connection"
}

// rareLog writes a message at most once a minute.
type rareLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	last map[string]time.Time
}

func (l *rareLog) warn(msg string, args ...any) { l.write(slog.LevelWarn, msg, args...) }
func (l *rareLog) info(msg string, args ...any) { l.write(slog.LevelInfo, msg, args...) }

func (l *rareLog) write(level slog.Level, msg string, args ...any) {
	l.mu.Lock()
	now := l.now()
	last, ok := l.last[msg]
	due := !ok || now.Sub(last) >= time.Minute || now.Before(last)
	if due {
		l.last[msg] = now
	}
	l.mu.Unlock()
	if due {
		l.log.Log(context.Background(), level, msg, args...)
	}
}
