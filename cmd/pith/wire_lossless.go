package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// newAlarm tells the log and the metrics of texts that a lossless method could not restore
// and therefore left as they were. Each is a bug of a form.
func newAlarm(log *slog.Logger, registry prometheus.Registerer) func(method string, forms []string) {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pith_lossless_broken_total",
		Help: "Texts that a lossless method could not restore, and left as they were."}, []string{"method"})
	registry.MustRegister(count)
	return func(method string, forms []string) {
		count.WithLabelValues(method).Inc()
		log.LogAttrs(context.Background(), slog.LevelError, "lossless form cannot be undone",
			slog.String("method", method), slog.String("forms", strings.Join(forms, " ")))
	}
}
