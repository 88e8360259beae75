package proxy

import "github.com/prometheus/client_golang/prometheus"

// metrics are what Prometheus is told. No label takes its value from a request: the
// operations are those of the table of routes, the upstreams those of the
// configuration, reasons and statuses from fixed lists.
type metrics struct {
	requests  *prometheus.CounterVec   // by upstream, operation, class of status
	prompts   *prometheus.CounterVec   // by operation, what became of them
	blocks    *prometheus.CounterVec   // by what became of them
	tokens    *prometheus.CounterVec   // by direction
	ledger    *prometheus.CounterVec   // hits and misses
	added     *prometheus.HistogramVec // by operation
	upstream  *prometheus.HistogramVec // by upstream
	failures  *prometheus.CounterVec   // by upstream, cause
	refusals  prometheus.Counter
	trips     prometheus.Counter
	panics    prometheus.Counter
	inFlight  prometheus.GaugeFunc
	clientErr prometheus.Counter
}

// fine starts at what a prompt without anything to shorten costs.
var fine = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

var coarse = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900}

func newMetrics(r *prometheus.Registry, g *gate) (*metrics, error) {
	m := &metrics{
		requests: counters("requests_total", "Requests sent on.", "upstream", "operation", "status"),
		prompts:  counters("prompts_total", "Prompts, by what became of them.", "operation", "outcome"),
		blocks:   counters("texts_total", "Texts long enough to look at, by what became of them: a method, or the reason why not.", "fate"),
		tokens:   counters("tokens_total", "Tokens of the texts that were shortened, before (in) and after (out).", "direction"),
		ledger:   counters("ledger_total", "Texts whose form was known (hit) or not (miss).", "result"),
		added:    histograms("added_seconds", "From the whole body to the first byte sent on.", fine, "operation"),
		upstream: histograms("upstream_first_byte_seconds", "From the first byte sent on to the header of the answer.", coarse, "upstream"),
		failures: counters("failures_total", "Requests without a whole answer, by cause.", "upstream", "cause"),
		refusals: counter("upstream_4xx_after_edit_total", "Edited requests that the vendor refused with 400 or 422."),
		trips:    counter("breaker_trips_total", "Times that too many refusals stopped the shortening of a tenant's new texts."),
		panics:   counter("compressor_panics_total", "Panics caught."),
		clientErr: counter("client_gone_total",
			"Requests whose client went away before the answer was through."),
		inFlight: prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "pith", Subsystem: "proxy", Name: "held_bytes",
			Help: "Bytes of bodies held."}, func() float64 { return float64(g.now.Load()) }),
	}
	for _, c := range []prometheus.Collector{m.requests, m.prompts, m.blocks, m.tokens, m.ledger, m.added, m.upstream,
		m.failures, m.refusals, m.trips, m.panics, m.inFlight, m.clientErr} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "pith", Subsystem: "proxy", Name: name, Help: help}, labels)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "pith", Subsystem: "proxy", Name: name, Help: help})
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "pith", Subsystem: "proxy", Name: name, Help: help,
		Buckets: buckets}, labels)
}

// class is a status as a label.
func class(status int) string {
	switch {
	case status < 200:
		return "1xx"
	case status < 300:
		return "2xx"
	case status < 400:
		return "3xx"
	case status == 429:
		return "429"
	case status < 500:
		return "4xx"
	}
	return "5xx"
}
