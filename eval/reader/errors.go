package reader

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Error is a call that was not answered. It holds nothing of the prompt, of the key or
// of the vendor's message, which may quote both: what people need from that message is
// read out of it and said in our words.
type Error struct {
	Reader   string // its name
	Status   int    // HTTP status; 0: no answer came
	Type     string // the vendor's words for its kind, where they are known not to be quotes
	Code     string
	Param    string
	Hint     string // what happened or what to change
	Attempts int
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ask %s", e.Reader)
	sep := ": "
	add := func(name, value string) {
		if value != "" && value != "0" {
			b.WriteString(sep + name + value)
			sep = ", "
		}
	}
	add("status ", strconv.Itoa(e.Status))
	add("type ", e.Type)
	add("code ", e.Code)
	add("parameter ", e.Param)
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d calls)", e.Attempts)
	}
	return b.String()
}

// Words that vendors use for kinds and codes, so that they are no quotes.
var knownWords = []string{
	"api_error", "authentication_error", "billing_error", "billing_hard_limit_reached", "billing_not_active",
	"content_filter", "context_length_exceeded", "idempotency_error", "insufficient_quota", "invalid_api_key", "invalid_request_error",
	"max_completion_tokens", "max_tokens", "messages", "model", "model_not_found", "not_found_error",
	"overloaded_error", "permission_error", "rate_limit_error", "rate_limit_exceeded", "reasoning_effort",
	"request_too_large", "requests", "seed", "server_error", "temperature", "timeout_error", "tokens",
	"unsupported_parameter", "unsupported_value",
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$`)

// scrub lets an identifier through unless it might be a quote: no six bytes in a row of
// it may be in a secret, nor all of it if it is shorter.
func scrub(id string, secrets ...string) string {
	if slices.Contains(knownWords, id) || id == "" {
		return id
	}
	if !identifier.MatchString(id) {
		return ""
	}
	const quote = 6
	for i := 0; i == 0 || i+quote <= len(id); i++ {
		part := id[i:min(i+quote, len(id))]
		for _, s := range secrets {
			if strings.Contains(s, part) {
				return ""
			}
		}
	}
	return id
}

// lineHint says what broke on the way. Of other errors' texts only those are used that
// quote nothing that came over the line.
func lineHint(x *exchange, timeout string) string {
	err := x.err
	var op *net.OpError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var slow interface{ Timeout() bool }
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return "the server speaks no https; begin the base URL with http://, or name the port of https"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy that HTTPS_PROXY names cannot be reached" + because(op.Err)
	case errors.As(err, &dns):
		return dns.Error()
	case op != nil && op.Op == "dial":
		return op.Error()
	case errors.As(err, &cert):
		return cert.Error()
	case errors.As(err, &slow) && slow.Timeout():
		return "no answer within " + timeout
	case errors.Is(err, errLongReply):
		return fmt.Sprintf("the reply is longer than %d MiB", maxReply>>20)
	case op != nil:
		return op.Error()
	case !x.sent:
		return "no connection came about, so that nothing was sent; see to the base URL, and to HTTPS_PROXY if there is a proxy"
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return "the connection was cut"
	}
	return "the connection broke"
}

// because quotes errors of dialing alone.
func because(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return ": " + op.Error()
	}
	return ""
}
