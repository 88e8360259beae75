package fakevendor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

type exchange struct {
	status int
	body   string
	err    error
}

func post(t *testing.T, url, key, prompt string) exchange {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"model": "m", "messages": []map[string]string{{"role": "user", "content": prompt}}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/chat/completions", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return exchange{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return exchange{res.StatusCode, string(b), err}
}

func start(t *testing.T, o fakevendor.Options) (*fakevendor.Vendor, string) {
	v := fakevendor.New(o)
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	return v, s.URL
}

func TestChargesOnceForAKey(t *testing.T) {
	delivered := make(chan struct{}, 4)
	v, url := start(t, fakevendor.Options{Idempotent: true, Answer: strings.ToUpper, Hook: func(s fakevendor.Stage, _ fakevendor.Request) {
		if s == fakevendor.Delivered {
			delivered <- struct{}{}
		}
	}})
	a, b := post(t, url, "k1", "one two"), post(t, url, "k1", "one two")
	c, d := post(t, url, "k2", "one two"), post(t, url, "", "one two")
	for _, x := range []exchange{a, b, c, d} {
		if x != a || !strings.Contains(x.body, `"ONE TWO"`) {
			t.Errorf("got %+v", x)
		}
	}
	if x := post(t, url, "k1", "three"); x.status != http.StatusBadRequest {
		t.Errorf("another body under the same key: %+v", x)
	}
	for range 4 {
		<-delivered // a client may know an answer before that
	}
	want := fakevendor.Totals{Received: 5, Delivered: 4, Charged: 3, Replayed: 1, PromptTokens: 6, CompletionTokens: 6}
	l, err := fakevendor.ReadLedger(t.Context(), url)
	if err != nil || l.Totals != want || len(l.Accounts) != 2 || l.Totals != v.Ledger().Totals {
		t.Errorf("ledger %+v, want %+v; %v", l, want, err)
	}
}

// A vendor that looks at keys first knows one even from a request that it refused.
func TestKeysFirst(t *testing.T) {
	for _, first := range []bool{true, false} {
		v, url := start(t, fakevendor.Options{Idempotent: true, KeysFirst: first, Fault: func(q fakevendor.Request) fakevendor.Fault {
			if q.N == 1 {
				return fakevendor.Fault{Status: 400}
			}
			return fakevendor.Fault{}
		}})
		post(t, url, "k", "one")
		want := http.StatusOK
		if first {
			want = http.StatusBadRequest
		}
		if x := post(t, url, "k", "two"); x.status != want || first != strings.Contains(x.body, "idempotency_error") {
			t.Errorf("keys first %v: got %+v", first, x)
		}
		if x := post(t, url, "", "two"); x.status != http.StatusOK || v.Ledger().Totals.Received != 3 {
			t.Errorf("without a key: got %+v", x)
		}
		if x := post(t, url, "", "three"); x.status != http.StatusOK {
			t.Errorf("without a key: got %+v", x)
		}
	}
}

func TestChargesEachWithoutIdempotency(t *testing.T) {
	v, url := start(t, fakevendor.Options{})
	post(t, url, "k", "q")
	post(t, url, "k", "q")
	l := v.Ledger()
	if l.Totals.Charged != 2 || l.Totals.Replayed != 0 || l.Accounts[0].Charged != 2 || l.Accounts[0].Key != "k" {
		t.Errorf("ledger %+v", l)
	}
}

func TestKeyUnderWay(t *testing.T) {
	charged, release := make(chan struct{}), make(chan struct{})
	_, url := start(t, fakevendor.Options{Idempotent: true, Hook: func(s fakevendor.Stage, q fakevendor.Request) {
		if s == fakevendor.Charged && q.N == 1 {
			close(charged)
			<-release
		}
	}})
	done := make(chan exchange)
	go func() { done <- post(t, url, "k", "q") }()
	<-charged
	if x := post(t, url, "k", "q"); x.status != http.StatusConflict {
		t.Errorf("got %+v", x)
	}
	close(release)
	if x := <-done; x.status != http.StatusOK {
		t.Errorf("got %+v", x)
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name  string
		fault fakevendor.Fault
		ok    func(exchange) bool
		want  fakevendor.Totals
	}{
		{"refused", fakevendor.Fault{Status: 429}, func(x exchange) bool { return x.status == 429 }, fakevendor.Totals{Received: 1}},
		{"dropped", fakevendor.Fault{Drop: true}, func(x exchange) bool { return x.err != nil && x.status == 0 },
			fakevendor.Totals{Received: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"cut", fakevendor.Fault{Cut: true}, func(x exchange) bool { return x.err != nil && x.status == 200 && x.body != "" },
			fakevendor.Totals{Received: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"other_body", fakevendor.Fault{Body: "{"}, func(x exchange) bool { return x.body == "{" },
			fakevendor.Totals{Received: 1, Delivered: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"short", fakevendor.Fault{Short: true}, func(x exchange) bool { return x.err == nil && x.status == 200 && !json.Valid([]byte(x.body)) },
			fakevendor.Totals{Received: 1, Delivered: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"error_in_choice", fakevendor.Fault{Choice: `{"code":502}`}, func(x exchange) bool {
			return strings.Contains(x.body, `"content":""},"finish_reason":"error","error":{"code":502}}]`)
		}, fakevendor.Totals{Received: 1, Delivered: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"thoughts", fakevendor.Fault{Thoughts: 7}, func(x exchange) bool {
			return strings.Contains(x.body, `"prompt_tokens":1,"completion_tokens":2,"total_tokens":10`)
		}, fakevendor.Totals{Received: 1, Delivered: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
		{"silent", fakevendor.Fault{NoChoices: true, NoUsage: true}, func(x exchange) bool {
			return strings.Contains(x.body, `"choices":[]`) && !strings.Contains(x.body, "usage")
		}, fakevendor.Totals{Received: 1, Delivered: 1, Charged: 1, PromptTokens: 1, CompletionTokens: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			delivered := make(chan struct{}, 1)
			v, url := start(t, fakevendor.Options{
				Fault: func(fakevendor.Request) fakevendor.Fault { return tt.fault },
				Hook: func(s fakevendor.Stage, _ fakevendor.Request) {
					if s == fakevendor.Delivered {
						delivered <- struct{}{}
					}
				},
			})
			x := post(t, url, "", "q")
			if tt.want.Delivered > 0 {
				<-delivered // the client may know the answer before that
			}
			if !tt.ok(x) {
				t.Errorf("got %+v", x)
			}
			if got := v.Ledger().Totals; got != tt.want {
				t.Errorf("ledger %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRefusesWhatIsNoPrompt(t *testing.T) {
	v, url := start(t, fakevendor.Options{Key: "sk"})
	if x := post(t, url, "", "q"); x.status != http.StatusUnauthorized {
		t.Errorf("without a key: %+v", x)
	}
	for _, body := range []string{"", "{}", `{"messages":[]}`, `{"messages":[{}],"stream":true}`} {
		res, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %d", body, res.StatusCode)
		}
	}
	if n := v.Ledger().Totals.Received; n != 0 {
		t.Errorf("%d received", n)
	}
}
