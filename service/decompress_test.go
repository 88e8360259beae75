package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// fakeDecode restores what is said of it: params are the source, or what is to go wrong.
func fakeDecode(text string, d pith.Decode, claim func(int) error) (string, error) {
	var n int
	switch what, rest, _ := strings.Cut(d.Params, ":"); what {
	case "source":
		if err := claim(len(rest)); err != nil {
			return "", err
		}
		return rest, nil
	case "bytes":
		_, _ = fmt.Sscan(rest, &n)
		if err := claim(n); err != nil {
			return "", err
		}
		return "small after all", nil
	case "latin1":
		return "caf\xe9", nil
	case "panics":
		panic(text)
	case "fails":
		return "", errors.New("in " + text)
	case "scheme":
		return "", pith.Invalid("/decode/scheme", "no such scheme")
	}
	return "", &pith.Error{Code: pith.CodeMismatch, Param: "/decode", Msg: "they do not belong together", Err: errors.New(text)}
}

func withDecode(o *Options) { o.Decode = fakeDecode }

func decompressBody(text, params string) string {
	return fmt.Sprintf(`{"text":%q,"decode":{"scheme":"s","params":%q}}`, text, params)
}

func TestDecompress(t *testing.T) {
	s := newTest(t, fake{}, withDecode)
	for _, path := range []string{"/v1/decompress", "/pith/v1/decompress"} {
		for _, source := range []string{"", "a < b & c > d", "naïve 🙂 \u2028", "\r\n\t\x00"} {
			w := post(s, path, fmt.Sprintf(`{"text":"x","decode":{"scheme":"s","params":%s}}`, jsonString("source:"+source)))
			d := decodeAs[api.Decompression](t, w, http.StatusOK, "Decompression")
			if d.Text != source || !d.Exact || d.Object != api.ObjectDecompression {
				t.Errorf("%s: %+v, want %q", path, d, source)
			}
			if strings.Contains(w.Body.String(), `\u003c`) {
				t.Errorf("escaped for no reason: %s", w.Body)
			}
			if w.Header().Get("X-Pith-Request-Id") == "" || w.Header().Get("X-Pith-Status") != "" {
				t.Errorf("headers %v", w.Header())
			}
		}
	}
}

// jsonString escapes what Go's %q writes in another way.
func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// The text and the decode reach the decoder as they came.
func TestDecompressHandsOn(t *testing.T) {
	var text string
	var decode pith.Decode
	s := newTest(t, fake{}, func(o *Options) {
		o.Decode = func(s string, d pith.Decode, _ func(int) error) (string, error) {
			text, decode = s, d
			return s, nil
		}
	})
	post(s, "/v1/decompress", `{"text":" a\r\nb\u0000 ","decode":{"params":"{\"n\": 1} ","scheme":"S-1"}}`)
	if text != " a\r\nb\x00 " || decode != (pith.Decode{Scheme: "S-1", Params: `{"n": 1} `}) {
		t.Errorf("text %q, decode %+v", text, decode)
	}
}

