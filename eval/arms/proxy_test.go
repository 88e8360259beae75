package arms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/service/proxy"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/tokenize"
)

// through is the real proxy in front of a vendor on the loopback that keeps the last body.
type through struct {
	proxy *proxy.Proxy
	mu    sync.Mutex
	sent  []byte
	asked http.Header
}

func newThrough(t *testing.T, compressor proxy.Compressor) *through {
	t.Helper()
	th := &through{}
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		th.sent = body
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(vendor.Close)
	base, err := url.Parse(vendor.URL + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	book, err := ledger.Open(ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	settings := policy.Default()
	settings.MinTokens = 100 // so that tests need no long texts
	settings.Deadline = minute
	th.proxy, err = proxy.New(proxy.Options{Compressor: compressor, Ledger: book, Transport: transport, Settings: settings,
		Counter:   func(m string) (proxy.Counter, error) { return tokenize.CounterFor(m) },
		Upstreams: map[string]proxy.Upstream{proxy.OpenAI: {Base: base}}})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func (th *through) Rewrite(ctx context.Context, body []byte, h http.Header) ([]byte, http.Header, error) {
	th.mu.Lock()
	defer th.mu.Unlock()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/chat/completions", bytes.NewReader(body))
	r.Header = h
	r.Header.Set("Authorization", "Bearer sk-test")
	th.sent, th.asked = nil, h.Clone()
	answer := httptest.NewRecorder()
	th.proxy.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK || th.sent == nil {
		return nil, nil, fmt.Errorf("status %d", answer.Code)
	}
	return th.sent, answer.Header(), nil
}

func rag(item eval.Item) (before, after string) {
	return "Use the following pieces of context to answer the question at the end.\n\n<context>\n", "\n</context>\n\nQuestion: " + item.Question
}

func TestProxyShortens(t *testing.T) {
	th := newThrough(t, newStack(t))
	item := eval.Item{Question: "When will the bridge over the river open?", Context: bridge}
	c := counter(t, "gpt-4o")
	arm := &Proxy{Label: "proxy", Rewrite: th.Rewrite, Model: "gpt-4o", Prompt: rag, Deadline: minute}
	full := c.Count(bridge)
	for _, rate := range []float64{0.5, 0.25, 0.5} { // one's result is not remembered as another's
		kept, err := arm.Compress(t.Context(), item, eval.LimitFor(bridge, rate, c))
		if err != nil {
			t.Fatal(err)
		}
		n := c.Count(kept.Text)
		if n > int(rate*float64(full))+full/50 || n < int(rate*float64(full))*3/4 {
			t.Errorf("kept %d of %d tokens at rate %v", n, full, rate)
		}
		before, after := rag(item)
		if want := before + kept.Text + after; messageIn(t, th.sent) != want || kept.Spans != nil {
			t.Errorf("the vendor got\n%s\nwant\n%s", messageIn(t, th.sent), want)
		}
		if got := th.asked.Get("X-Pith-Rate"); got != fmt.Sprint(rate) {
			t.Errorf("rate %q", got)
		}
	}
	if got, want := arm.Tally(), (ProxyTally{Prompts: 3}); got != want || arm.Name() != "proxy" {
		t.Errorf("tally %+v, want %+v", got, want)
	}
}

// The question is read from the prompt, or named in a header where the prompt hides it.
func TestProxyQuestion(t *testing.T) {
	th := newThrough(t, newStack(t))
	item := eval.Item{Question: "What does 100 % of Größe cost?", Context: bridge}
	arm := &Proxy{Rewrite: th.Rewrite, Model: "gpt-4o", Prompt: func(eval.Item) (string, string) { return "", "" }, Fixed: true, Method: "llmlingua2"}
	limit := eval.LimitFor(bridge, 1, counter(t, "gpt-4o"))
	kept, err := arm.Compress(t.Context(), item, limit)
	if err != nil || kept.Text != bridge || !reflect.DeepEqual(kept.Spans, []pith.Span{{Start: 0, End: len(bridge)}}) {
		t.Errorf("without a question %d of %d bytes, spans %v, %v", len(kept.Text), len(bridge), kept.Spans, err)
	}
	if h := th.asked; h.Get("X-Pith-Method") != "llmlingua2" || h.Get("X-Pith-Rate") != "" || h.Get("X-Pith-Question") != "" || h.Get("X-Pith-Deadline-Ms") != "" {
		t.Errorf("header %v", h)
	}
	asking := &Proxy{Rewrite: th.Rewrite, Model: "gpt-4o", Prompt: arm.Prompt, Fixed: true, Question: true, Deadline: 1500 * time.Millisecond}
	kept, err = asking.Compress(t.Context(), item, limit)
	if err != nil || kept.Text == bridge {
		t.Errorf("with a question all of %d bytes, %v", len(kept.Text), err)
	}
	if o, ignored := policy.FromHeader(th.asked); len(ignored) > 0 || *o.Question != item.Question || *o.Deadline != 1500*time.Millisecond {
		t.Errorf("the proxy reads %+v and ignores %v", o, ignored)
	}
	if a, b := arm.Tally(), asking.Tally(); a != (ProxyTally{Prompts: 1, Raw: 1}) || b != (ProxyTally{Prompts: 1}) {
		t.Errorf("tallies %+v, %+v", a, b)
	}
}

// What there was no time for is whole, and told from what was left on purpose.
func TestProxyLate(t *testing.T) {
	th := newThrough(t, failing{})
	arm := &Proxy{Rewrite: th.Rewrite, Model: "gpt-4o", Prompt: rag}
	item := eval.Item{Question: "When will it open?", Context: bridge}
	kept, err := arm.Compress(t.Context(), item, eval.LimitFor(bridge, 0.5, counter(t, "gpt-4o")))
	if err != nil || kept.Text != bridge || kept.Spans == nil {
		t.Errorf("kept %d bytes, spans %v, %v", len(kept.Text), kept.Spans, err)
	}
	if got, want := arm.Tally(), (ProxyTally{Prompts: 1, Raw: 1, Late: 1}); got != want {
		t.Errorf("tally %+v, want %+v", got, want)
	}
}

type failing struct{}

func (failing) Compress(context.Context, pith.Request) (pith.Result, error) {
	return pith.Result{}, &pith.Error{Code: pith.CodeDeadline}
}

func messageIn(t *testing.T, body []byte) string {
	t.Helper()
	var c struct {
		Model    string
		Messages []struct{ Role, Content string }
	}
	if err := json.Unmarshal(body, &c); err != nil || len(c.Messages) != 1 || c.Messages[0].Role != "user" || c.Model != "gpt-4o" {
		t.Fatalf("body %s, %v", body, err)
	}
	return c.Messages[0].Content
}

// What a proxy does to the text around is told, and counts as kept.
func TestProxyTouched(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sent    string // the user's message
		want    string
		touched int
	}{
		{"intact", "before: kept :after", "kept", 0},
		{"nothing_left", "before:  :after", "", 0},
		{"no_before", "bef kept :after", "bef kept", 1},
		{"no_after", "before: kept aft", "kept aft", 1},
		{"neither", "all else", "all else", 1},
		{"overlapping", "before: :after", ":after", 1},
		{"empty", "", "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arm := &Proxy{Prompt: func(eval.Item) (string, string) { return "before: ", " :after" },
				Rewrite: func(context.Context, []byte, http.Header) ([]byte, http.Header, error) {
					body, err := chat("m", tt.sent)
					return body, nil, err
				}}
			kept, err := arm.Compress(t.Context(), eval.Item{Context: "a text"}, eval.Limit{Rate: 0.5})
			if err != nil || kept.Text != tt.want || kept.Spans != nil || arm.Tally().Touched != tt.touched {
				t.Errorf("kept %+v, %v, tally %+v, want %q", kept, err, arm.Tally(), tt.want)
			}
		})
	}
}

func TestProxyErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text, sent string
		err              error
		want             string
	}{
		{"rewrite", "sekret", "", errors.New("status 503"), "status 503"},
		{"no_json", "sekret", "sekret", nil, "JSON does not fit"},
		{"parts", "sekret", `{"messages":[{"role":"user","content":[{"type":"text","text":"sekret"}]}]}`, nil, "JSON does not fit"},
		{"no_user", "sekret", `{"messages":[{"role":"system","content":"sekret"}]}`, nil, "0 messages of the user"},
		{"two_users", "sekret", `{"messages":[{"role":"user","content":"sekret"},{"role":"user","content":"sekret"}]}`, nil, "2 messages of the user"},
		{"no_utf8", "sekret\xff", "", nil, "not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arm := &Proxy{Prompt: rag, Rewrite: func(context.Context, []byte, http.Header) ([]byte, http.Header, error) {
				return []byte(tt.sent), nil, tt.err
			}}
			_, err := arm.Compress(t.Context(), eval.Item{Context: tt.text}, eval.Limit{Rate: 0.5})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sekret") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if got := arm.Tally(); got != (ProxyTally{}) {
				t.Errorf("tally %+v", got)
			}
		})
	}
}

// Headers of the arm's own reach the proxy, and stay as they are for the next request.
func TestProxyHeader(t *testing.T) {
	own := http.Header{"X-Pith-Preserve": {"urls"}}
	var got http.Header
	arm := &Proxy{Prompt: rag, Header: own, Rewrite: func(_ context.Context, body []byte, h http.Header) ([]byte, http.Header, error) {
		got = h
		return body, nil, nil
	}}
	if _, err := arm.Compress(t.Context(), eval.Item{Context: "a"}, eval.Limit{Rate: 1. / 3}); err != nil {
		t.Fatal(err)
	}
	want := http.Header{"X-Pith-Preserve": {"urls"}, "Content-Type": {"application/json"}, "X-Pith-Rate": {"0.3333333333333333"}}
	if !reflect.DeepEqual(got, want) || len(own) != 1 {
		t.Errorf("header %v, own %v", got, own)
	}
}
