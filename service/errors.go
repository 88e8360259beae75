package service

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// Classes of failure that only HTTP knows.
const (
	codeNotFound    pith.Code = "pith_not_found"
	codeMethod      pith.Code = "pith_method_not_allowed"
	codeBodyTimeout pith.Code = "pith_body_timeout"
	codeMediaType   pith.Code = "pith_unsupported_media_type"
	codeShutdown    pith.Code = "pith_shutting_down"
	codeClientGone  pith.Code = "client_gone" // for the log; nobody is left to read it
)

// fate is what HTTP makes of a class of failure.
type fate struct {
	status int
	retry  bool // may the same request succeed later?
}

// fates has every class. It is the table under Errors in openapi.yaml.
var fates = map[pith.Code]fate{
	pith.CodeInvalid:           {http.StatusBadRequest, false},
	codeNotFound:               {http.StatusNotFound, false},
	codeMethod:                 {http.StatusMethodNotAllowed, false},
	codeBodyTimeout:            {http.StatusRequestTimeout, true},
	pith.CodeMismatch:          {http.StatusConflict, false},
	pith.CodeTooLarge:          {http.StatusRequestEntityTooLarge, false},
	codeMediaType:              {http.StatusUnsupportedMediaType, false},
	pith.CodeBudgetUnreachable: {http.StatusUnprocessableEntity, false},
	codeClientGone:             {499, false},
	pith.CodeInternal:          {http.StatusInternalServerError, false},
	pith.CodeUnavailable:       {http.StatusServiceUnavailable, true},
	pith.CodeCompression:       {http.StatusServiceUnavailable, true},
	codeShutdown:               {http.StatusServiceUnavailable, true},
	pith.CodeDeadline:          {http.StatusGatewayTimeout, true},
}

var (
	errDeadline = &pith.Error{Code: pith.CodeDeadline, Msg: "the compression did not finish within deadline_ms; raise it, or send less"}
	errShutdown = &pith.Error{Code: codeShutdown, Msg: "this server is shutting down; send the request again"}
)

// leftoverTimeout is how long the rest of a refused body may take.
const leftoverTimeout = 5 * time.Second

// classify makes err one the client may see. Anything without a class is
// internal: the client learns nothing, the log everything.
func classify(ctx context.Context, err error) *pith.Error {
	var e *pith.Error
	if errors.As(err, &e) {
		if _, known := fates[e.Code]; known && e.Code != pith.CodeInternal {
			return e
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		if errors.As(context.Cause(ctx), &e) {
			return e
		}
		if ctx.Err() != nil {
			return &pith.Error{Code: codeClientGone, Msg: "the client went away", Err: err}
		}
	}
	return &pith.Error{Code: pith.CodeInternal, Err: err,
		Msg: "something went wrong inside pith; its log has the cause under this request's id"}
}

// mendable reports whether the caller can mend the failure by changing the
// request, in which case on_error does not hide it.
func mendable(c pith.Code) bool {
	f, known := fates[c]
	return known && f.status < 499 && !f.retry
}

func apiError(e *pith.Error) *api.Error {
	out := &api.Error{Message: e.Msg, Type: api.TypePithError, Code: string(e.Code)}
	if e.Param != "" {
		out.Param = &e.Param
	}
	return out
}

// fail answers with err, in the envelope of OpenAI's errors.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := classify(r.Context(), err)
	rec := recordOf(r.Context())
	rec.code, rec.err = e.Code, err
	f := fates[e.Code]
	if r.ContentLength != 0 && e.Code != codeBodyTimeout {
		// The server reads on to keep the connection, which a client that was
		// refused before it sent its body must not make it do for ever.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(leftoverTimeout))
	}
	h := w.Header()
	h.Set("X-Pith-Error", "1")
	h.Set("X-Should-Retry", strconv.FormatBool(f.retry))
	h.Set("X-Request-Id", rec.id) // where OpenAI's clients look for it
	if f.status == http.StatusServiceUnavailable {
		s.setRetryAfter(h)
	}
	writeJSON(w, f.status, api.ErrorEnvelope{Error: *apiError(e)})
}

// setRetryAfter spreads the clients it sends away over one more interval, so
// that they do not come back as one.
func (s *Service) setRetryAfter(h http.Header) {
	d := s.opts.Limits.RetryAfter
	d += time.Duration(rand.Int64N(int64(d)))
	h.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	h.Set("Retry-After-Ms", strconv.FormatInt(d.Milliseconds(), 10))
}

// writeJSON sends v. A failure to write is the client's going away; there is
// nobody to tell.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = encode(w, v)
}

// encode writes v and a line end, as encoding/json does but with < and > as they
// are, and without a second copy of the whole in memory.
func encode(w io.Writer, v any) error {
	if err := json.MarshalWrite(w, v, asEncodingJSON); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

var asEncodingJSON = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.EscapeForHTML(false), jsontext.EscapeForJS(false))
