package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pith-proxy/pith"
)

// Nothing that a client sends reaches the log, the metrics, or an error: not from
// any member, however broken, nor from a header, a path, or a compressor that
// panics or fails with the text in its hands.
func TestCanary(t *testing.T) {
	var log syncBuffer
	reveal := map[string]func(req pith.Request) error{
		"works":  func(pith.Request) error { return nil },
		"panics": func(r pith.Request) error { panic(fmt.Sprint(r.Contexts[0].Text)) },
		"panics_with_error": func(r pith.Request) error {
			panic(fmt.Errorf("at %q", string(r.Contexts[0].Text)))
		},
		"fails": func(r pith.Request) error {
			return fmt.Errorf("tokenize: unexpected %q", string(r.Contexts[0].Text))
		},
		"fails_with_class": func(r pith.Request) error {
			return &pith.Error{Code: pith.CodeCompression, Msg: "it failed", Err: errors.New("in " + string(r.Contexts[0].Text))}
		},
		"fails_with_question": func(r pith.Request) error { return errors.New("question " + string(r.Question)) },
	}
	for name, f := range reveal {
		t.Run(name, func(t *testing.T) {
			s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
				if err := f(r); err != nil {
					return pith.Result{}, err
				}
				return keepFirst(ctx, r)
			}}, logTo(&log))
			for i, body := range canaryBodies() {
				for _, path := range []string{"/v1/compress", "/v1/compress/batch", "/v1/count"} {
					for _, accept := range []string{"*/*", "application/x-ndjson"} {
						for _, kind := range []string{"application/json", "application/x-ndjson"} {
							w := post(s, path, body, "Accept", accept, "Content-Type", kind,
								"Authorization", "Bearer "+canary, "X-Api-Key", canary, "X-Pith-Request-Id", canary,
								"X-"+canary, canary, "User-Agent", canary, "Cookie", canary)
							checkErrorBody(t, fmt.Sprintf("%s body %d", path, i), w)
						}
					}
				}
			}
			do(s, get("/v1/"+canary+"?key="+canary))
			do(s, get("/v1/compress?"+canary))
			if strings.Contains(log.String(), canary) {
				t.Fatalf("the log has it:\n%s", lineWith(log.String(), canary))
			}
			m := httptest.NewRecorder()
			promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{}).ServeHTTP(m, get("/metrics"))
			if m.Code != 200 || strings.Contains(m.Body.String(), canary) {
				t.Fatalf("the metrics have it:\n%s", lineWith(m.Body.String(), canary))
			}
		})
	}
	if !strings.Contains(log.String(), `"msg":"request"`) || !strings.Contains(log.String(), `"msg":"panic"`) {
		t.Error("the log is empty, so this test shows nothing")
	}
}

// canaryBodies puts the canary, as a value and in a value of each other type, at
// every place of requests that use every member, and cuts them at many places.
func canaryBodies() []string {
	full := `{"contexts":[{"id":"V","text":"V and more","language":"de","locked":true},"V"],"question":"V","instruction":"V",
		"method":"auto","compressor_model":"V","rate":0.5,"preserve":{"classes":["code"],"literals":["V"],"patterns":["V"]},
		"force_tokens":["V"],"model":"V","return":["spans","labels"],"offset_unit":"byte","cache":"off","deadline_ms":500,"on_error":"fail"}`
	full = strings.ReplaceAll(full, "V", canary)
	batch := `{"requests":[{"custom_id":"` + canary + `",` + full[1:] + `]}`
	count := `{"texts":["` + canary + `"],"model":"` + canary + `"}`
	single := `{"input":"` + canary + `"}`
	var bodies []string
	for _, doc := range []string{full, batch, count, single} {
		bodies = append(bodies, doc, doc+doc, strings.ToUpper(doc))
		for i := 0; i < len(doc); i += 71 {
			bodies = append(bodies, doc[:i], doc[:i]+canary+doc[i:], doc[:i]+`"`+canary+`":1,`+doc[i:])
		}
		bodies = append(bodies, swaps(doc)...)
	}
	return bodies
}

// swaps replaces each member's value in turn.
func swaps(doc string) []string {
	var out []string
	var v any
	if json.Unmarshal([]byte(doc), &v) != nil {
		return nil
	}
	var walk func(node any)
	emit := func() { b, _ := json.Marshal(v); out = append(out, string(b)) }
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for k, old := range n {
				for _, bad := range []any{canary, []any{canary}, map[string]any{canary: canary}, nil, 1e300} {
					n[k] = bad
					emit()
				}
				n[k] = old
				walk(old)
			}
			n[canary+" text"] = canary
			emit()
			delete(n, canary+" text")
		case []any:
			for i, old := range n {
				n[i] = canary
				emit()
				n[i] = old
				walk(old)
			}
		}
	}
	walk(v)
	return out
}

// checkErrorBody looks into error bodies only: results hold the text, of course.
// An unknown member's name may be repeated to the client, as the contract says.
func checkErrorBody(t *testing.T, what string, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code == http.StatusOK {
		return
	}
	if b := w.Body.String(); strings.Contains(b, canary) && !strings.Contains(b, "unknown member: ") {
		t.Errorf("%s: %s", what, b)
	}
	for k, v := range w.Header() {
		if strings.Contains(fmt.Sprint(k, v), canary) {
			t.Errorf("%s: header %s: %s", what, k, v)
		}
	}
}

func lineWith(s, part string) string {
	for line := range strings.Lines(s) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func TestScrub(t *testing.T) {
	secret := "the launch code is nine nine"
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"harmless", fmt.Errorf("read model: %w", os.ErrNotExist), "read model: file does not exist"},
		{"quotes", fmt.Errorf("bad word in %q", secret[4:20]), withheld + "*errors.errorString"},
		{"wraps", fmt.Errorf("outer: %w", errors.New(secret)), withheld + "*fmt.wrapError: *errors.errorString"},
		{"short_text", errors.New("token frob is bad"), withheld + "*errors.errorString"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := scrub(tt.err, []string{"a", "frob", secret}); !strings.HasPrefix(got, strings.Split(tt.want, "*")[0]) || strings.Contains(got, "launch") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
