package main

import (
	"net/http/httptest"
	"testing"

	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/service/fakeupstream"
)

// Decisions may have a Redis of their own, so that results do not drive them out.
func TestDecisionsHaveTheirOwnRedis(t *testing.T) {
	results, decisions := redistest.Start(t, redistest.Options{}), redistest.Start(t, redistest.Options{})
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	env := map[string]string{"PITH_REDIS_URL": results.URL(), "PITH_CACHE_DECISIONS_URL": decisions.URL(),
		"PITH_CACHE_MASTER_KEY": "a master key for this test", "PITH_PROXY_DEADLINE": "1ms"}
	hasty := serverFor(t, srv.URL, env)
	env["PITH_PROXY_DEADLINE"] = "30s"
	patient := serverFor(t, srv.URL, env)
	body := chatBody(t, map[string]any{"role": "user", "content": passagesPrompt()})
	if got := hasty.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Reason"); got != "deadline" {
		t.Fatalf("reason %q", got)
	}
	redistest.Eventually(t, "the decision is shared", func() bool { return len(decisions.Dump()) > 0 })
	patient.raw(t, "/v1/compress", `{"input":"The chair wrote to the office. The members went home."}`)
	redistest.Eventually(t, "results are shared", func() bool { return len(results.Dump()) > 0 })
	results.Do("FLUSHALL")
	if got := patient.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Reason"); got != "deadline" {
		t.Errorf("another replica, after the results are gone: reason %q", got)
	}
	if _, err := patient.cacheCommand(t, map[string]string{"KEY": "sk-canary-key"}, "flush-tenant", "--credential-env", "KEY"); err != nil {
		t.Fatal(err)
	}
	if got := patient.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Status"); got != "compressed" {
		t.Errorf("after a flush of the tenant: status %q", got)
	}
}
