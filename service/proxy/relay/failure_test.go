package relay

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

func TestFailures(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = silent
	defer untrusted.Close()
	plain := newUpstream(t, http.NotFound)
	silentUp := newRaw(t, "", func(c net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) })
	closing := newRaw(t, "", func(net.Conn, *bufio.Reader) {})
	garbage := newRaw(t, "HTTP/1.1 200 OK\r\nsecret-prompt\r\n\r\n", nil)
	switching := newRaw(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", nil)
	away := newRaw(t, "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n", nil)
	quick := Options{ResponseHeaderTimeout: 50 * time.Millisecond}
	tests := []struct {
		name, base string
		o          Options
		status     int
		code       string
		reason     string
		retry      string
	}{
		{"dead_port", "http://" + dead.Addr().String(), Options{}, 502, vendor.CodeUnreachable, reasonRefused, "true"},
		{"no_such_name", "http://nothing.invalid", Options{}, 502, vendor.CodeUnreachable, reasonDNS, "true"},
		{"untrusted", untrusted.URL, Options{}, 502, vendor.CodeUnreachable, reasonTLS, "false"},
		{"not_tls", strings.Replace(plain.URL, "http", "https", 1), Options{}, 502, vendor.CodeUnreachable, reasonTLS, "false"},
		{"metadata", "http://169.254.169.254", Options{}, 502, vendor.CodeUnreachable, reasonBlocked, "false"},
		{"mapped_metadata", "http://[::ffff:169.254.169.254]", Options{}, 502, vendor.CodeUnreachable, reasonBlocked, "false"},
		{"metadata_by_proxy", "http://169.254.169.254", Options{Proxy: parsed(plain.URL)}, 502, vendor.CodeUnreachable, reasonBlocked, "false"},
		{"silent", silentUp.url(), quick, 504, vendor.CodeTimeout, reasonHeaderTimeout, "true"},
		{"silent_handshake", strings.Replace(silentUp.url(), "http", "https", 1), Options{TLSHandshakeTimeout: 50 * time.Millisecond}, 504, vendor.CodeTimeout, reasonHeaderTimeout, "true"},
		{"closes", closing.url(), Options{}, 502, vendor.CodeUnreachable, reasonBroken, "true"},
		{"garbage", garbage.url(), Options{}, 502, vendor.CodeUnreachable, reasonBroken, "true"},
		{"switches_unasked", switching.url(), Options{}, 502, vendor.CodeUnreachable, reasonBroken, "true"},
		{"redirects_away", away.url(), Options{}, 502, vendor.CodeRedirect, reasonRedirect, "false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFront(t, tt.base, tt.o, withCall(func(_ *http.Request, c *Call) {
				c.EditResponse = func(status int, h http.Header) { h.Set("X-Pith-Status", fmt.Sprint(status)) }
			}))
			res := f.get(t, "/v1/x")
			wantProblem(t, res, tt.status, tt.code)
			if res.Header.Get("X-Should-Retry") != tt.retry || res.Header.Get("Location") != "" {
				t.Errorf("%v", res.Header)
			}
			o := f.outcome(t)
			if o.Err == nil || o.Err.Reason != tt.reason || o.Code != tt.code || o.Status != tt.status || o.ClientGone {
				t.Errorf("%+v, %v", o, o.Err)
			}
			if strings.Contains(fmt.Sprint(o.Err), "secret") || o.Err.Error() != "relay: "+tt.reason {
				t.Errorf("error %q", o.Err)
			}
		})
	}
}

func parsed(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// Every reason that leads to an answer has one.
func TestProblems(t *testing.T) {
	for reason, p := range problems {
		if p.Status < 400 || p.Code == "" || p.Message == "" {
			t.Errorf("%s: %+v", reason, p)
		}
	}
	for _, r := range []string{reasonOf(io.EOF), reasonOf(context.DeadlineExceeded), reasonOf(errBlocked), reasonOf(errRedirect)} {
		if problems[r].Status == 0 {
			t.Errorf("no problem for %s", r)
		}
	}
}

// The time that the client's SDK gives itself ends the wait, but only if it is shorter.
func TestClientsTimeout(t *testing.T) {
	up := newRaw(t, "", func(c net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) })
	for value, wait := range map[string]time.Duration{"0.01": 10*time.Millisecond + time.Second, "600": 0, "0": 0, "-1": 0, "x": 0, "NaN": 0, "Inf": 0, "": 0} {
		ex := &exchange{relay: New(Options{ResponseHeaderTimeout: time.Minute}), in: &http.Request{Header: http.Header{"X-Stainless-Timeout": {value}}}}
		timer := ex.impatience()
		if (timer != nil) != (wait > 0) {
			t.Errorf("%q: %v", value, timer)
		}
		if timer != nil {
			timer.Stop()
		}
	}
	f := newFront(t, up.url(), Options{})
	req := newRequest(t, f.URL)
	req.Header.Set("X-Stainless-Timeout", "0.01")
	res, err := f.client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	wantProblem(t, res, 504, vendor.CodeTimeout)
}

