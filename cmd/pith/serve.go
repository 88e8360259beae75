package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/service"
	"github.com/pith-proxy/pith/tokenize"
)

func serveCommand(load loader) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API",
		Long:  "Serve the API until interrupted. Requests in flight are finished first.",
		Args:  exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return serve(cmd.Context(), c, cmd.ErrOrStderr())
		}),
	}
	addSettings(cmd)
	return cmd
}

func serve(ctx context.Context, c *Config, stderr io.Writer) error {
	log := newLogger(c.Log, stderr)
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	registry := prometheus.NewRegistry()
	a.alarm = newAlarm(log, registry)
	a.unopened = newUnopened(log)
	k, err := openCaches(c, log, registry)
	if err != nil {
		return err
	}
	defer k.Close()
	p, sent, err := newProxy(c, work{a.router, a.version(), k}, log, registry)
	if err != nil {
		return err
	}
	defer sent.Close()
	var encryption *tls.Config
	if c.TLS.CertFile != "" {
		t := service.TLS{CertFile: c.TLS.CertFile, KeyFile: c.TLS.KeyFile, ClientCAFile: c.TLS.ClientCAFile}
		if encryption, err = t.Config(); err != nil {
			return usageError{err}
		}
	}
	guard := service.Admin{Token: c.Admin.Token, Hosts: c.Admin.Hosts}
	if k.results != nil {
		guard.Cache = k
	}
	var ready atomic.Bool
	s, err := service.New(service.Options{
		Proxy:      p,
		Origins:    c.CORS.Origins,
		TLS:        encryption,
		H2C:        c.H2C,
		Registry:   registry,
		Compressor: compressors.Remembering{Router: a.router, Version: a.version()},
		Decode:     lossless.DecodeClaiming,
		Memory:     memories(k.results),
		Tenant:     p.Tenant,
		Counter:    func(name string) (service.Counter, error) { return tokenize.CounterFor(name) },
		Ready:      ready.Load,
		QueueDepth: func() int { return a.engine.State().Queued },
		Log:        log,
		Version:    version,
		Limits: service.Limits{MaxBody: c.Limits.MaxBody, MaxTokens: c.Limits.MaxTokens,
			MaxInFlight: c.Limits.MaxInFlight, MaxBytesInFlight: c.Limits.MaxBytesInFlight},
		Admin: guard,
		Drain: service.Drain{Delay: c.Drain.Delay, Timeout: c.Drain.Timeout},
	})
	if err != nil {
		return err
	}
	api, admin, err := listen(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	warmed := make(chan struct{})
	go func() {
		defer close(warmed)
		if err := a.warm(ctx); err != nil {
			cancel(fmt.Errorf("open the models: %w", err))
			return
		}
		ready.Store(true)
		log.Info("ready", "listen", api.Addr().String(), "workers", a.engine.State().Workers)
	}()
	log.Info("listening", "listen", api.Addr().String(), "admin", addr(admin), "version", version)
	err = s.Serve(ctx, api, admin)
	cancel(nil)
	<-warmed
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// listen opens both listeners, or neither.
func listen(c *Config) (api, admin net.Listener, err error) {
	if api, err = net.Listen("tcp", c.Listen); err != nil {
		return nil, nil, usageError{fmt.Errorf("listen: %w", err)}
	}
	if c.AdminListen == "" {
		return api, nil, nil
	}
	if admin, err = net.Listen("tcp", c.AdminListen); err != nil {
		api.Close()
		return nil, nil, usageError{fmt.Errorf("admin_listen: %w", err)}
	}
	return api, admin, nil
}

func addr(l net.Listener) string {
	if l == nil {
		return "none"
	}
	return l.Addr().String()
}

func newLogger(c LogConfig, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // validated
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
