package vendor

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Codes of the errors that pith itself makes. Clients may branch on them, so the list
// only grows.
const (
	CodeUnreachable  = "pith_upstream_unreachable" // 502: no connection, or it broke before an answer
	CodeTimeout      = "pith_upstream_timeout"     // 504: no connection or no answer in time
	CodeRedirect     = "pith_upstream_redirect"    // 502: the upstream sends clients, and their keys, elsewhere
	CodeNoWebSocket  = "pith_no_websocket"         // 426: this upstream speaks plain HTTP only
	CodeBodyTooLarge = "pith_body_too_large"       // 413
	CodeUnauthorized = "pith_unauthorized"         // 401, 403: pith's own keys, not the upstream's
	CodeCompression  = "pith_compression_failed"   // 503: only if the client asked to fail rather than pass
	CodeShuttingDown = "pith_shutting_down"        // 503
	CodeUnavailable  = "pith_unavailable"          // 503: over a limit of ours
	CodeInternal     = "pith_internal"             // 500
)

// A Problem is an error that pith answers with. Code and Message reach the client:
// they name what to change and never quote a prompt, a key or a header.
type Problem struct {
	Status     int // of HTTP, 400 to 599
	Code       string
	Message    string
	Param      string        // where in the request, as a JSON pointer; "" is nowhere. Only OpenAI's envelope has it
	Retry      bool          // whether the same request may go better; SDKs retry every 5xx unless told
	RetryAfter time.Duration // 0 leaves the wait to the client
}

// WriteError answers with p in the envelope of dialect d. The headers already set on w
// stay, except those that describe a body. An empty requestID is left out.
func WriteError(w http.ResponseWriter, d Dialect, requestID string, p Problem) {
	// Structs of strings marshal without error once their UTF-8 need not be valid.
	body, _ := json.Marshal(envelope(d, requestID, p), jsontext.AllowInvalidUTF8(true))
	h := w.Header()
	h.Del("Content-Encoding")
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Pith-Error", "1")
	h.Set("X-Should-Retry", strconv.FormatBool(p.Retry))
	if p.RetryAfter > 0 {
		ms := (p.RetryAfter + time.Millisecond - 1).Milliseconds()
		h.Set("Retry-After", strconv.FormatInt((ms+999)/1000, 10)) // whole seconds, so never too soon
		h.Set("Retry-After-Ms", strconv.FormatInt(ms, 10))
	}
	if requestID != "" {
		h.Set(d.requestID(), requestID)
		h.Set("X-Pith-Request-Id", requestID)
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // net/http keeps it back from a HEAD
}

type openAIError struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"` // all four are required, null if there is none
		Code    *string `json:"code"`
	} `json:"error"`
}

type anthropicError struct {
	Type  string `json:"type"`
	Error struct {
		Type    string         `json:"type"`
		Message string         `json:"message"`
		Details *anthropicCode `json:"details,omitempty"`
	} `json:"error"`
	RequestID *string `json:"request_id"`
}

type anthropicCode struct {
	ErrorCode string `json:"error_code"`
}

func envelope(d Dialect, requestID string, p Problem) any {
	if d == Anthropic {
		var e anthropicError
		e.Type = "error"
		e.Error.Type, e.Error.Message = anthropicType(p.Status), p.Message
		if p.Code != "" {
			e.Error.Details = &anthropicCode{p.Code}
		}
		e.RequestID = orNull(requestID)
		return e
	}
	var e openAIError
	e.Error.Message, e.Error.Type = p.Message, "pith_error"
	e.Error.Param, e.Error.Code = orNull(p.Param), orNull(p.Code)
	return e
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// anthropicTypes has the statuses that the vendor documents a type for.
var anthropicTypes = map[int]string{
	http.StatusBadRequest:            "invalid_request_error",
	http.StatusUnauthorized:          "authentication_error",
	http.StatusPaymentRequired:       "billing_error",
	http.StatusForbidden:             "permission_error",
	http.StatusNotFound:              "not_found_error",
	http.StatusRequestEntityTooLarge: "request_too_large",
	http.StatusTooManyRequests:       "rate_limit_error",
	http.StatusInternalServerError:   "api_error",
	http.StatusGatewayTimeout:        "timeout_error",
	529:                              "overloaded_error",
}

// anthropicType is the type for a status, or of its class if it has none of its own.
func anthropicType(status int) string {
	if t, ok := anthropicTypes[status]; ok {
		return t
	}
	if status < 500 {
		return "invalid_request_error"
	}
	return "api_error"
}
