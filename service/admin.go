package service

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pith-proxy/pith/service/internal/api"
)

// adminRoutes serves metrics and profiles. Errors here are problem documents (RFC
// 9457): nobody points a vendor's client at this listener. The profile of the
// command line is left out, since flags may hold secrets.
func (s *Service) adminRoutes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.observe, s.recoverPanics, s.knownHost)
	r.NotFound(adminNotFound)
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusMethodNotAllowed, "Method not allowed")
	})
	health := api.NewStrictHandler(handlers{s}, nil)
	r.Get("/healthz", health.Health)
	r.Get("/readyz", health.Ready)
	r.Group(func(r chi.Router) {
		r.Use(s.knownToken)
		r.Handle("/metrics", promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{}))
		r.HandleFunc("/debug/pprof/profile", pprof.Profile)
		r.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		r.HandleFunc("/debug/pprof/trace", pprof.Trace)
		r.Get("/debug/pprof/cmdline", adminNotFound)
		r.HandleFunc("/debug/pprof/*", pprof.Index)
		s.cacheRoutes(r)
	})
	return r
}

// knownHost refuses names that the listener was not told of. A page in a browser
// on this machine could otherwise have its own name resolve to us.
func (s *Service) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		if host == "localhost" || net.ParseIP(host) != nil || slices.Contains(s.opts.Admin.Hosts, host) {
			next.ServeHTTP(w, r)
			return
		}
		adminNotFound(w, r)
	})
}

// knownToken asks for the admin token, if there is one.
func (s *Service) knownToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := "Bearer " + s.opts.Admin.Token
		got := r.Header.Get("Authorization")
		if s.opts.Admin.Token == "" || subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1 {
			next.ServeHTTP(w, r)
			return
		}
		adminNotFound(w, r)
	})
}

func adminNotFound(w http.ResponseWriter, _ *http.Request) {
	problem(w, http.StatusNotFound, "Not found")
}

func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = encode(w, map[string]any{"type": "about:blank", "title": title, "status": status})
}
