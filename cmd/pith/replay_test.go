package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/eval/economics/tracegen"
)

// firstOf is the beginning of a trace, as a file.
func firstOf(t *testing.T, kind string, requests int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), kind+".jsonl")
	write(t, file, string(tracegen.Kinds[kind](1)[:requests].JSONL()))
	return file
}

// Test 8 of the design with the real models: what pith sends costs less at every vendor,
// and no form changes.
func TestReplayThroughPithNeverCostsMore(t *testing.T) {
	for kind, tt := range map[string]struct {
		requests int
		vendors  string
		raw      bool // nothing may be shortened: the vendor would not keep it
	}{
		"agent_tools": {requests: 14, vendors: "openai,openai-5.6,deepseek"},
		"rag":         {requests: 8, vendors: "openai,openai-5.6,deepseek"},
		"crossing":    {requests: 12, vendors: "openai,openai-5.6", raw: true},
		"marked":      {requests: 6, vendors: "anthropic-5m,anthropic-1h"},
	} {
		t.Run(kind, func(t *testing.T) {
			out, _, err := command(t, nil, "", "replay", "--json", "--strict", "--vendors", tt.vendors, firstOf(t, kind, tt.requests))
			if err != nil {
				t.Fatal(err)
			}
			var rep economics.Report
			if err := json.Unmarshal([]byte(out), &rep); err != nil {
				t.Fatal(err)
			}
			if rep.Requests != tt.requests || (rep.Sent.Tokens > rep.Raw.Tokens*95/100) != tt.raw {
				t.Errorf("%d requests, %d of %d tokens sent: the test tests nothing", rep.Requests, rep.Sent.Tokens, rep.Raw.Tokens)
			}
			if rep.Changed != 0 || rep.Broken != 0 || rep.Repeated == 0 || rep.Sent.Churn > rep.Raw.Churn {
				t.Errorf("%d of %d repeated messages changed, %d turns broke, churn %v", rep.Changed, rep.Repeated, rep.Broken, rep.Sent.Churn)
			}
			for _, row := range rep.Rows {
				if row.Sent.Cost > row.Raw.Cost || row.Dearer > 0 {
					t.Errorf("%s: %.3f of the raw cost, %d requests dearer", row.Vendor.Name, row.Effective, row.Dearer)
				}
				if row.SentShare == 0 {
					t.Errorf("%s: nothing is read from the cache", row.Vendor.Name)
				}
			}
		})
	}
}

// Bad lines are named on the standard error and do not stop the rest; what they say is
// not shown.
func TestReplayPassesOverBadLines(t *testing.T) {
	file := filepath.Join("testdata", "replay", "mistakes.jsonl")
	out, errOut, err := command(t, nil, "", "replay", "--markdown", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"line 2: the body must have a list", "line 3: must be one JSON object", "line 4: comes before the line above it"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("no word of %q in %q", want, errOut)
		}
	}
	for _, want := range []string{"requests: 2 in 1 conversations", "| openai-5.6 |", "usage: 1 requests"} {
		if !strings.Contains(out, want) {
			t.Errorf("no word of %q in %q", want, out)
		}
	}
	if strings.Contains(out+errOut, "canary") || strings.Contains(out, "anthropic") {
		t.Errorf("a line is quoted, or a vendor that takes no such requests is shown: %q %q", out, errOut)
	}
	_, _, err = command(t, nil, "", "replay", "--strict", file)
	if exitCode(err) != exitUsage || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("strict: %v", err)
	}
}

func TestReplayReadsTheStandardInput(t *testing.T) {
	line := `{"time":1,"body":{"model":"gpt-5","input":"hello"}}`
	out, _, err := command(t, nil, line, "replay", "--vendors", "openai")
	if err != nil || !strings.Contains(out, "openai  2026-10") || strings.Contains(out, "5.6") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestReplayPrices(t *testing.T) {
	file := filepath.Join("testdata", "replay", "prices.json")
	out, _, err := command(t, nil, "", "replay", "--list-vendors", "--prices", file)
	if err != nil || !strings.Contains(out, "vLLM in the cellar") || !strings.Contains(out, "any prefix") {
		t.Errorf("%v: %q", err, out)
	}
	out, _, err = command(t, nil, `{"time":1,"body":{"model":"gpt-5","input":"hello"}}`, "replay", "--prices", file, "--vendors", "openai,ours")
	if err != nil || !strings.Contains(out, "USD") || !strings.Contains(out, "ours") {
		t.Errorf("%v: %q", err, out)
	}
}

// What --list-vendors prints as JSON can be changed and given to --prices.
func TestReplayVendorsRoundTrip(t *testing.T) {
	out, _, err := command(t, nil, "", "replay", "--list-vendors", "--json")
	if err != nil {
		t.Fatal(err)
	}
	table, err := economics.Table(nil).Load(strings.NewReader(out))
	if err != nil || !slices.Equal(table.Names(), economics.Default().Names()) {
		t.Errorf("%v: %v", err, table.Names())
	}
}

func TestReplayMistakes(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "prices.json")
	write(t, bad, `{"vendors":[{"name":"openai","read":10}]}`)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no_such_vendor":  {[]string{"--vendors", "openia"}, "there are anthropic-5m"},
		"no_such_prices":  {[]string{"--prices", "nothing.json"}, "nothing.json"},
		"bad_prices":      {[]string{"--prices", bad}, "read is a multiple of the input price"},
		"no_such_trace":   {[]string{"nothing.jsonl"}, "nothing.jsonl"},
		"empty_trace":     {nil, "the trace is empty"},
		"two_forms":       {[]string{"--json", "--markdown"}, "exclude each other"},
		"deadline_a_day":  {[]string{"--deadline", "24h"}, "--deadline must be"},
		"two_traces":      {[]string{"a", "b"}, "--help"},
		"deadline_absent": {[]string{"--deadline", "0s"}, "--deadline must be"},
	} {
		_, _, err := command(t, nil, "", append([]string{"replay"}, tt.args...)...)
		if exitCode(err) != exitUsage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, exit code %d", name, err, exitCode(err))
		}
	}
}

// A replay touches nothing outside: no upstream of the configuration, no file of
// decisions, no key.
func TestReplayKeepsToItself(t *testing.T) {
	ledger := filepath.Join(t.TempDir(), "ledger")
	c := defaultConfig(func(string) string { return "" })
	c.Proxy.LedgerFile, c.Proxy.LedgerSecret, c.Proxy.RequireKey = ledger, "s", true
	c.Proxy.Keys = []KeyConfig{{ID: "a", CredentialEnv: "NOT_SET"}}
	c.Transport.ProxyURL = "http://proxy.invalid:3128"
	c.Proxy.Models = []ModelConfig{{Match: "gpt-*"}}
	c.Proxy.Models[0].Deadline = 1
	r := replayConfig(&c, "127.0.0.1:1", 1)
	if r.Proxy.LedgerFile != "" || r.Proxy.RequireKey || r.Proxy.Keys != nil || r.Transport.ProxyURL != "" || r.Proxy.Models[0].Deadline != 0 {
		t.Errorf("%+v", r.Proxy)
	}
	for name, up := range r.Upstreams {
		if !strings.HasPrefix(up.BaseURL, "http://127.0.0.1:1") {
			t.Errorf("%s is at %s", name, up.BaseURL)
		}
	}
	if c.Proxy.Models[0].Deadline != 1 || c.Proxy.LedgerFile != ledger {
		t.Error("the configuration itself was changed")
	}
}
