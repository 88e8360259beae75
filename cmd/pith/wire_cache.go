package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache"
)

// caches are where results are kept, and the decisions of the proxy. Both may be one.
type caches struct {
	results   *cache.Cache // nil is none
	decisions *cache.Cache
}

// openCaches opens what the configuration wants.
func openCaches(c *Config, log *slog.Logger, registry prometheus.Registerer) (*caches, error) {
	if !c.Cache.Enabled {
		return &caches{}, nil
	}
	o := cache.Options{MaxBytes: c.Cache.MaxBytes, TTL: c.Cache.TTL, MasterKey: c.Cache.MasterKey,
		Redis: c.Cache.redis(c.Cache.RedisURL), ReadBudget: c.Cache.ReadBudget, Log: log, Registry: registry}
	results, err := cache.Open(o)
	if err != nil {
		return nil, usageError{fmt.Errorf("cache: %w", err)}
	}
	k := &caches{results: results, decisions: results}
	if c.Cache.DecisionsURL == "" {
		return k, nil
	}
	o.Redis, o.Registry, o.MaxBytes = c.Cache.redis(c.Cache.DecisionsURL), nil, 1<<20 // the ledger has a memory of its own
	if k.decisions, err = cache.Open(o); err != nil {
		_ = results.Close()
		return nil, usageError{fmt.Errorf("cache.decisions_url: %w", err)}
	}
	return k, nil
}

func (k *caches) Close() error {
	if k.results == nil {
		return nil
	}
	err := k.results.Close()
	if k.decisions != k.results {
		err = errors.Join(err, k.decisions.Close())
	}
	return err
}

// memories gives each tenant its part of a cache; nil without one.
func memories(k *cache.Cache) func(context.Context, string) pith.Memory {
	if k == nil {
		return nil
	}
	return func(ctx context.Context, tenant string) pith.Memory { return k.Tenant(ctx, tenant) }
}

// Stats implements service.Cache.
func (k *caches) Stats() any {
	s := struct {
		cache.Stats
		Decisions *cache.RedisStats `json:"decisions,omitempty"` // of a Redis of their own
	}{Stats: k.results.Stats()}
	if k.decisions != k.results {
		s.Decisions = k.decisions.Stats().Redis
	}
	return s
}

// Flush implements service.Cache.
func (k *caches) Flush(ctx context.Context, tenant string) error {
	err := k.results.FlushTenant(ctx, tenant)
	if k.decisions != k.results {
		err = errors.Join(err, k.decisions.FlushTenant(ctx, tenant))
	}
	return err
}
