package service

import (
	"io"
	"mime"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"
)

// cacheRoutes lets the operator look at the cache and flush a tenant.
func (s *Service) cacheRoutes(r chi.Router) {
	if s.opts.Admin.Cache == nil {
		return
	}
	r.Get("/cache", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.opts.Admin.Cache.Stats())
	})
	r.Post("/cache/flush", s.flushTenant)
}

// longestFlush bounds the body of a flush, whose tenant is some 100 bytes.
const longestFlush = 4 << 10

// flushTenant wants {"tenant": BASE64} with the media type of JSON, which a page of
// another origin in a browser cannot send.
func (s *Service) flushTenant(w http.ResponseWriter, r *http.Request) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		problem(w, http.StatusUnsupportedMediaType, "Send application/json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestFlush))
	var flush struct {
		Tenant []byte `json:"tenant"`
	}
	if err != nil || json.Unmarshal(body, &flush, json.RejectUnknownMembers(true)) != nil || len(flush.Tenant) == 0 {
		problem(w, http.StatusBadRequest, "Send an object with the member tenant, in base64")
		return
	}
	if err := s.opts.Admin.Cache.Flush(r.Context(), string(flush.Tenant)); err != nil {
		problem(w, http.StatusBadGateway, "Flushed here; the shared cache could not be told yet, nor other processes")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
