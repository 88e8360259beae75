package main

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pith-proxy/pith/service/proxy"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// UpstreamConfig is a vendor, or a server that speaks as one.
type UpstreamConfig struct {
	BaseURL string `koanf:"base_url"`
	Dialect string `koanf:"dialect"` // openai or anthropic; "" is openai, but for the upstream anthropic
}

// TransportConfig says how upstreams are reached.
type TransportConfig struct {
	DialTimeout   time.Duration `koanf:"dial_timeout"`
	HeaderTimeout time.Duration `koanf:"header_timeout"`
	StreamIdle    time.Duration `koanf:"stream_idle"`
	CAFile        string        `koanf:"ca_file"`
	ProxyURL      string        `koanf:"proxy_url"`
}

// ProxyConfig is the drop-in proxy's policy and bounds.
type ProxyConfig struct {
	Mode         string        `koanf:"mode"`
	Lossless     string        `koanf:"lossless"`
	Rate         float64       `koanf:"rate"`
	Roles        []string      `koanf:"roles"`
	MinTokens    int           `koanf:"min_tokens"`
	Deadline     time.Duration `koanf:"deadline"`
	Tags         bool          `koanf:"tags"`
	LossyTools   []string      `koanf:"lossy_tools"`
	SkipStored   bool          `koanf:"skip_stored"`
	KeepShared   bool          `koanf:"keep_shared"`
	CacheMinimum bool          `koanf:"cache_minimum"`
	Prices       string        `koanf:"prices"`
	Refusals     int           `koanf:"refusals"`
	Verify       bool          `koanf:"verify"`
	RequireKey   bool          `koanf:"require_key"`
	LedgerFile   string        `koanf:"ledger_file"`
	LedgerSecret string        `koanf:"ledger_secret"`
	LedgerTTL    time.Duration `koanf:"ledger_ttl"`
	LedgerBytes  int64         `koanf:"ledger_bytes"`
	InspectBody  int64         `koanf:"inspect_body"`
	MaxBody      int64         `koanf:"max_body"`
	MaxHeld      int64         `koanf:"max_held"`
	Compressing  int           `koanf:"max_compressing"`
	Models       []ModelConfig `koanf:"models"`
	Keys         []KeyConfig   `koanf:"keys"`
}

// OverrideConfig changes the policy for some models or for a key. What is left out
// stays.
type OverrideConfig struct {
	Mode       string        `koanf:"mode"`
	Lossless   string        `koanf:"lossless"`
	Rate       float64       `koanf:"rate"`
	Roles      []string      `koanf:"roles"`
	MinTokens  int           `koanf:"min_tokens"`
	Deadline   time.Duration `koanf:"deadline"`
	LossyTools []string      `koanf:"lossy_tools"`
}

// ModelConfig is a rule for the models whose name matches.
type ModelConfig struct {
	Match          string `koanf:"match"`
	OverrideConfig `koanf:",squash"`
}

// KeyConfig is a virtual key.
type KeyConfig struct {
	ID             string `koanf:"id"`
	Hash           string `koanf:"hash"`
	Upstream       string `koanf:"upstream"`
	CredentialEnv  string `koanf:"credential_env"`
	CredentialFile string `koanf:"credential_file"`
	NoLossy        bool   `koanf:"no_lossy"`
	MaxInFlight    int    `koanf:"max_in_flight"`
	OverrideConfig `koanf:",squash"`
}

// TLSConfig is of the public listener.
type TLSConfig struct {
	CertFile     string `koanf:"cert_file"`
	KeyFile      string `koanf:"key_file"`
	ClientCAFile string `koanf:"client_ca_file"`
}

// CORSConfig lists the pages that may use the service from a browser.
type CORSConfig struct {
	Origins []string `koanf:"origins"`
}

var defaultUpstreams = map[string]UpstreamConfig{
	proxy.OpenAI:    {BaseURL: "https://api.openai.com/v1"},
	proxy.Anthropic: {BaseURL: "https://api.anthropic.com"},
}

func defaultProxy() ProxyConfig {
	d := policy.Default()
	return ProxyConfig{Mode: string(d.Mode), Lossless: d.Lossless, Roles: d.Roles, MinTokens: d.MinTokens, Deadline: d.Deadline,
		KeepShared: true, CacheMinimum: true, Refusals: 5, LedgerTTL: time.Hour, LedgerBytes: 64 << 20,
		InspectBody: 32 << 20, MaxBody: 512 << 20, MaxHeld: 256 << 20}
}

