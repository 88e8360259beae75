package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// setting is one key of the configuration.
type setting struct {
	key  string
	flag string // "" if there is none
	help string
}

// settings lists the keys in the order of the documentation. The environment
// name of a key is PITH_ and the key in capitals, dots as underscores.
var settings = []setting{
	{"listen", "listen", "address of the API"},
	{"admin_listen", "admin-listen", "address of metrics, profiles and health; empty for none"},
	{"home", "home", "folder of pulled models and of lib/"},
	{"log.level", "log-level", "debug, info, warn or error"},
	{"log.format", "log-format", "text or json"},
	{"engine.workers", "workers", "windows that run at once; 0 for as many as cores"},
	{"engine.max_queued", "", "windows that may wait; 0 for 65536"},
	{"engine.provider", "provider", "where models run: cpu, cuda, openvino, … as the runtime library has them"},
	{"engine.provider_options", "", "options of the provider, a map"},
	{"engine.max_batch", "", "most windows in one run where the provider is not cpu; 0 for 16"},
	{"engine.library", "", "path of the ONNX Runtime library; empty to look beside the program and in home/lib"},
	{"models.use", "models", "models that serve, in order of preference"},
	{"models.preload", "", "models opened at start; the others are opened on first need"},
	{"models.code", "", "language model that ranks source code; bm25 for none"},
	{"models.window", "window", "most tokens of one window; 0 for the model's own"},
	{"models.verify", "", "check the digests of model files when they are opened"},
	{"limits.max_body", "", "bytes of one request body after decoding"},
	{"limits.max_tokens", "", "tokens of one request"},
	{"limits.max_in_flight", "", "requests at work at once; more get 503 and Retry-After"},
	{"limits.max_bytes_in_flight", "", "bytes of their bodies"},
	{"admin.token", "", "bearer token of the admin listener; empty for none"},
	{"admin.hosts", "", "names by which the admin listener may be called, beside addresses and localhost"},
	{"cache.enabled", "", "keep results, so that a text that comes again costs next to nothing"},
	{"cache.max_bytes", "", "bytes of them in the memory of the process"},
	{"cache.ttl", "", "how long they are kept after their last use"},
	{"cache.redis_url", "", "Redis that replicas share: redis://, rediss://, unix://, redis+sentinel://, redis+cluster://; empty for none"},
	{"cache.decisions_url", "", "a Redis for the decisions of the proxy alone, which the other one may drop when it is full; empty for the same"},
	{"cache.master_key", "", "secret of all replicas, at least 16 bytes; with it, nobody who reads that Redis can read a text"},
	{"cache.read_budget", "", "the longest that a request waits for Redis; later is as if nothing were there"},
	{"cache.redis_ca_file", "", "certificates (PEM) that Redis's has to come from; empty for the system's"},
	{"cache.redis_cert_file", "", "our certificate (PEM) for Redis"},
	{"cache.redis_key_file", "", "its key"},
	{"cache.redis_server_name", "", "name in Redis's certificate, where it is not the host's"},
	{"cache.sentinel_username", "", "the Sentinels' own user"},
	{"cache.sentinel_password", "", "and password"},
	{"cache.later_bytes", "", "bytes of text that there was no time for and that are read when nothing else is to be done; 0 for none"},
	{"upstreams.openai.base_url", "", "where OpenAI's clients' requests go, with its version"},
	{"upstreams.anthropic.base_url", "", "where Anthropic's clients' requests go, without a version"},
	{"transport.dial_timeout", "", "for a connection to an upstream"},
	{"transport.header_timeout", "", "for an upstream to begin its answer"},
	{"transport.stream_idle", "", "between two pieces of an upstream's answer"},
	{"transport.ca_file", "", "certificates (PEM) to trust beside the system's"},
	{"transport.proxy_url", "", "HTTP proxy on the way to upstreams; the environment's is not used"},
	{"proxy.mode", "mode", "off, auto, lossless, lossy or dry-run"},
	{"proxy.lossless", "", "what rewrites results of tools that may lose nothing: structure, lossless (a dictionary as well), metatoken or off"},
	{"proxy.rate", "", "fraction of tokens kept; 0 for 0.6 of contexts and fixed thresholds for the rest"},
	{"proxy.roles", "", "whose texts may be shortened: tool, context (the material in a user's question), user, system, developer"},
	{"proxy.min_tokens", "", "shorter texts stay as they are"},
	{"proxy.deadline", "", "time for the compression of one request; texts that are not ready are sent as they are"},
	{"proxy.tags", "", "read <llmlingua> and like tags in system, developer and user text"},
	{"proxy.lossy_tools", "", "tools whose results may lose words, beside those known for prose; * matches any"},
	{"proxy.skip_stored", "", "nothing loses words in requests that ask the vendor to store them"},
	{"proxy.keep_shared", "", "contexts that came with another question before stay raw: the vendor has them in its cache"},
	{"proxy.cache_minimum", "", "texts stay raw while the prompt, shortened, would be too short for the vendor's cache; false suits prompts that never go on"},
	{"proxy.prices", "", "file with what vendors' caches cost and keep, over the built-in table; see docs/replay.md"},
	{"proxy.refusals", "", "refused edits within a minute that stop the shortening of a tenant's new texts for ten; 0 for never"},
	{"proxy.verify", "", "compare every edited body with the one that came"},
	{"proxy.require_key", "", "refuse requests without a key of pith's"},
	{"proxy.ledger_file", "", "file that keeps over restarts in what form texts were sent; empty for memory only"},
	{"proxy.ledger_secret", "", "makes the key that the file is encrypted with"},
	{"proxy.ledger_ttl", "", "how long a text keeps its form after its last use"},
	{"proxy.ledger_bytes", "", "bytes of shortened texts remembered"},
	{"proxy.inspect_body", "", "bytes of the longest body that is looked into"},
	{"proxy.max_body", "", "bytes of the longest body with a prompt that is sent on"},
	{"proxy.max_held", "", "bytes of bodies held at once; beyond, they are sent on unread"},
	{"proxy.max_compressing", "", "texts in the compressor at once; 0 for 4 for each core"},
	{"tls.cert_file", "", "certificate (PEM) of the API; read again when it changes"},
	{"tls.key_file", "", "its key"},
	{"tls.client_ca_file", "", "certificates (PEM) that clients' certificates have to come from"},
	{"cors.origins", "", "origins whose pages may use the API from a browser"},
	{"h2c", "", "HTTP/2 without TLS, too"},
	{"drain.delay", "", "between unready and closed, for load balancers"},
	{"drain.timeout", "", "how long requests in flight may take to finish at shutdown"},
}