func TestBodyTooLarge(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	f := newFront(t, up.URL, Options{}, func(f *front) {
		f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 10)
			f.ServeHTTP(w, r)
		})
	})
	res, err := f.client(t).Post(f.URL, "", io.MultiReader(strings.NewReader(strings.Repeat("x", 11))))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	wantProblem(t, res, 413, vendor.CodeBodyTooLarge)
	if res.Header.Get("X-Should-Retry") != "false" {
		t.Errorf("%v", res.Header)
	}
}

// A client that leaves in the middle of its body is no failure of the upstream.
func TestClientLeavesWhileSending(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	f := newFront(t, up.URL, Options{})
	c, _ := f.send(t, "POST / HTTP/1.1\nHost: h\nContent-Length: 10\n\nabc")
	c.Close()
	if o := f.outcome(t); !o.ClientGone || o.Status != StatusClientGone || o.Code != "" {
		t.Errorf("%+v, %v", o, o.Err)
	}
}

// A client that stops sending is cut off, but not one that is being answered.
func TestReadTimeout(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if r.URL.Path == "/answered" {
			_ = rc.EnableFullDuplex()
			_ = rc.Flush()
		}
		b, err := io.ReadAll(r.Body)
		fmt.Fprint(w, string(b), err)
	})
	f := newFront(t, up.URL, Options{ReadTimeout: 50 * time.Millisecond})
	_, br := f.send(t, "POST / HTTP/1.1\nHost: h\nContent-Length: 4\n\nab")
	if res, err := http.ReadResponse(br, nil); err == nil {
		t.Error(res)
	}
	if o := f.outcome(t); !o.ClientGone {
		t.Errorf("%+v, %v", o, o.Err)
	}
	for _, path := range []string{"/answered", "/read"} {
		c, br := f.send(t, "POST "+path+" HTTP/1.1\nHost: h\nContent-Length: 4\n\nab")
		if path == "/answered" {
			if _, err := br.Peek(1); err != nil {
				t.Fatal(err)
			}
			time.Sleep(120 * time.Millisecond)
		}
		io.WriteString(c, "cd")
		res, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := readString(t, res.Body); got != "abcd<nil>" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// Nor does the server wait for ever for the rest of a body that nobody will read.
func TestReadTimeoutAfterFailure(t *testing.T) {
	f := newFront(t, "http://169.254.169.254", Options{ReadTimeout: 50 * time.Millisecond})
	c, br := f.send(t, "POST / HTTP/1.1\nHost: h\nContent-Length: 40\n\nab")
	res, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, res, 502, vendor.CodeUnreachable)
	if b, err := br.ReadByte(); err != io.EOF {
		t.Errorf("the connection is open: %q, %v", b, err)
	}
	io.WriteString(c, "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
	if b, err := br.ReadByte(); err == nil {
		t.Errorf("answered with %q", b)
	}
}

// A body that was read leaves no deadline behind for the wait that follows.
func TestReadTimeoutEnds(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		time.Sleep(120 * time.Millisecond)
		w.Write(b)
	})
	for name, change := range map[string]func(*front){"http1": func(*front) {}, "http2": overHTTP2} {
		f := newFront(t, up.URL, Options{ReadTimeout: 50 * time.Millisecond}, change)
		res, err := f.client(t).Post(f.URL, "", strings.NewReader("body"))
		if err != nil {
			t.Fatal(name, err)
		}
		if got := readString(t, res.Body); got != "body" {
			t.Errorf("%s: %q", name, got)
		}
		res.Body.Close()
	}
}

// Forward panics for an answer that breaks off, also where ReverseProxy would not.
func TestAbortOutsideServer(t *testing.T) {
	up := newRaw(t, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", func(c net.Conn, _ *bufio.Reader) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
	})
	f := newFront(t, up.url(), Options{})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v", p)
		}
		if o := f.outcome(t); o.Err == nil {
			t.Errorf("%+v", o)
		}
	}()
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestHTTP2Upstream(t *testing.T) {
	up := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", fmt.Sprint(r.Proto, " ", r.RequestURI, " ", r.Header["Idempotency-Key"], r.Header["User-Agent"], r.Header["Accept-Encoding"], r.Header["X-Forwarded-For"], r.ContentLength))
		w.Header().Set("Trailer", "X-Sum")
		_ = http.NewResponseController(w).Flush() // or it has a length, which leaves HTTP/1 no place for trailers
		w.Write(bytes.ToUpper(body))
		w.Header().Set("X-Sum", r.Trailer.Get("X-Sum"))
	}))
	up.EnableHTTP2 = true
	up.StartTLS()
	defer up.Close()
	f := newFront(t, up.URL+"/api", Options{ExtraCAFile: caFile(t, up)})
	_, br := f.send(t, "POST /v1/a%2Fb|?c=%zz;d HTTP/1.1\nHost: h\nIdempotency-Key: k\nTransfer-Encoding: chunked\nTrailer: X-Sum\n\n4\nbody\n0\nX-Sum: 7\n\n")
	res, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := readString(t, res.Body); got != "BODY" || res.Trailer.Get("X-Sum") != "7" || res.Header.Get("X-Saw") != "HTTP/2.0 /api/v1/a%2Fb|?c=%zz;d [k] [] [] [] -1" {
		t.Errorf("%q %v %v", got, res.Header, res.Trailer)
	}
}

