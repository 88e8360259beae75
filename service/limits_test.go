package service

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

// Every published limit, at its edge and one past it.
func TestLimits(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) { o.Limits.MaxTokens = 1000 })
	question := func(n int) string { return `{"input":"a","question":"` + strings.Repeat("q", n) + `"}` }
	wide := func(n int) string {
		return `{"input":"a","question":"` + strings.Repeat("é", n/2) + strings.Repeat("q", n%2) + `"}`
	}
	contexts := func(n int) string { return `{"contexts":["a"` + strings.Repeat(`,"a"`, n-1) + `]}` }
	batch := func(n int) string {
		return `{"requests":[{"custom_id":"a","input":"a"}` + strings.Repeat(`,{"custom_id":"a","input":"a"}`, n-1) + `]}`
	}
	values := func(n int) string { // the array, and its items
		return `[0` + strings.Repeat(`,0`, n-2) + `]`
	}
	list := func(member, item string) func(int) string {
		return func(n int) string {
			return fmt.Sprintf(`{"input":"a",%s[%s%s]%s}`, member, item, strings.Repeat(","+item, n-1), strings.Repeat("}", strings.Count(member, "{")))
		}
	}
	tokens := func(n int) string { return `{"input":"` + strings.Repeat("a ", n) + `"}` }
	tests := []struct {
		name, path string
		body       func(n int) string
		edge       int
		status     int // at the edge
		past       int
		param      string
	}{
		{"contexts", "/v1/compress", contexts, 1000, 200, 413, "/contexts"},
		{"batch", "/v1/compress/batch", batch, 256, 200, 413, "/requests"},
		{"texts", "/v1/count", func(n int) string { return `{"texts":["a"` + strings.Repeat(`,"a"`, n-1) + `]}` }, 1000, 200, 413, "/texts"},
		{"question", "/v1/compress", question, 65536, 200, 413, "/question"},
		{"question_in_bytes", "/v1/compress", wide, 65536, 200, 413, "/question"},
		{"tokens", "/v1/compress", tokens, 1000, 200, 413, "/input"},
		{"tokens_counted", "/v1/count", tokens, 1000, 200, 413, "/input"},
		{"tokens_of_contexts", "/v1/compress", func(n int) string {
			return `{"contexts":["` + strings.Repeat("a ", 600) + `","` + strings.Repeat("a ", n-600) + `"]}`
		}, 1000, 200, 413, "/contexts"},
		{"patterns", "/v1/compress", list(`"preserve":{"patterns":`, `"a"`), 32, 200, 413, "/preserve/patterns"},
		{"pattern_bytes", "/v1/compress", func(n int) string {
			return `{"input":"a","preserve":{"patterns":["` + strings.Repeat("a", n) + `"]}}`
		}, 256, 200, 413, "/preserve/patterns/0"},
		{"literals", "/v1/compress", list(`"preserve":{"literals":`, `"a"`), 256, 200, 413, "/preserve/literals"},
		{"force_tokens", "/v1/compress", list(`"force_tokens":`, `"a"`), 100, 200, 413, "/force_tokens"},
		{"deadline", "/v1/compress", func(n int) string { return fmt.Sprintf(`{"input":"a","deadline_ms":%d}`, n) }, 60000, 200, 400, "/deadline_ms"},
		{"values", "/v1/compress", values, maxValues, 400, 413, ""},
		{"depth", "/v1/compress", func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }, maxDepth, 400, 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if w := post(s, tt.path, tt.body(tt.edge)); w.Code != tt.status {
				t.Errorf("%d: status %d, want %d: %.300s", tt.edge, w.Code, tt.status, w.Body)
			}
			code := pith.CodeTooLarge
			if tt.past == 400 {
				code = pith.CodeInvalid
			}
			wantError(t, post(s, tt.path, tt.body(tt.edge+1)), tt.past, code, tt.param)
		})
	}
}

