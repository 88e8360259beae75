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
	{"models.window", "window", "most tokens of one window; 0 for the model's own"},
	{"models.verify", "", "check the digests of model files when they are opened"},
	{"limits.max_body", "", "bytes of one request body after decoding"},
	{"limits.max_tokens", "", "tokens of one request"},
	{"limits.max_in_flight", "", "requests at work at once; more get 503 and Retry-After"},
	{"limits.max_bytes_in_flight", "", "bytes of their bodies"},
	{"admin.token", "", "bearer token of the admin listener; empty for none"},
	{"admin.hosts", "", "names by which the admin listener may be called, beside addresses and localhost"},
	{"drain.delay", "", "between unready and closed, for load balancers"},
	{"drain.timeout", "", "how long requests in flight may take to finish at shutdown"},
}

func (s setting) env() string { return "PITH_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_")) }

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

// known reports whether a key is a setting or an entry of one that is a map.
func known(key string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool {
		return s.key == key || s.key == "engine.provider_options" && strings.HasPrefix(key, s.key+".")
	})
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

// value is a key's value in c, as a user would write it; a secret is hidden.
func (s setting) value(k *koanf.Koanf) string {
	if s.key == "admin.token" && k.String(s.key) != "" {
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
