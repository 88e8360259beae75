package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen soon.
const patience = 20 * time.Second

// front is a server whose handler forwards everything.
type front struct {
	*httptest.Server
	relay    *Relay
	upstream *Upstream
	outcomes chan Outcome
	call     func(*http.Request, *Call) // edits each call; may be nil
}

// newFront starts a front for an upstream's base URL.
func newFront(t testing.TB, base string, o Options, change ...func(*front)) *front {
	t.Helper()
	transport, err := NewTransport(o)
	if err != nil {
		t.Fatal(err)
	}
	u, err := ParseBase(base)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{relay: New(o), upstream: &Upstream{Name: "fake", Base: u, Transport: transport}, outcomes: make(chan Outcome, 1000)}
	f.Server = httptest.NewUnstartedServer(f)
	for _, c := range change {
		c(f)
	}
	if f.TLS != nil {
		f.StartTLS()
	} else {
		f.Start()
	}
	t.Cleanup(func() {
		f.relay.CloseTunnels()
		f.CloseClientConnections()
		f.Close()
		transport.CloseIdleConnections()
	})
	return f
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := Call{Upstream: f.upstream, Path: RequestPath(r), RequestID: "pith-1", Done: func(o Outcome) { f.outcomes <- o }}
	if f.call != nil {
		f.call(r, &c)
	}
	f.relay.Forward(w, r, c)
}

// outcome waits for that of the next call to end.
func (f *front) outcome(t testing.TB) Outcome {
	t.Helper()
	select {
	case o := <-f.outcomes:
		return o
	case <-time.After(patience):
		t.Fatal("the call does not end")
	}
	return Outcome{}
}

// withCall is for newFront.
func withCall(edit func(*http.Request, *Call)) func(*front) {
	return func(f *front) { f.call = edit }
}

// overHTTP2 has the front speak it.
func overHTTP2(f *front) {
	f.EnableHTTP2 = true
	f.TLS = &tls.Config{}
}

// newUpstream starts an upstream with a handler.
func newUpstream(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv
}

// raw is an upstream that records what comes over the wire.
type raw struct {
	net.Listener
	requests chan wire
}

// wire is a request as it was on the wire. Its body is decoded if it was in chunks.
type wire struct {
	line    string
	headers []string // "Name: value"
	body    []byte
	trailer []string
}

// newRaw answers every request with answer, byte for byte. A function may be given
// instead: it has the connection after the request was read, and then it is closed.
func newRaw(t testing.TB, answer string, serve func(net.Conn, *bufio.Reader)) *raw {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{l, make(chan wire, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { c.Close() })
			go r.conn(c, answer, serve)
		}
	}()
	return r
}

func (r *raw) url() string { return "http://" + r.Addr().String() }

func (r *raw) conn(c net.Conn, answer string, serve func(net.Conn, *bufio.Reader)) {
	defer c.Close()
	br := bufio.NewReader(c)
	for {
		if serve != nil {
			w, err := readHead(br)
			if err != nil {
				return
			}
			r.requests <- w
			serve(c, br)
			return
		}
		w, err := readHead(br)
		if err != nil || readBody(br, &w) != nil {
			return
		}
		r.requests <- w
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

func readHead(br *bufio.Reader) (w wire, err error) {
	tp := textproto.NewReader(br)
	if w.line, err = tp.ReadLine(); err != nil {
		return w, err
	}
	w.headers, err = readLines(tp)
	return w, err
}

func readLines(tp *textproto.Reader) (lines []string, err error) {
	for {
		line, err := tp.ReadLine()
		if err != nil || line == "" {
			return lines, err
		}
		lines = append(lines, line)
	}
}

func readBody(br *bufio.Reader, w *wire) (err error) {
	if n := w.get("Content-Length"); n != "" {
		var size int64
		fmt.Sscan(n, &size)
		w.body = make([]byte, size)
		_, err = io.ReadFull(br, w.body)
		return err
	}
	if w.get("Transfer-Encoding") != "chunked" {
		return nil
	}
	tp := textproto.NewReader(br)
	for {
		line, err := tp.ReadLine()
		if err != nil {
			return err
		}
		var size int64
		fmt.Sscanf(line, "%x", &size)
		if size == 0 {
			w.trailer, err = readLines(tp)
			return err
		}
		var b bytes.Buffer
		if _, err := io.CopyN(&b, br, size); err != nil {
			return err
		}
		w.body = append(w.body, b.Bytes()...)
		_, _ = tp.ReadLine()
	}
}

// get returns the values of a header, joined.
func (w *wire) get(name string) string {
	var v []string
	for _, h := range w.headers {
		if k, val, _ := strings.Cut(h, ":"); strings.EqualFold(k, name) {
			v = append(v, strings.TrimSpace(val))
		}
	}
	return strings.Join(v, "|")
}

// multiset is the headers in a form to compare, without those named.
func multiset(headers []string, without ...string) []string {
	var out []string
	for _, h := range headers {
		k, v, _ := strings.Cut(h, ":")
		k = strings.ToLower(k)
		if !slices.Contains(without, k) {
			out = append(out, k+": "+strings.TrimSpace(v))
		}
	}
	slices.Sort(out)
	return out
}

// next waits for the next request.
func (r *raw) next(t testing.TB) wire {
	t.Helper()
	select {
	case w := <-r.requests:
		return w
	case <-time.After(patience):
		t.Fatal("no request came")
	}
	return wire{}
}

// send writes text to the front as it stands and returns the connection. Line ends may
// be given as \n.
func (f *front) send(t testing.TB, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// client is one that adds as little as it can.
func (f *front) client(t testing.TB) *http.Client {
	t.Helper()
	tr := f.Client().Transport.(*http.Transport).Clone()
	tr.DisableCompression = true
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (f *front) get(t testing.TB, path string) *http.Response {
	t.Helper()
	res, err := f.client(t).Get(f.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func readString(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("after %d bytes: %v", len(b), err)
	}
	return string(b)
}

// caFile writes the server's certificate to a file.
func caFile(t testing.TB, srv *httptest.Server) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// wantProblem checks an answer of our own.
func wantProblem(t testing.TB, res *http.Response, status int, code string) {
	t.Helper()
	body := readString(t, res.Body)
	if res.StatusCode != status || !strings.Contains(body, `"code":"`+code+`"`) || res.Header.Get("X-Pith-Error") != "1" ||
		res.Header.Get("X-Request-Id") != "pith-1" || res.Header.Get("X-Should-Retry") == "" || res.Header.Get("Date") == "" {
		t.Errorf("got %s %v %s, want %d %s", res.Status, res.Header, body, status, code)
	}
}
