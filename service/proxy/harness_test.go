package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/fakeupstream"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/service/proxy/vendor"
	"github.com/pith-proxy/pith/tokenize"
)

// halver is a compressor that keeps every second word, unless told to misbehave.
type halver struct {
	mu    sync.Mutex
	calls []pith.Request
	do    func(ctx context.Context, req pith.Request) (pith.Result, error) // nil halves
}

func (h *halver) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	h.mu.Lock()
	h.calls = append(h.calls, req)
	do := h.do
	h.mu.Unlock()
	if do != nil {
		return do(ctx, req)
	}
	return halve(req), ctx.Err()
}

func (h *halver) set(do func(context.Context, pith.Request) (pith.Result, error)) {
	h.mu.Lock()
	h.do = do
	h.mu.Unlock()
}

func (h *halver) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls)
}

// wordy is how many requests were for a method that drops words.
func (h *halver) wordy() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.calls {
		if !policy.LosslessMethod(h.calls[i].Method) {
			n++
		}
	}
	return n
}

// last is the last request.
func (h *halver) last() pith.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls[len(h.calls)-1]
}

// halve drops every other word. A lossless method of it makes nothing shorter.
func halve(req pith.Request) pith.Result {
	counter, _ := tokenize.CounterFor(req.Options.Tokenizer)
	res := pith.Result{Method: "halver"}
	if policy.LosslessMethod(req.Method) {
		res.Method = req.Method
		for _, c := range req.Contexts {
			n := counter.Count(string(c.Text))
			res.Contexts = append(res.Contexts, pith.ContextResult{Text: c.Text, Method: req.Method, InputTokens: n, OutputTokens: n})
		}
		return res
	}
	for _, c := range req.Contexts {
		var kept []string
		for i, w := range strings.Fields(string(c.Text)) {
			if i%2 == 0 {
				kept = append(kept, w)
			}
		}
		text := strings.Join(kept, " ")
		res.Contexts = append(res.Contexts, pith.ContextResult{Text: pith.Text(text), Method: "halver",
			InputTokens: counter.Count(string(c.Text)), OutputTokens: counter.Count(text)})
	}
	return res
}

// bench is a proxy between a test and a recording vendor.
type bench struct {
	t      *testing.T
	vendor *fakeupstream.Server
	direct string // the vendor's address
	url    string // the proxy's
	proxy  *Proxy
	halver *halver
	ledger *ledger.Ledger
	log    *bytes.Buffer
	logMu  *sync.Mutex
}

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, vendor: fakeupstream.New(fakeupstream.Options{}), halver: &halver{}, log: &bytes.Buffer{}, logMu: &sync.Mutex{}}
	up := httptest.NewServer(b.vendor)
	t.Cleanup(up.Close)
	b.direct = up.URL
	b.start(change...)
	return b
}

// start starts a proxy, or another one in the place of the first, that knows nothing.
func (b *bench) start(change ...func(*Options)) {
	b.t.Helper()
	transport, err := relay.NewTransport(relay.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	base, version := parsed(b.t, b.direct), parsed(b.t, b.direct+"/v1")
	settings := policy.Default()
	settings.Deadline = 5 * time.Second
	settings.MinTokens = 100 // so that tests need no long texts
	opts := Options{
		Compressor: b.halver,
		Counter:    func(m string) (Counter, error) { return tokenize.CounterFor(m) },
		Transport:  transport,
		Upstreams: map[string]Upstream{
			OpenAI:    {Base: version},
			Anthropic: {Base: base, Dialect: vendor.Anthropic},
			"local":   {Base: version},
		},
		Settings: settings,
		Verify:   true,
		Log:      slog.New(slog.NewTextHandler(lockedWriter{b.log, b.logMu}, nil)),
		Registry: prometheus.NewRegistry(),
	}
	for _, c := range change {
		c(&opts)
	}
	if opts.Ledger == nil {
		if opts.Ledger, err = ledger.Open(ledger.Options{}); err != nil {
			b.t.Fatal(err)
		}
	}
	b.ledger = opts.Ledger
	if b.proxy, err = New(opts); err != nil {
		b.t.Fatal(err)
	}
	srv := httptest.NewServer(b.proxy)
	b.url = srv.URL
	b.t.Cleanup(func() {
		srv.Close()
		transport.CloseIdleConnections()
		_ = opts.Ledger.Close()
	})
}

// logged is the log so far.
func (b *bench) logged() string {
	b.logMu.Lock()
	defer b.logMu.Unlock()
	return b.log.String()
}

func parsed(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := relay.ParseBase(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

type lockedWriter struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// answer is what the client got, and what the vendor had got.
type answer struct {
	status int
	header http.Header
	body   string
	sent   fakeupstream.Recorded
}

// post sends a body through the proxy. Headers are pairs.
func (b *bench) post(path, body string, headers ...string) answer {
	b.t.Helper()
	return b.send(b.url+path, []byte(body), headers...)
}

func (b *bench) send(target string, body []byte, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer sk-test")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	before := len(b.vendor.Requests())
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(text)}
	if got := b.vendor.Requests(); len(got) > before {
		a.sent = got[len(got)-1]
	}
	return a
}

// words is English prose of about n tokens.
func words(seed, n int) string {
	list := strings.Fields("the committee said on Tuesday that a new bridge over the river would open next spring after " +
		"years of delay because engineers had found that older plans left little room for barges and the city wants both " +
		"ferries and trains to reach its northern quarter without another crossing near the harbour where traffic is heavy")
	var b strings.Builder
	for i := range n {
		b.WriteString(list[(seed*7+i*(1+seed%5))%len(list)])
		if i%17 == 16 {
			b.WriteString(". Then ")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String() + "it ended."
}

// rag is a user's message that holds material and a question.
func rag(seed, n int) string {
	return "Use the following pieces of context to answer the question at the end.\n\n<context>\n" + words(seed, n) + "\n\n" + words(seed+1, n) +
		"\n</context>\n\nQuestion: When will the bridge over the river open?"
}

func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return strings.TrimSpace(b.String())
}

func chat(messages ...string) string {
	return `{"model":"gpt-4o","messages":[` + strings.Join(messages, ",") + `]}`
}

func user(s string) string { return `{"role":"user","content":` + quoted(s) + `}` }

// search is a call of a tool that finds prose, and its result.
func search(id, result string) string {
	return fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":%q,"type":"function","function":{"name":"web_search","arguments":"{\"q\":\"bridge\"}"}}]},`+
		`{"role":"tool","tool_call_id":%q,"content":%s}`, id, id, quoted(result))
}

// longText keeps this many words of a result above the minimum.
const longText = 250

// diffRange returns where two byte slices begin and end to differ.
func diffRange(a, b []byte) (before, after int) {
	for before < len(a) && before < len(b) && a[before] == b[before] {
		before++
	}
	for after < len(a)-before && after < len(b)-before && a[len(a)-1-after] == b[len(b)-1-after] {
		after++
	}
	return before, after
}

// newPlain is a proxy without a vendor.
func newPlain(t testing.TB, l *ledger.Ledger, s policy.Settings, verify bool) *Proxy {
	opts := Options{Compressor: &halver{}, Counter: func(m string) (Counter, error) { return tokenize.CounterFor(m) },
		Ledger: l, Transport: http.DefaultTransport, Settings: s, Verify: verify, Log: slog.New(slog.DiscardHandler),
		Upstreams: map[string]Upstream{OpenAI: {Base: parsed(t, "http://127.0.0.1:1/v1")}}}
	p, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // the tests' own
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
