package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// The ways in which proxies are known to go wrong, and that twice has to see.
var badProxies = map[string]func(*badProxy){
	"does_nothing_wrong":     func(*badProxy) {},
	"adds_a_field":           func(p *badProxy) { p.request = func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") } },
	"loses_a_field":          func(p *badProxy) { p.request = func(r *http.Request) { r.Header.Del("X-App") } },
	"cleans_the_query":       func(p *badProxy) { p.request = func(r *http.Request) { r.URL.RawQuery = r.URL.Query().Encode() } },
	"unescapes_the_path":     func(p *badProxy) { p.request = func(r *http.Request) { r.URL.RawPath = "" } },
	"writes_JSON_anew":       func(p *badProxy) { p.request = writeAnew },
	"asks_for_gzip":          func(p *badProxy) { p.transport.DisableCompression = false },
	"ends_what_was_cut_off":  func(p *badProxy) { p.swallow = true },
	"stays_when_clients_go":  func(p *badProxy) { p.request = func(r *http.Request) { *r = *r.WithContext(context.Background()) } },
	"asks_again":             func(p *badProxy) { p.again = true },
	"answers_with_other_ids": func(p *badProxy) { p.response = func(r *http.Response) { r.Header.Del("X-Request-Id") } },
}

func TestDropInSeesBadProxies(t *testing.T) {
	good := startProxy
	t.Cleanup(func() { startProxy = good })
	header := func(script string) http.Header {
		return http.Header{fakeupstream.ScriptHeader: {script}, "X-App": {"cli"}, "Content-Type": {"application/json"}}
	}
	requests := rawClient([]rawRequest{
		{name: "chat", target: "/v1/chat/completions", header: header(""), body: curlChat},
		{name: "path", method: "GET", target: "/v1/models/a%2Fb?a=1;b=2", header: header("")},
		{name: "busy", target: "/v1/chat/completions", header: header("status=503"), body: curlChat},
		{name: "cut_off", target: "/v1/chat/completions", header: header("abort=3"), body: curlStream},
	})
	leave := func(t *testing.T, base string) []outcome {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "POST", base+"/v1/messages", strings.NewReader(curlStream))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header("drip=30ms")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = resp.Body.Read(make([]byte, 1))
		resp.Body.Close()
		return nil
	}
	all := func(t *testing.T, base string) []outcome { return append(requests(t, base), leave(t, base)...) }
	for name, spoil := range badProxies {
		t.Run(name, func(t *testing.T) {
			startProxy = func(t *testing.T, upstream string) string { return startBadProxy(t, upstream, spoil) }
			direct, proxied := twice(t, all)
			diffs := append(diffOutcomes(direct.outcomes, proxied.outcomes), diffRequests(direct.requests, proxied.requests)...)
			if bad := name != "does_nothing_wrong"; bad != (len(diffs) > 0) {
				t.Errorf("differences: %q", diffs)
			}
		})
	}
}

// badProxy is a proxy made by hand, with the places at which it can be spoilt.
type badProxy struct {
	to        *url.URL
	transport *http.Transport
	request   func(*http.Request)
	response  func(*http.Response)
	swallow   bool // the end of a connection is the end of an answer
	again     bool // a 503 is asked for again
}

func startBadProxy(t *testing.T, upstream string, spoil func(*badProxy)) string {
	t.Helper()
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	p := &badProxy{to: to, transport: &http.Transport{DisableCompression: true}}
	spoil(p)
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	t.Cleanup(p.transport.CloseIdleConnections)
	return srv.URL
}

func (p *badProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	resp, err := p.ask(r, body)
	if err == nil && p.again && resp.StatusCode == http.StatusServiceUnavailable {
		resp.Body.Close()
		resp, err = p.ask(r, body)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	if p.response != nil {
		p.response(resp)
	}
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	rc := http.NewResponseController(w)
	buf := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(buf)
		_, _ = w.Write(buf[:n])
		_ = rc.Flush()
		if err == io.EOF || err != nil && p.swallow {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func (p *badProxy) ask(r *http.Request, body []byte) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = p.to.Scheme, p.to.Host, "", ""
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if out.Header["User-Agent"] == nil {
		out.Header["User-Agent"] = nil
	}
	if p.request != nil {
		p.request(out)
	}
	return p.transport.RoundTrip(out)
}

// writeAnew decodes and encodes a body, which is all that it takes.
func writeAnew(r *http.Request) {
	var v any
	body, err := io.ReadAll(r.Body)
	if err == nil && json.Unmarshal(body, &v) == nil {
		body, err = json.Marshal(v)
	}
	if err == nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
}
