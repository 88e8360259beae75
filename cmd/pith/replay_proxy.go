package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/service/proxy"
)

// throughProxy is the drop-in proxy as an economics.Rewriter. What it sends goes to a
// vendor that keeps the bodies and answers nothing. It is safe for concurrent use.
type throughProxy struct {
	proxy *proxy.Proxy
	shut  []func()
	sent  sync.Map // by numberHeader, the body; it is there before the answer
	last  atomic.Int64
	late  atomic.Int64 // requests with texts that there was no time for
}

// numberHeader tells requests apart that are on their way at the same time.
const numberHeader = "X-Replay-Number"

func newThroughProxy(c *Config, compressor proxy.Compressor, deadline time.Duration) (*throughProxy, error) {
	t := &throughProxy{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	vendor := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the trace's reader has gone
		}
		t.sent.Store(r.Header.Get(numberHeader), body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	})}
	go func() { _ = vendor.Serve(l) }() // ends with Close
	t.shut = append(t.shut, func() { _ = vendor.Close() })
	p, memory, err := newProxy(replayConfig(c, l.Addr().String(), deadline), work{compressor: compressor, caches: &caches{}}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Close()
		return nil, err
	}
	t.proxy = p
	t.shut = append(t.shut, func() { _ = memory.Close() })
	return t, nil
}

// replayConfig is c without what reaches beyond this process or what depends on its
// speed: upstreams, keys, the file that keeps decisions, deadlines.
func replayConfig(c *Config, vendor string, deadline time.Duration) *Config {
	r := *c
	r.Upstreams = map[string]UpstreamConfig{proxy.OpenAI: {BaseURL: "http://" + vendor + "/v1"}, proxy.Anthropic: {BaseURL: "http://" + vendor}}
	r.Transport.ProxyURL = ""
	r.Proxy.Keys, r.Proxy.RequireKey = nil, false
	r.Proxy.LedgerFile, r.Proxy.LedgerSecret = "", ""
	r.Proxy.Deadline = deadline
	r.Proxy.Models = append([]ModelConfig{}, c.Proxy.Models...)
	for i := range r.Proxy.Models {
		r.Proxy.Models[i].Deadline = 0
	}
	return &r
}

// Close implements io.Closer.
func (t *throughProxy) Close() error {
	for _, shut := range t.shut {
		shut()
	}
	return nil
}

var replayPaths = map[string]string{economics.Chat: "/v1/chat/completions", economics.Responses: "/v1/responses", economics.Messages: "/v1/messages"}

// Rewrite implements economics.Rewriter.
func (t *throughProxy) Rewrite(ctx context.Context, api string, body []byte) ([]byte, error) {
	header := http.Header{}
	if api == economics.Messages {
		header.Set("Anthropic-Version", "2023-06-01")
	}
	sent, _, err := t.send(ctx, replayPaths[api], body, header)
	return sent, err
}

// send returns what arrives at the vendor of a request, and the headers of the answer.
func (t *throughProxy) send(ctx context.Context, path string, body []byte, header http.Header) ([]byte, http.Header, error) {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body))
	maps.Copy(r.Header, header)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer replay") // one tenant
	number := strconv.FormatInt(t.last.Add(1), 10)
	r.Header.Set(numberHeader, number)
	answer := httptest.NewRecorder()
	t.proxy.ServeHTTP(answer, r)
	sent, ok := t.sent.LoadAndDelete(number)
	if answer.Code != http.StatusOK || !ok {
		return nil, nil, fmt.Errorf("pith answered with status %d", answer.Code)
	}
	for reason := range strings.SplitSeq(answer.Header().Get("X-Pith-Reason"), ",") {
		switch reason {
		case "deadline", "busy", "compressor_failed", "breaker":
			t.late.Add(1)
			return sent.([]byte), answer.Header(), nil
		}
	}
	return sent.([]byte), answer.Header(), nil
}
