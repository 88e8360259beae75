package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/eval/arms"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/report"
	"github.com/pith-proxy/pith/eval/suite"
	"github.com/pith-proxy/pith/tokenize"
)

// The ways to pith's methods.
const (
	viaProcess = "process" // a call
	viaAPI     = "api"     // POST /v1/compress of a running service
	viaProxy   = "proxy"   // a chat request on its way to a vendor
)

// methodFlags say what is compared.
type methodFlags struct {
	names   []string
	through string
	url     string

	python string // of the peer
	model  string
	one    bool // LLMLingua, not LLMLingua-2

	proxied []*arms.Proxy // of the run
}

func (f *methodFlags) add(fl *pflag.FlagSet) {
	fl.StringSliceVar(&f.names, "methods", nil, "methods, pith eval list lists them; all that need nothing else if not given")
	fl.StringVar(&f.through, "through", viaProcess, "how pith's methods are reached: process, api (/v1/compress) or proxy (a chat request)")
	fl.StringVar(&f.url, "url", "", "with --through api or proxy: a running pith, such as http://127.0.0.1:8484; with proxy and without it, one of this process that a vendor's stand-in listens behind")
	fl.StringVar(&f.python, "llmlingua-python", "python3", "for the method llmlingua: a Python that has the package")
	fl.StringVar(&f.model, "llmlingua-model", "", "likewise: the package's model, a name or a folder")
	fl.BoolVar(&f.one, "llmlingua-1", false, "likewise: LLMLingua with a causal model instead of LLMLingua-2")
}

func (f *methodFlags) validate(r *readerFlags) error {
	switch f.through {
	case viaProcess:
		if f.url != "" {
			return errors.New("--url goes with --through api or proxy")
		}
	case viaAPI:
		if f.url == "" {
			return errors.New("--through api needs --url, a running pith: `pith serve` starts one")
		}
		return checkURL(f.url)
	case viaProxy:
		if err := checkURL(f.url); f.url != "" && err != nil {
			return err
		}
		if f.url != "" && r.url != "" {
			return errors.New("--through proxy with --url asks the vendor behind that proxy: leave --reader out, and name the model with --reader-model")
		}
		if f.url != "" && r.model == "" {
			return errors.New("--through proxy with --url pays for answers: name the model with --reader-model")
		}
	default:
		return fmt.Errorf("--through is process, api or proxy; got %q", f.through)
	}
	return nil
}

// checkURL wants the base of a service, without what must not be shown around.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("--url must begin with http:// or https:// and a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("--url must have no name, password or query; the key is PITH_API_KEY")
	}
	return nil
}

// tell writes into the report what the proxy did not do.
func (f *methodFlags) tell(r *report.Report) {
	for _, p := range f.proxied {
		raw, all := 0, 0
		for _, o := range r.Outcomes {
			if o.Arm == p.Label {
				all++
				if o.Kept == o.Full {
					raw++
				}
			}
		}
		if raw > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("The proxy left %d of %d texts of %s whole.", raw, all, p.Label))
		}
		t := p.Tally() // of what was not on disk
		if t.Late > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%d prompts of %s were sent whole or in part for lack of time: a run again may differ.", t.Late, p.Label))
		}
		if t.Touched > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("In %d prompts of %s more than the text was shortened; what was kept has what is left of the rest.", t.Touched, p.Label))
		}
	}
}

// relayed reports whether answers come through a running proxy.
func (f *methodFlags) relayed() bool { return f.through == viaProxy && f.url != "" }

// arms returns an arm for each method, and what ends them.
func (f *methodFlags) arms(ctx context.Context, a *app, set dataset.Set, counter tokenize.Counter, seed uint64) ([]suite.Arm, func(), error) {
	names := f.names
	if len(names) == 0 {
		names = defaultMethods()
	}
	picked, err := pickMethods(names)
	if err != nil {
		return nil, nil, err
	}
	if f.through == viaProxy {
		if picked, err = askable(picked, len(f.names) > 0); err != nil {
			return nil, nil, err
		}
	}
	program, err := programState()
	if err != nil {
		return nil, nil, err
	}
	state := program + " " + a.version()
	var shuts []func()
	shut := func() {
		for _, s := range shuts {
			s()
		}
	}
	reach, closeReach, err := f.reach(a, set, counter)
	if err != nil {
		return nil, nil, err
	}
	shuts = append(shuts, closeReach)
	var out []suite.Arm
	for _, m := range picked {
		arm := suite.Arm{About: m.About, Kind: m.Kind, Fixed: m.Fixed, Question: m.Question, Takes: m.takes, State: state}
		switch {
		case m.request != nil:
			if err := reach(&arm, m); err != nil {
				shut()
				return nil, nil, err
			}
		case m.baseline != nil:
			arm.Arm, arm.State = m.baseline(seed, set.Items), program+baselineState(m.Name, seed, set.Items)
		default:
			bridge, peer, err := f.peer(ctx)
			if err != nil {
				shut()
				return nil, nil, usageError{err}
			}
			shuts = append(shuts, func() { _ = bridge.Close() })
			arm.Arm, arm.Question = bridge.Arm(m.Name, f.one), f.one
			arm.State = program + " " + peer
			arm.About += ", with the model " + filepath.Base(f.model)
		}
		out = append(out, arm)
	}
	return out, shut, nil
}

// reach returns what completes an arm of pith's, by the way that was asked for.
func (f *methodFlags) reach(a *app, set dataset.Set, counter tokenize.Counter) (func(*suite.Arm, evalMethod) error, func(), error) {
	switch f.through {
	case viaAPI:
		served, err := servedState(f.url, a.config.getenv("PITH_API_KEY"))
		if err != nil {
			return nil, nil, err
		}
		return func(arm *suite.Arm, m evalMethod) error {
			r := m.request
			arm.Arm = &arms.API{Label: r.Label, URL: strings.TrimSuffix(serviceURL(f.url), "/v1"), Key: a.config.getenv("PITH_API_KEY"), Question: r.Question, Fixed: r.Fixed,
				Method: r.Method, Kind: r.Kind, Options: r.Options}
			arm.State += " api " + served
			return nil
		}, func() {}, nil
	case viaProxy:
		return f.reachProxy(a, set, counter)
	}
	k, err := cache.Open(cache.Options{})
	if err != nil {
		return nil, nil, err
	}
	remembering := compressors.Remembering{Router: a.router, Version: a.version()}
	return func(arm *suite.Arm, m evalMethod) error {
		r := *m.request
		r.Func = func(ctx context.Context, req pith.Request) (pith.Result, error) {
			// Its own for each item: what another method or item has read would make this one look fast.
			req.Memory = k.Tenant(ctx, m.Name+"\x00"+req.Contexts[0].ID)
			return remembering.Compress(ctx, req)
		}
		arm.Arm = &r
		return nil
	}, func() { _ = k.Close() }, nil
}

// serviceURL is the base of an OpenAI client for the pith at url.
func serviceURL(url string) string {
	return strings.TrimSuffix(strings.TrimSuffix(url, "/"), "/v1") + "/v1"
}