func TestDecompressErrors(t *testing.T) {
	s := newTest(t, fake{}, withDecode, func(o *Options) { o.Limits.MaxBody = 1 << 16 })
	none := newTest(t, fake{})
	for name, tt := range map[string]struct {
		s           *Service
		body        string
		status      int
		code        pith.Code
		param, want string
	}{
		"mismatch":     {s, decompressBody(canary, "other"), 409, pith.CodeMismatch, "/decode", "belong together"},
		"scheme":       {s, decompressBody(canary, "scheme"), 400, pith.CodeInvalid, "/decode/scheme", "no such scheme"},
		"not_utf8":     {s, decompressBody(canary, "latin1"), 409, pith.CodeMismatch, "/decode", "pith decompress"},
		"panics":       {s, decompressBody(canary, "panics"), 500, pith.CodeInternal, "", ""},
		"fails":        {s, decompressBody(canary, "fails"), 500, pith.CodeInternal, "", ""},
		"too_large":    {s, decompressBody(canary, "bytes:65537"), 413, pith.CodeTooLarge, "/decode", "65536 bytes"},
		"no_decoder":   {none, decompressBody(canary, "source:x"), 400, pith.CodeInvalid, "/decode/scheme", "no such scheme"},
		"no_text":      {s, `{"decode":{"scheme":"s","params":"source:x"}}`, 400, pith.CodeInvalid, "/text", "text is missing"},
		"no_decode":    {s, `{"text":"` + canary + `"}`, 400, pith.CodeInvalid, "/decode", "decode is missing"},
		"no_params":    {s, `{"text":"x","decode":{"scheme":"` + canary + `"}}`, 400, pith.CodeInvalid, "/decode/params", "params is missing"},
		"null":         {s, `{"text":null,"decode":{"scheme":"s","params":"source:x"}}`, 400, pith.CodeInvalid, "/text", "must be string"},
		"list":         {s, `{"text":"x","decode":["` + canary + `"]}`, 400, pith.CodeInvalid, "/decode", "must be object"},
		"unknown":      {s, `{"text":"x","decode":{"scheme":"s","params":"source:x"},"rate":1}`, 400, pith.CodeInvalid, "/rate", "unknown member"},
		"unknown_deep": {s, `{"text":"x","decode":{"scheme":"s","params":"source:x","sha256":""}}`, 400, pith.CodeInvalid, "/decode/sha256", "unknown member"},
		"twice":        {s, `{"text":"x","text":"y","decode":{"scheme":"s","params":"source:x"}}`, 400, pith.CodeInvalid, "", "twice"},
		"no_json":      {s, canary, 400, pith.CodeInvalid, "", "not valid JSON"},
		"long_scheme":  {s, `{"text":"x","decode":{"scheme":"` + strings.Repeat("s", 65) + `","params":""}}`, 413, pith.CodeTooLarge, "/decode/scheme", "64"},
		"long_body":    {s, decompressBody(strings.Repeat("x", 1<<16), "source:x"), 413, pith.CodeTooLarge, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			msg := wantError(t, post(tt.s, "/v1/decompress", tt.body), tt.status, tt.code, tt.param)
			if !strings.Contains(msg, tt.want) || strings.Contains(msg, canary) {
				t.Errorf("message %q, want %q", msg, tt.want)
			}
		})
	}
	if d := decodeAs[api.Decompression](t, post(s, "/v1/decompress", decompressBody("x", "bytes:65536")), 200, "Decompression"); d.Text != "small after all" {
		t.Errorf("at the limit: %+v", d)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		w := do(s, httptest.NewRequest(method, "/v1/decompress", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := post(s, "/v1/decompress", decompressBody("x", "source:x"), "Content-Type", "application/x-ndjson"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("NDJSON: status %d", w.Code)
	}
}

// What is restored counts as bytes in flight, while it is, and everything is given back.
func TestDecompressHoldsBytes(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	s := newTest(t, fake{}, func(o *Options) {
		o.Limits.MaxBody, o.Limits.MaxBytesInFlight = 1<<20, 1<<20
		o.Decode = func(text string, d pith.Decode, claim func(int) error) (string, error) {
			if err := claim(700_000); err != nil {
				return "", err
			}
			if text == "waits" {
				close(inside)
				<-leave
			}
			return "x", nil
		}
	})
	first := make(chan int)
	go func() { first <- post(s, "/v1/decompress", decompressBody("waits", "")).Code }()
	<-inside
	wantError(t, post(s, "/v1/decompress", decompressBody("x", "")), 503, pith.CodeUnavailable, "")
	close(leave)
	if got := <-first; got != 200 {
		t.Errorf("the first: status %d", got)
	}
	for range 3 {
		if w := post(s, "/v1/decompress", decompressBody("x", "")); w.Code != 200 {
			t.Errorf("afterwards: status %d", w.Code)
		}
	}
	if n, b := s.door.requests.Load(), s.door.bytes.Load(); n != 0 || b != 0 {
		t.Errorf("%d requests and %d bytes left inside", n, b)
	}
}

// Nothing of a text, a scheme or params reaches the log or the metrics, however the
// decoder fails.
func TestDecompressCanary(t *testing.T) {
	var log syncBuffer
	s := newTest(t, fake{}, withDecode, logTo(&log))
	for _, params := range []string{"source:", "latin1:", "panics:", "fails:", "scheme:", "other:", "bytes:99999999:"} {
		body := decompressBody(canary, params+canary)
		for _, doc := range []string{body, strings.Replace(body, `"s"`, `"`+canary+`"`, 1), body[:len(body)-9], body + body} {
			w := post(s, "/v1/decompress", doc, "Authorization", "Bearer "+canary, "X-Api-Key", canary)
			checkErrorBody(t, params, w)
		}
	}
	for _, bad := range swaps(decompressBody(canary, "source:x")) {
		checkErrorBody(t, bad, post(s, "/v1/decompress", bad))
	}
	if strings.Contains(log.String(), canary) {
		t.Fatalf("the log has it:\n%s", lineWith(log.String(), canary))
	}
	m := httptest.NewRecorder()
	promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{}).ServeHTTP(m, get("/metrics"))
	if m.Code != 200 || strings.Contains(m.Body.String(), canary) {
		t.Fatalf("the metrics have it:\n%s", lineWith(m.Body.String(), canary))
	}
	if !strings.Contains(log.String(), `"msg":"panic"`) || !strings.Contains(m.Body.String(), "decompress") {
		t.Error("there is no panic in the log, or no word of the operation in the metrics: the test shows nothing")
	}
}

// formed is a compressor whose result has another form of each text.
func formed(text string, tokens int, exact bool) func(context.Context, pith.Request) (pith.Result, error) {
	return func(_ context.Context, req pith.Request) (pith.Result, error) {
		res := pith.Result{Method: "structure", Version: "1"}
		for range req.Contexts {
			c := pith.ContextResult{Text: pith.Text(text), Status: pith.StatusCompressed, Method: "structure", InputTokens: 9, OutputTokens: tokens,
				Kind: "json", Language: "Go", Forms: []string{"json", "dict"}, Exact: exact}
			if exact && req.Options.ReturnDecode {
				c.Decode = &pith.Decode{Scheme: "s", Params: "{}"}
			}
			res.Contexts = append(res.Contexts, c)
		}
		return res, nil
	}
}

func TestResultsWithForms(t *testing.T) {
	for _, exact := range []bool{true, false} {
		s := newTest(t, fake{compress: formed("short", 3, exact)})
		for _, back := range []string{`["decode","spans","labels"]`, `[]`} {
			r := decodeAs[api.Compression](t, post(s, "/v1/compress", `{"input":"`+canary+`","return":`+back+`}`), 200, "Compression").Results[0]
			if r.Forms == nil || !slices.Equal(*r.Forms, []string{"json", "dict"}) || r.Exact == nil || *r.Exact != exact || r.Kind != "json" || r.Language != "Go" {
				t.Errorf("%+v", r)
			}
			if (r.Decode != nil) != (exact && back != "[]") || r.Spans != nil || r.Labels != nil {
				t.Errorf("exact %v, return %s: decode %v, spans %v, labels %v", exact, back, r.Decode, r.Spans, r.Labels)
			}
		}
	}
	r := decodeAs[api.Compression](t, post(newTest(t, fake{}), "/v1/compress", `{"input":"a b c","return":["decode"]}`), 200, "Compression").Results[0]
	if r.Forms != nil || r.Exact != nil || r.Decode != nil || r.Kind != "" {
		t.Errorf("without forms: %+v", r)
	}
}

// A form that is taken back is not spoken of any more.
func TestFormsThatAreTakenBack(t *testing.T) {
	for name, f := range map[string]fake{"longer": {compress: formed("longer than it was", 99, true)}, "no_text": {compress: formed("\xff", 3, true)}} {
		t.Run(name, func(t *testing.T) {
			r := decodeAs[api.Compression](t, post(newTest(t, f), "/v1/compress", `{"input":"source","return":["decode"]}`), 200, "Compression").Results[0]
			if r.Text != "source" || r.Status != api.ResultUnchanged || r.Forms != nil || r.Exact != nil || r.Decode != nil {
				t.Errorf("%s %q: forms %v, exact %v, decode %v", r.Status, r.Text, r.Forms, r.Exact, r.Decode)
			}
		})
	}
}

// Every member that says what lossless methods may do reaches them.
func TestLosslessMembersArrive(t *testing.T) {
	var got pith.Request
	s := newTest(t, fake{compress: func(ctx context.Context, req pith.Request) (pith.Result, error) {
		got = req
		return keepFirst(ctx, req)
	}})
	for body, want := range map[string]pith.Lossless{
		`{}`:                               {},
		`{"lossless":{}}`:                  {},
		`{"lossless":{"forms":[]}}`:        {Forms: []string{}},
		`{"lossless":{"brief":"cold"}}`:    {},
		`{"lossless":{"legend_rows":-1}}`:  {LegendRows: -1},
		`{"lossless":{"legend_rows":0}}`:   {},
		`{"lossless":{"legend_rows":26}}`:  {LegendRows: 26},
		`{"lossless":{"inline":true}}`:     {Inline: true},
		`{"lossless":{"brief":"warm"}}`:    {Warm: true},
		`{"lossless":{"forms":["html"]}}`:  {Forms: []string{"html"}},
		`{"lossless":{"forms":["a","b"]}}`: {},
	} {
		got = pith.Request{}
		w := post(s, "/v1/compress", `{"input":"a b",`+strings.TrimPrefix(strings.TrimSuffix(body, "}"), "{")+`}`)
		if body == `{}` {
			w = post(s, "/v1/compress", `{"input":"a b"}`)
		}
		if strings.Contains(body, `"a"`) {
			wantError(t, w, 400, pith.CodeInvalid, "/lossless/forms/0")
			continue
		}
		decodeAs[api.Compression](t, w, 200, "Compression")
		o := got.Options.Lossless
		if !slices.Equal(o.Forms, want.Forms) || (o.Forms == nil) != (want.Forms == nil) || o.LegendRows != want.LegendRows || o.Warm != want.Warm || o.Inline != want.Inline {
			t.Errorf("%s: %+v, want %+v", body, o, want)
		}
	}
}
