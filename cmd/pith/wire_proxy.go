package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith/service/proxy"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/tokenize"
)

// newProxy puts the drop-in proxy together. The ledger is the caller's to close.
func newProxy(c *Config, compressor proxy.Compressor, log *slog.Logger, registry *prometheus.Registry) (*proxy.Proxy, *ledger.Ledger, error) {
	conf := relay.Options{DialTimeout: c.Transport.DialTimeout, ResponseHeaderTimeout: c.Transport.HeaderTimeout,
		StreamIdle: c.Transport.StreamIdle, ExtraCAFile: c.Transport.CAFile}
	if c.Transport.ProxyURL != "" {
		conf.Proxy, _ = url.Parse(c.Transport.ProxyURL) // validated
	}
	transport, err := relay.NewTransport(conf)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("transport: %w", err)}
	}
	keys, err := c.Proxy.keys(c.getenv)
	if err != nil {
		return nil, nil, err
	}
	var models []proxy.ModelRule
	for i := range c.Proxy.Models {
		m := &c.Proxy.Models[i]
		models = append(models, proxy.ModelRule{Match: m.Match, Override: m.override()})
	}
	l, err := ledger.Open(ledger.Options{TTL: c.Proxy.LedgerTTL, MaxBytes: c.Proxy.LedgerBytes, File: c.Proxy.LedgerFile, Secret: c.Proxy.LedgerSecret})
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("proxy.ledger_file: %w", err)}
	}
	compressing := c.Proxy.Compressing
	if compressing == 0 {
		compressing = 4 * runtime.GOMAXPROCS(0)
	}
	p, err := proxy.New(proxy.Options{
		Compressor: compressor,
		Counter:    func(model string) (proxy.Counter, error) { return tokenize.CounterFor(model) },
		Ledger:     l,
		Transport:  transport,
		Relay:      conf,
		Upstreams:  c.upstreams(),
		Settings:   c.Proxy.settings(),
		Models:     models,
		Keys:       keys,
		RequireKey: c.Proxy.RequireKey,
		KeepShared: c.Proxy.KeepShared,
		Refusals:   c.Proxy.Refusals,
		Verify:     c.Proxy.Verify,
		Limits: proxy.Limits{InspectBody: c.Proxy.InspectBody, MaxBody: c.Proxy.MaxBody, MaxHeld: c.Proxy.MaxHeld,
			MaxCompressing: compressing},
		Log:      log,
		Registry: registry,
	})
	if err != nil {
		_ = l.Close()
		return nil, nil, usageError{err}
	}
	return p, l, nil
}
