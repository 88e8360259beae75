package fakeupstream

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A handler answers one kind of request.
type handler func(*call) answer

// route is one entry of an API. A * stands for one element of the path, in which
// a slash may be escaped.
type route struct {
	method, path string
	answer       handler
}

var openAIRoutes = []route{
	{"POST", "/v1/chat/completions", chat},
	{"POST", "/v1/completions", completions},
	{"POST", "/v1/responses", responses},
	{"POST", "/v1/responses/input_tokens", inputTokens},
	{"POST", "/v1/responses/compact", compact},
	{"POST", "/v1/embeddings", embeddings},
	{"POST", "/v1/moderations", moderations},
	{"GET", "/v1/models", openAIModels},
	{"GET", "/v1/models/*", openAIModel},
	{"POST", "/v1/files", openAIUpload},
	{"GET", "/v1/files", emptyList},
	{"GET", "/v1/files/*", openAIFile},
	{"DELETE", "/v1/files/*", deleted("file")},
	{"POST", "/v1/audio/speech", speech},
	{"POST", "/v1/audio/transcriptions", transcription},
	{"POST", "/v1/images/generations", images},
	{"POST", "/v1/images/edits", images},
	{"POST", "/v1/batches", openAIBatch},
	{"GET", "/v1/batches", emptyList},
	{"GET", "/v1/batches/*", openAIBatch},
}

var anthropicRoutes = []route{
	{"POST", "/v1/messages", messages},
	{"POST", "/v1/messages/count_tokens", countTokens},
	{"POST", "/v1/messages/batches", anthropicBatch},
	{"GET", "/v1/messages/batches/*", anthropicBatch},
	{"GET", "/v1/models", anthropicModels},
	{"GET", "/v1/models/*", anthropicModel},
	{"POST", "/v1/files", anthropicUpload},
	{"GET", "/v1/files/*", anthropicFile},
}

// find returns the handler of a request and the elements that the stars stand
// for. known says that the path has other methods.
func find(routes []route, method, path string) (h handler, vars []string, known bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, rt := range routes {
		v, ok := match(rt.path, path)
		if !ok {
			continue
		}
		if rt.method == method {
			return rt.answer, v, true
		}
		known = true
	}
	return nil, nil, known
}

func match(pattern, path string) (vars []string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i := range want {
		switch {
		case want[i] == "*" && got[i] != "":
			plain, err := url.PathUnescape(got[i])
			if err != nil {
				return nil, false
			}
			vars = append(vars, plain)
		case want[i] != got[i]:
			return nil, false
		}
	}
	return vars, true
}

// plausible is what the vendor would answer.
func (s *Server) plausible(r *http.Request, rec Recorded, reply Reply) answer {
	d := dialectOf(r)
	routes := openAIRoutes
	if d == anthropic {
		routes = anthropicRoutes
	}
	if r.Method == http.MethodOptions {
		return answer{status: http.StatusNoContent, header: http.Header{"Allow": {"GET, POST, OPTIONS"}}}
	}
	h, vars, known := find(routes, r.Method, r.URL.EscapedPath())
	switch {
	case h == nil && known:
		return fail(d, rec, http.StatusMethodNotAllowed, "method_not_supported",
			fmt.Sprintf("Not allowed to %s on %s", r.Method, r.URL.Path))
	case h == nil:
		return fail(d, rec, http.StatusNotFound, "", fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path))
	}
	c, err := s.newCall(r, rec, reply)
	if err != nil {
		return fail(d, rec, http.StatusBadRequest, "", err.Error())
	}
	c.vars = vars
	return h(c)
}
