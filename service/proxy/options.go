package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/relay"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// A Compressor makes texts shorter. Implementations are safe for concurrent use. That
// one fails, panics or goes on after its context has ended costs the saving and
// nothing else.
type Compressor interface {
	Compress(ctx context.Context, req pith.Request) (pith.Result, error)
}

// A Counter counts tokens as one target model does. It is safe for concurrent use.
type Counter interface {
	Count(text string) int
	Name() string
	Exact() bool
}

// Upstream is where requests go.
type Upstream struct {
	Base    *url.URL // OpenAI's and its likes' with its version; Anthropic's without
	Dialect vendor.Dialect
}

// Options are what a Proxy is made of. Compressor, Counter, Ledger, Transport and at
// least one upstream are required.
type Options struct {
	Compressor Compressor

	// Counter returns the counter of a target model; "" is the default one, which also
	// counts for models that it does not know.
	Counter func(model string) (Counter, error)

	Ledger *ledger.Ledger

	// Code finds the source code in a text, in its order; nil finds none. It depends on
	// the text alone, and says nothing of what it is not sure of, or had not the time for.
	Code func(ctx context.Context, text string) []CodePart

	// Memory returns what a tenant's earlier requests left to use; nil is none.
	// Decisions is the memory of the ledger, if that is shared.
	Memory, Decisions func(ctx context.Context, tenant string) pith.Memory

	// Version names what the compressor's results depend on beside the request.
	Version string

	Transport http.RoundTripper
	Relay     relay.Options

	// Upstreams by name. Paths without a profile go to those named openai and
	// anthropic.
	Upstreams map[string]Upstream

	Settings policy.Settings // the weakest; Models, Keys and the request override them
	Models   []ModelRule     // all that match apply, in order
	Keys     []Key

	// RequireKey refuses requests without a key of pith's.
	RequireKey bool

	// KeepShared leaves contexts raw that came with another question before, since
	// the vendor has their prefix in its cache.
	KeepShared bool

	// Cached says how the vendor of a model keeps prompts. A text stays raw while the
	// prompt up to it would be too short with it shortened: a vendor's cache is cheaper
	// than any shortening. nil knows no model.
	Cached func(model string) VendorCache

	// Refusals within a minute that stop the shortening of a tenant's new texts for
	// ten; 0 is never.
	Refusals int

	// Verify reads every edited body again and compares it with what came. It is for
	// tests, and for operators who want to be sure; a difference sends the original.
	Verify bool

	Limits   Limits
	Log      *slog.Logger         // one line a request; no text, key, header or path. nil discards
	Registry *prometheus.Registry // nil means a new one
}

// Limits bound what is held at once. Zero values are the defaults.
type Limits struct {
	InspectBody    int64         // bytes of a body, decoded or not, that is looked into; 32 MiB
	MaxBody        int64         // bytes of a JSON body that is sent on at all; 512 MiB
	MaxHeld        int64         // bytes of bodies held at once; beyond, they are sent on unread; 256 MiB
	MaxCompressing int           // texts in the compressor at once; 4 for each core
	BodyTimeout    time.Duration // for a body, beyond what a rate of 64 KiB/s would need; 60 s
}

// ModelRule overrides settings for the models whose name matches.
type ModelRule struct {
	Match    string // as path.Match has it: gpt-4o*, claude-*
	Override policy.Override
}

func (o *Options) setDefaults() error {
	if o.Compressor == nil || o.Counter == nil || o.Ledger == nil || o.Transport == nil || len(o.Upstreams) == 0 {
		return errors.New("proxy: Options need a Compressor, a Counter, a Ledger, a Transport and an upstream")
	}
	for _, m := range o.Models {
		if _, err := path.Match(m.Match, ""); err != nil {
			return fmt.Errorf("proxy: model pattern %q: %w", m.Match, err)
		}
	}
	for name, up := range o.Upstreams {
		if name == "v1" || strings.ContainsAny(name, "/%") || name == "" {
			return fmt.Errorf("proxy: %q cannot name an upstream", name)
		}
		if up.Base == nil || up.Base.Host == "" {
			return fmt.Errorf("proxy: upstream %q has no base URL", name)
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	orDefault(&o.Limits.InspectBody, 32<<20)
	orDefault(&o.Limits.MaxBody, 512<<20)
	orDefault(&o.Limits.MaxHeld, 256<<20)
	orDefault(&o.Limits.MaxCompressing, 4*runtime.GOMAXPROCS(0))
	orDefault(&o.Limits.BodyTimeout, 60*time.Second)
	return nil
}

func orDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}
