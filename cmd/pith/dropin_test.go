package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// startProxy starts pith, with its mode off, in front of the fake OpenAI at
// upstream/v1 and the fake Anthropic at upstream, and returns its own address.
var startProxy = func(t *testing.T, upstream string) (base string) {
	t.Helper()
	return serverFor(t, upstream, map[string]string{"PITH_PROXY_MODE": "off"}).url
}

// An outcome is what a client saw of one case.
type outcome struct {
	Client string          `json:"client"`
	Case   string          `json:"case"`
	OK     bool            `json:"ok"`
	Result json.RawMessage `json:"result"`
}

// An exchange is one run of a client: what it saw, and what the vendor saw.
type exchange struct {
	outcomes []outcome
	requests []fakeupstream.Recorded
}

// A client runs all its cases against the vendors at base, and base/v1.
type client func(t *testing.T, base string) []outcome

// twice runs a client against a fake vendor directly, and again through the
// proxy. Equal runs get equal answers: the clock of the fake stands still, and its
// identifiers start anew.
func twice(t *testing.T, c client) (direct, proxied exchange) {
	t.Helper()
	up, srv := startVendor(t)
	direct = observe(t, up, c, srv.URL)
	proxied = observe(t, up, c, startProxy(t, srv.URL))
	return direct, proxied
}

func startVendor(t *testing.T) (*fakeupstream.Server, *httptest.Server) {
	t.Helper()
	up := fakeupstream.New(fakeupstream.Options{Now: func() time.Time { return time.Unix(1767225600, 0) }})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	return up, srv
}

func observe(t *testing.T, up *fakeupstream.Server, c client, base string) exchange {
	t.Helper()
	up.Reset()
	outcomes := c(t, base)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	requests, err := up.WaitDone(ctx, 1)
	if err != nil {
		t.Errorf("a request is still going on after the client has ended: %v", err)
	}
	return exchange{outcomes, requests}
}

// unchanged fails the test for every difference between the two runs, and for
// cases that did not even work directly.
func unchanged(t *testing.T, c client) {
	t.Helper()
	direct, proxied := twice(t, c)
	for _, o := range direct.outcomes {
		if !o.OK && !meantToFail.MatchString(o.Case) {
			t.Errorf("%s %s fails without a proxy: %s", o.Client, o.Case, o.Result)
		}
	}
	if len(direct.outcomes) == 0 {
		t.Error("the client ran no case")
	}
	for _, d := range diffOutcomes(direct.outcomes, proxied.outcomes) {
		t.Error("client:", d)
	}
	for _, d := range diffRequests(direct.requests, proxied.requests) {
		t.Error("vendor:", d)
	}
	t.Logf("%d cases, %d requests", len(direct.outcomes), len(direct.requests))
}

// meantToFail matches the names of cases in which the vendor misbehaves or the
// client gives up.
var meantToFail = regexp.MustCompile(`error|cut_off|reset|cancel`)

// outcomeOf makes an outcome of a Go client's result.
func outcomeOf(client, name string, result any, err error) outcome {
	o := outcome{Client: client, Case: name, OK: err == nil}
	if err != nil {
		result = err.Error()
	}
	raw, err := json.Marshal(result)
	if err != nil {
		raw = []byte(`"not JSON"`)
	}
	o.Result = raw
	return o
}
