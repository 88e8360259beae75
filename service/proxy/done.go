package proxy

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/pith-proxy/pith/service/proxy/relay"
)

// done tells the metrics, the log and the breaker.
func (x *exchange) done(ctx context.Context, out relay.Outcome, took time.Duration) {
	m := x.metrics
	m.requests.WithLabelValues(x.route.name, x.route.label, class(out.Status)).Inc()
	if out.ClientGone {
		m.clientErr.Inc()
	}
	if out.FirstByte > 0 {
		m.upstream.WithLabelValues(x.route.name).Observe(out.FirstByte.Seconds())
	}
	if x.route.api != 0 {
		x.count()
	}
	if x.edited && x.report.shortened > 0 && (out.Status == http.StatusBadRequest || out.Status == http.StatusUnprocessableEntity) {
		m.refusals.Inc()
		if x.breaker.refused(x.caller.tenant) {
			m.trips.Inc()
			x.opts.Log.LogAttrs(ctx, slog.LevelWarn, "the vendor refuses edited requests; new texts stay raw for a while",
				slog.String("id", x.id), slog.String("upstream", x.route.name))
		}
	}
	if err := x.opts.Ledger.Err(); err != nil && !x.ledgerFailed.Swap(true) {
		x.opts.Log.LogAttrs(ctx, slog.LevelError, "the ledger's file cannot be written; forms are in memory only", slog.String("error", err.Error()))
	}
	if out.Err != nil {
		m.failures.WithLabelValues(x.route.name, out.Err.Reason).Inc()
	}
	x.log(ctx, out, took)
}

func (x *exchange) count() {
	m, r := x.metrics, &x.report
	m.prompts.WithLabelValues(x.route.label, r.outcome()).Inc()
	for reason, n := range r.reasons {
		m.blocks.WithLabelValues(reason).Add(float64(n))
	}
	for method, n := range r.methods {
		m.blocks.WithLabelValues(method).Add(float64(n))
	}
	m.tokens.WithLabelValues("in").Add(float64(r.before))
	m.tokens.WithLabelValues("out").Add(float64(r.after))
	m.ledger.WithLabelValues("hit").Add(float64(r.hits))
	m.ledger.WithLabelValues("miss").Add(float64(r.misses))
}

func (x *exchange) log(ctx context.Context, out relay.Outcome, took time.Duration) {
	if !x.opts.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{
		slog.String("id", x.id),
		slog.String("upstream", x.route.name),
		slog.String("operation", x.route.label),
		slog.Int("status", out.Status),
		slog.Duration("took", took),
	}
	if out.Code != "" {
		attrs = append(attrs, slog.String("code", out.Code))
	}
	if out.Err != nil {
		attrs = append(attrs, slog.String("cause", out.Err.Reason))
	}
	if x.caller.key != nil {
		attrs = append(attrs, slog.String("key", x.caller.key.ID))
	}
	if r := &x.report; x.route.api != 0 {
		attrs = append(attrs, slog.String("outcome", r.outcome()), slog.String("reason", r.reason()),
			slog.Duration("added", r.took), slog.Int("tokens_in", r.before), slog.Int("tokens_out", r.after))
	}
	x.opts.Log.LogAttrs(ctx, slog.LevelInfo, "proxied", attrs...)
}
