package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/service"
)

// newCache opens the cache, which is nil if it is not wanted.
func newCache(c *Config, log *slog.Logger, registry prometheus.Registerer) (*cache.Cache, error) {
	if !c.Cache.Enabled {
		return nil, nil
	}
	k, err := cache.Open(cache.Options{MaxBytes: c.Cache.MaxBytes, TTL: c.Cache.TTL, MasterKey: c.Cache.MasterKey,
		Redis: c.Cache.redis(), ReadBudget: c.Cache.ReadBudget, Log: log, Registry: registry})
	if err != nil {
		return nil, usageError{fmt.Errorf("cache: %w", err)}
	}
	return k, nil
}

// memories gives each tenant its part of the cache; nil without one.
func memories(k *cache.Cache) func(context.Context, string) pith.Memory {
	if k == nil {
		return nil
	}
	return func(ctx context.Context, tenant string) pith.Memory { return k.Tenant(ctx, tenant) }
}

// adminCache is what the admin listener does with the cache.
type adminCache struct{ *cache.Cache }

func (a adminCache) Stats() any { return a.Cache.Stats() }

func (a adminCache) Flush(ctx context.Context, tenant string) error {
	return a.Cache.FlushTenant(ctx, tenant)
}

func cacheAdmin(k *cache.Cache) service.Cache {
	if k == nil {
		return nil
	}
	return adminCache{k}
}
