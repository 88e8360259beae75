package service

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

func failing(err error) fake {
	return fake{compress: func(context.Context, pith.Request) (pith.Result, error) { return pith.Result{}, err }}
}

func TestFailOpen(t *testing.T) {
	panics := fake{compress: func(context.Context, pith.Request) (pith.Result, error) { panic("boom") }}
	tests := []struct {
		name   string
		f      fake
		pass   int // status with on_error: pass
		fail   int // and with on_error: fail
		code   pith.Code
		reason string // in the warning
	}{
		{"unclassed", failing(errors.New("onnx: run")), 200, 500, pith.CodeInternal, "pith_internal"},
		{"compression", failing(&pith.Error{Code: pith.CodeCompression, Msg: "m"}), 200, 503, pith.CodeCompression, "m"},
		{"busy", failing(&pith.Error{Code: pith.CodeUnavailable, Msg: "queue full"}), 200, 503, pith.CodeUnavailable, "queue full"},
		{"deadline", failing(context.DeadlineExceeded), 200, 500, pith.CodeInternal, ""},
		{"panic", panics, 200, 500, pith.CodeInternal, "pith_internal"},
		{"too_few", failing(nil), 200, 500, pith.CodeInternal, "pith_internal"},
		{"unknown_class", failing(&pith.Error{Code: "poem", Msg: "m"}), 200, 500, pith.CodeInternal, "pith_internal"},
		{"invalid", failing(pith.Invalid("/compressor_model", "m")), 400, 400, pith.CodeInvalid, ""},
		{"budget", failing(&pith.Error{Code: pith.CodeBudgetUnreachable, Msg: "m", Param: "/target_tokens"}), 422, 422, pith.CodeBudgetUnreachable, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newTest(t, tt.f)
			w := post(s, "/v1/compress", `{"contexts":["a  b","c"],"return":["spans"]}`)
			if w.Code != tt.pass {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.pass, w.Body)
			}
			if tt.pass == 200 {
				c := decodeAs[api.Compression](t, w, 200, "Compression")
				if c.Output != "a  b\n\nc" || c.Method != "none" || c.Usage.InputTokens != 3 || c.Usage.SavedTokens != 0 ||
					c.Results[0].Status != api.ResultUnchanged || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], tt.reason) {
					t.Errorf("%+v", c)
				}
				if got := w.Header().Get("X-Pith-Status"); got != "error" {
					t.Errorf("X-Pith-Status %q", got)
				}
			}
			w = post(s, "/v1/compress", `{"contexts":["a  b","c"],"on_error":"fail"}`)
			if w.Code != tt.fail || !strings.Contains(w.Body.String(), string(tt.code)) {
				t.Errorf("status %d, want %d %s: %s", w.Code, tt.fail, tt.code, w.Body)
			}
			if got, want := w.Header().Get("X-Should-Retry"), map[bool]string{true: "true", false: "false"}[tt.fail == 503]; got != want {
				t.Errorf("x-should-retry %q, want %q", got, want)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	slow := fake{compress: func(ctx context.Context, _ pith.Request) (pith.Result, error) {
		<-ctx.Done()
		return pith.Result{}, ctx.Err()
	}}
	for _, tt := range []struct {
		body   string
		status int
		after  time.Duration
	}{
		{`{"input":"a b","deadline_ms":250}`, 200, 250 * time.Millisecond},
		{`{"input":"a b","deadline_ms":60000}`, 200, time.Minute},
		{`{"input":"a b"}`, 200, time.Minute},
		{`{"input":"a b","deadline_ms":1,"on_error":"fail"}`, 504, time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newTest(t, slow)
			start := time.Now()
			w := post(s, "/v1/compress", tt.body)
			if w.Code != tt.status || time.Since(start) != tt.after {
				t.Errorf("%s: status %d after %v, want %d after %v: %s", tt.body, w.Code, time.Since(start), tt.status, tt.after, w.Body)
			}
			if tt.status == 200 && w.Header().Get("X-Pith-Status") != "error" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// A client that leaves ends its compression, and nobody fails open for nobody.
func TestClientGone(t *testing.T) {
	var log syncBuffer
	ctx, cancel := context.WithCancel(t.Context())
	s := newTest(t, fake{compress: func(ctx context.Context, _ pith.Request) (pith.Result, error) {
		cancel()
		<-ctx.Done()
		return pith.Result{}, ctx.Err()
	}}, logTo(&log))
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/compress", strings.NewReader(`{"input":"a"}`))
	do(s, r, "Content-Type", "application/json")
	if !strings.Contains(log.String(), `"status":499`) || !strings.Contains(log.String(), `"code":"client_gone"`) {
		t.Errorf("log %s", &log)
	}
}

func TestDoorRefusesForEverybody(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		close(inside)
		<-leave
		return keepFirst(ctx, r)
	}}, func(o *Options) { o.Limits.MaxInFlight = 1 })
	done := make(chan int)
	go func() { done <- post(s, "/v1/compress", `{"input":"a b"}`).Code }()
	<-inside
	for _, body := range []string{`{"input":"a"}`, `{"input":"a","on_error":"fail"}`, `broken`} {
		wantError(t, post(s, "/v1/compress", body), 503, pith.CodeUnavailable, "")
	}
	if w := do(s, get("/healthz")); w.Code != 200 {
		t.Errorf("health %d while full", w.Code)
	}
	close(leave)
	if got := <-done; got != 200 {
		t.Errorf("the one inside got %d", got)
	}
	if n, b := s.door.requests.Load(), s.door.bytes.Load(); n != 0 || b != 0 {
		t.Errorf("%d requests and %d bytes left inside", n, b)
	}
}

func TestHandlerPanic(t *testing.T) {
	s := newTest(t, fake{info: func() []pith.CompressorInfo { panic(canary) }})
	wantError(t, do(s, get("/v1/compressors")), 500, pith.CodeInternal, "")
	s = newTest(t, fake{info: func() []pith.CompressorInfo { panic(http.ErrAbortHandler) }})
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("recovered %v, want http.ErrAbortHandler", v)
		}
	}()
	do(s, get("/v1/compressors"))
}