func TestNewTransport(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{"no_file": {ExtraCAFile: empty + "x"}, "no_certificate": {ExtraCAFile: empty}} {
		if _, err := NewTransport(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if tr, err := NewTransport(Options{DialTimeout: -1}); err != nil || tr.Proxy != nil || tr.ResponseHeaderTimeout != 15*time.Minute {
		t.Errorf("%+v, %v", tr, err)
	}
	tr, err := NewTransport(Options{ProxyFromEnv: true})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := tr.Proxy(httptest.NewRequest("GET", "https://api.example/", nil)); err != nil || u.String() != "http://127.0.0.1:1" {
		t.Error(u, err)
	}
}

// A request to an upstream behind a proxy reaches it.
func TestProxy(t *testing.T) {
	proxy := newRaw(t, ok, nil)
	f := newFront(t, "http://model.example/v1", Options{Proxy: parsed(proxy.url())})
	if got := readString(t, f.get(t, "/chat?a=%zz").Body); got != "ok" {
		t.Errorf("%q", got)
	}
	if got := proxy.next(t); got.line != "GET http://model.example/v1/chat?a=%zz HTTP/1.1" {
		t.Errorf("%q", got.line)
	}
}

func TestBlocked(t *testing.T) {
	for addr, want := range map[string]bool{
		"169.254.169.254": true, "169.254.0.1": true, "fe80::1": true, "fe80::1%eth0": true, "febf::1": true, "fd00:ec2::254": true, "fd20:ce::254": true,
		"::ffff:169.254.169.254": true, "64:ff9b::a9fe:a9fe": true, "100.100.100.200": true, "168.63.129.16": true,
		"127.0.0.1": false, "::1": false, "10.0.0.1": false, "192.168.1.1": false, "fd00::1": false, "8.8.8.8": false, "2001:db8::1": false, "64:ff9b::808:808": false, "169.253.1.1": false,
	} {
		if got := blocked(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	if refuseBlocked("tcp", "nonsense", nil) == nil {
		t.Error("an address that cannot be read was let through")
	}
}

func TestLeaves(t *testing.T) {
	tests := []struct {
		base, loc string
		want      bool
	}{
		{"https://a.example/v1", "/v1/x", false},
		{"https://a.example/v1", "x?y=//z", false},
		{"https://a.example/v1", "https://a.example/x", false},
		{"https://a.example/v1", "https://A.Example:443/x", false},
		{"https://a.example/v1", "//a.example/x", false},
		{"http://a.example/v1", "https://a.example/x", false},
		{"http://a.example:8000/", "http://a.example:8000/x", false},
		{"https://a.example/v1", "http://a.example/x", true},
		{"https://a.example/v1", "https://a.example:8443/x", true},
		{"https://a.example/v1", "https://b.example/x", true},
		{"https://a.example/v1", "https://a.example.b.example/", true},
		{"https://a.example/v1", "https://a.example@b.example/", true},
		{"https://a.example/v1", "//b.example/x", true},
		{"https://a.example/v1", "///b.example/x", true},
		{"https://a.example/v1", `/\b.example/x`, true},
		{"https://a.example/v1", `\\b.example/x`, true},
		{"https://a.example/v1", "/\t/b.example", true},
		{"https://a.example/v1", "https:b.example", true},
		{"https://a.example/v1", "javascript:alert(1)", true},
		{"https://a.example/v1", "https://[bad", true},
	}
	for _, tt := range tests {
		if got := leaves(parsed(tt.base), tt.loc); got != tt.want {
			t.Errorf("from %s to %q: %v", tt.base, tt.loc, got)
		}
	}
}

func TestParseBase(t *testing.T) {
	for s, want := range map[string]bool{
		"https://api.example": true, "http://127.0.0.1:8000/v1/": true, "https://[::1]/": true,
		"": false, "api.example": false, "ftp://a": false, "https://": false, "https://:443": false, "https://u:p@a": false,
		"https://a?x=1": false, "https://a?": false, "https://a#b": false, "https://a\x7f": false,
	} {
		if _, err := ParseBase(s); (err == nil) != want {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// FuzzTarget: whatever path a server accepts is sent as it came.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/v1/chat", "//a", "/a|b%2f", "/%", "/a//b/", "/é?x", "/;a=b?c"} {
		f.Add(s, "/v1")
	}
	f.Fuzz(func(t *testing.T, target, dir string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n")))
		if err != nil || !strings.HasPrefix(target, "/") || strings.ContainsAny(target, "\r\n") {
			t.Skip()
		}
		base, err := ParseBase("http://h" + dir)
		if err != nil {
			t.Skip()
		}
		out := *base
		setPath(&out, joinPath(base, RequestPath(r)))
		out.RawQuery, out.ForceQuery = r.URL.RawQuery, r.URL.ForceQuery
		want := strings.TrimRight(base.EscapedPath(), "/") + target
		if got := out.RequestURI(); got != want && !strings.HasPrefix(want, "//") {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
