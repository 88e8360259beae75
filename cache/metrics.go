package cache

import "github.com/prometheus/client_golang/prometheus"

// collector tells Prometheus what Stats says.
type collector struct{ c *Cache }

var (
	hitsDesc    = desc("hits_total", "Values found, by layer.", "layer")
	missesDesc  = desc("misses_total", "Values asked for and not found, by layer.", "layer")
	entriesDesc = desc("memory_entries", "Values in memory.")
	bytesDesc   = desc("memory_bytes", "Bytes in memory, as they are counted against the bound.")
	readDesc    = desc("redis_read_bytes_total", "Bytes of values that came from Redis.")
	writtenDesc = desc("redis_written_bytes_total", "Bytes of values that went to Redis.")
	errorsDesc  = desc("redis_errors_total", "Failures of Redis, by cause.", "cause")
	badDesc     = desc("redis_bad_values_total", "Values in Redis that are none (format), or not that of their key (check).", "reason")
	writesDesc  = desc("redis_writes_total", "Values and records written.")
	droppedDesc = desc("redis_dropped_writes_total", "Writes dropped because Redis was away or the queue full.")
	largeDesc   = desc("redis_too_large_total", "Values too long for Redis.")
	callsDesc   = desc("redis_calls", "Calls of Redis under way, late ones too.")
	queueDesc   = desc("redis_queue_length", "Writes that wait.", "queue")
	breakerDesc = desc("redis_breaker_open", "1 while Redis is left alone after failures.")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("pith_cache_"+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (k collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{hitsDesc, missesDesc, entriesDesc, bytesDesc, readDesc, writtenDesc, errorsDesc, badDesc,
		writesDesc, droppedDesc, largeDesc, callsDesc, queueDesc, breakerDesc} {
		out <- d
	}
	k.c.counts.seconds.Describe(out)
}

// Collect implements prometheus.Collector.
func (k collector) Collect(out chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge := func(d *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	s := k.c.Stats()
	count(hitsDesc, s.Memory.Hits, "memory")
	count(missesDesc, s.Memory.Misses, "memory")
	gauge(entriesDesc, s.Memory.Entries)
	gauge(bytesDesc, s.Memory.Bytes)
	r := s.Redis
	if r == nil {
		return
	}
	count(hitsDesc, r.Hits, "redis")
	count(missesDesc, r.Misses, "redis")
	count(readDesc, r.BytesRead)
	count(writtenDesc, r.BytesWritten)
	for cause, n := range r.Errors {
		count(errorsDesc, n, cause)
	}
	count(badDesc, r.DecodeFailures, "format")
	count(badDesc, r.DigestMismatches, "check")
	count(writesDesc, r.Writes)
	count(droppedDesc, r.DroppedWrites)
	count(largeDesc, r.TooLarge)
	gauge(callsDesc, int64(r.Calls))
	gauge(queueDesc, int64(r.QueueLength), "writes")
	gauge(queueDesc, int64(r.Parked), "parked")
	open := int64(0)
	if r.Breaker != "closed" {
		open = 1
	}
	gauge(breakerDesc, open)
	k.c.counts.seconds.Collect(out)
}
