package service

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// handlers implements the generated server. Requests reach it validated.
type handlers struct{ *Service }

// answer is a response of any operation: it writes itself. The generated types
// would do, but they escape < and > and hold every answer in memory twice.
type answer func(w http.ResponseWriter) error

func (a answer) VisitCompressResponse(w http.ResponseWriter) error        { return a(w) }
func (a answer) VisitCompressBatchResponse(w http.ResponseWriter) error   { return a(w) }
func (a answer) VisitDecompressResponse(w http.ResponseWriter) error      { return a(w) }
func (a answer) VisitCountResponse(w http.ResponseWriter) error           { return a(w) }
func (a answer) VisitListCompressorsResponse(w http.ResponseWriter) error { return a(w) }
func (a answer) VisitHealthResponse(w http.ResponseWriter) error          { return a(w) }
func (a answer) VisitReadyResponse(w http.ResponseWriter) error           { return a(w) }

func reply(status int, v any) answer {
	return func(w http.ResponseWriter) error { writeJSON(w, status, v); return nil }
}

// Compress implements api.StrictServerInterface.
func (h handlers) Compress(ctx context.Context, r api.CompressRequestObject) (api.CompressResponseObject, error) {
	j, err := h.newJob(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	rec := recordOf(ctx)
	rec.contexts = len(j.req.Contexts)
	if rec.stream {
		return h.streamCompression(ctx, j), nil
	}
	o, err := h.run(ctx, j)
	if err != nil {
		return nil, err
	}
	c := compression(j, o)
	rec.method, rec.outcome, rec.in, rec.out = o.Method, o.status(), c.Usage.InputTokens, c.Usage.OutputTokens
	return answer(func(w http.ResponseWriter) error {
		w.Header().Set("X-Pith-Status", rec.outcome)
		writeJSON(w, http.StatusOK, c)
		return nil
	}), nil
}

// Decompress implements api.StrictServerInterface.
func (h handlers) Decompress(ctx context.Context, r api.DecompressRequestObject) (api.DecompressResponseObject, error) {
	d := pith.Decode{Scheme: r.Body.Decode.Scheme, Params: r.Body.Decode.Params}
	if h.opts.Decode == nil {
		return nil, pith.Invalid("/decode/scheme", "no such scheme; this server knows none")
	}
	text, err := h.opts.Decode(r.Body.Text, d, func(n int) error { return h.claim(ctx, int64(n)) })
	if err != nil {
		return nil, err
	}
	if !utf8.ValidString(text) {
		return nil, &pith.Error{Code: pith.CodeMismatch, Param: "/decode", Msg: "the source is not UTF-8, which JSON cannot hold; use pith decompress"}
	}
	return reply(http.StatusOK, api.Decompression{Object: api.ObjectDecompression, Text: text, Exact: true}), nil
}

// claim holds a text that is made out of a few bytes to the bounds of those that are sent.
func (h handlers) claim(ctx context.Context, bytes int64) error {
	if bytes > h.opts.Limits.MaxBody {
		return &pith.Error{Code: pith.CodeTooLarge, Param: "/decode",
			Msg: fmt.Sprintf("the source may have at most %d bytes; use pith decompress", h.opts.Limits.MaxBody)}
	}
	if p := recordOf(ctx).pass; p != nil {
		return p.take(bytes)
	}
	return nil
}

// Count implements api.StrictServerInterface.
func (h handlers) Count(ctx context.Context, r api.CountRequestObject) (api.CountResponseObject, error) {
	c, err := h.counter(r.Body.Model, string(r.Body.Tokenizer))
	if err != nil {
		return nil, err
	}
	texts, at := r.Body.Texts, "/texts"
	if texts == nil {
		texts, at = []string{r.Body.Input}, "/input"
	}
	if err := h.boundTokens(ctx, c, texts, at); err != nil {
		return nil, err
	}
	out := api.Count{Object: api.ObjectCount, Tokenizer: api.TokenizerUsed{Name: c.Name(), Exact: c.Exact()},
		Results: make([]api.CountResult, len(texts))}
	for i, t := range texts {
		n := c.Count(t)
		out.Results[i] = api.CountResult{Index: i, Tokens: n}
		out.TotalTokens += n
	}
	return reply(http.StatusOK, out), nil
}

// ListCompressors implements api.StrictServerInterface.
func (h handlers) ListCompressors(context.Context, api.ListCompressorsRequestObject) (api.ListCompressorsResponseObject, error) {
	list := api.CompressorList{Object: api.ObjectList, Data: []api.Compressor{}}
	for _, c := range h.opts.Compressor.Info() {
		list.Data = append(list.Data, api.Compressor{
			ID: c.ID, Object: api.ObjectCompressor, Kind: c.Kind, Version: c.Version,
			QuestionAware: c.QuestionAware, Deterministic: c.Deterministic, NeedsModel: c.NeedsModel, Loaded: c.Loaded,
			Languages: orEmpty(c.Languages), Models: orEmpty(c.Models), MaxTokens: h.opts.Limits.MaxTokens,
		})
	}
	return reply(http.StatusOK, list), nil
}

// Health implements api.StrictServerInterface. It says that the process runs, and
// looks at nothing else: what restarts a process must not depend on others.
func (h handlers) Health(context.Context, api.HealthRequestObject) (api.HealthResponseObject, error) {
	return reply(http.StatusOK, api.Health{Status: api.HealthOK}), nil
}

// Ready implements api.StrictServerInterface.
func (h handlers) Ready(context.Context, api.ReadyRequestObject) (api.ReadyResponseObject, error) {
	state := h.state()
	if state == api.HealthReady {
		return reply(http.StatusOK, api.Health{Status: state}), nil
	}
	return answer(func(w http.ResponseWriter) error {
		h.setRetryAfter(w.Header())
		writeJSON(w, http.StatusServiceUnavailable, api.Health{Status: state})
		return nil
	}), nil
}

func (s *Service) state() api.HealthStatus {
	switch {
	case s.draining.Load():
		return api.HealthDraining
	case !s.opts.Ready():
		return api.HealthStarting
	}
	return api.HealthReady
}
