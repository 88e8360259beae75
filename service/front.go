package service

import (
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
)

// A Proxy answers for paths that are a vendor's and not in openapi.yaml. It logs and
// counts its requests itself.
type Proxy interface {
	http.Handler

	// Serves reports whether the path is one of the proxy's.
	Serves(*url.URL) bool

	// CloseTunnels cuts connections that were upgraded, which a server that shuts down
	// does not wait for.
	CloseTunnels()
}

// front sends a request to the routes of openapi.yaml, which always win, or to the
// proxy. Middleware of the former does not touch the latter: its answers are the
// vendor's to the last header.
func (s *Service) front(routes chi.Router) http.Handler {
	if s.opts.Proxy == nil {
		return routes
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if owns(routes, r) || !s.opts.Proxy.Serves(r.URL) {
			routes.ServeHTTP(w, r)
			return
		}
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(time.Time{}) // the last request's on this connection
		_ = rc.SetWriteDeadline(time.Time{})
		s.opts.Proxy.ServeHTTP(w, r)
	})
}

// owns reports whether the path is one of ours, with whatever method.
func owns(routes chi.Routes, r *http.Request) bool {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		if routes.Match(chi.NewRouteContext(), method, path) {
			return true
		}
	}
	return false
}
