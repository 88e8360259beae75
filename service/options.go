package service

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/prometheus/client_golang/prometheus"
)

// A Compressor does the work: one method, or a registry of several that chooses
// by [pith.Request.Method]. Implementations are safe for concurrent use.
type Compressor interface {
	// Compress returns a result with one entry for each of req's contexts, in
	// order. It returns soon after ctx ends. An error that is a [pith.Error] of a
	// class the caller can mend (invalid, too large, budget unreachable) always
	// reaches the client; any other only if the request says on_error: fail.
	Compress(ctx context.Context, req pith.Request) (pith.Result, error)

	// Info describes the methods, in the order that auto considers them.
	Info() []pith.CompressorInfo
}

// A Counter counts tokens as one target model does. It is safe for concurrent use.
type Counter interface {
	Count(text string) int
	Name() string
	Exact() bool // false for an estimate
}

// Options are what a Service is made of. Compressor and Counter are required.
type Options struct {
	Compressor Compressor

	// Counter returns the counter of a target model or of a tokenizer; "" is the
	// default one. An error makes the request invalid; its text is not shown.
	Counter func(name string) (Counter, error)

	// Decode restores a text that a lossless method changed, after it has told claim how
	// many bytes that has and got no error. Its own errors are as those of Compressor. nil
	// knows no scheme.
	Decode func(text string, d pith.Decode, claim func(bytes int) error) (string, error)

	// Memory returns what a tenant's earlier requests left to use. nil is none.
	Memory func(ctx context.Context, tenant string) pith.Memory

	// Tenant says whose a request is. If that is not ok it has no memory. nil makes all
	// of them one tenant's.
	Tenant func(*http.Request) (tenant string, ok bool)

	// Proxy answers for vendors' paths; nil is none.
	Proxy Proxy

	// Origins are those whose pages may use the service from a browser; none is the
	// default.
	Origins []string

	// TLS is for the public listener; nil serves plain HTTP.
	TLS *tls.Config

	// H2C lets clients speak HTTP/2 without TLS.
	H2C bool

	// Ready says whether the models are warm. nil means always.
	Ready func() bool

	// QueueDepth is how many pieces of work wait for a core, for the metrics.
	// nil means that it is not reported.
	QueueDepth func() int

	// Log gets one line a request. Its lines hold sizes, times and codes: no
	// text, key, header or path of a request. nil discards them.
	Log *slog.Logger

	// Registry gets the metrics. nil means a new one.
	Registry *prometheus.Registry

	// Version is the program's, for metrics and for results that no compressor made.
	Version string

	Limits Limits
	Admin  Admin
	Drain  Drain
}

// Limits bound what is in the service at once. Zero values are the defaults. The
// contract's own limits (contexts, question, deadline) are not configurable.
type Limits struct {
	MaxBody          int64 // bytes of one body after decoding; 32 MiB
	MaxTokens        int   // tokens of one request; 2,000,000
	MaxInFlight      int   // requests past the door; 256
	MaxBytesInFlight int64 // bytes of their bodies; 128 MiB, at worst some 750 MiB of memory
	BatchParallel    int   // items or contexts of one request at work at once; GOMAXPROCS

	// RetryAfter is what a refused client is told to wait; 1 s.
	RetryAfter time.Duration

	// BodyTimeout is how long a body may take beyond what a rate of 64 KiB/s
	// would need, and how long one write to a client may take; 60 s.
	BodyTimeout time.Duration
}

// Cache is what the memory of all tenants is in.
type Cache interface {
	// Stats says how it does, as a value for JSON. No key or text is in it.
	Stats() any

	// Flush makes all that a tenant has unreachable. An error says that other
	// processes could not be told.
	Flush(ctx context.Context, tenant string) error
}

// Admin guards the admin listener, which is meant for a loopback address.
type Admin struct {
	// Cache can be looked at and flushed there; nil is none.
	Cache Cache

	// Token, if set, is asked for as a bearer token on all admin paths but the
	// health checks. Whoever lacks it gets 404.
	Token string

	// Hosts are the names by which the listener may be called, beside addresses
	// and localhost. It keeps a web page from reaching it by rebinding a name.
	Hosts []string
}

// Drain says how a Service stops.
type Drain struct {
	Delay   time.Duration // between unready and closed, for load balancers; 0
	Timeout time.Duration // for requests in flight; 30 s
}

func (o *Options) setDefaults() error {
	if o.Compressor == nil || o.Counter == nil {
		return errors.New("service: Options need a Compressor and a Counter")
	}
	if o.Ready == nil {
		o.Ready = func() bool { return true }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	orDefault(&o.Version, "devel")
	orDefault(&o.Limits.MaxBody, 32<<20)
	orDefault(&o.Limits.MaxTokens, 2_000_000)
	orDefault(&o.Limits.MaxInFlight, 256)
	orDefault(&o.Limits.MaxBytesInFlight, 128<<20)
	orDefault(&o.Limits.BatchParallel, runtime.GOMAXPROCS(0))
	orDefault(&o.Limits.RetryAfter, time.Second)
	orDefault(&o.Limits.BodyTimeout, 60*time.Second)
	orDefault(&o.Drain.Timeout, 30*time.Second)
	if o.Limits.MaxBytesInFlight < o.Limits.MaxBody {
		return errors.New("service: MaxBytesInFlight is below MaxBody, so the largest body could never pass")
	}
	return nil
}

func orDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}
