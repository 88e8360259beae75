package arms

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/service"
	"github.com/pith-proxy/pith/tokenize"
)

func counter(t *testing.T, name string) tokenize.Counter {
	t.Helper()
	c, err := tokenize.CounterFor(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts the real routes over a compressor.
func serve(t *testing.T, router *compressors.Router) string {
	t.Helper()
	s, err := service.New(service.Options{Compressor: router,
		Counter: func(name string) (service.Counter, error) { return tokenize.CounterFor(name) }})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv.URL
}

// Through the real routes an arm keeps what it keeps in process.
func TestAPIAgreesWithPith(t *testing.T) {
	router := newStack(t)
	url := serve(t, router)
	prose := eval.Item{ID: "one", Language: "en", Question: "When will the bridge over the river open?", Context: bridge}
	code := eval.Item{ID: "shapes.go", Language: "code", Question: "What is the area of a circle?", Context: shapes}
	table := eval.Item{ID: "t", Context: `[{"name": "a",  "size": 1, "kind": "x"},  {"name": "b", "size": 2, "kind": "x"},  {"name": "c", "size": 3, "kind": "x"}]`}
	protect := pith.Preserve{Classes: []string{}, Literals: []string{"Mayor Holt"}, Patterns: []*regexp.Regexp{regexp.MustCompile(`\d+`)}}
	shortened := 0
	for _, tt := range []struct {
		name    string
		item    eval.Item
		rate    float64
		counter string
		arm     API
	}{
		{"auto", prose, 0.5, "o200k_base", API{}},
		{"question", prose, 0.33, "o200k_base", API{Question: true}},
		{"method_and_model", prose, 0.5, "o200k_base", API{Method: "llmlingua2", Model: "scatter"}},
		{"other_tokenizer", prose, 0.5, "cl100k_base", API{}},
		{"tokenizer_of_a_model", prose, 0.5, "claude", API{}},
		{"soft", prose, 0.05, "o200k_base", API{Options: pith.Options{Strictness: pith.Soft}}},
		{"refused", prose, 0.01, "o200k_base", API{Options: pith.Options{Strictness: pith.Hard}}},
		{"options", prose, 0.5, "o200k_base", API{Options: pith.Options{Scope: pith.ScopeChunk, ForceTokens: []string{"river"}, ReserveDigits: true, DropConsecutive: true, Preserve: protect}}},
		{"tokenizer_and_returns_are_ours", prose, 0.5, "o200k_base", API{Options: pith.Options{Tokenizer: "gpt-4", ReturnLabels: true}}},
		{"filter", prose, 0.5, "o200k_base", API{Question: true, Options: pith.Options{TopN: 1, MinScore: 1e-9}}},
		{"code", code, 0.5, "o200k_base", API{Question: true, Kind: pith.KindCode}},
		{"code_options", code, 0.6, "o200k_base", API{Question: true, Kind: pith.KindCode, Method: "longcodezip", Options: pith.Options{Code: pith.CodeOptions{RankOnly: true, Keep: []string{"Rect.Name"}, Marks: pith.MarksShort}}}},
		{"lossless", table, 1, "o200k_base", API{Method: "lossless"}},
		{"lossless_options", table, 1, "o200k_base", API{Method: "lossless", Options: pith.Options{Lossless: pith.Lossless{Forms: []string{"csv"}, LegendRows: -1, Warm: true, Inline: true}}}},
		{"no_forms", table, 1, "o200k_base", API{Method: "lossless", Options: pith.Options{Lossless: pith.Lossless{Forms: []string{}}}}},
		{"no_budget", prose, 1, "o200k_base", API{Fixed: true}},
		{"unknown_method", prose, 0.5, "o200k_base", API{Method: "longcodezip", Model: "nobody"}},
		{"none", prose, 1, "o200k_base", API{Method: "none"}},
		{"empty", eval.Item{}, 0.5, "o200k_base", API{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := eval.LimitFor(tt.item.Context, tt.rate, counter(t, tt.counter))
			a := tt.arm
			compress := func(ctx context.Context, req pith.Request) (pith.Result, error) {
				if tt.arm.Fixed || tt.arm.Method == "lossless" {
					req.Budget = pith.Budget{}
				}
				req.Options.ReturnSpans = tt.arm.Method != "lossless"
				return router.Compress(ctx, req)
			}
			direct := &eval.Pith{Func: compress, Question: a.Question, Method: a.Method, Model: a.Model, Kind: a.Kind, Options: a.Options}
			want, wantErr := direct.Compress(t.Context(), tt.item, limit)
			a.URL = url + "/"
			got, err := a.Compress(t.Context(), tt.item, limit)
			if failed := tt.name == "unknown_method"; failed != (wantErr != nil) {
				t.Fatal(wantErr)
			}
			if wantErr != nil {
				if err == nil || !strings.Contains(err.Error(), string(pith.CodeOf(wantErr))) {
					t.Errorf("error %v, want %v", err, wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(want.Spans) == 0 {
				want.Spans = nil
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if got.Text != tt.item.Context && !got.Refused {
				shortened++
			}
			if tt.name == "refused" != got.Refused {
				t.Errorf("refused is %v", got.Refused)
			}
		})
	}
	if shortened < 12 {
		t.Errorf("only %d cases made a text shorter", shortened)
	}
}

// transport is a server without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

const fine = `{"results":[{"text":"kept","spans":[[0,4]]}]}`

func busy(header ...string) *http.Response {
	return reply(503, `{"error":{"message":"busy","code":"pith_unavailable"}}`, append(header, "X-Pith-Error", "1")...)
}

// ask sends one text to a server made of answers, the last of which repeats, and returns
// how often it was asked and how long it all took.
func ask(ctx context.Context, arm *API, answers ...func() (*http.Response, error)) (kept eval.Kept, asked int, took time.Duration, err error) {
	arm.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked++
		return answers[min(asked, len(answers))-1]()
	})}
	began := time.Now()
	kept, err = arm.Compress(ctx, eval.Item{ID: "x", Context: "kept sekret", Question: "sekret?"}, eval.Limit{Units: 1, Counter: tokenizer{}})
	return kept, asked, time.Since(began), err
}

// tokenizer is one without a vocabulary.
type tokenizer struct{ tokenize.Counter }

func (tokenizer) Name() string { return "gpt-9" }

func TestAPIRetries(t *testing.T) {
	for _, tt := range []struct {
		name   string
		arm    API
		busy   *http.Response
		times  int // that it is busy; -1 is always
		asked  int
		waited time.Duration
		want   string // in the error; "" is none
	}{
		{"milliseconds_win", API{}, busy("Retry-After", "9", "Retry-After-Ms", "1500"), 2, 3, 3 * time.Second, ""},
		{"seconds", API{}, busy("Retry-After", "2"), 1, 2, 2 * time.Second, ""},
		{"bounded", API{}, busy("Retry-After", "2"), -1, 6, 10 * time.Second, "status 503, pith_unavailable: busy"},
		{"own_bound", API{Retries: 1}, busy("Retry-After", "2"), -1, 2, 2 * time.Second, "pith_unavailable"},
		{"never", API{Retries: -1}, busy("Retry-After", "2"), -1, 1, 0, "pith_unavailable"},
		{"no_longer_than_half_a_minute", API{Retries: 1}, busy("Retry-After", "999999"), 1, 2, 30 * time.Second, ""},
		{"does_not_say_when", API{}, busy(), -1, 1, 0, "pith_unavailable"},
		{"says_it_oddly", API{}, busy("Retry-After", "soon"), -1, 1, 0, "pith_unavailable"},
		{"other_statuses_are_final", API{}, reply(504, `{"error":{"message":"late","code":"pith_deadline_exceeded"}}`, "X-Pith-Error", "1", "Retry-After", "1"), -1, 1, 0, "status 504, pith_deadline_exceeded: late"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answers := []func() (*http.Response, error){}
				body, _ := io.ReadAll(tt.busy.Body)
				again := func() (*http.Response, error) {
					return &http.Response{StatusCode: tt.busy.StatusCode, Header: tt.busy.Header, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
				}
				for range max(tt.times, 0) {
					answers = append(answers, again)
				}
				if tt.times < 0 {
					answers = append(answers, again)
				} else {
					answers = append(answers, func() (*http.Response, error) { return reply(200, fine), nil })
				}
				kept, asked, took, err := ask(t.Context(), &tt.arm, answers...)
				if asked != tt.asked || took != tt.waited {
					t.Errorf("asked %d times in %v, want %d in %v", asked, took, tt.asked, tt.waited)
				}
				if tt.want == "" && (err != nil || kept.Text != "kept") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
					t.Errorf("kept %q, error %v, want %q", kept.Text, err, tt.want)
				}
			})
		})
	}
}

func TestAPIContextEndsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, asked, took, err := ask(ctx, &API{}, func() (*http.Response, error) { return busy("Retry-After", "20"), nil })
		if asked != 1 || took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("asked %d times, %v, error %v", asked, took, err)
		}
	})
}

// No error has a word of the request in it, whoever answers.
func TestAPIErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer *http.Response
		err    error
		want   string
	}{
		{"pith_says_why", reply(400, `{"error":{"message":"rate must be in (0, 1]","code":"pith_invalid_request"}}`, "X-Pith-Error", "1"), nil, "status 400, pith_invalid_request: rate must be"},
		{"someone_else_is_not_quoted", reply(400, `{"error":{"message":"kept sekret","code":"kept sekret"}}`), nil, "status 400, and not from a pith"},
		{"refusal_of_someone_else", reply(422, `{"error":{"code":"pith_budget_unreachable"}}`), nil, "status 422, and not from a pith"},
		{"budget_with_another_status", reply(400, `{"error":{"code":"pith_budget_unreachable"}}`, "X-Pith-Error", "1"), nil, "status 400"},
		{"no_json", reply(200, `<p>sekret`), nil, "not that of a pith"},
		{"no_results", reply(200, `{}`), nil, "0 results for one context"},
		{"two_results", reply(200, `{"results":[{},{}]}`), nil, "2 results for one context"},
		{"no_connection", nil, errors.New("nobody there"), "nobody there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, asked, _, err := ask(t.Context(), &API{URL: "http://pith"}, func() (*http.Response, error) { return tt.answer, tt.err })
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sekret") || asked != 1 {
				t.Errorf("asked %d times, error %v, want %q", asked, err, tt.want)
			}
		})
	}
}

