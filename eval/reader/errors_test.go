package reader

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// Vendors echo prompts and parts of keys in every member of an error, and libraries pass
// them on. Nothing of that may be in ours.
func TestErrorsQuoteNothing(t *testing.T) {
	const prompt, system = "PROMPT-canary-xyz says hello", "SYSTEM-canary-xyz"
	const other = "HEADER-canary-xyz"
	echo := "bad: " + prompt + " " + system + " " + testKey + " " + other
	member := func(m map[string]any) string {
		b, _ := json.Marshal(map[string]any{"error": m})
		return string(b)
	}
	bodies := map[string]string{
		"message":      member(map[string]any{"message": echo, "type": "invalid_request_error"}),
		"messages":     member(map[string]any{"message": []string{echo}, "type": "t"}),
		"type":         member(map[string]any{"message": "m", "type": "PROMPT-canary-xyz"}),
		"part_of_type": member(map[string]any{"message": "m", "type": "x.canary-xyz.y"}),
		"code":         member(map[string]any{"message": "m", "code": testKey}),
		"part_of_key":  member(map[string]any{"message": "m", "code": testKey[3:12]}),
		"header":       member(map[string]any{"message": "m", "code": other}),
		"param":        member(map[string]any{"message": "m", "type": "t", "param": "SYSTEM-canary-xyz"}),
		"sentence":     member(map[string]any{"message": "m", "type": "t", "code": echo}),
		"inner":        member(map[string]any{"message": "m", "innererror": map[string]any{"code": echo}}),
		"detail":       `{"detail":` + fmt.Sprintf("%q", echo) + `}`,
		"string":       `{"error":` + fmt.Sprintf("%q", echo) + `}`,
		"flat":         `{"object":"error","message":` + fmt.Sprintf("%q", echo) + `,"type":"BadRequestError","code":400}`,
		"plain":        echo,
		"html":         "<html>" + echo,
		"window":       member(map[string]any{"message": "maximum context length is 8192 tokens. " + echo}),
	}
	store := open(t, t.TempDir())
	for name, body := range bodies {
		for _, status := range []int{200, 400, 401, 500} {
			t.Run(fmt.Sprint(name, "_", status), func(t *testing.T) {
				f := fakevendor.Fault{Status: status, Body: body, Header: http.Header{"X-Echo": {echo}}}
				if status == 200 {
					f.Status = 0
				}
				_, url := serve(t, fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault { return f }})
				c, _ := client(t, url, func(o *Options) {
					o.System, o.Retries, o.Store, o.Endpoint = system, -1, store, t.Name()
					o.Header = http.Header{"X-Pith-Key": {other}}
				})
				_, err := c.Answer(t.Context(), Prompt{Text: prompt, MaxTokens: 8})
				if err == nil && status == 400 && name == "window" {
					return
				}
				for e := err; ; e = errors.Unwrap(e) {
					if e == nil {
						break
					}
					text := fmt.Sprintf("%v %+v %#v", e, e, e)
					if strings.Contains(text, "canary") || strings.Contains(text, "hello") || strings.Contains(text, "0123") {
						t.Errorf("quotes: %s", text)
					}
				}
				if err == nil || len(err.Error()) > 300 || !strings.Contains(err.Error(), "status ") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// Some gateways want a secret in the path of the base URL.
func TestNoPathInNames(t *testing.T) {
	for base, want := range map[string]string{
		"": "small at HOST", "https://host:8/hush/v1": "small at host:8", "http://h/hush": "small at h", "elsewhere/hush": "small at elsewhere",
	} {
		_, url := serve(t, fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault {
			return fakevendor.Fault{Status: 404, Body: `{"error":{"message":"no hush-hush-x/v1","code":"hush-hush-x"}}`}
		}})
		url = strings.Replace(url, "/v1", "/hush-hush-x/v1", 1)
		c, _ := client(t, url, func(o *Options) { o.Endpoint = base })
		want = strings.Replace(want, "HOST", strings.Split(url, "/")[2], 1)
		if got := c.Name(); got != want {
			t.Errorf("%s: name %q, want %q", base, got, want)
		}
		_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hush") || !strings.HasPrefix(err.Error(), "ask "+want+": status 404: the base URL") {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// What is no HTTP is quoted by the transport.
func TestGarbageIsNotQuoted(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(buf, r.ContentLength))
		_, _ = buf.WriteString("canary canary canary\r\n\r\n")
		_ = buf.Flush()
	}))
	defer s.Close()
	c, _ := client(t, s.URL, func(o *Options) { o.Retries = -1 })
	_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "connection broke") {
		t.Errorf("got %v", err)
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"too_many_tokens", 400, `{"error":{"message":"max_tokens is too large: 9. This model supports at most 8 completion tokens","type":"invalid_request_error","param":"max_tokens","code":null}}`,
			"ask small at fake: status 400, type invalid_request_error, parameter max_tokens: the model does not take this bound of the answer's tokens"},
		{"flat", 422, `{"object":"error","message":"m","type":"BadRequestError","code":40001}`,
			"ask small at fake: status 422, type BadRequestError, code 40001"},
		{"plain", 403, `no`, "ask small at fake: status 403: the key is missing, wrong, or not for this model"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Status: tt.status, Body: tt.body})})
			c, _ := client(t, url, nil)
			_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A prompt beyond the model's window is answered by nothing, once and for all; the run
