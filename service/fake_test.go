package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.uber.org/goleak"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a compressor made of functions. A nil one is the usual behaviour.
type fake struct {
	compress func(ctx context.Context, req pith.Request) (pith.Result, error)
	info     func() []pith.CompressorInfo
}

func (f fake) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if f.compress != nil {
		return f.compress(ctx, req)
	}
	return keepFirst(ctx, req)
}

func (f fake) Info() []pith.CompressorInfo {
	if f.info != nil {
		return f.info()
	}
	return []pith.CompressorInfo{{ID: "llmlingua2", Kind: "token", Deterministic: true, Loaded: true, Languages: []string{"en"}, Version: "1"}}
}

// keepFirst keeps the first words of each context: its share of them, or half.
func keepFirst(_ context.Context, req pith.Request) (pith.Result, error) {
	res := pith.Result{Method: "llmlingua2", Version: "test", Models: []string{"tiny"}}
	for _, c := range req.Contexts {
		rate := req.Budget.Rate
		if c.Budget.Rate > 0 {
			rate = c.Budget.Rate
		}
		if rate == 0 {
			rate = 0.5
		}
		res.Contexts = append(res.Contexts, firstWords(c, rate, req.Options))
	}
	return res, nil
}

func firstWords(c pith.Context, rate float64, o pith.Options) pith.ContextResult {
	words := strings.Fields(string(c.Text))
	keep := int(math.Ceil(rate * float64(len(words))))
	out := pith.ContextResult{ID: c.ID, Method: "llmlingua2", Status: pith.StatusCompressed, InputTokens: len(words), OutputTokens: keep}
	end, at := 0, 0
	for i, w := range words {
		start := at + strings.Index(string(c.Text)[at:], w)
		at = start + len(w)
		if i < keep {
			end = at
		}
		if o.ReturnLabels {
			out.Labels = append(out.Labels, pith.Label{Span: pith.Span{Start: start, End: at}, Keep: i < keep, Prob: 0.5})
		}
	}
	out.Text = c.Text[:end]
	if c.Locked || keep == len(words) {
		out.Text, out.Status, out.OutputTokens, end = c.Text, pith.StatusUnchanged, len(words), len(c.Text)
	}
	if o.ReturnSpans {
		out.Spans = []pith.Span{{Start: 0, End: end}}
	}
	score := 0.25
	out.Score = &score
	return out
}

// words counts words as tokens.
type words struct{}

func (words) Count(s string) int { return len(strings.Fields(s)) }
func (words) Name() string       { return "words" }
func (words) Exact() bool        { return false }

func countWords(name string) (Counter, error) {
	if name == "unknown-model" {
		return nil, errors.New("unknown model " + name)
	}
	return words{}, nil
}

// newTest returns a service over f, after opts have changed its options.
func newTest(t testing.TB, f fake, opts ...func(*Options)) *Service {
	t.Helper()
	o := Options{Compressor: f, Counter: countWords, Version: "test"}
	for _, opt := range opts {
		opt(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// logTo makes b the log, at every level.
func logTo(b *syncBuffer) func(*Options) {
	return func(o *Options) {
		o.Log = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// post sends a JSON body to path.
func post(s *Service, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return do(s, r, headers...)
}

func do(s *Service, r *http.Request, headers ...string) *httptest.ResponseRecorder {
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// decodeAs reads a response that must have the status and keep the contract.
func decodeAs[T any](t *testing.T, w *httptest.ResponseRecorder, status int, schema string) T {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	return decodeBytes[T](t, w.Body.Bytes(), schema)
}

func decodeBytes[T any](t *testing.T, raw []byte, schema string) T {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	if err := schemaOf(t, schema).VisitJSON(v); err != nil {
		t.Fatalf("breaks %s: %v", schema, err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var contractDoc *openapi3.T

func schemaOf(t *testing.T, name string) *openapi3.Schema {
	t.Helper()
	if contractDoc == nil {
		var err error
		if contractDoc, err = api.GetSpec(); err != nil {
			t.Fatal(err)
		}
	}
	ref := contractDoc.Components.Schemas[name]
	if ref == nil {
		t.Fatalf("no schema %s", name)
	}
	return ref.Value
}

// wantError checks the envelope and headers of an error.
func wantError(t *testing.T, w *httptest.ResponseRecorder, status int, code pith.Code, param string) string {
	t.Helper()
	e := decodeAs[api.ErrorEnvelope](t, w, status, "ErrorEnvelope").Error
	got := ""
	if e.Param != nil {
		got = *e.Param
	}
	if e.Code != string(code) || got != param || e.Type != api.TypePithError {
		t.Errorf("error %+v param %q, want code %s param %q", e, got, code, param)
	}
	if w.Header().Get("X-Pith-Error") != "1" || w.Header().Get("X-Pith-Request-Id") == "" || w.Header().Get("X-Should-Retry") == "" {
		t.Errorf("headers %v", w.Header())
	}
	if retry := w.Header().Get("Retry-After") != "" && w.Header().Get("Retry-After-Ms") != ""; retry != (status == 503) {
		t.Errorf("Retry-After with status %d: %v", status, w.Header())
	}
	return e.Message
}

func ndjson(t *testing.T, r io.Reader) [][]byte {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(raw, []byte("\n")) {
		t.Fatalf("no newline at the end of %q", raw)
	}
	return bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }
