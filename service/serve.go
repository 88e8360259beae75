package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// lastGrace is what a request gets to notice that its context has ended.
const lastGrace = 5 * time.Second

// Serve answers on both listeners until ctx ends, and then drains: it reports
// unready, waits for Drain.Delay while load balancers notice, stops listening, and
// lets the requests in flight finish within Drain.Timeout. Those that do not are
// told to stop. The admin listener, which may be nil, goes last. Serve closes the
// listeners and returns when nothing of it runs any more: nil after a clean end.
func (s *Service) Serve(ctx context.Context, public, admin net.Listener) error {
	base, abort := context.WithCancelCause(context.WithoutCancel(ctx))
	defer abort(nil)
	servers := []*http.Server{s.public(base)}
	listeners := []net.Listener{public}
	if admin != nil {
		servers, listeners = append(servers, s.server(base, s.admin)), append(listeners, admin)
	}

	var wg sync.WaitGroup
	failed := make(chan error, len(servers))
	for i, srv := range servers {
		wg.Go(func() {
			if err := serveOn(srv, listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}

	s.draining.Store(true)
	s.opts.Log.LogAttrs(base, slog.LevelInfo, "draining", slog.Int64("in_flight", s.door.requests.Load()))
	if err == nil {
		time.Sleep(s.opts.Drain.Delay)
	}
	for _, srv := range servers {
		err = errors.Join(err, s.stop(srv, abort))
	}
	wg.Wait()
	return err
}

// stop ends one server: kindly, then firmly.
func (s *Service) stop(srv *http.Server, abort context.CancelCauseFunc) error {
	kind, cancel := context.WithTimeout(context.Background(), s.opts.Drain.Timeout)
	defer cancel()
	if srv.Shutdown(kind) == nil {
		return nil
	}
	abort(errShutdown)
	firm, cancel := context.WithTimeout(context.Background(), lastGrace)
	defer cancel()
	if err := srv.Shutdown(firm); err != nil {
		_ = srv.Close()
		return fmt.Errorf("drain: requests were cut off: %w", err)
	}
	return nil
}

// serveOn serves with TLS if the server has a configuration for it.
func serveOn(srv *http.Server, l net.Listener) error {
	if srv.TLSConfig != nil {
		return srv.ServeTLS(l, "", "")
	}
	return srv.Serve(l)
}

// public is the server of everything but the admin routes.
func (s *Service) public(base context.Context) *http.Server {
	srv := s.server(base, s.handler)
	if s.opts.TLS != nil {
		srv.TLSConfig = s.opts.TLS
	}
	if s.opts.H2C {
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(true)
		srv.Protocols.SetHTTP2(true)
		srv.Protocols.SetUnencryptedHTTP2(true)
	}
	if s.opts.Proxy != nil {
		srv.RegisterOnShutdown(s.opts.Proxy.CloseTunnels)
	}
	return srv
}

// server has no WriteTimeout and no ReadTimeout: they would cut streams, with a
// status of 200. Bodies and writes have deadlines of their own.
func (s *Service) server(base context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    256 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelWarn),
	}
}
