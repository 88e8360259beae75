package hub

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pith-proxy/pith"
)

// DefaultEndpoint is the hub.
const DefaultEndpoint = "https://huggingface.co"

// Options say where models and data sets come from and where they go. Only Home is
// required.
type Options struct {
	Home     string // models live in Home/models, data sets in Home/datasets
	Endpoint string // default DefaultEndpoint; a path prefix is allowed
	Token    string // sent to Endpoint's own origin and to nobody else

	// Client does the requests; its redirect policy is replaced by the hub's.
	// The default has connect and header timeouts and honours HTTPS_PROXY.
	Client *http.Client

	// Progress, if set, is called from Pull's own goroutine, in order.
	Progress func(Event)

	Offline   bool // never touch the network: what is here already or an error
	Quantized bool // the int8 graph, installed as NAME-quantized

	// For repositories of models outside the catalogue, or to overrule it.
	Family    string   // "bert", "xlm-roberta" or "causal-lm"; default: what config.json says
	As        string   // the folder's name; default: the catalogue's, or OWNER--NAME
	Languages []string // default: the catalogue's, or English

	MaxBytes     int64         // most bytes of all files; default 8 GiB
	Retries      int           // tries in a row without a byte gained; default 5
	MaxWait      time.Duration // longest Retry-After obeyed; default 5 min
	StallTimeout time.Duration // longest silence of a server; default 60 s
	UserAgent    string        // default "pith"

	// Seams for tests.
	sleep func(context.Context, time.Duration) error
	sink  func(io.Writer) io.Writer
	free  func(dir string) (uint64, error)
}

// An Event tells how far a pull is.
type Event struct {
	Phase Phase
	File  string // path in the repository; "" when the phase is about no file

	Done, Total           int64 // bytes of File
	ModelDone, ModelTotal int64 // bytes of all files
}

// A Phase is what a pull is doing.
type Phase string

// The phases, in the order they come. Download and verify repeat per file.
const (
	PhaseWait     Phase = "wait"     // another pull of the same model holds the lock
	PhaseResolve  Phase = "resolve"  // asking the hub for commit and files
	PhaseDownload Phase = "download" // Done and Total move
	PhaseRetry    Phase = "retry"    // a try failed; another follows after a pause
	PhaseVerify   Phase = "verify"   // digesting what arrived
	PhaseInstall  Phase = "install"  // writing pith-model.json, renaming
	PhaseDone     Phase = "done"
)

// WithEnv fills what is unset from the variables the hub's own clients read:
// HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE.
func (o Options) WithEnv(getenv func(string) string) Options {
	if o.Endpoint == "" {
		o.Endpoint = getenv("HF_ENDPOINT")
	}
	if o.Token == "" {
		o.Token = getenv("HF_TOKEN")
	}
	o.Offline = o.Offline || truthy(getenv("HF_HUB_OFFLINE")) || truthy(getenv("TRANSFORMERS_OFFLINE"))
	return o
}

func truthy(s string) bool {
	switch strings.ToUpper(s) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

// withDefaults fills the zero values and checks what can be wrong.
func (o Options) withDefaults() (Options, *url.URL, error) {
	if o.Home == "" {
		return o, nil, pith.Invalid("", "no home folder: set PITH_HOME")
	}
	if o.Endpoint == "" {
		o.Endpoint = DefaultEndpoint
	}
	base, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return o, nil, err
	}
	o.Token = strings.TrimSpace(o.Token)
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return o, nil, pith.Invalid("", "HF_TOKEN has characters that no token has: copy it again")
	}
	if o.Client == nil {
		o.Client = defaultClient()
	}
	if o.Progress == nil {
		o.Progress = func(Event) {}
	}
	orElse(&o.MaxBytes, 8<<30)
	orElse(&o.Retries, 5)
	orElse(&o.MaxWait, 5*time.Minute)
	orElse(&o.StallTimeout, time.Minute)
	orElse(&o.UserAgent, "pith")
	if o.sleep == nil {
		o.sleep = sleep
	}
	if o.sink == nil {
		o.sink = func(w io.Writer) io.Writer { return w }
	}
	if o.free == nil {
		o.free = freeBytes
	}
	return o, base, nil
}

func orElse[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, pith.Invalid("", "HF_ENDPOINT must be an http or https address, such as %s", DefaultEndpoint)
	case u.User != nil:
		return nil, pith.Invalid("", "HF_ENDPOINT must not carry a user or password: use HF_TOKEN")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, pith.Invalid("", "HF_ENDPOINT must not carry a query or a fragment")
	}
	return u, nil
}

func defaultClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.ResponseHeaderTimeout = 30 * time.Second
	return &http.Client{Transport: t}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
