package service

import (
	"errors"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/pith-proxy/pith"
)

// metrics are what Prometheus is told. Labels take their values from route
// patterns, statuses and the classes of failure, never from a request.
type metrics struct {
	requests *prometheus.CounterVec   // by route, status, code
	seconds  *prometheus.HistogramVec // by route
	tokens   *prometheus.CounterVec   // by direction
	contexts *prometheus.CounterVec   // by status
	failures *prometheus.CounterVec   // of the compressor, by code
	queue    prometheus.Histogram
	model    prometheus.Histogram
	panics   prometheus.Counter
}

// latency covers a cached answer and the longest deadline alike.
var latency = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

func newMetrics(o Options, d *door) (*metrics, error) {
	m := &metrics{
		requests: counterVec("requests_total", "Requests answered.", "route", "status", "code"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "pith",
			Name: "request_duration_seconds", Help: "From the header to the last byte.", Buckets: latency}, []string{"route"}),
		tokens:   counterVec("tokens_total", "Tokens of the target models, before (in) and after (out).", "direction"),
		contexts: counterVec("contexts_total", "Texts, by what became of them.", "status"),
		failures: counterVec("compressor_errors_total", "Failures of a compressor, shown or passed over.", "code"),
		queue:    histogram("queue_seconds", "Waiting for a core, summed over the windows of a request."),
		model:    histogram("model_seconds", "Inside the model, summed over the windows of a request."),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Namespace: "pith", Name: "panics_total", Help: "Panics caught."}),
	}
	build := gauge("build_info", "Always 1.", func() float64 { return 1 },
		prometheus.Labels{"version": o.Version, "goversion": runtime.Version()})
	all := []prometheus.Collector{m.requests, m.seconds, m.tokens, m.contexts, m.failures, m.queue, m.model, m.panics, build,
		gauge("in_flight_requests", "Requests past the door.", func() float64 { return float64(d.requests.Load()) }, nil),
		gauge("in_flight_bytes", "Bytes of their bodies.", func() float64 { return float64(d.bytes.Load()) }, nil),
	}
	if o.QueueDepth != nil {
		all = append(all, gauge("queue_depth", "Pieces of work that wait for a core.", func() float64 { return float64(o.QueueDepth()) }, nil))
	}
	for _, c := range all {
		if err := o.Registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, registerRuntime(o.Registry)
}

// registerRuntime adds the collectors of Go and of the process, which the owner
// of the registry may have added already.
func registerRuntime(r *prometheus.Registry) error {
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		var twice prometheus.AlreadyRegisteredError
		if err := r.Register(c); err != nil && !errors.As(err, &twice) {
			return err
		}
	}
	return nil
}

func (m *metrics) request(route string, status int, rec *record, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status), label(rec.code)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) result(res *pith.Result) {
	for i := range res.Contexts {
		c := &res.Contexts[i]
		m.tokens.WithLabelValues("in").Add(float64(max(c.InputTokens, 0)))
		m.tokens.WithLabelValues("out").Add(float64(max(c.OutputTokens, 0)))
		m.contexts.WithLabelValues(string(c.Status)).Inc()
	}
	m.queue.Observe(res.Timing.Queue.Seconds())
	m.model.Observe(res.Timing.Model.Seconds())
}

// label keeps a code that this program did not expect from becoming a series.
func label(c pith.Code) string {
	if _, known := fates[c]; known || c == "" {
		return string(c)
	}
	return "other"
}

func counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "pith", Name: name, Help: help}, labels)
}

func histogram(name, help string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "pith", Name: name, Help: help, Buckets: latency})
}

func gauge(name, help string, f func() float64, labels prometheus.Labels) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "pith", Name: name, Help: help, ConstLabels: labels}, f)
}
