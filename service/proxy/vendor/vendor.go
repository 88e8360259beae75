// Package vendor knows the two families of API that clients speak to pith: which one
// a request belongs to, and how each says that something went wrong.
//
//	d := vendor.DialectOf(r.URL.Path, r.Header)
//	vendor.WriteError(w, d, id, vendor.Problem{
//		Status: http.StatusBadGateway, Code: vendor.CodeUnreachable, Message: "…", Retry: true,
//	})
//
// A vendor's SDK makes its exceptions from the status and from members it knows by
// name, so an error of ours has to look like one of theirs. Problem documents
// (RFC 9457) on these routes reach the user as "400 status code (no body)".
package vendor

import (
	"net/http"
	"slices"
	"strings"
)

// A Dialect is a family of API. The zero value is OpenAI, which most others imitate.
type Dialect int

const (
	OpenAI Dialect = iota
	Anthropic
)

// String is the dialect's name in lower case, fit for a metric's label.
func (d Dialect) String() string {
	if d == Anthropic {
		return "anthropic"
	}
	return "openai"
}

// requestID is the header under which the dialect's SDKs look for the id that they
// attach to an error.
func (d Dialect) requestID() string {
	if d == Anthropic {
		return "Request-Id"
	}
	return "X-Request-Id"
}

// own are the paths that are OpenAI's alone.
var own = []string{"/v1/chat", "/v1/responses", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/audio", "/v1/images",
	"/v1/videos", "/v1/realtime", "/v1/batches", "/v1/uploads", "/v1/vector_stores", "/v1/containers", "/v1/conversations",
	"/v1/assistants", "/v1/threads", "/v1/fine_tuning", "/v1/evals", "/v1/chatkit", "/v1/organization"}

// DialectOf tells the dialect by the path, and for paths that both vendors own, or that
// are new, by whether there is an anthropic-version header: a request that has one
// carries a key that OpenAI should not see. Keys say nothing: Anthropic's SDK sends a
// bearer token, too. Doubled slashes and a doubled /v1, which an SDK makes of a base URL
// that already ends in it, do not matter. path begins at /v1.
func DialectOf(path string, h http.Header) Dialect {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if strings.HasPrefix(path, "/v1/v1/") {
		path = path[len("/v1"):]
	}
	if under(path, "/v1/messages") {
		return Anthropic
	}
	if len(h["Anthropic-Version"]) == 0 || slices.ContainsFunc(own, func(p string) bool { return under(path, p) }) {
		return OpenAI
	}
	return Anthropic
}

// under reports whether path is dir or something in it.
func under(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || rest[0] == '/')
}
