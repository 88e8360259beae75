package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/service/proxy"
)

// throughProxy is the drop-in proxy as an economics.Rewriter. What it sends goes to a
// vendor that keeps the last body and answers nothing.
type throughProxy struct {
	proxy *proxy.Proxy
	shut  []func()
	sent  chan []byte // the last body; it is there before the answer
	late  int         // requests with texts that there was no time for
}

func newThroughProxy(c *Config, compressor proxy.Compressor, deadline time.Duration) (*throughProxy, error) {
	t := &throughProxy{sent: make(chan []byte, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	vendor := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the trace's reader has gone
		}
		t.take()
		t.sent <- body
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
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, replayPaths[api], bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer replay") // one tenant
	if api == economics.Messages {
		r.Header.Set("Anthropic-Version", "2023-06-01")
	}
	t.take()
	answer := httptest.NewRecorder()
	t.proxy.ServeHTTP(answer, r)
	sent := t.take()
	if answer.Code != http.StatusOK || sent == nil {
		return nil, fmt.Errorf("pith answered with status %d", answer.Code)
	}
	for reason := range strings.SplitSeq(answer.Header().Get("X-Pith-Reason"), ",") {
		switch reason {
		case "deadline", "busy", "compressor_failed", "breaker":
			t.late++
			return sent, nil
		}
	}
	return sent, nil
}

// take returns the body that has come, nil if none has.
func (t *throughProxy) take() []byte {
	select {
	case body := <-t.sent:
		return body
	default:
		return nil
	}
}
