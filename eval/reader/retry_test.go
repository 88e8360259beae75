package reader

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

func TestRetries(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	head := func(name, value string) http.Header { return http.Header{name: {value}} }
	status := func(code int) fakevendor.Fault { return fakevendor.Fault{Status: code} }
	quota := fakevendor.Fault{Status: 429, Body: `{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}`}
	five := slices.Repeat([]fakevendor.Fault{status(503)}, 6)
	tests := []struct {
		name     string
		faults   []fakevendor.Fault
		waits    []time.Duration
		err      string // "": answered
		received int
		doubt    int // of worst cases
		intent   bool
	}{
		{"none", nil, nil, "", 1, 0, false},
		{"500", []fakevendor.Fault{status(500)}, []time.Duration{250 * ms}, "", 2, 0, false},
		{"408_409_429_529", []fakevendor.Fault{status(408), status(409), status(429), status(529)},
			[]time.Duration{250 * ms, 500 * ms, 1 * s, 2 * s}, "", 5, 2, false},
		{"gateway", []fakevendor.Fault{status(502), status(504), status(524)}, []time.Duration{250 * ms, 500 * ms, 1 * s}, "", 4, 3, false},
		{"retry_after", []fakevendor.Fault{{Status: 429, Header: head("Retry-After", "7")}}, []time.Duration{7 * s}, "", 2, 0, false},
		{"retry_after_ms", []fakevendor.Fault{{Status: 429, Header: http.Header{"Retry-After": {"7"}, "Retry-After-Ms": {"20"}}}}, []time.Duration{20 * ms}, "", 2, 0, false},
		{"retry_after_too_long", []fakevendor.Fault{{Status: 429, Header: head("Retry-After", "3600")}}, nil, "asks to wait for 1h0m0s", 1, 0, false},
		{"no_retry_wanted", []fakevendor.Fault{{Status: 503, Header: head("X-Should-Retry", "false")}}, nil, "status 503", 1, 0, false},
		{"cut", []fakevendor.Fault{{Cut: true}}, []time.Duration{250 * ms}, "", 2, 1, false},
		{"dropped", []fakevendor.Fault{{Drop: true}, {Drop: true}}, []time.Duration{250 * ms, 500 * ms}, "", 3, 2, false},
		{"quota", []fakevendor.Fault{quota}, nil, "no credit left", 1, 0, false},
		{"400", []fakevendor.Fault{status(400)}, nil, "status 400", 1, 0, false},
		{"401", []fakevendor.Fault{status(401)}, nil, "key", 1, 0, false},
		{"403", []fakevendor.Fault{status(403)}, nil, "status 403", 1, 0, false},
		{"404", []fakevendor.Fault{status(404)}, nil, "model's name", 1, 0, false},
		{"422", []fakevendor.Fault{status(422)}, nil, "status 422", 1, 0, false},
		{"elsewhere", []fakevendor.Fault{{Status: 307, Header: head("Location", "/v1/chat/completions")}}, nil, "leads elsewhere", 1, 0, false},
		{"elsewhere_with_get", []fakevendor.Fault{{Status: 302, Header: head("Location", "/ledger")}}, nil, "leads elsewhere", 1, 0, false},
		{"no_json", []fakevendor.Fault{{Body: `<html>`}}, nil, "not a chat completion", 1, 1, true},
		{"other_json", []fakevendor.Fault{{Body: `{"choices":7}`}}, nil, "not a chat completion", 1, 1, true},
		{"cut_short", []fakevendor.Fault{{Short: true}, {Body: "\n"}}, []time.Duration{250 * ms, 500 * ms}, "", 3, 2, false},
		{"always_cut_short", slices.Repeat([]fakevendor.Fault{{Short: true}}, 6),
			[]time.Duration{250 * ms, 500 * ms, 1 * s, 2 * s, 4 * s}, "status 200: the reply is cut short (after 6 calls)", 6, 6, true},
		{"error_in_choice", []fakevendor.Fault{{Choice: `{"code":502,"message":"m"}`}, {Choice: `{"message":"m"}`}}, []time.Duration{250 * ms, 500 * ms}, "", 3, 2, false},
		{"finish_is_error", []fakevendor.Fault{{Finish: "error"}}, []time.Duration{250 * ms}, "", 2, 1, false},
		{"always_an_error", slices.Repeat([]fakevendor.Fault{{Finish: "error"}}, 6),
			[]time.Duration{250 * ms, 500 * ms, 1 * s, 2 * s, 4 * s}, "status 200: the vendor failed while it answered (after 6 calls)", 6, 6, true},
		{"final_error_in_choice", []fakevendor.Fault{{Choice: `{"code":"insufficient_quota","message":"m"}`}}, nil, "no credit left", 1, 1, true},
		{"too_long", []fakevendor.Fault{{Body: strings.Repeat(" ", maxReply+1)}}, nil, "longer than 16 MiB", 1, 1, true},
		{"error_with_200", []fakevendor.Fault{{Body: `{"error":{"message":"m","code":502}}`}}, []time.Duration{250 * ms}, "", 2, 1, false},
		{"final_error_with_200", []fakevendor.Fault{{Body: `{"error":"m"}`}}, nil, "status 200", 1, 1, true},
		{"no_choices", []fakevendor.Fault{{NoChoices: true}}, []time.Duration{250 * ms}, "", 2, 1, false},
		{"never_a_choice", slices.Repeat([]fakevendor.Fault{{NoChoices: true}}, 6),
			[]time.Duration{250 * ms, 500 * ms, 1 * s, 2 * s, 4 * s}, "status 200: the reply holds no answer (after 6 calls)", 6, 6, true},
		{"gives_up", five, []time.Duration{250 * ms, 500 * ms, 1 * s, 2 * s, 4 * s}, "(after 6 calls)", 6, 0, false},
		{"cut_then_refused", []fakevendor.Fault{{Cut: true}, status(400)}, []time.Duration{250 * ms}, "status 400", 2, 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Fault: faults(tt.faults...)})
			c, waits := client(t, url, func(o *Options) { o.Input, o.Output = 1, 1 })
			_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
			var e *Error
			switch {
			case tt.err == "" && err != nil:
				t.Error(err)
			case tt.err != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want something with %q", err, tt.err)
			}
			if !slices.Equal(*waits, tt.waits) {
				t.Errorf("waited %v, want %v", *waits, tt.waits)
			}
			keys := make(map[string]bool)
			for _, q := range v.Requests() {
				keys[q.Key] = true
			}
			if n := v.Ledger().Totals.Received; n != tt.received || len(keys) != 1 {
				t.Errorf("received %d, want %d; keys %v", n, tt.received, keys)
			}
			spent, worst := c.Spent(), float64(1+frameTokens+8)/1e6
			inDoubt := 0
			if tt.doubt > 0 && tt.received > 1 {
				inDoubt = 1
			}
			if spent.Retried != tt.received-1 || spent.InDoubt != inDoubt || !near(spent.DoubtDollars, float64(tt.doubt)*worst) {
				t.Errorf("spent %+v", spent)
			}
			if got := c.o.Store.InDoubt() == 1; got != tt.intent {
				t.Errorf("intent left: %v, want %v", got, tt.intent)
			}
			if stored := on(t, c.o.Store.dir, "answers"); len(stored) > 0 != (tt.err == "") {
				t.Errorf("stored %v", stored)
			}
			if tt.err != "" && (spent.Answers != 0 || spent.Dollars != 0) {
				t.Errorf("spent %+v", spent)
			}
		})
	}
}

