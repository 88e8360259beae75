package compressors

import (
	"context"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// Auto is the method name that leaves the choice to the router.
const Auto = "auto"

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

// NewRouter returns a router over methods; auto, one of them, serves requests
// that leave the choice open.
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

// Compress hands req to its method. A context that names method none comes back
// as it was; one that names another method than the request's is an error.
func (r *Router) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	m, err := r.method(req.Method, "/method")
	if err != nil {
		return pith.Result{}, err
	}
	contexts := slices.Clone(req.Contexts)
	for i := range contexts {
		if err := r.place(&contexts[i], m, i); err != nil {
			return pith.Result{}, err
		}
	}
	req.Contexts = contexts
	res, err := m.Compress(ctx, req)
	if err != nil {
		return res, err
	}
	for i, c := range contexts {
		if c.Method == NoneID {
			res.Contexts[i].Method = NoneID
		}
	}
	return res, nil
}

// place checks the method that a context names against the request's.
func (r *Router) place(c *pith.Context, m Method, i int) error {
	if c.Method == "" {
		return nil
	}
	param := pointer("contexts", i, "method")
	own, err := r.method(c.Method, param)
	if err != nil {
		return err
	}
	switch own.Info().ID {
	case NoneID:
		c.Locked, c.Method = true, NoneID
	case m.Info().ID:
	default:
		return pith.Invalid(param, "the request's method is %s; a context may name that or none", m.Info().ID)
	}
	return nil
}

// method finds a method by name.
func (r *Router) method(name, param string) (Method, error) {
	if name == "" || name == Auto {
		return r.auto, nil
	}
	names := []string{Auto}
	for _, m := range r.methods {
		id := m.Info().ID
		if id == name {
			return m, nil
		}
		names = append(names, id)
	}
	return nil, pith.Invalid(param, "no such method; there are: %s", strings.Join(names, ", "))
}
