package proxy

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// The names of the upstreams that paths without a profile go to.
const (
	OpenAI    = "openai"
	Anthropic = "anthropic"
)

// profilePrefix begins a path that names its upstream, for clients that cannot set
// headers: /pith/NAME/v1/….
const profilePrefix = "/pith/"

// route is where a request goes.
type route struct {
	name     string // of the upstream
	upstream *relay.Upstream
	path     string // escaped, to be put behind the upstream's base
	api      dialect.API
	label    string // of the operation, for metrics: "chat", "messages", …, "other"
	vendor   vendor.Dialect
}

// operation is a path whose body may hold a prompt.
type operation struct {
	api   dialect.API
	label string
}

var operations = map[string]operation{
	"/v1/chat/completions":       {dialect.Chat, "chat"},
	"/v1/responses":              {dialect.Chat, "responses"},
	"/v1/responses/input_tokens": {dialect.Chat, "input_tokens"},
	"/v1/responses/compact":      {dialect.Chat, "compact"},
	"/v1/completions":            {dialect.Completions, "completions"},
	"/v1/messages":               {dialect.Messages, "messages"},
	"/v1/messages/count_tokens":  {dialect.Messages, "count_tokens"},
}

// Serves reports whether the path is one of the proxy's.
func (p *Proxy) Serves(u *url.URL) bool {
	_, ok := p.route(&http.Request{Method: http.MethodGet, URL: u})
	return ok
}

// route finds out where r goes; false if no upstream has the path. The path goes on
// as it came, doubled slashes and escapes included: only to tell what it is are they
// looked through.
func (p *Proxy) route(r *http.Request) (route, bool) {
	path := relay.RequestPath(r)
	name := ""
	if rest, ok := strings.CutPrefix(path, profilePrefix); ok {
		profile, tail, _ := strings.Cut(rest, "/")
		if _, ok := p.upstreams[profile]; !ok {
			return route{}, false
		}
		name, path = profile, "/"+tail
	}
	rest, ok := cutVersion(path)
	if !ok || climbs(plainPath(r.URL.Path, name)) {
		return route{}, false
	}
	plain := plainPath(r.URL.Path, name)
	if again, ok := cutVersion(rest); ok && strings.HasPrefix(plain, "/v1/v1/messages") {
		// An SDK that adds /v1 was given a base URL that ends in it.
		rest, plain = again, plain[len("/v1"):]
	}
	d := vendor.DialectOf(plain, r.Header)
	if name == "" {
		name = d.String()
	}
	up, ok := p.upstreams[name]
	if !ok {
		return route{}, false
	}
	rt := route{name: name, upstream: up, vendor: d, label: "other", path: rest}
	if up.Dialect == vendor.Anthropic && !strings.HasSuffix(strings.TrimSuffix(up.Base.Path, "/"), "/v1") {
		rt.path = "/v1" + rest // this vendor's base URL has no version
	}
	if op, ok := operations[plain]; ok && r.Method == http.MethodPost {
		rt.api, rt.label = op.api, op.label
	}
	return rt, true
}

// climbs reports whether a path, whose first segment is the version, leads out of it
// by its dots: it could leave the base that an upstream was configured with.
func climbs(path string) bool {
	depth := 0
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if part == ".." && depth < 1 {
			return true
		}
	}
	return false
}

// cutVersion cuts off /v1, with what slashes there are before it.
func cutVersion(path string) (rest string, ok bool) {
	trimmed := strings.TrimLeft(path, "/")
	rest, ok = strings.CutPrefix(trimmed, "v1")
	if !ok || len(trimmed) == len(path) || rest != "" && rest[0] != '/' {
		return "", false
	}
	return rest, true
}

// plainPath is the decoded path without what does not change its meaning: the
// profile, doubled slashes and one at the end.
func plainPath(path, profile string) string {
	if profile != "" {
		path = strings.TrimPrefix(path, profilePrefix+profile)
	}
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			b.WriteByte('/')
			b.WriteString(part)
		}
	}
	return b.String()
}
