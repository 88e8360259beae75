package service

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

const (
	typeJSON   = "application/json"
	typeNDJSON = "application/x-ndjson"
)

// intake stands before the generated server on the routes that take a body: it
// lets the request through the door, reads and validates the body, and puts the
// validated value where the generated server looks for it.
type intake struct {
	api.ServerInterface
	s *Service
}

// Compress implements api.ServerInterface.
func (i intake) Compress(w http.ResponseWriter, r *http.Request) {
	i.admit(w, r, i.s.contract.compress, false, i.ServerInterface.Compress)
}

// CompressBatch implements api.ServerInterface.
func (i intake) CompressBatch(w http.ResponseWriter, r *http.Request) {
	i.admit(w, r, i.s.contract.batch, true, i.ServerInterface.CompressBatch)
}

// Decompress implements api.ServerInterface.
func (i intake) Decompress(w http.ResponseWriter, r *http.Request) {
	i.admit(w, r, i.s.contract.decompress, false, i.ServerInterface.Decompress)
}

// Count implements api.ServerInterface.
func (i intake) Count(w http.ResponseWriter, r *http.Request) {
	i.admit(w, r, i.s.contract.count, false, i.ServerInterface.Count)
}

func (i intake) admit(w http.ResponseWriter, r *http.Request, schema *openapi3.Schema, lines bool, next http.HandlerFunc) {
	p, err := i.s.door.enter()
	if err != nil {
		i.s.fail(w, r, err)
		return
	}
	defer p.leave()
	recordOf(r.Context()).pass = p
	if err := i.take(w, r, p, schema, lines); err != nil {
		i.s.fail(w, r, err)
		return
	}
	next(slowWriter{w, i.s.opts.Limits.BodyTimeout}, r)
}

// take replaces r's body by what the generated server is to read.
func (i intake) take(w http.ResponseWriter, r *http.Request, p *pass, schema *openapi3.Schema, lines bool) error {
	mediaType, err := contentType(r, lines)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", mediaType) // the generated server compares prefixes, in lower case
	rec := recordOf(r.Context())
	rec.stream = accepts(r, typeNDJSON)
	limits := i.s.opts.Limits
	if mediaType == typeJSON && r.ContentLength > limits.MaxBody {
		return tooLarge(limits.MaxBody)
	}
	b, err := openBody(w, r, limits)
	if err != nil {
		return err
	}
	if mediaType == typeNDJSON {
		r.Body = &lineBody{body: b, pass: p}
		return nil
	}
	raw, err := b.all(p)
	rec.bytesIn = b.total
	if err != nil {
		return err
	}
	v, err := decode(raw, schema)
	if err != nil {
		return err
	}
	r.Body = &validated{v}
	return nil
}

// contentType returns the media type of the body. A body without one is taken for
// JSON, as curl's users expect less of a lecture than of an answer.
func contentType(r *http.Request, lines bool) (string, error) {
	want := typeJSON
	if lines {
		want += " or " + typeNDJSON
	}
	refusal := &pith.Error{Code: codeMediaType, Msg: "Content-Type must be " + want}
	if r.Header.Get("Content-Type") == "" {
		return "", refusal
	}
	t, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || t != typeJSON && !(lines && t == typeNDJSON) {
		return "", refusal
	}
	if c, ok := params["charset"]; ok && !strings.EqualFold(c, "utf-8") {
		return "", &pith.Error{Code: codeMediaType, Msg: "the charset must be utf-8"}
	}
	return t, nil
}

// accepts reports whether the client names the media type, with a quality above 0.
func accepts(r *http.Request, mediaType string) bool {
	for _, h := range r.Header.Values("Accept") {
		for one := range strings.SplitSeq(h, ",") {
			t, params, err := mime.ParseMediaType(one)
			if err != nil || t != mediaType {
				continue
			}
			if q, err := strconv.ParseFloat(params["q"], 64); err != nil || q > 0 {
				return true
			}
		}
	}
	return false
}

// lineBody hands the body of an NDJSON batch, with the pass it claims bytes from,
// through the generated server, which knows it as a reader.
type lineBody struct {
	*body
	pass *pass
}

func (b *lineBody) Close() error { return nil }
