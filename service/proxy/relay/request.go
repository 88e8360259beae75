package relay

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
)

// ours begins the names of headers that are between client and pith.
const ours = "X-Pith-"

// rewrite is the proxy's Rewrite: it makes the outgoing request from a copy of the
// incoming one that is already without the headers of its connection.
func (ex *exchange) rewrite(pr *httputil.ProxyRequest) {
	out := pr.Out.WithContext(ex.ctx)
	pr.Out = out
	base := ex.call.Upstream.Base
	out.Host = "" // the base's
	out.URL.Scheme, out.URL.Host, out.URL.User = base.Scheme, base.Host, nil
	setPath(out.URL, joinPath(base, ex.call.Path))
	out.URL.RawQuery = ex.in.URL.RawQuery // the proxy has dropped what it could not parse

	if !ex.upgrade { // h2c, say, which would let what follows pass unseen
		delete(out.Header, "Upgrade")
		delete(out.Header, "Connection")
	}
	if ex.call.Body != nil {
		ex.replaceBody(out)
	} else {
		ex.streamBody(out)
	}
	if ex.call.EditRequest != nil {
		ex.call.EditRequest(out.Header)
	}
	strip(out.Header)
	strip(out.Trailer)
	onlyOnce(out.Header)
}

// strip removes what is ours, and what proxies before us have said about the client.
func strip(h http.Header) {
	for k := range h {
		if hasPrefix(k, ours) || hasPrefix(k, "X-Forwarded-") || k == "Forwarded" || k == "Via" {
			delete(h, k)
		}
	}
}

// hasPrefix is strings.HasPrefix for any case.
func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// replaceBody sends the call's bytes instead of the request's.
func (ex *exchange) replaceBody(out *http.Request) {
	body := ex.call.Body
	out.ContentLength, out.TransferEncoding, out.Trailer = int64(len(body)), nil, nil
	out.Header.Del("Expect") // it is all here: there is nothing to wait for
	if ex.call.Edited {
		for _, k := range []string{"Content-Encoding", "Content-Md5", "Digest", "Content-Digest", "Repr-Digest"} {
			delete(out.Header, k)
		}
	}
	if len(body) == 0 {
		out.Body = nil
		keepLength(out)
		return
	}
	// GetBody is for connections that broke before anything was written to them.
	if len(body) <= oneWrite {
		// A reader that net/http knows to be in memory goes out in one write with the headers.
		out.Body = io.NopCloser(bytes.NewReader(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		return
	}
	ex.held = &held{b: body, size: len(body)}
	out.Body = ex.held.reader()
	out.GetBody = func() (io.ReadCloser, error) { return ex.held.reader(), nil }
}

// streamBody sends the request's own body as it comes.
func (ex *exchange) streamBody(out *http.Request) {
	if out.Body == nil {
		keepLength(out)
		return
	}
	ex.upload.ReadCloser, ex.upload.ex, ex.upload.trailer = out.Body, ex, out.Trailer
	out.Body, out.GetBody = &ex.upload, nil
	// To keep a connection net/http sends the body even if it was refused, for which the
	// client would first be told to go on. Without the connection it need not.
	out.Close = len(out.Header["Expect"]) > 0
	// Else an HTTP/1 server swallows what is left of the body as soon as it answers,
	// while the upstream may still want it. HTTP/2 says that it needs no such thing.
	_ = ex.w.rc.EnableFullDuplex()
}

// keepLength has a Content-Length of 0 go out if one came in.
func keepLength(out *http.Request) {
	if v := out.Header["Content-Length"]; len(v) == 1 {
		out.Body, out.TransferEncoding = http.NoBody, []string{"identity"}
	}
}

// onlyOnce hides from net/http that a request has a key for which it would send it
// again after the connection broke. By then the upstream may have done the work, and
// not every one of them looks at the key. Case means nothing on the wire.
func onlyOnce(h http.Header) {
	for _, k := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if v, ok := h[k]; ok {
			delete(h, k)
			h[strings.ToLower(k)] = v
		}
	}
}

// upgrades reports whether a request wants to become a WebSocket.
func upgrades(h http.Header) bool {
	if v := h["Upgrade"]; len(v) != 1 || !strings.EqualFold(v[0], "websocket") {
		return false
	}
	for _, v := range h["Connection"] {
		for token := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(token), "Upgrade") {
				return true
			}
		}
	}
	return false
}
