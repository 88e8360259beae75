package service

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/go-chi/chi/v5"
	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// Service answers the routes of openapi.yaml. It is safe for concurrent use.
type Service struct {
	opts     Options
	contract *contract
	door     *door
	metrics  *metrics
	handler  http.Handler
	admin    http.Handler
	draining atomic.Bool
}

// New returns a Service. It fails on options that make no sense, on metrics
// registered twice, and on a broken contract, which is a mistake in this program.
func New(opts Options) (*Service, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	c, err := loadContract()
	if err != nil {
		return nil, fmt.Errorf("service: contract: %w", err)
	}
	s := &Service{opts: opts, contract: c}
	s.door = newDoor(opts.Limits.MaxInFlight, opts.Limits.MaxBytesInFlight)
	if s.metrics, err = newMetrics(opts, s.door); err != nil {
		return nil, fmt.Errorf("service: metrics: %w", err)
	}
	s.handler = cors(opts.Origins, s.front(s.routes()))
	s.admin = s.adminRoutes()
	return s, nil
}

// Handler returns the public routes.
func (s *Service) Handler() http.Handler { return s.handler }

// AdminHandler returns metrics, profiles and health, for a listener of its own.
func (s *Service) AdminHandler() http.Handler { return s.admin }

// routes has no redirects and no time-outs of its own: a redirect loses the body
// of a POST in some clients, and a time-out that cuts a stream leaves it with a
// status of 200.
func (s *Service) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(s.observe, s.recoverPanics)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed(r))

	strict := api.NewStrictHandlerWithOptions(handlers{s}, nil, api.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  s.fail,
		ResponseErrorHandlerFunc: s.fail,
	})
	own := intake{ServerInterface: strict, s: s}
	api.HandlerFromMux(own, r)
	api.HandlerFromMuxWithBaseURL(own, r, "/pith")
	r.Post("/compress", own.Compress)
	r.Head("/healthz", own.Health)
	r.Head("/readyz", own.Ready)
	return r
}

func (s *Service) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &pith.Error{Code: codeNotFound, Msg: "no such path; openapi.yaml lists them"})
}

func (s *Service) methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	return func(w http.ResponseWriter, r *http.Request) {
		for m := range slices.Values(methods) {
			if routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
				w.Header().Add("Allow", m)
			}
		}
		s.fail(w, r, &pith.Error{Code: codeMethod, Msg: "this path does not take that method; see Allow"})
	}
}