// A transport sends a request with an Idempotency-Key again by itself if a connection that
// was used before breaks. Ours must not: a call would be sent twice with no one counting.
func TestNothingIsSentBehindOurBack(t *testing.T) {
	v, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{}, fakevendor.Fault{Drop: true})})
	c, _ := client(t, url, func(o *Options) { o.Retries, o.Temperature = -1, 1 })
	ask(t, c, "first")
	if _, err := c.Answer(t.Context(), Prompt{Text: "second", MaxTokens: 8}); err == nil {
		t.Error("answered")
	}
	if n := v.Ledger().Totals.Received; n != 2 || c.o.Store.InDoubt() != 1 {
		t.Errorf("%d calls, %d in doubt", n, c.o.Store.InDoubt())
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }

func TestNobodyThere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	c, waits := client(t, s.URL+"/v1", func(o *Options) { o.Retries = 2 })
	_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
	if err == nil || !strings.Contains(err.Error(), "connection refused (after 3 calls)") || len(*waits) != 2 {
		t.Errorf("got %v after waits %v", err, *waits)
	}
	if c.o.Store.InDoubt() != 0 || c.Spent().DoubtDollars != 0 {
		t.Error("in doubt, though nobody was there")
	}
}

// Before there is a connection nothing can have been charged, and the error says what to
// change.
func TestNothingSent(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", http.StatusProxyAuthRequired) }))
	defer refuses.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	for name, tt := range map[string]struct {
		url, proxy, want string
		tries            int
	}{
		"https_to_http": {strings.Replace(plain.URL, "http:", "https:", 1), "", "the server speaks no https; begin the base URL with http://", 1},
		"no_proxy":      {"https://example.invalid", strings.Replace(gone.URL, "//", "//canary:canary@", 1), "the proxy that HTTPS_PROXY names cannot be reached: dial tcp 127.0.0.1", 3},
		"proxy_refuses": {"https://example.invalid", refuses.URL, "no connection came about, so that nothing was sent", 3},
		"certificate":   {secure.URL, "", "certificate", 3},
	} {
		t.Run(name, func(t *testing.T) {
			way := &http.Transport{}
			if tt.proxy != "" {
				proxy, err := url.Parse(tt.proxy)
				if err != nil {
					t.Fatal(err)
				}
				way.Proxy = http.ProxyURL(proxy)
			}
			c, waits := client(t, tt.url+"/v1", func(o *Options) { capped(0)(o); o.Retries, o.HTTP = 2, &http.Client{Transport: way} })
			_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary") || len(*waits) != tt.tries-1 {
				t.Errorf("got %v after waits %v", err, *waits)
			}
			if s := c.Spent(); c.o.Store.InDoubt() != 0 || s.DoubtDollars != 0 {
				t.Errorf("in doubt, though nothing was sent: %+v", s)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTimeout(t *testing.T) {
	never := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	c, waits := client(t, "http://h/v1", func(o *Options) {
		o.Timeout, o.Retries, o.HTTP = time.Millisecond, 1, &http.Client{Transport: never}
	})
	_, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8})
	if err == nil || !strings.Contains(err.Error(), "no answer within 1ms (after 2 calls)") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if len(*waits) != 1 || c.o.Store.InDoubt() != 1 || c.Spent().InDoubt != 1 {
		t.Errorf("waits %v, spent %+v", *waits, c.Spent())
	}
}

// While it waits between tries, too, a call ends with its context, and leaves no doubt
// where there is none.
func TestCancelledWhileWaiting(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault {
		return fakevendor.Fault{Status: 429, Header: http.Header{"Retry-After": {"200"}}}
	}})
	c, _ := client(t, url, nil)
	ctx, cancel := context.WithCancel(t.Context())
	c.sleep = func(ctx context.Context, d time.Duration) error { cancel(); return sleep(ctx, d) }
	if _, err := c.Answer(ctx, Prompt{Text: "q", MaxTokens: 8}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if c.o.Store.InDoubt() != 0 {
		t.Error("in doubt")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		name, ms, after string
		want            time.Duration
	}{
		{"none", "", "", -1},
		{"seconds", "", "3", 3 * time.Second},
		{"part_of_a_second", "", "0.5", time.Second / 2},
		{"zero", "", "0", 0},
		{"ms_first", "1500", "3", 1500 * time.Millisecond},
		{"bad_ms", "soon", "3", 3 * time.Second},
		{"negative", "-1", "-1", -1},
		{"not_a_number", "NaN", "NaN", -1},
		{"endless", "", "inf", 1e6 * time.Second},
		{"date", "", now.Add(time.Minute).Format(http.TimeFormat), time.Minute},
		{"past", "", now.Add(-time.Minute).Format(http.TimeFormat), 0},
		{"words", "", "a while", -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			h.Set("Retry-After-Ms", tt.ms)
			h.Set("Retry-After", tt.after)
			if got := retryAfter(h, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestBackoffIsBoundedAndSpread(t *testing.T) {
	for n := 1; n < 80; n++ {
		for _, j := range []float64{0, 0.999} {
			var got time.Duration
			c := &Client{jitter: func() float64 { return j }, sleep: func(_ context.Context, d time.Duration) error { got = d; return nil }}
			if err := c.pause(t.Context(), n, -1); err != nil || got < firstWait/2 || got > mostWait {
				t.Fatalf("try %d waits %v", n, got)
			}
		}
	}
}
