package main

import (
	"time"

	"github.com/pith-proxy/pith/cache"
)

// CacheConfig says where results are kept.
type CacheConfig struct {
	Enabled    bool          `koanf:"enabled"`
	MaxBytes   int64         `koanf:"max_bytes"`
	TTL        time.Duration `koanf:"ttl"`
	MasterKey  string        `koanf:"master_key"`
	LaterBytes int           `koanf:"later_bytes"`

	RedisURL         string        `koanf:"redis_url"`
	DecisionsURL     string        `koanf:"decisions_url"`
	ReadBudget       time.Duration `koanf:"read_budget"`
	CAFile           string        `koanf:"redis_ca_file"`
	CertFile         string        `koanf:"redis_cert_file"`
	KeyFile          string        `koanf:"redis_key_file"`
	ServerName       string        `koanf:"redis_server_name"`
	SentinelUsername string        `koanf:"sentinel_username"`
	SentinelPassword string        `koanf:"sentinel_password"`
}

func defaultCache() CacheConfig {
	return CacheConfig{Enabled: true, MaxBytes: 128 << 20, TTL: 24 * time.Hour, LaterBytes: 1 << 20, ReadBudget: 8 * time.Millisecond}
}

// redis is the server at a URL; all that is not in it is the same for both.
func (c *CacheConfig) redis(url string) cache.Redis {
	return cache.Redis{URL: url, CAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile, ServerName: c.ServerName,
		SentinelUsername: c.SentinelUsername, SentinelPassword: c.SentinelPassword}
}

func (c *Config) validateCache(bad mistake) {
	k := &c.Cache
	if k.MaxBytes < 1<<20 {
		bad("cache.max_bytes", "must be at least 1 MiB; got %d. To keep nothing, set cache.enabled to false", k.MaxBytes)
	}
	if k.TTL < time.Hour {
		bad("cache.ttl", "must be at least an hour; got %v", k.TTL)
	}
	if k.ReadBudget < time.Millisecond || k.ReadBudget > time.Second {
		bad("cache.read_budget", "must be from 1ms to 1s; got %v", k.ReadBudget)
	}
	if k.LaterBytes < 0 {
		bad("cache.later_bytes", "must not be negative; got %d", k.LaterBytes)
	}
	if n := len(k.MasterKey); n > 0 && n < 16 {
		bad("cache.master_key", "must have at least 16 bytes, better 32 random ones; got %d", n)
	}
	if k.DecisionsURL != "" && k.RedisURL == "" {
		bad("cache.decisions_url", "is of no use without cache.redis_url")
	}
	switch {
	case k.RedisURL == "":
	case !k.Enabled:
		bad("cache.redis_url", "is of no use while cache.enabled is false")
	case c.Proxy.LedgerFile != "":
		bad("proxy.ledger_file", "excludes cache.redis_url, which keeps what was sent for all replicas")
	}
}
