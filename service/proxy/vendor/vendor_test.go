package vendor

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/sashabaranov/go-openai"
)

func TestDialectOf(t *testing.T) {
	version := http.Header{"Anthropic-Version": {"2023-06-01"}}
	tests := []struct {
		name, path string
		h          http.Header
		want       Dialect
	}{
		{"messages", "/v1/messages", nil, Anthropic},
		{"count_tokens", "/v1/messages/count_tokens", nil, Anthropic},
		{"trailing_slash", "/v1/messages/", nil, Anthropic},
		{"doubled_slash", "//v1//messages", nil, Anthropic},
		{"tripled_slash", "/v1///messages", nil, Anthropic},
		{"base_ends_in_v1", "/v1/v1/messages", nil, Anthropic},
		{"base_ends_in_v1_models", "/v1/v1/models", version, Anthropic},
		{"another_word", "/v1/messages2", nil, OpenAI},
		{"chat", "/v1/chat/completions", nil, OpenAI},
		{"chat_with_version", "/v1/chat/completions", version, OpenAI},
		{"stored_messages", "/v1/chat/completions/c1/messages", nil, OpenAI},
		{"thread_messages", "/v1/threads/t1/messages", version, OpenAI},
		{"models", "/v1/models", nil, OpenAI},
		{"models_with_version", "/v1/models", version, Anthropic},
		{"model_with_version", "/v1/models/claude-x", version, Anthropic},
		{"file_with_version", "/v1/files/f1/content", version, Anthropic},
		{"skills_with_version", "/v1/skills", version, Anthropic},
		{"bearer_is_no_sign", "/v1/models", http.Header{"Authorization": {"Bearer sk-ant-x"}}, OpenAI},
		{"empty", "", nil, OpenAI},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DialectOf(tt.path, tt.h); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestWriteError(t *testing.T) {
	tests := []struct {
		name    string
		d       Dialect
		id      string
		p       Problem
		body    string
		headers map[string]string
	}{
		{"openai", OpenAI, "req_1", Problem{Status: 502, Code: CodeUnreachable, Message: `no "route" <b>`, Retry: true},
			`{"error":{"message":"no \"route\" <b>","type":"pith_error","param":null,"code":"pith_upstream_unreachable"}}`,
			map[string]string{"X-Request-Id": "req_1", "X-Should-Retry": "true", "X-Pith-Error": "1", "Content-Type": "application/json", "Retry-After": "", "Request-Id": ""}},
		{"openai_param", OpenAI, "", Problem{Status: 413, Code: CodeBodyTooLarge, Message: "m", Param: "/limits/bytes"},
			`{"error":{"message":"m","type":"pith_error","param":"/limits/bytes","code":"pith_body_too_large"}}`,
			map[string]string{"X-Request-Id": "", "X-Should-Retry": "false"}},
		{"openai_nothing", OpenAI, "", Problem{Status: 500}, `{"error":{"message":"","type":"pith_error","param":null,"code":null}}`, nil},
		{"anthropic", Anthropic, "req_2", Problem{Status: 504, Code: CodeTimeout, Message: "m", Retry: true, RetryAfter: 1200*time.Millisecond + 1},
			`{"type":"error","error":{"type":"timeout_error","message":"m","details":{"error_code":"pith_upstream_timeout"}},"request_id":"req_2"}`,
			map[string]string{"Request-Id": "req_2", "X-Request-Id": "", "Retry-After": "2", "Retry-After-Ms": "1201"}},
		{"anthropic_nothing", Anthropic, "", Problem{Status: 529}, `{"type":"error","error":{"type":"overloaded_error","message":""},"request_id":null}`, nil},
		{"not_utf8", OpenAI, "", Problem{Status: 500, Message: "\xff"}, `{"error":{"message":"` + "\ufffd" + `","type":"pith_error","param":null,"code":null}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			w.Header().Set("Content-Encoding", "gzip")
			WriteError(w, tt.d, tt.id, tt.p)
			if w.Code != tt.p.Status || !strings.Contains(w.Body.String(), tt.body) || w.Header().Get("Content-Encoding") != "" {
				t.Errorf("%d %v\n got %s\nwant %s", w.Code, w.Header(), w.Body, tt.body)
			}
			for k, want := range tt.headers {
				if got := w.Header().Get(k); got != want {
					t.Errorf("%s: got %q, want %q", k, got, want)
				}
			}
		})
	}
}

func TestAnthropicTypes(t *testing.T) {
	for status, want := range map[int]string{
		400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
		404: "not_found_error", 413: "request_too_large", 426: "invalid_request_error", 429: "rate_limit_error",
		500: "api_error", 502: "api_error", 503: "api_error", 504: "timeout_error", 529: "overloaded_error",
	} {
		if got := anthropicType(status); got != want {
			t.Errorf("%d: got %s, want %s", status, got, want)
		}
	}
}

// The message and the code arrive where a client looks for them.
func TestClientReadsIt(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		WriteError(w, DialectOf(r.URL.Path, r.Header), "req_3", Problem{Status: 502, Code: CodeUnreachable, Message: "said plainly"})
	}))
	defer srv.Close()
	c := openai.DefaultConfig("key")
	c.BaseURL = srv.URL + "/v1"
	_, err := openai.NewClientWithConfig(c).CreateChatCompletion(t.Context(), openai.ChatCompletionRequest{Model: "m"})
	e, ok := err.(*openai.APIError)
	if !ok || e.Message != "said plainly" || e.Code != CodeUnreachable || e.Type != "pith_error" || e.HTTPStatusCode != 502 {
		t.Errorf("%#v", err)
	}

	res, err := http.Head(srv.URL + "/v1/messages")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 502 || len(body) != 0 || res.ContentLength <= 0 || res.Header.Get("Request-Id") != "req_3" {
		t.Errorf("HEAD: %s %v %q", res.Status, res.Header, body)
	}
}

// Whatever is said, the envelope is JSON with all that clients need.
func FuzzWriteError(f *testing.F) {
	f.Add(0, 502, "message", "code", "param", "id")
	f.Add(1, 413, "\u2028\x00\"", "", "/a", "")
	f.Fuzz(func(t *testing.T, d, status int, message, code, param, id string) {
		if status < 400 || status > 599 {
			t.Skip()
		}
		w := httptest.NewRecorder()
		WriteError(w, Dialect(d&1), id, Problem{Status: status, Message: message, Code: code, Param: param})
		var e struct {
			Error map[string]any `json:"error"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Error["type"] == "" {
			t.Fatalf("%v: %q", err, w.Body)
		}
		if _, ok := e.Error["message"].(string); !ok {
			t.Fatalf("no message: %q", w.Body)
		}
	})
}
