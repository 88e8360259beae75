package fakeupstream

import (
	"fmt"
	"net/http"
	"strings"
)

// dialect is whose API a request speaks.
type dialect int

const (
	openAI dialect = iota
	anthropic
)

// dialectOf goes by the path, and by the version header on paths that both
// vendors have.
func dialectOf(r *http.Request) dialect {
	if strings.HasPrefix(r.URL.Path, "/v1/messages") || r.Header.Get("Anthropic-Version") != "" {
		return anthropic
	}
	return openAI
}

type kind struct{ typ, code string }

// What the vendors call the errors of a status. Anthropic's have no code of their
// own in most cases.
var kinds = map[dialect]map[int]kind{
	openAI: {
		400: {"invalid_request_error", ""},
		401: {"invalid_request_error", "invalid_api_key"},
		403: {"invalid_request_error", "unsupported_country_region_territory"},
		404: {"invalid_request_error", "not_found"},
		429: {"requests", "rate_limit_exceeded"},
		500: {"server_error", ""},
		503: {"server_error", "overloaded"},
	},
	anthropic: {
		400: {"invalid_request_error", ""},
		401: {"authentication_error", ""},
		402: {"billing_error", ""},
		403: {"permission_error", ""},
		404: {"not_found_error", ""},
		413: {"request_too_large", ""},
		429: {"rate_limit_error", ""},
		500: {"api_error", ""},
		504: {"timeout_error", ""},
		529: {"overloaded_error", ""},
	},
}

// fail is a vendor's error for the request rec; code and msg may be "" for the
// usual ones.
func fail(d dialect, rec Recorded, status int, code, msg string) answer {
	k, ok := kinds[d][status]
	if !ok {
		k = kinds[d][status/100*100]
	}
	if k.typ == "" {
		k.typ = "api_error"
	}
	if code != "" {
		k.code = code
	}
	if msg == "" {
		msg = fmt.Sprintf("pith fake upstream was told to answer %d", status)
	}
	if d == openAI {
		return inJSON(status, obj{"error": obj{"message": msg, "type": k.typ, "param": nil, "code": orNull(k.code)}})
	}
	e := obj{"type": k.typ, "message": msg}
	if k.code != "" {
		e["details"] = obj{"error_code": k.code}
	}
	return inJSON(status, obj{"type": "error", "error": e, "request_id": requestID(rec)})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
