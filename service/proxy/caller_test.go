package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

func TestKeys(t *testing.T) {
	salt := []byte("0123456789abcdef")
	lossy := policy.ModeLossy
	b := newBench(t, func(o *Options) {
		o.Keys = []Key{
			{ID: "held", Hash: HashKey(salt, "pith_held"), Upstream: OpenAI, Credential: "sk-real-vendor"},
			{ID: "claude", Hash: HashKey(salt, "pith_claude"), Upstream: Anthropic, Credential: "sk-ant-real"},
			{ID: "beside", Hash: HashKey(salt, "pith_beside"), NoLossy: true, Override: policy.Override{Mode: &lossy}},
		}
	})
	tests := []struct {
		name, path string
		header     []string
		status     int
		auth, xkey string // that the vendor got
	}{
		{"in_place", "/v1/chat/completions", []string{"Authorization", "Bearer pith_held"}, 200, "Bearer sk-real-vendor", ""},
		{"in_place_of_anthropics", "/v1/messages", []string{"X-Api-Key", "pith_claude", "Authorization", ""}, 200, "", "sk-ant-real"},
		{"own_header_swaps_too", "/v1/chat/completions", []string{"X-Pith-Key", "pith_held"}, 200, "Bearer sk-real-vendor", ""},
		{"beside", "/v1/chat/completions", []string{"X-Pith-Key", "pith_beside"}, 200, "Bearer sk-test", ""},
		{"beside_in_place", "/v1/chat/completions", []string{"Authorization", "Bearer pith_beside"}, 401, "", ""},
		{"wrong", "/v1/chat/completions", []string{"Authorization", "Bearer pith_wrong"}, 401, "", ""},
		{"wrong_beside", "/v1/models", []string{"X-Pith-Key", "pith_wrong"}, 401, "", ""},
		{"other_upstream", "/v1/messages", []string{"X-Api-Key", "pith_held"}, 403, "", ""},
		{"other_profile", "/pith/local/v1/chat/completions", []string{"X-Api-Key", "pith_held"}, 403, "", ""},
		{"in_a_subprotocol", "/v1/chat/completions", []string{"Sec-Websocket-Protocol", "realtime, openai-insecure-api-key.pith_held, v1", "Authorization", ""}, 200, "", ""},
		{"wrong_in_a_subprotocol", "/v1/chat/completions", []string{"Sec-Websocket-Protocol", "realtime, openai-insecure-api-key.pith_wrong"}, 401, "", ""},
		{"none", "/v1/chat/completions", nil, 200, "Bearer sk-test", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.post(tt.path, chat(user("hi")), tt.header...)
			if a.status != tt.status {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			if got := a.sent.Header.Get("Authorization"); got != tt.auth {
				t.Errorf("the vendor got Authorization %q, want %q", got, tt.auth)
			}
			if got := a.sent.Header.Get("Sec-Websocket-Protocol"); strings.Contains(got, "pith_") || tt.name == "in_a_subprotocol" && got != "realtime, openai-insecure-api-key.sk-real-vendor, v1" {
				t.Errorf("the vendor got the subprotocols %q", got)
			}
			if got := a.sent.Header.Get("X-Api-Key"); got != tt.xkey {
				t.Errorf("the vendor got X-Api-Key %q, want %q", got, tt.xkey)
			}
		})
	}
	a := b.post("/v1/chat/completions", chat(search("c", words(1, longText))), "X-Pith-Key", "pith_beside", "X-Pith-Mode", "lossy")
	if a.header.Get("X-Pith-Status") != "unchanged" {
		t.Errorf("an override lifted a key's hard limit: %v", a.header)
	}
	for _, secret := range []string{"pith_held", "sk-real", "sk-ant-real", "sk-test", "pith_wrong"} {
		if strings.Contains(b.logged(), secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}

func TestRequireKey(t *testing.T) {
	b := newBench(t, func(o *Options) { o.RequireKey = true })
	if a := b.post("/v1/chat/completions", chat(user("hi"))); a.status != 401 || a.sent.Method != "" {
		t.Errorf("status %d", a.status)
	}
}

func TestKeyLimit(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Keys = []Key{{ID: "k", Hash: HashKey([]byte("s"), "pith_k"), MaxInFlight: 1}}
	})
	in, out := make(chan struct{}), make(chan struct{})
	b.halver.set(func(context.Context, pith.Request) (pith.Result, error) {
		close(in)
		<-out
		return pith.Result{}, errors.New("x")
	})
	go func() {
		<-in
		if a := b.post("/v1/models", "{}", "X-Pith-Key", "pith_k"); a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("status %d", a.status)
		}
		close(out)
	}()
	b.post("/v1/chat/completions", chat(search("c", words(1, longText))), "X-Pith-Key", "pith_k")
	if a := b.post("/v1/models", "{}", "X-Pith-Key", "pith_k"); a.status == 429 {
		t.Error("the place was not given back")
	}
}

func TestTenantsAreApart(t *testing.T) {
	b := newBench(t)
	body := chat(search("c1", words(1, longText)))
	b.post("/v1/chat/completions", body, "Authorization", "Bearer sk-a")
	a := b.post("/v1/chat/completions", body, "Authorization", "Bearer sk-b")
	if a.header.Get("X-Pith-Cache") != "hit=0,miss=1" || b.halver.count() != 2 {
		t.Errorf("one tenant had the other's result: %v", a.header)
	}
}

func TestSubscriptionsLoseNothing(t *testing.T) {
	b := newBench(t)
	body := chat(search("c", words(1, longText)))
	for _, h := range [][]string{{"Authorization", "Bearer sk-ant-oat01-xyz"}, {"Authorization", "Bearer eyJhbGciOi.x.y", "Chatgpt-Account-Id", "1"}} {
		if a := b.post("/v1/chat/completions", body, h...); string(a.sent.Body) != body {
			t.Errorf("%v: changed", h[1])
		}
		if a := b.post("/v1/chat/completions", body, append(h, "X-Pith-Mode", "auto")...); a.header.Get("X-Pith-Status") != "compressed" {
			t.Errorf("%v, asked for: %v", h[1], a.header)
		}
	}
}

func TestTenantOf(t *testing.T) {
	with := func(name string, headers ...string) string {
		r := &http.Request{Header: http.Header{}}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		if name != "" {
			c := &x509.Certificate{Subject: pkix.Name{CommonName: name}}
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}, VerifiedChains: [][]*x509.Certificate{{c}}}
		}
		return string(tenantOf(r))
	}
	all := map[string]string{
		"nobody":       with(""),
		"a":            with("", "Authorization", "Bearer a"),
		"b":            with("", "Authorization", "Bearer b"),
		"a_elsewhere":  with("", "X-Api-Key", "Bearer a"),
		"a_and_b":      with("", "Authorization", "Bearer a", "X-Api-Key", "b"),
		"certified":    with("one"),
		"certified_a":  with("one", "Authorization", "Bearer a"),
		"certified_a2": with("two", "Authorization", "Bearer a"),
	}
	seen := map[string]string{}
	for name, tenant := range all {
		if other, twice := seen[tenant]; twice {
			t.Errorf("%s and %s are one tenant", name, other)
		}
		seen[tenant] = name
	}
	if with("one", "Authorization", "Bearer a", "User-Agent", "x") != all["certified_a"] {
		t.Error("a tenant depends on more than who asks")
	}
}
