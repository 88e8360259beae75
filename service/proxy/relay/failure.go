package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// An Error is why a call failed.
type Error struct {
	// Reason is one of a fixed list, fit for a log and for a metric's label.
	Reason string
	// Err is the cause, if there is one. Its text may quote what the upstream sent: it
	// is for errors.Is, not for a log.
	Err error
}

// Error does not quote the cause.
func (e *Error) Error() string { return "relay: " + e.Reason }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

const (
	reasonBlocked       = "blocked_address"
	reasonBodyTooLarge  = "body_too_large"
	reasonBroken        = "connection_broken" // before the answer's headers were whole
	reasonClientGone    = "client_gone"
	reasonConnect       = "connect_timeout"
	reasonDNS           = "dns"
	reasonHeaderTimeout = "header_timeout"
	reasonNoWebSocket   = "no_websocket"
	reasonRedirect      = "redirect"
	reasonRefused       = "refused"
	reasonShutdown      = "shutdown"
	reasonStreamBroken  = "stream_broken" // after the headers
	reasonStreamIdle    = "stream_idle"
	reasonTLS           = "tls"
)

var (
	errHeaderTimeout = errors.New("no answer in the client's time")
	errRedirect      = errors.New("redirect to another server")
	errShutdown      = errors.New("shutting down")
	errStreamIdle    = errors.New("answer fell silent")
)

// problems is what the client is told. A retry may help unless it is the
// configuration that is wrong; SDKs retry when no connection can be had at all, too.
var problems = map[string]vendor.Problem{
	reasonBlocked: {Status: http.StatusBadGateway, Code: vendor.CodeUnreachable,
		Message: "pith does not connect to the upstream: its address is link-local or a metadata service's. Correct the upstream's base URL."},
	reasonBodyTooLarge: {Status: http.StatusRequestEntityTooLarge, Code: vendor.CodeBodyTooLarge,
		Message: "The request's body is over pith's limit. Send a smaller one, or raise the limit."},
	reasonBroken: {Status: http.StatusBadGateway, Code: vendor.CodeUnreachable, Retry: true,
		Message: "The upstream's connection broke before it answered."},
	reasonConnect: {Status: http.StatusGatewayTimeout, Code: vendor.CodeTimeout, Retry: true,
		Message: "pith could not connect to the upstream in time."},
	reasonDNS: {Status: http.StatusBadGateway, Code: vendor.CodeUnreachable, Retry: true,
		Message: "pith could not find the upstream's address."},
	reasonHeaderTimeout: {Status: http.StatusGatewayTimeout, Code: vendor.CodeTimeout, Retry: true,
		Message: "The upstream did not answer in time."},
	reasonNoWebSocket: {Status: http.StatusUpgradeRequired, Code: vendor.CodeNoWebSocket,
		Message: "This upstream has no WebSockets. Use plain HTTP."},
	reasonRedirect: {Status: http.StatusBadGateway, Code: vendor.CodeRedirect,
		Message: "The upstream redirects to another server, which pith does not pass on with a key in the request. Correct the upstream's base URL."},
	reasonRefused: {Status: http.StatusBadGateway, Code: vendor.CodeUnreachable, Retry: true,
		Message: "The upstream refuses connections."},
	reasonShutdown: {Status: http.StatusServiceUnavailable, Code: vendor.CodeShuttingDown, Retry: true,
		Message: "pith is shutting down."},
	reasonTLS: {Status: http.StatusBadGateway, Code: vendor.CodeUnreachable,
		Message: "pith could not make a secure connection to the upstream: its certificate or its TLS is not acceptable."},
}

// reason finds out why there is no answer. What the client and we ourselves did
// explains more than the transport's error, which may be a consequence of it.
func (ex *exchange) reason(err error) string {
	switch cause := context.Cause(ex.ctx); {
	case cause == errHeaderTimeout, err == errHeaderTimeout:
		return reasonHeaderTimeout
	case cause == errShutdown:
		return reasonShutdown
	case errors.Is(cause, context.DeadlineExceeded):
		return reasonHeaderTimeout
	case cause != nil:
		return reasonClientGone
	}
	if failed := ex.upload.failure(); failed != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(failed, &tooLarge) {
			return reasonBodyTooLarge
		}
		return reasonClientGone
	}
	return reasonOf(err)
}

// reasonOf classifies an error of the transport.
func reasonOf(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errRedirect):
		return reasonRedirect
	case errors.Is(err, errBlocked):
		return reasonBlocked
	case errors.As(err, &timeout) && timeout.Timeout():
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
			return reasonConnect
		}
		return reasonHeaderTimeout
	case errors.As(err, &dns):
		return reasonDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return reasonRefused
	case isTLS(err):
		return reasonTLS
	}
	return reasonBroken
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		record tls.RecordHeaderError
		alert  tls.AlertError
		host   x509.HostnameError
	)
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &host)
}
