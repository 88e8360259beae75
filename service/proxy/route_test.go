package proxy

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

func TestRoutes(t *testing.T) {
	b := newBench(t)
	tests := []struct {
		path    string
		header  string // a header that decides
		want    string // "" is not served
		vendor  vendor.Dialect
		prompts bool
	}{
		{"/v1/chat/completions", "", "openai /chat/completions", vendor.OpenAI, true},
		{"//v1//chat/completions/", "", "openai //chat/completions/", vendor.OpenAI, true},
		{"/v1/chat%2Fcompletions", "", "openai /chat%2Fcompletions", vendor.OpenAI, true},
		{"/v1/messages", "", "anthropic /v1/messages", vendor.Anthropic, true},
		{"/v1/v1/messages", "", "anthropic /v1/messages", vendor.Anthropic, true},
		{"/v1/messages/count_tokens", "", "anthropic /v1/messages/count_tokens", vendor.Anthropic, true},
		{"/v1/messages/batches", "", "anthropic /v1/messages/batches", vendor.Anthropic, false},
		{"/v1/models", "", "openai /models", vendor.OpenAI, false},
		{"/v1/models", "Anthropic-Version", "anthropic /v1/models", vendor.Anthropic, false},
		{"/v1/responses", "", "openai /responses", vendor.OpenAI, true},
		{"/v1/responses/r_1/cancel", "", "openai /responses/r_1/cancel", vendor.OpenAI, false},
		{"/v1/completions", "", "openai /completions", vendor.OpenAI, true},
		{"/v1/something/new", "", "openai /something/new", vendor.OpenAI, false},
		{"/pith/local/v1/chat/completions", "", "local /chat/completions", vendor.OpenAI, true},
		{"/pith/nobody/v1/chat/completions", "", "", vendor.OpenAI, false},
		{"/v1", "", "openai ", vendor.OpenAI, false},
		{"/v1x", "", "", vendor.OpenAI, false},
		{"/chat/completions", "", "", vendor.OpenAI, false},
	}
	for _, tt := range tests {
		t.Run(tt.path+tt.header, func(t *testing.T) {
			u, err := url.ParseRequestURI(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			r := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
			if tt.header != "" {
				r.Header.Set(tt.header, "x")
			}
			got := ""
			rt, ok := b.proxy.route(r)
			if ok {
				got = rt.name + " " + rt.path
			}
			if got != tt.want || rt.vendor != tt.vendor || (rt.api != 0) != tt.prompts {
				t.Errorf("got %q, %v, prompt %v", got, rt.vendor, rt.api != 0)
			}
		})
	}
}