func TestAPICannotSend(t *testing.T) {
	o200k := counter(t, "o200k_base")
	for _, tt := range []struct {
		name    string
		arm     API
		text    string
		counter tokenize.Counter
		want    string
	}{
		{"words", API{}, "a", eval.Words, "a limit in words cannot be sent"},
		{"chars", API{}, "a", eval.Chars, "a limit in chars cannot be sent"},
		{"no_utf8", API{}, "a\xff", o200k, "not UTF-8"},
		{"no_url", API{URL: "http://%zz"}, "a", o200k, "base URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.arm.Compress(t.Context(), eval.Item{Context: tt.text}, eval.Limit{Units: 1, Counter: tt.counter})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// The whole of what is sent for one item.
func TestAPIRequest(t *testing.T) {
	var got, auth string
	arm := &API{Label: "x", URL: "http://pith", Key: "pith_k", Question: true, Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		got, auth = r.Method+" "+r.URL.String()+" "+string(body), r.Header.Get("Authorization")
		return reply(200, fine), err
	})}}
	kept, err := arm.Compress(t.Context(), eval.Item{ID: strings.Repeat("i", 257), Language: "zho", Question: "why", Context: "a"}, eval.Limit{Rate: 0.3, Units: 7, Counter: tokenizer{}})
	if err != nil {
		t.Fatal(err)
	}
	want := `POST http://pith/v1/compress {"contexts":[{"text":"a"}],"question":"why","target_tokens":7,"model":"gpt-9",` +
		`"lossless":{},"code":{},"return":["spans"],"cache":"off","on_error":"fail"}`
	if got != want || auth != "Bearer pith_k" {
		t.Errorf("sent %s\nwant %s\nwith %q", got, want, auth)
	}
	if !reflect.DeepEqual(kept, eval.Kept{Text: "kept", Spans: []pith.Span{{Start: 0, End: 4}}}) || arm.Name() != "x" {
		t.Errorf("kept %+v", kept)
	}
}

// Every option of a request is either sent or named here as what is not.
func TestAPISendsEveryOption(t *testing.T) {
	notSent := map[string]bool{"Tokenizer": true, "ReturnSpans": true, "ReturnLabels": true, "ReturnDecode": true, "ReturnChunks": true}
	arm := &API{}
	limit := eval.Limit{Units: 1, Counter: tokenizer{}}
	plain := sentBy(t, arm, limit)
	o := reflect.ValueOf(&arm.Options).Elem()
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				walk(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		}
		old := reflect.ValueOf(v.Interface())
		v.Set(some(t, v.Type()))
		if sent := sentBy(t, arm, limit) != plain; sent == notSent[strings.TrimPrefix(name, ".")] {
			t.Errorf("option %s: sent is %v", name, sent)
		}
		v.Set(old)
	}
	walk("", o)
}

// some is a value other than the zero one.
func some(t *testing.T, of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(of, 1, 1))
		if of.Elem().Kind() == reflect.Pointer {
			v.Index(0).Set(reflect.ValueOf(regexp.MustCompile("x")))
		}
	default:
		t.Fatalf("what is a %v?", of)
	}
	return v
}

func sentBy(t *testing.T, a *API, limit eval.Limit) string {
	t.Helper()
	r, err := a.request(eval.Item{}, limit)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