func (s setting) env() string {
	if s.key == "cache.redis_url" {
		return "PITH_REDIS_URL"
	}
	return "PITH_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// addSettings gives a command the flags of some keys; of all if none is named.
func addSettings(cmd *cobra.Command, keys ...string) {
	for _, s := range settings {
		if s.flag == "" || len(keys) > 0 && !slices.Contains(keys, s.key) {
			continue
		}
		cmd.Flags().String(s.flag, "", s.help+" ("+s.env()+")")
	}
}

// loadConfig puts the configuration together: defaults, file, environment, flags.
func loadConfig(cmd *cobra.Command, file string, getenv func(string) string) (*Config, error) {
	k := koanf.New(".")
	if file == "" {
		file = getenv("PITH_CONFIG")
	}
	if file != "" {
		if err := loadFile(k, file); err != nil {
			return nil, usageError{err}
		}
	}
	if err := k.Load(confmap.Provider(fromEnv(getenv), "."), nil); err != nil {
		return nil, usageError{err}
	}
	if err := k.Load(confmap.Provider(fromFlags(cmd.Flags()), "."), nil); err != nil {
		return nil, usageError{err}
	}
	c := defaultConfig(getenv)
	if err := unmarshal(k, &c); err != nil {
		return nil, usageError{err}
	}
	for name, up := range defaultUpstreams {
		if c.Upstreams[name].BaseURL == "" { // a file that names others leaves these
			c.Upstreams[name] = up
		}
	}
	if err := c.Validate(); err != nil {
		return nil, usageError{fmt.Errorf("configuration: %w", err)}
	}
	return &c, nil
}

func loadFile(k *koanf.Koanf, file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no configuration file %s", file)
	}
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if err := k.Load(rawbytes.Provider(data), yaml.Parser()); err != nil {
		return fmt.Errorf("configuration file %s: %w", file, err)
	}
	for _, key := range k.Keys() {
		if !known(key) {
			return fmt.Errorf("configuration file %s: unknown key %s; `pith config print` lists the keys", file, key)
		}
	}
	return nil
}

// fileOnly begin the keys whose entries a user names, or that hold more than a value.
var fileOnly = []string{"engine.provider_options.", "upstreams.", "proxy.models", "proxy.keys"}

// known reports whether a key is a setting, or one that only a file can set. What is
// below such a key is checked when it is read.
func known(key string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.key == key }) ||
		slices.ContainsFunc(fileOnly, func(p string) bool { return strings.HasPrefix(key, p) })
}

func fromEnv(getenv func(string) string) map[string]any {
	m := map[string]any{}
	for _, s := range settings {
		if v := getenv(s.env()); v != "" {
			m[s.key] = v
		}
	}
	return m
}

func fromFlags(flags *pflag.FlagSet) map[string]any {
	m := map[string]any{}
	for _, s := range settings {
		if s.flag != "" && flags.Changed(s.flag) {
			m[s.key] = flags.Lookup(s.flag).Value.String()
		}
	}
	return m
}

// unmarshal reads k into c; strings of environment and flags become what the
// field is, lists being separated by commas.
func unmarshal(k *koanf.Koanf, c *Config) error {
	conf := koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result:           c,
		TagName:          "koanf",
		WeaklyTypedInput: true,
		ErrorUnused:      true,
		ZeroFields:       true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(),
			mapstructure.StringToSliceHookFunc(","),
		),
	}}
	if err := k.UnmarshalWithConf("", c, conf); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

// hidden are the keys whose values are not shown.
var hidden = []string{"admin.token", "proxy.ledger_secret", "transport.proxy_url", "cache.redis_url", "cache.decisions_url", "cache.master_key", "cache.sentinel_password"}

// value is a key's value in c, as a user would write it; a secret is hidden.
func (s setting) value(k *koanf.Koanf) string {
	if slices.Contains(hidden, s.key) && k.String(s.key) != "" {
		return "(set)"
	}
	switch v := k.Get(s.key).(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, ",")
	case bool:
		return strconv.FormatBool(v)
	default:
		return fmt.Sprint(v)
	}
}