// goes on.
func TestTooLong(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"openai", 400, `{"error":{"message":"m","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, true},
		{"azure", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, true},
		{"vllm", 400, `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4936 in the messages, 64 in the completion).","type":"BadRequestError","param":null,"code":400}`, true},
		{"vllm_later", 400, `{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 4096 tokens and your request has 4090 input tokens","type":"BadRequestError","param":"max_tokens","code":400}}`, true},
		{"openrouter", 400, `{"error":{"message":"This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens.","code":400,"metadata":{"provider_name":null}}}`, true},
		{"openrouter_behind", 400, `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}","provider_name":"x"}}}`, true},
		{"openrouter_text_behind", 400, `{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"prompt is too long: 9 tokens > 8 maximum"}}}`, true},
		{"openrouter_with_200", 0, `{"error":{"message":"This endpoint's maximum context length is 8192 tokens.","code":400}}`, true},
		{"llama_cpp", 400, `{"error":{"code":400,"message":"m","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":8}}`, true},
		{"bare", 422, `{"error":"Input validation error: ` + "`inputs` tokens + `max_new_tokens`" + ` must be <= 4096"}`, true},
		{"too_large_at_once", 413, `{"error":{"message":"Request too large for model on tokens per minute (TPM)","type":"tokens","code":"rate_limit_exceeded"}}`, false},
		{"another_status", 401, `{"error":{"message":"maximum context length","code":null}}`, false},
		{"another_error", 400, `{"error":{"message":"m","type":"invalid_request_error","param":"messages","code":null}}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Status: tt.status, Body: tt.body})})
			c, _ := client(t, url, func(o *Options) { o.Retries, o.Input, o.Output = -1, 1, 1 })
			a, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
			if !tt.want {
				if err == nil {
					t.Errorf("got %+v", a)
				}
				return
			}
			if want := (Answer{Finish: FinishContext, Took: a.Took}); err != nil || a != want {
				t.Fatalf("got %+v, %v", a, err)
			}
			a.Stored = true
			if again := ask(t, c, "q"); again != a || v.Ledger().Totals.Received != 1 || c.Spent().Dollars != 0 || c.Spent().DoubtDollars != 0 {
				t.Errorf("again %+v, spent %+v", again, c.Spent())
			}
		})
	}
}

// Whatever a vendor says, no six bytes of a secret pass.
func FuzzScrub(f *testing.F) {
	f.Add("code_canary", "the canary sings")
	f.Add("short", "short")
	f.Add("sk-0123456789", "sk-0123456789")
	f.Fuzz(func(t *testing.T, id, secret string) {
		got := scrub(id, secret)
		if got != "" && got != id {
			t.Fatalf("%q became %q", id, got)
		}
		for i := 0; i+6 <= len(got); i++ {
			if strings.Contains(secret, got[i:i+6]) && !isKnown(got) {
				t.Fatalf("%q quotes %q", got, secret)
			}
		}
		if len(got) > 48 && !isKnown(got) {
			t.Fatalf("%q is long", got)
		}
	})
}

func isKnown(s string) bool {
	for _, w := range knownWords {
		if w == s {
			return true
		}
	}
	return false
}

// Whatever a vendor replies: an answer that is stored as it is given, or an error that
// quotes nothing.
func FuzzReply(f *testing.F) {
	f.Add(uint16(200), []byte(`{"choices":[{"message":{"content":"a"}}]}`))
	f.Add(uint16(200), []byte(`{"error":{"code":429}}`))
	f.Add(uint16(400), []byte(`{"error":{"message":["m"],"code":"content_filter","param":7}}`))
	f.Add(uint16(503), []byte(`{"error":"canary-canary"}`))
	f.Add(uint16(204), []byte(nil))
	store, err := OpenStore(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	defer store.Close()
	f.Fuzz(func(t *testing.T, status uint16, body []byte) {
		status = 200 + status%400
		reply := roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: int(status), Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}, nil
		})
		c, _ := client(t, "http://h", func(o *Options) {
			o.Store, o.Retries, o.HTTP = store, -1, &http.Client{Transport: reply}
			o.Endpoint = fmt.Sprintf("%d %x", status, sha256.Sum256(body))
		})
		p := Prompt{Text: "canary-canary", MaxTokens: 8}
		a, err := c.Answer(t.Context(), p)
		if err != nil {
			if strings.Contains(err.Error(), "canary") {
				t.Fatalf("%v quotes", err)
			}
			return
		}
		again, err := c.Answer(t.Context(), p)
		a.Stored = true
		if err != nil || again != a {
			t.Fatalf("stored %+v, %v; given %+v", again, err, a)
		}
	})
}
