package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Config is the whole configuration. Its keys are the koanf tags, joined by
// dots; docs/configuration.md lists them.
type Config struct {
	Listen      string `koanf:"listen"`
	AdminListen string `koanf:"admin_listen"`
	Home        string `koanf:"home"`

	Log    LogConfig    `koanf:"log"`
	Engine EngineConfig `koanf:"engine"`
	Models ModelsConfig `koanf:"models"`
	Limits LimitsConfig `koanf:"limits"`
	Admin  AdminConfig  `koanf:"admin"`
	Drain  DrainConfig  `koanf:"drain"`
	Cache  CacheConfig  `koanf:"cache"`

	Upstreams map[string]UpstreamConfig `koanf:"upstreams"`
	Transport TransportConfig           `koanf:"transport"`
	Proxy     ProxyConfig               `koanf:"proxy"`
	TLS       TLSConfig                 `koanf:"tls"`
	CORS      CORSConfig                `koanf:"cors"`
	H2C       bool                      `koanf:"h2c"`

	exeDir string // folder of the program, where its library and models lie
	getenv func(string) string
}

// LogConfig says what is logged and how.
type LogConfig struct {
	Level  string `koanf:"level"`
	Format string `koanf:"format"`
}

// EngineConfig says how models run.
type EngineConfig struct {
	Workers         int               `koanf:"workers"`
	MaxQueued       int               `koanf:"max_queued"`
	Provider        string            `koanf:"provider"`
	ProviderOptions map[string]string `koanf:"provider_options"`
	MaxBatch        int               `koanf:"max_batch"`
	Library         string            `koanf:"library"`
}

// ModelsConfig says which models serve.
type ModelsConfig struct {
	Use     []string `koanf:"use"`
	Preload []string `koanf:"preload"`
	Code    string   `koanf:"code"`
	Window  int      `koanf:"window"`
	Verify  bool     `koanf:"verify"`
}

// LimitsConfig bounds what is in the service at once.
type LimitsConfig struct {
	MaxBody          int64 `koanf:"max_body"`
	MaxTokens        int   `koanf:"max_tokens"`
	MaxInFlight      int   `koanf:"max_in_flight"`
	MaxBytesInFlight int64 `koanf:"max_bytes_in_flight"`
}

// AdminConfig guards the admin listener.
type AdminConfig struct {
	Token string   `koanf:"token"`
	Hosts []string `koanf:"hosts"`
}

// DrainConfig says how the service stops.
type DrainConfig struct {
	Delay   time.Duration `koanf:"delay"`
	Timeout time.Duration `koanf:"timeout"`
}

// defaultConfig is the configuration of a process that is told nothing.
func defaultConfig(getenv func(string) string) Config {
	return Config{
		Listen:      "127.0.0.1:8484",
		AdminListen: "127.0.0.1:8485",
		Home:        defaultHome(getenv),
		Log:         LogConfig{Level: "info", Format: "text"},
		Engine:      EngineConfig{Provider: "cpu"},
		Models:      ModelsConfig{Use: []string{"pith-small", "pith-multi"}, Preload: []string{"pith-small"}, Code: "pith-code", Verify: true},
		Limits:      LimitsConfig{MaxBody: 32 << 20, MaxTokens: 2_000_000, MaxInFlight: 256, MaxBytesInFlight: 128 << 20},
		Drain:       DrainConfig{Timeout: 10 * time.Minute},
		Upstreams:   maps.Clone(defaultUpstreams),
		Transport:   defaultTransport(),
		Proxy:       defaultProxy(),
		Cache:       defaultCache(),
	}
}

func defaultHome(getenv func(string) string) string {
	if dir := getenv("XDG_DATA_HOME"); dir != "" && runtime.GOOS != "darwin" {
		return filepath.Join(dir, "pith")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "pith")
	}
	return filepath.Join(home, ".local", "share", "pith")
}

// Validate reports every mistake at once, each with the key it is in.
func (c *Config) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	for key, addr := range map[string]string{"listen": c.Listen, "admin_listen": c.AdminListen} {
		if key == "admin_listen" && addr == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(addr); err != nil {
			bad(key, "must be HOST:PORT, such as 127.0.0.1:8484; got %q", addr)
		}
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		bad("log.level", "must be debug, info, warn or error; got %q", c.Log.Level)
	}
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		bad("log.format", "must be text or json; got %q", c.Log.Format)
	}
	if c.Models.Window != 0 && (c.Models.Window < 64 || c.Models.Window > 8192) {
		bad("models.window", "must be 0 (the model's own) or from 64 to 8192; got %d", c.Models.Window)
	}
	if len(c.Models.Use) == 0 {
		bad("models.use", "must name at least one model")
	}
	if c.Models.Code == "" {
		bad("models.code", "must name a causal language model, or be bm25 for none")
	}
	for _, name := range c.Models.Preload {
		if !slices.Contains(c.Models.Use, name) {
			bad("models.preload", "%q is not in models.use", name)
		}
	}
	for key, n := range map[string]int64{
		"engine.workers": int64(c.Engine.Workers), "engine.max_queued": int64(c.Engine.MaxQueued),
		"engine.max_batch": int64(c.Engine.MaxBatch), "limits.max_body": c.Limits.MaxBody,
		"limits.max_tokens": int64(c.Limits.MaxTokens), "limits.max_in_flight": int64(c.Limits.MaxInFlight),
		"limits.max_bytes_in_flight": c.Limits.MaxBytesInFlight,
		"drain.delay":                int64(c.Drain.Delay), "drain.timeout": int64(c.Drain.Timeout),
	} {
		if n < 0 {
			bad(key, "must not be negative; got %d", n)
		}
	}
	if c.Limits.MaxBytesInFlight < c.Limits.MaxBody {
		bad("limits.max_bytes_in_flight", "must be at least limits.max_body, or the largest body could never pass")
	}
	c.validateProxy(bad)
	c.validateCache(bad)
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}
