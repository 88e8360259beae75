package service

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/pith-proxy/pith"
)

// observe gives the request an identifier and, when it is over, a line in the
// log and a place in the metrics. The identifier is ours alone: one taken from
// the client could carry anything into the log.
func (s *Service) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &record{id: newID("req_")}
		if s.opts.Tenant != nil {
			tenant, ok := s.opts.Tenant(r)
			rec.tenant, rec.stranger = tenant, !ok
		}
		w.Header().Set("X-Pith-Request-Id", rec.id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(time.Time{}) // the last request's on this connection
		_ = rc.SetWriteDeadline(time.Time{})

		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		defer func() { s.report(r, rec, ww, time.Since(start)) }()
		next.ServeHTTP(ww, r)
	})
}

func (s *Service) report(r *http.Request, rec *record, w middleware.WrapResponseWriter, took time.Duration) {
	route := "other"
	if rc := chi.RouteContext(r.Context()); rc != nil && rc.RoutePattern() != "" {
		route = rc.RoutePattern()
	}
	status := w.Status()
	if status == 0 {
		status = http.StatusOK
	}
	if rec.code == codeClientGone {
		status = fates[codeClientGone].status
	}
	s.metrics.request(route, status, rec, took)

	level := slog.LevelInfo
	switch {
	case rec.code == pith.CodeInternal:
		level = slog.LevelError
	case route == "/healthz" || route == "/readyz":
		level = slog.LevelDebug
	}
	if !s.opts.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("id", rec.id),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Duration("took", took),
		slog.Int64("bytes_in", rec.bytesIn),
		slog.Int("bytes_out", w.BytesWritten()),
	}
	if rec.contexts > 0 {
		attrs = append(attrs, slog.Int("contexts", rec.contexts), slog.String("method", rec.method),
			slog.Int("tokens_in", rec.in), slog.Int("tokens_out", rec.out), slog.String("outcome", rec.outcome))
	}
	if rec.code != "" {
		attrs = append(attrs, slog.String("code", string(rec.code)))
	}
	if rec.code == pith.CodeInternal {
		attrs = append(attrs, slog.String("types", types(rec.err)))
	}
	s.opts.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// recoverPanics answers a panic with 500. What was panicked with may hold
// anything, so only its type is logged, with a stack, whose frames show
// addresses and no text. If the answer has begun it can only be cut, which is
// what [http.ErrAbortHandler] is for: it goes on up.
func (s *Service) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.logPanic(r.Context(), v)
			if ww, ok := w.(middleware.WrapResponseWriter); ok && ww.Status() != 0 {
				recordOf(r.Context()).code = pith.CodeInternal
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, errPanic)
		}()
		next.ServeHTTP(w, r)
	})
}

var errPanic = &pith.Error{Code: pith.CodeInternal, Msg: "panic"}

func (s *Service) logPanic(ctx context.Context, v any) {
	s.metrics.panics.Inc()
	s.opts.Log.LogAttrs(ctx, slog.LevelError, "panic",
		slog.String("id", recordOf(ctx).id),
		slog.String("type", fmt.Sprintf("%T", v)),
		slog.String("stack", string(debug.Stack())))
}
