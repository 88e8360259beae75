package service

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAdmin(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) {
		o.Admin = Admin{Token: "s3cret", Hosts: []string{"pith.internal"}}
		o.QueueDepth = func() int { return 7 }
	})
	post(s, "/v1/compress", `{"input":"a b c d"}`)
	post(s, "/v1/compress", `broken`)
	do(s, get("/no/such/path"))
	tests := []struct {
		name, path, host, token string
		status                  int
		has                     string
	}{
		{"metrics", "/metrics", "127.0.0.1:9090", "s3cret", 200, `pith_requests_total{code="",route="/v1/compress",status="200"} 1`},
		{"errors", "/metrics", "localhost", "s3cret", 200, `pith_requests_total{code="pith_invalid_request",route="/v1/compress",status="400"} 1`},
		{"unknown", "/metrics", "[::1]:9090", "s3cret", 200, `pith_requests_total{code="pith_not_found",route="other",status="404"} 1`},
		{"tokens", "/metrics", "pith.internal:9090", "s3cret", 200, `pith_tokens_total{direction="in"} 4`},
		{"queue", "/metrics", "localhost", "s3cret", 200, `pith_queue_depth 7`},
		{"build", "/metrics", "localhost", "s3cret", 200, `version="test"`},
		{"runtime", "/metrics", "localhost", "s3cret", 200, `go_goroutines`},
		{"no_token", "/metrics", "localhost", "", 404, "application/problem+json"},
		{"bad_token", "/metrics", "localhost", "s3creu", 404, "application/problem+json"},
		{"rebound", "/metrics", "evil.example", "s3cret", 404, "application/problem+json"},
		{"pprof", "/debug/pprof/", "localhost", "s3cret", 200, "goroutine"},
		{"pprof_heap", "/debug/pprof/heap?debug=1", "localhost", "s3cret", 200, "heap profile"},
		{"pprof_stranger", "/debug/pprof/", "localhost", "", 404, "application/problem+json"},
		{"cmdline", "/debug/pprof/cmdline", "localhost", "s3cret", 404, "application/problem+json"},
		{"health", "/healthz", "localhost", "", 200, "ok"},
		{"ready", "/readyz", "localhost", "", 200, "ready"},
		{"no_api", "/v1/compressors", "localhost", "s3cret", 404, "application/problem+json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := get(tt.path)
			r.Host = tt.host
			if tt.token != "" {
				r.Header.Set("Authorization", "Bearer "+tt.token)
			}
			w := httptest.NewRecorder()
			s.AdminHandler().ServeHTTP(w, r)
			all := w.Header().Get("Content-Type") + "\n" + w.Body.String()
			if w.Code != tt.status || !strings.Contains(all, tt.has) {
				t.Errorf("status %d, want %d with %q in\n%.2000s", w.Code, tt.status, tt.has, all)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"nothing":       {},
		"no_counter":    {Compressor: fake{}},
		"bytes_too_few": {Compressor: fake{}, Counter: countWords, Limits: Limits{MaxBytesInFlight: 1}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
