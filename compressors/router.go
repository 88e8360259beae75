package compressors

import (
	"context"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// AutoID is the method name that leaves the choice to the router.
const AutoID = "auto"

// KindLossless is the kind of the methods that lose nothing.
const KindLossless = "lossless"

// KindCode is the kind of the methods that cut source code.
const KindCode = "code"

// A Method compresses. Implementations are safe for concurrent use.
type Method interface {
	Compress(ctx context.Context, req pith.Request) (pith.Result, error)
	Info() pith.CompressorInfo
}

// Router chooses the method of a request.
type Router struct {
	methods []Method
	auto    Method
}

// NewRouter returns a router over methods; auto serves requests that leave the choice
// open.
func NewRouter(auto Method, methods ...Method) *Router {
	return &Router{methods: methods, auto: auto}
}

// Info lists the methods.
func (r *Router) Info() []pith.CompressorInfo {
	var infos []pith.CompressorInfo
	for _, m := range r.methods {
		infos = append(infos, m.Info())
	}
	return infos
}

// Compress hands req to its method. A context may name another: none, with which it
// comes back as it was, one that loses nothing, or one for code. Any other name is an
// error.
func (r *Router) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	m, err := r.method(req.Method, "/method")
	if err != nil {
		return pith.Result{}, err
	}
	if err := r.checkCode(&req, m); err != nil {
		return pith.Result{}, err
	}
	contexts := slices.Clone(req.Contexts)
	own := make([]Method, len(contexts)) // of the contexts that have another than m
	for i := range contexts {
		if own[i], err = r.place(ctx, &req, &contexts[i], m, i); err != nil {
			return pith.Result{}, err
		}
	}
	req.Contexts = contexts
	res, err := compressWith(ctx, req, own, m)
	if err != nil {
		return res, err
	}
	for i := range contexts {
		if contexts[i].Method == NoneID {
			res.Contexts[i].Method = NoneID
		}
	}
	return res, nil
}

// checkCode refuses options of code where no method reads them.
func (r *Router) checkCode(req *pith.Request, m Method) error {
	o := &req.Options.Code
	if req.Method == "" || req.Method == AutoID || m.Info().Kind == KindCode || !o.RankOnly && len(o.Keep) == 0 && o.Marks == "" {
		return nil
	}
	for i := range req.Contexts {
		name := req.Contexts[i].Method
		if own, err := r.method(name, ""); name == AutoID || name != "" && err == nil && own.Info().Kind == KindCode {
			return nil
		}
	}
	return pith.Invalid("/code", "method %s does not read code; leave it out, or use longcodezip or auto", m.Info().ID)
}

// place checks the method that a context names against the request's, and returns it if
// it is another. A context that is to stay as it is is locked.
func (r *Router) place(ctx context.Context, req *pith.Request, c *pith.Context, m Method, i int) (Method, error) {
	switch a, ok := r.auto.(Auto); {
	case c.Method == "":
		return nil, nil
	case c.Method == AutoID && ok && m.Info().Kind != KindLossless && m != r.auto && !c.Locked && !wantsWords(req):
		return a.choose(ctx, req, c, classify(c)), nil
	}
	param := pointer("contexts", i, "method")
	own, err := r.method(c.Method, param)
	if err != nil {
		return nil, err
	}
	info := own.Info()
	switch {
	case info.ID == NoneID:
		c.Locked, c.Method = true, NoneID
		return nil, nil
	case info.ID == m.Info().ID:
		return nil, nil
	case info.Kind == KindLossless:
		if !c.Budget.IsZero() {
			return nil, pith.Invalid(param, "method %s loses nothing, so a budget has no meaning with it; leave that out", info.ID)
		}
		return own, nil
	case info.Kind == KindCode && m.Info().Kind != KindLossless:
		return own, nil
	}
	return nil, pith.Invalid(param, "the request's method is %s; a context may name that, one that is lossless or for code, or none", m.Info().ID)
}

// method finds a method by name.
func (r *Router) method(name, param string) (Method, error) {
	if name == "" || name == AutoID {
		return r.auto, nil
	}
	names := []string{AutoID}
	for _, m := range r.methods {
		id := m.Info().ID
		if id == name {
			return m, nil
		}
		names = append(names, id)
	}
	return nil, pith.Invalid(param, "no such method; there are: %s", strings.Join(names, ", "))
}
