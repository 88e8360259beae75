package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
)

var update = flag.Bool("update", false, "rewrite generated documents")

// command runs pith in this process.
func command(t *testing.T, env map[string]string, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	p := process{args: args, getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(stdin),
		stdout: &out, stderr: &errOut, exeDir: filepath.Join("..", "..", "onnx")} // the folder above models
	err = p.run(context.Background())
	return out.String(), errOut.String(), err
}

func TestConfigOrderOfStrength(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pith.yaml")
	write(t, file, "listen: 127.0.0.1:1\nlog:\n  level: warn\nengine:\n  workers: 3\nmodels:\n  use: [pith-small]\n")
	env := map[string]string{"PITH_CONFIG": file, "PITH_LISTEN": "127.0.0.1:2", "PITH_ENGINE_WORKERS": "4",
		"PITH_ADMIN_HOSTS": "a.example,b.example", "PITH_DRAIN_TIMEOUT": "90s"}
	out, _, err := command(t, env, "", "config", "print", "--workers", "5")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"log.level":      "warn",                // file
		"listen":         "127.0.0.1:2",         // environment over file
		"engine.workers": "5",                   // flag over both
		"log.format":     "text",                // default
		"models.use":     "pith-small",          // a list of the file replaces the default
		"admin.hosts":    "a.example,b.example", // a list of the environment
		"drain.timeout":  "1m30s",
	}
	for key, value := range want {
		if got := shown(out, key); got != value {
			t.Errorf("%s is %q, want %q", key, got, value)
		}
	}
}

// shown finds a key's value in what `pith config print` wrote.
func shown(out, key string) string {
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key {
			return f[1]
		}
	}
	return ""
}

func TestConfigMistakes(t *testing.T) {
	dir := t.TempDir()
	tests := map[string]struct {
		file string
		env  map[string]string
		want []string
	}{
		"unknown_key":  {file: "lisen: 127.0.0.1:1\n", want: []string{"unknown key lisen"}},
		"not_yaml":     {file: "listen: [\n", want: []string{"configuration file"}},
		"wrong_type":   {file: "engine:\n  workers: many\n", want: []string{"workers"}},
		"no_such_file": {env: map[string]string{"PITH_CONFIG": filepath.Join(dir, "none.yaml")}, want: []string{"no configuration file"}},
		"all_at_once": {file: "listen: nowhere\nlog:\n  level: loud\n  format: xml\nmodels:\n  preload: [other]\n",
			want: []string{"listen:", "log.level:", "log.format:", "models.preload:"}},
		"negative": {env: map[string]string{"PITH_ENGINE_WORKERS": "-1"}, want: []string{"engine.workers: must not be negative"}},
		"bounds":   {file: "limits:\n  max_body: 100\n  max_bytes_in_flight: 10\n", want: []string{"limits.max_bytes_in_flight"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			env := tt.env
			if tt.file != "" {
				file := filepath.Join(t.TempDir(), "pith.yaml")
				write(t, file, tt.file)
				env = map[string]string{"PITH_CONFIG": file}
			}
			_, _, err := command(t, env, "", "config", "check")
			if exitCode(err) != exitUsage {
				t.Fatalf("got %v with exit code %d, want %d", err, exitCode(err), exitUsage)
			}
			for _, w := range tt.want {
				if !strings.Contains(message(err), w) {
					t.Errorf("the message lacks %q: %s", w, message(err))
				}
			}
		})
	}
}

// Every field of Config is a setting, and every setting a field.
func TestSettingsAreComplete(t *testing.T) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(defaultConfig(os.Getenv), "koanf"), nil); err != nil {
		t.Fatal(err)
	}
	for _, key := range k.Keys() {
		if !known(key) {
			t.Errorf("key %s is not in settings", key)
		}
	}
	for _, s := range settings {
		if !k.Exists(s.key) {
			t.Errorf("setting %s is no key of Config", s.key)
		}
	}
}

func TestTheAdminTokenIsNotPrinted(t *testing.T) {
	out, _, err := command(t, map[string]string{"PITH_ADMIN_TOKEN": "canary"}, "", "config", "print")
	if err != nil || strings.Contains(out, "canary") {
		t.Errorf("err %v, output %q", err, out)
	}
}

// docs/configuration.md lists what the program knows. -update rewrites it.
func TestConfigurationDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Configuration

Defaults, then a YAML file (` + "`--config`" + ` or ` + "`PITH_CONFIG`" + `), then the environment, then flags: each is stronger than the one
before. ` + "`pith config check`" + ` reports every mistake at once, ` + "`pith config print`" + ` shows what is in force. In a file the
dots of a key are levels; in the environment a list is separated by commas. Only a file can say ` + "`upstreams.NAME`, `proxy.models`" + `
and ` + "`proxy.keys`" + `: [proxy.md](proxy.md) shows how.

| key | default | environment | flag | meaning |
|---|---|---|---|---|
`)
	c := defaultConfig(func(string) string { return "" })
	c.Home = "the user's data folder, `pith` in it"
	k := koanf.New(".")
	if err := k.Load(structs.Provider(c, "koanf"), nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		flag := ""
		if s.flag != "" {
			flag = "`--" + s.flag + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n", s.key, strings.TrimSuffix(strings.TrimPrefix(s.value(k), "map[]"), "[]"), s.env(), flag, s.help)
	}
	path := filepath.Join("..", "..", "docs", "configuration.md")
	if *update {
		write(t, path, b.String())
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not current; run go test ./cmd/pith -run ConfigurationDocument -update", path)
	}
}

func TestUnknownFlag(t *testing.T) {
	_, _, err := command(t, nil, "", "compress", "--ratio", "2")
	if exitCode(err) != exitUsage || !strings.Contains(err.Error(), "--help") {
		t.Errorf("got %v, exit code %d", err, exitCode(err))
	}
}

func TestCompletions(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		out, _, err := command(t, nil, "", "completion", shell)
		if err != nil || len(out) < 500 {
			t.Errorf("%s: %d bytes, %v", shell, len(out), err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
