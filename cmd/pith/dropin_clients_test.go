package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The clients that scripts/clients.sh installs. Each is a process of its own.
var clients = map[string]struct {
	script string // in testdata/clients
	env    string
}{
	"openai_node":      {"node/openai.mjs", "CLIENT=openai"},
	"openai_node_7":    {"node/openai.mjs", "CLIENT=openai-7"},
	"anthropic_node":   {"node/anthropic.mjs", "CLIENT=@anthropic-ai/sdk"},
	"anthropic_node_0": {"node/anthropic.mjs", "CLIENT=@anthropic-ai/sdk-0"},
	"langchain":        {"node/langchain.mjs", ""},
	"vercel":           {"node/vercel.mjs", ""},
	"llamaindex":       {"node/llamaindex.mjs", ""},
	"openai_python":    {"python/openai_client.py", ""},
	"anthropic_python": {"python/anthropic_client.py", ""},
}

func TestDropInClients(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	for name, c := range clients {
		t.Run(name, func(t *testing.T) { unchanged(t, scriptClient(t, c.script, c.env)) })
	}
}

// scriptClient is a client that is one script. It skips the test where the client is
// not installed.
func scriptClient(t *testing.T, script, env string) client {
	t.Helper()
	argv := interpreter(t, script)
	return func(t *testing.T, base string) []outcome {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
		// Not the tests' own environment: it may name keys, and proxies.
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PYTHONDONTWRITEBYTECODE=1",
			"OPENAI_BASE_URL=" + base + "/v1", "ANTHROPIC_BASE_URL=" + base, env}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		return parseOutcomes(t, out)
	}
}

func interpreter(t *testing.T, script string) []string {
	t.Helper()
	venv, err := filepath.Abs(filepath.Join("..", "..", ".venv"))
	if err != nil {
		t.Fatal(err)
	}
	installed := func(dir string) {
		if _, err := os.Stat(filepath.Join(venv, dir, "stamp")); os.IsNotExist(err) {
			t.Skip("not installed; scripts/clients.sh installs the clients")
		}
	}
	if filepath.Ext(script) == ".py" {
		installed("clients")
		return []string{filepath.Join(venv, "clients", "bin", "python"), filepath.Join("testdata", "clients", script)}
	}
	installed("clients-node")
	// Packages are looked for beside the link to the script, not beside the script.
	return []string{"node", "--preserve-symlinks", "--preserve-symlinks-main",
		filepath.Join(venv, "clients-node", "src", filepath.Base(script))}
}

func parseOutcomes(t *testing.T, out []byte) (outcomes []outcome) {
	t.Helper()
	for line := range bytes.Lines(out) {
		var o outcome
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// Every script is run by a test.
func TestDropInClientsAreAllRun(t *testing.T) {
	run := map[string]bool{"node/lib.mjs": true, "python/lib.py": true}
	for _, c := range clients {
		run[c.script] = true
	}
	dir := os.DirFS(filepath.Join("testdata", "clients"))
	for _, pattern := range []string{"node/*.mjs", "python/*.py"} {
		scripts, err := fs.Glob(dir, pattern)
		if err != nil || len(scripts) < 2 {
			t.Fatalf("%v: %v", scripts, err)
		}
		for _, s := range scripts {
			if !run[s] {
				t.Errorf("no test runs %s", s)
			}
		}
	}
}