func TestBodyLimit(t *testing.T) {
	const limit = 4096
	s := newTest(t, fake{}, func(o *Options) { o.Limits.MaxBody = limit })
	body := func(n int) string {
		const frame = `{"input":"a "}`
		return `{"input":"a ` + strings.Repeat("x", n-len(frame)) + `"}`
	}
	send := func(body string, length bool, gz bool) *httptest.ResponseRecorder {
		var b bytes.Buffer
		b.WriteString(body)
		if gz {
			b = *zip(body)
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/compress", &b)
		if !length {
			r.ContentLength = -1
		}
		headers := []string{"Content-Type", "application/json"}
		if gz {
			headers = append(headers, "Content-Encoding", "gzip")
		}
		return do(s, r, headers...)
	}
	for _, length := range []bool{true, false} {
		for _, gz := range []bool{true, false} {
			if w := send(body(limit), length, gz); w.Code != 200 {
				t.Errorf("length %v gzip %v: status %d at the limit: %s", length, gz, w.Code, w.Body)
			}
			msg := wantError(t, send(body(limit+1), length, gz), 413, pith.CodeTooLarge, "")
			if !strings.Contains(msg, "4096 bytes") {
				t.Errorf("message %q lacks the limit", msg)
			}
		}
	}
	if n := s.door.bytes.Load(); n != 0 {
		t.Errorf("%d bytes left inside", n)
	}
}

func zip(s string) *bytes.Buffer {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return &b
}

func TestDefaultBodyLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("32 MiB body")
	}
	s := newTest(t, nothing, func(o *Options) { o.Counter = func(string) (Counter, error) { return free{}, nil } })
	frame := len(`{"input":""}`)
	for n, want := range map[int]int{32 << 20: 200, 32<<20 + 1: 413} {
		if w := post(s, "/v1/compress", `{"input":"`+strings.Repeat("x", n-frame)+`"}`); w.Code != want {
			t.Errorf("%d bytes: status %d, want %d: %.200s", n, w.Code, want, w.Body)
		}
	}
}

func TestGzip(t *testing.T) {
	s := newTest(t, fake{})
	send := func(b *bytes.Buffer) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/v1/compress", b)
		return do(s, r, "Content-Type", "application/json", "Content-Encoding", "gzip")
	}
	doc := func(n int) string { return `{"input":"a b` + strings.Repeat(" ", n) + `"}` }
	if w := send(zip(doc(100))); w.Code != 200 {
		t.Errorf("gzip: %d %s", w.Code, w.Body)
	}
	if w := send(zip(doc(ratioFree - 100))); w.Code != 200 {
		t.Errorf("1 MiB of spaces: %d %s", w.Code, w.Body)
	}
	bomb := zip(doc(2 << 20))
	wantError(t, send(bomb), 413, pith.CodeTooLarge, "")
	if msg := wantError(t, send(zip(zip(doc(100)).String())), 400, pith.CodeInvalid, ""); strings.Contains(msg, "gzip") {
		t.Errorf("second layer was opened: %s", msg)
	}
	wantError(t, send(bytes.NewBufferString(`{"input":"a"}`)), 400, pith.CodeInvalid, "")
	cut := zip(doc(100))
	cut.Truncate(cut.Len() - 6)
	wantError(t, send(cut), 400, pith.CodeInvalid, "")
}

func TestBytesInFlight(t *testing.T) {
	inside, leave := make(chan struct{}, 2), make(chan struct{})
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		inside <- struct{}{}
		<-leave
		return keepFirst(ctx, r)
	}}, func(o *Options) { o.Limits.MaxBody, o.Limits.MaxBytesInFlight = 1000, 1500 })
	body := `{"input":"a ` + strings.Repeat("x", 900) + `"}`
	done := make(chan int)
	go func() { done <- post(s, "/v1/compress", body).Code }()
	<-inside
	wantError(t, post(s, "/v1/compress", body), 503, pith.CodeUnavailable, "")
	go func() { done <- post(s, "/v1/compress", `{"input":"small"}`).Code }()
	<-inside
	close(leave)
	if a, b := <-done, <-done; a != 200 || b != 200 {
		t.Errorf("statuses %d, %d", a, b)
	}
	if n := s.door.bytes.Load(); n != 0 {
		t.Errorf("%d bytes left inside", n)
	}
}
