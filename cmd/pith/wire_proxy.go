package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/service/proxy"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/tokenize"
)

// vendorCaches says how the vendor of a model keeps prompts.
func vendorCaches(c *ProxyConfig) (func(model string) proxy.VendorCache, error) {
	table := economics.Default()
	if c.Prices != "" {
		f, err := os.Open(c.Prices)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if table, err = table.Load(f); err != nil {
			return nil, err
		}
	}
	return func(model string) proxy.VendorCache {
		v, known := table.ForModel(model)
		out := proxy.VendorCache{Prefixes: !known || v.Match == economics.MatchPrefix, Markers: v.Breakpoints == economics.Explicit}
		if c.CacheMinimum {
			out.Minimum = v.MinTokens
		}
		return out
	}, nil
}

// work is what makes prompts shorter, and what its results depend on and are kept in.
type work struct {
	compressor proxy.Compressor
	version    string
	caches     *caches
}

// newProxy puts the drop-in proxy together. The ledger is the caller's to close.
func newProxy(c *Config, w work, log *slog.Logger, registry *prometheus.Registry) (*proxy.Proxy, *ledger.Ledger, error) {
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
	l, err := ledger.Open(ledger.Options{TTL: c.Proxy.LedgerTTL, MaxBytes: c.Proxy.LedgerBytes, File: c.Proxy.LedgerFile, Secret: c.Proxy.LedgerSecret,
		Shared: w.caches.decisions != nil && w.caches.decisions.Shared()})
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("proxy.ledger_file: %w", err)}
	}
	cached, err := vendorCaches(&c.Proxy)
	if err != nil {
		_ = l.Close()
		return nil, nil, usageError{fmt.Errorf("proxy.prices: %w", err)}
	}
	compressing := c.Proxy.Compressing
	if compressing == 0 {
		compressing = 4 * runtime.GOMAXPROCS(0)
	}
	p, err := proxy.New(proxy.Options{
		Compressor: w.compressor,
		Version:    w.version,
		Memory:     memories(w.caches.results),
		Decisions:  memories(w.caches.decisions),
		Counter:    func(model string) (proxy.Counter, error) { return tokenize.CounterFor(model) },
		Code:       codeParts,
		Ledger:     l,
		Transport:  transport,
		Relay:      conf,
		Upstreams:  c.upstreams(),
		Settings:   c.Proxy.settings(),
		Models:     models,
		Keys:       keys,
		RequireKey: c.Proxy.RequireKey,
		KeepShared: c.Proxy.KeepShared,
		Cached:     cached,
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