func defaultTransport() TransportConfig {
	return TransportConfig{DialTimeout: 5 * time.Second, HeaderTimeout: 15 * time.Minute, StreamIdle: 10 * time.Minute}
}

// mistake reports one, with the key it is in.
type mistake func(key, format string, args ...any)

func (c *Config) validateProxy(bad mistake) {
	for name, up := range c.Upstreams {
		key := "upstreams." + name
		if name == "" || name == "v1" || strings.ContainsAny(name, "/%?# ") {
			bad(key, "cannot name an upstream")
		}
		u, err := url.Parse(up.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			bad(key+".base_url", "must be an http or https URL such as https://api.openai.com/v1, without user, query and fragment")
		}
		if !slices.Contains([]string{"", proxy.OpenAI, proxy.Anthropic}, up.Dialect) {
			bad(key+".dialect", "must be openai or anthropic; got %q", up.Dialect)
		}
	}
	p := &c.Proxy
	validateMode(bad, "proxy.mode", p.Mode, false)
	validateLossless(bad, "proxy.lossless", p.Lossless)
	validateRate(bad, "proxy.rate", p.Rate)
	validateRoles(bad, "proxy.roles", p.Roles)
	if p.Deadline < policy.MinDeadline || p.Deadline > policy.MaxDeadline {
		bad("proxy.deadline", "must be from %v to %v; got %v", policy.MinDeadline, policy.MaxDeadline, p.Deadline)
	}
	if p.LedgerTTL < time.Minute {
		bad("proxy.ledger_ttl", "must be at least a minute, or vendors' caches outlive it; got %v", p.LedgerTTL)
	}
	for key, n := range map[string]int64{"proxy.min_tokens": int64(p.MinTokens), "proxy.refusals": int64(p.Refusals),
		"proxy.max_compressing": int64(p.Compressing)} {
		if n < 0 {
			bad(key, "must not be negative; got %d", n)
		}
	}
	for key, n := range map[string]int64{"proxy.ledger_bytes": p.LedgerBytes, "proxy.inspect_body": p.InspectBody,
		"proxy.max_body": p.MaxBody, "proxy.max_held": p.MaxHeld} {
		if n < 1 {
			bad(key, "must be at least 1; got %d", n)
		}
	}
	if p.InspectBody > p.MaxBody {
		bad("proxy.inspect_body", "must be at most proxy.max_body")
	}
	for i := range p.Models {
		c.validateModel(bad, fmt.Sprintf("proxy.models.%d", i), &p.Models[i])
	}
	for i := range p.Keys {
		c.validateKey(bad, fmt.Sprintf("proxy.keys.%d", i), &p.Keys[i])
	}
	if u := c.Transport.ProxyURL; u != "" {
		if parsed, err := url.Parse(u); err != nil || parsed.Host == "" {
			bad("transport.proxy_url", "must be a URL such as http://proxy:3128")
		}
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		bad("tls", "cert_file and key_file go together")
	}
	if c.TLS.ClientCAFile != "" && c.TLS.CertFile == "" {
		bad("tls.client_ca_file", "wants cert_file and key_file, too")
	}
	for _, o := range c.CORS.Origins {
		if u, err := url.Parse(o); err != nil || u.Host == "" || u.Path != "" {
			bad("cors.origins", "an origin is a scheme and a host, such as https://app.example.com; got %q", o)
		}
	}
}

func validateMode(bad mistake, key, mode string, unset bool) {
	if unset && mode == "" {
		return
	}
	if !slices.Contains([]string{"off", "auto", "lossless", "lossy", "dry-run"}, mode) {
		bad(key, "must be off, auto, lossless, lossy or dry-run; got %q", mode)
	}
}

func validateLossless(bad mistake, key, method string) {
	if method != policy.LosslessOff && !policy.LosslessMethod(method) {
		bad(key, "must be structure, lossless, metatoken or off; got %q", method)
	}
}

func validateRate(bad mistake, key string, rate float64) {
	if rate != 0 && !(rate > 0 && rate <= 1) {
		bad(key, "is the fraction of tokens kept and must be in (0, 1], or 0 for the thresholds; got %v", rate)
	}
}

func validateRoles(bad mistake, key string, roles []string) {
	all := []string{policy.RoleTool, policy.RoleContext, policy.RoleUser, policy.RoleSystem, policy.RoleDeveloper}
	for _, r := range roles {
		if !slices.Contains(all, r) {
			bad(key, "must be among %s; got %q", strings.Join(all, ", "), r)
		}
	}
}

func (o *OverrideConfig) validate(bad mistake, key string) {
	validateMode(bad, key+".mode", o.Mode, true)
	if o.Lossless != "" {
		validateLossless(bad, key+".lossless", o.Lossless)
	}
	validateRate(bad, key+".rate", o.Rate)
	validateRoles(bad, key+".roles", o.Roles)
	if o.MinTokens < 0 {
		bad(key+".min_tokens", "must not be negative; got %d", o.MinTokens)
	}
	if o.Deadline != 0 && (o.Deadline < policy.MinDeadline || o.Deadline > policy.MaxDeadline) {
		bad(key+".deadline", "must be from %v to %v; got %v", policy.MinDeadline, policy.MaxDeadline, o.Deadline)
	}
}

func (c *Config) validateModel(bad mistake, key string, m *ModelConfig) {
	if _, err := path.Match(m.Match, ""); err != nil || m.Match == "" {
		bad(key+".match", "must be a pattern such as gpt-4o*; got %q", m.Match)
	}
	m.validate(bad, key)
}

func (c *Config) validateKey(bad mistake, key string, k *KeyConfig) {
	if k.ID == "" {
		bad(key+".id", "is missing")
	}
	if k.Hash == "" {
		bad(key+".hash", "is missing; `pith keys new` makes one")
	}
	if _, ok := c.Upstreams[k.Upstream]; !ok && k.Upstream != "" {
		bad(key+".upstream", "there is no upstream %q", k.Upstream)
	}
	if k.CredentialEnv != "" && k.CredentialFile != "" {
		bad(key, "credential_env and credential_file exclude each other")
	}
	if k.Upstream == "" && k.CredentialEnv+k.CredentialFile != "" {
		bad(key+".upstream", "is missing: a credential is for one upstream")
	}
	k.validate(bad, key)
}

func (o *OverrideConfig) override() policy.Override {
	var out policy.Override
	if o.Mode != "" {
		mode, dry := readMode(o.Mode)
		out.Mode, out.DryRun = &mode, &dry
	}
	if o.Lossless != "" {
		out.Lossless = &o.Lossless
	}
	if o.Rate != 0 {
		out.Rate = &o.Rate
	}
	if o.Roles != nil {
		out.Roles = &o.Roles
	}
	if o.MinTokens != 0 {
		out.MinTokens = &o.MinTokens
	}
	if o.Deadline != 0 {
		out.Deadline = &o.Deadline
	}
	if o.LossyTools != nil {
		out.LossyTools = &o.LossyTools
	}
	return out
}

func readMode(s string) (mode policy.Mode, dry bool) {
	if s == "dry-run" {
		return policy.ModeAuto, true
	}
	return policy.Mode(s), false
}

func (p *ProxyConfig) settings() policy.Settings {
	s := policy.Default()
	s.Mode, s.DryRun = readMode(p.Mode)
	s.Lossless = p.Lossless
	s.Rate, s.Roles, s.MinTokens, s.Deadline = p.Rate, p.Roles, p.MinTokens, p.Deadline
	s.Tags, s.LossyTools, s.SkipStored = p.Tags, p.LossyTools, p.SkipStored
	return s
}

func (c *Config) upstreams() map[string]proxy.Upstream {
	out := map[string]proxy.Upstream{}
	for name, up := range c.Upstreams {
		u, _ := url.Parse(up.BaseURL) // validated
		d := vendor.OpenAI
		if up.Dialect == proxy.Anthropic || up.Dialect == "" && name == proxy.Anthropic {
			d = vendor.Anthropic
		}
		out[name] = proxy.Upstream{Base: u, Dialect: d}
	}
	return out
}

// keys reads the credentials that the keys stand for. An error names the key and where
// its credential should be, and no more.
func (p *ProxyConfig) keys(getenv func(string) string) ([]proxy.Key, error) {
	var out []proxy.Key
	for i := range p.Keys {
		k := &p.Keys[i]
		key := proxy.Key{ID: k.ID, Hash: k.Hash, Upstream: k.Upstream, Override: k.override(),
			NoLossy: k.NoLossy, MaxInFlight: k.MaxInFlight}
		switch {
		case k.CredentialEnv != "":
			if key.Credential = getenv(k.CredentialEnv); key.Credential == "" {
				return nil, usageError{fmt.Errorf("proxy.keys: %s: the environment has no %s", k.ID, k.CredentialEnv)}
			}
		case k.CredentialFile != "":
			data, err := os.ReadFile(k.CredentialFile)
			if err != nil {
				return nil, usageError{fmt.Errorf("proxy.keys: %s: %w", k.ID, err)}
			}
			key.Credential = strings.TrimSpace(string(data))
		}
		out = append(out, key)
	}
	return out, nil
}
