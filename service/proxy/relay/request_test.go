package relay

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// What arrives is what was sent, but for what concerns one connection, what is ours,
// and what proxies have added.
func TestHeadersOut(t *testing.T) {
	const kept = `Authorization: Bearer sk-1
X-Api-Key: k
api-key: z
OpenAI-Organization: org
anthropic-version: 2023-06-01
anthropic-beta: a-1,b-2
Anthropic-Beta: c-3
X-Stainless-Lang: js
X-Claude-Code-Session-Id: s
x-codex-turn: 1
Idempotency-Key: i
traceparent: 00-1-2-01
User-Agent: a/1 (b; c)
Cookie: a=1; b=2
Cookie: c=3
Accept: text/event-stream
accept-encoding: br, gzip;q=0.5
X-Empty:
X-Latin: caf` + "\xe9" + `
Cache-Control: no-store
Content-Type: application/json; charset=utf-8
Content-Encoding: zstd
Content-MD5: abc
Origin: http://a
X_Pith_Like: 1
X-Pithy: 1
Content-Length: 4
`
	const dropped = `Host: pith.example
X-Pith-Mode: off
x-pith-key: secret
X-PITH-Question: q
Connection: keep-alive, X-Hop, X-Pith-Tags
X-Hop: 1
X-Pith-Tags: on
Keep-Alive: timeout=5
Proxy-Authorization: Basic eA==
Proxy-Connection: keep-alive
Upgrade: h2c
HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA
Forwarded: for=1.2.3.4
X-Forwarded-For: 1.2.3.4
x-forwarded-host: h
X-Forwarded-Port: 1
Via: 1.1 lb
`
	up := newRaw(t, ok, nil)
	for _, mode := range []string{"streamed", "replaced"} {
		t.Run(mode, func(t *testing.T) {
			f := newFront(t, up.url(), Options{}, withCall(func(r *http.Request, c *Call) {
				if mode == "replaced" {
					c.Body, _ = io.ReadAll(r.Body)
				}
			}))
			_, br := f.send(t, "POST /v1/x HTTP/1.1\n"+dropped+"Connection: HTTP2-Settings, Upgrade\n"+kept+"\nbody")
			if res, err := http.ReadResponse(br, nil); err != nil || res.StatusCode != 200 {
				t.Fatal(res, err)
			}
			got := up.next(t)
			want := multiset(strings.Split(strings.TrimSpace(kept), "\n"))
			if h := multiset(got.headers, "host"); !slices.Equal(h, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(h, "\n"), strings.Join(want, "\n"))
			}
			if got.get("Host") != up.Addr().String() || got.line != "POST /v1/x HTTP/1.1" || string(got.body) != "body" {
				t.Errorf("%q, Host %q, body %q", got.line, got.get("Host"), got.body)
			}
		})
	}
}

// A request that says nothing arrives saying nothing.
func TestNothingAdded(t *testing.T) {
	up := newRaw(t, ok, nil)
	f := newFront(t, up.url(), Options{})
	tests := []struct{ name, request, headers string }{
		{"get", "GET / HTTP/1.1\nHost: h\n\n", ""},
		{"head", "HEAD / HTTP/1.1\nHost: h\n\n", ""},
		{"options", "OPTIONS / HTTP/1.1\nHost: h\nOrigin: o\n\n", "origin: o"},
		{"delete", "DELETE / HTTP/1.1\nHost: h\n\n", ""},
		{"delete_of_length_0", "DELETE / HTTP/1.1\nHost: h\nContent-Length: 0\n\n", "content-length: 0"},
		{"delete_with_a_body", "DELETE / HTTP/1.1\nHost: h\nContent-Length: 1\n\nx", "content-length: 1"},
		{"get_with_a_body", "GET / HTTP/1.1\nHost: h\nContent-Length: 1\n\nx", "content-length: 1"},
		{"post_of_length_0", "POST / HTTP/1.1\nHost: h\nContent-Length: 0\n\n", "content-length: 0"},
		{"post_of_length_0_with_a_key", "POST / HTTP/1.1\nHost: h\nContent-Length: 0\nIdempotency-Key: k\n\n", "content-length: 0 idempotency-key: k"},
		{"te_trailers", "GET / HTTP/1.1\nHost: h\nTE: trailers\nConnection: TE\n\n", "te: trailers"},
		{"unknown_method", "PURGE / HTTP/1.1\nHost: h\n\n", ""},
		{"old_version", "GET / HTTP/1.0\n\n", ""},
		{"chunked", "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n2\nab\n0\n\n", "transfer-encoding: chunked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, br := f.send(t, tt.request)
			if _, err := br.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			got := up.next(t)
			if h := strings.Join(multiset(got.headers, "host"), " "); h != tt.headers {
				t.Errorf("got %q, want %q", h, tt.headers)
			}
			if want, _, _ := strings.Cut(tt.request, " "); !strings.HasPrefix(got.line, want+" / ") {
				t.Errorf("line %q", got.line)
			}
		})
	}
}

func TestTargets(t *testing.T) {
	tests := []struct{ name, base, target, want string }{
		{"plain", "", "/v1/models", "/v1/models"},
		{"root", "", "/", "/"},
		{"query", "", "/v1/messages?beta=true&a=1;b=2&c=%zz", "/v1/messages?beta=true&a=1;b=2&c=%zz"},
		{"query_of_nothing", "", "/v1?", "/v1?"},
		{"query_with_slashes", "", "/v1?a=//b?c", "/v1?a=//b?c"},
		{"doubled_slashes", "", "//v1//chat/completions", "//v1//chat/completions"},
		{"escaped_slash", "", "/v1/chat%2Fcompletions", "/v1/chat%2Fcompletions"},
		{"lower_case_escape", "", "/v1/chat%2fcompletions", "/v1/chat%2fcompletions"},
		{"needless_escape", "", "/v1/%63hat", "/v1/%63hat"},
		{"trailing_slash", "", "/v1/chat/", "/v1/chat/"},
		{"dots", "", "/v1/./a/../b", "/v1/./a/../b"},
		{"semicolon", "", "/v1/a;b=c", "/v1/a;b=c"},
		{"unescaped", "", `/v1/a|b"c{d}^é`, `/v1/a|b"c{d}^é`},
		{"escaped_utf8", "", "/v1/%C3%A9+%20", "/v1/%C3%A9+%20"},
		{"colon", "", "/v1/models/a:b@c", "/v1/models/a:b@c"},
		{"absolute", "", "http://pith.example/v1/x?q=1", "/v1/x?q=1"},
		{"absolute_without_path", "", "http://pith.example?q=/", "/?q=/"},
		{"base", "/v1", "/chat/completions", "/v1/chat/completions"},
		{"base_with_slash", "/v1/", "/chat/completions", "/v1/chat/completions"},
		{"base_and_doubled_slash", "/v1", "//chat", "/v1//chat"},
		{"base_and_root", "/api/", "/", "/api/"},
		{"base_escaped", "/a%2Fb", "/c%2Fd", "/a%2Fb/c%2Fd"},
		{"base_and_unescaped", "/v1", "/a|b?c|d", "/v1/a|b?c|d"},
	}
	up := newRaw(t, ok, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFront(t, up.url()+tt.base, Options{})
			f.send(t, "GET "+tt.target+" HTTP/1.1\nHost: h\n\n")
			if got := up.next(t).line; got != "GET "+tt.want+" HTTP/1.1" {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReplacedBody(t *testing.T) {
	const digests = "Content-Encoding: gzip\nContent-MD5: a\nDigest: b\nContent-Digest: c\n"
	tests := []struct {
		name   string
		body   string
		edited bool
		want   string
	}{
		{"edited", "shorter", true, "content-length: 7 content-type: application/json"},
		{"edited_empty", "", true, "content-length: 0 content-type: application/json"},
		{"as_it_was", "coded", false, "content-digest: c content-encoding: gzip content-length: 5 content-md5: a content-type: application/json digest: b"},
	}
	up := newRaw(t, ok, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFront(t, up.url(), Options{}, withCall(func(r *http.Request, c *Call) {
				_, _ = io.Copy(io.Discard, r.Body)
				c.Body, c.Edited = []byte(tt.body), tt.edited
			}))
			_, br := f.send(t, "POST / HTTP/1.1\nHost: h\nContent-Type: application/json\nTransfer-Encoding: chunked\nTrailer: X-T\nExpect: 100-continue\n"+
				digests+"\n3\nabc\n0\nX-T: 1\n\n")
			if line, _ := br.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
				t.Errorf("got %q", line)
			}
			got := up.next(t)
			if h := strings.Join(multiset(got.headers, "host"), " "); h != tt.want || string(got.body) != tt.body {
				t.Errorf("got %q and %q\nwant %q", h, got.body, tt.want)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	up := newRaw(t, ok, nil)
	f := newFront(t, up.url(), Options{}, withCall(func(r *http.Request, c *Call) {
		c.EditRequest = func(h http.Header) {
			h.Set("Authorization", "Bearer server's")
			h.Set("X-Pith-Leak", "1")
		}
		c.EditResponse = func(status int, h http.Header) { h.Set("X-Pith-Status", fmt.Sprint("saw ", status)) }
	}))
	_, br := f.send(t, "GET / HTTP/1.1\nHost: h\nAuthorization: Bearer client's\n\n")
	res, err := http.ReadResponse(br, nil)
	if err != nil || res.Header.Get("X-Pith-Status") != "saw 200" {
		t.Error(res, err)
	}
	if got := up.next(t); got.get("Authorization") != "Bearer server's" || got.get("X-Pith-Leak") != "" {
		t.Errorf("%q", got.headers)
	}
}

func TestRequestTrailers(t *testing.T) {
	up := newRaw(t, ok, nil)
	f := newFront(t, up.url(), Options{})
	f.send(t, "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\nTrailer: X-Sum, X-Pith-Key\n\n1\na\n0\nX-Sum: 7\nX-Pith-Key: secret\nX-Pith-Other: secret\n\n")
	got := up.next(t)
	if strings.Join(got.trailer, " ") != "X-Sum: 7" || got.get("Trailer") != "X-Sum" {
		t.Errorf("trailer %q, announced %q", got.trailer, got.get("Trailer"))
	}
}

// The client is told to go on only when the upstream is ready, and not at all if the
// upstream answers without the body.
func TestExpectContinue(t *testing.T) {
	for name, answer := range map[string]string{"refused": "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", "wanted": "HTTP/1.1 100 Continue\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			up := newRaw(t, "", func(c net.Conn, br *bufio.Reader) {
				io.WriteString(c, answer)
				if name == "wanted" {
					body := make([]byte, 4)
					io.ReadFull(br, body)
					fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n%s", body)
				}
			})
			f := newFront(t, up.url(), Options{})
			c, br := f.send(t, "POST / HTTP/1.1\nHost: h\nExpect: 100-continue\nContent-Length: 4\n\n")
			if got := up.next(t); got.get("Expect") != "100-continue" {
				t.Errorf("%q", got.headers)
			}
			line, _ := br.ReadString('\n')
			if name == "refused" {
				if line != "HTTP/1.1 417 Expectation Failed\r\n" {
					t.Errorf("got %q", line)
				}
				return
			}
			br.ReadString('\n')
			io.WriteString(c, "body")
			res, err := http.ReadResponse(br, nil)
			if line != "HTTP/1.1 100 Continue\r\n" || err != nil || readString(t, res.Body) != "body" {
				t.Errorf("%q, then %v, %v", line, res, err)
			}
		})
	}
}

// zeros is an endless supply.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Large bodies pass in either direction without being held, whether their length is
// known or not.
func TestLargeBodiesStream(t *testing.T) {
	const size = 1 << 30
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, r.ContentLength, err)
	})
	f := newFront(t, up.URL, Options{})
	for _, length := range []int64{size, -1} {
		req, _ := http.NewRequest("POST", f.URL, io.LimitReader(zeros{}, size))
		req.ContentLength = length
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, err := f.client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := readString(t, res.Body), fmt.Sprint(int64(size), length, nil); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		res.Body.Close()
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%d MiB allocated to pass %d", used>>20, size>>20)
		}
	}
}

// An upstream may answer while the body is still coming.
func TestFullDuplex(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.EnableFullDuplex()
		w.WriteHeader(200)
		_ = rc.Flush()
		b := make([]byte, 100)
		for {
			n, err := r.Body.Read(b)
			w.Write(bytes.ToUpper(b[:n]))
			_ = rc.Flush()
			if err != nil {
				return
			}
		}
	})
	f := newFront(t, up.URL, Options{})
	c, br := f.send(t, "POST / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n")
	res, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"one", "two", "six"} {
		fmt.Fprintf(c, "3\r\n%s\r\n", word)
		b := make([]byte, 3)
		if _, err := io.ReadFull(res.Body, b); err != nil || string(b) != strings.ToUpper(word) {
			t.Fatalf("%q, %v", b, err)
		}
	}
	io.WriteString(c, "0\r\n\r\n")
	if rest := readString(t, res.Body); rest != "" {
		t.Errorf("then %q", rest)
	}
	if b, err := br.ReadByte(); err != io.EOF || !res.Close {
		t.Errorf("the connection is open: %q, %v", b, err)
	}
}

// A body that was read to its end leaves the connection for the next request.
func TestConnectionIsKept(t *testing.T) {
	f := newFront(t, newRaw(t, ok, nil).url(), Options{})
	c, br := f.send(t, "")
	for i := range 40 {
		request := "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
		if i%2 == 1 {
			request = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
		}
		io.WriteString(c, request)
		res, err := http.ReadResponse(br, nil)
		if err != nil || res.Close || readString(t, res.Body) != "ok" {
			t.Fatal(i, res, err)
		}
	}
}

// The upstream takes a second request, and then the connection breaks. Nobody can
// know what it did, so the request is not sent again, whatever key it has.
func TestNothingIsSentTwice(t *testing.T) {
	tests := []struct{ name, request string }{
		{"post", "POST / HTTP/1.1\nHost: h\nContent-Length: 1\n\nx"},
		{"post_with_a_key", "POST / HTTP/1.1\nHost: h\nIdempotency-Key: k\nContent-Length: 1\n\nx"},
		{"post_with_another_key", "POST / HTTP/1.1\nHost: h\nX-Idempotency-Key: k\nContent-Length: 1\n\nx"},
		{"post_of_length_0_with_a_key", "POST / HTTP/1.1\nHost: h\nIdempotency-Key: k\nContent-Length: 0\n\n"},
		{"delete_with_a_key", "DELETE / HTTP/1.1\nHost: h\nIdempotency-Key: k\n\n"},
	}
	for _, tt := range tests {
		for _, mode := range []string{"streamed", "replaced"} {
			t.Run(tt.name+"/"+mode, func(t *testing.T) {
				var up *raw
				up = newRaw(t, "", func(c net.Conn, br *bufio.Reader) {
					io.WriteString(c, ok)
					w, err := readHead(br)
					if err != nil {
						return
					}
					_ = readBody(br, &w)
					up.requests <- w
				})
				f := newFront(t, up.url(), Options{}, withCall(func(r *http.Request, c *Call) {
					if mode == "replaced" {
						c.Body, _ = io.ReadAll(r.Body)
					}
				}))
				if res := f.get(t, "/"); readString(t, res.Body) != "ok" {
					t.Fatal(res)
				}
				_, br := f.send(t, tt.request)
				res, err := http.ReadResponse(br, nil)
				if err != nil {
					t.Fatal(err)
				}
				wantProblem(t, res, 502, "pith_upstream_unreachable")
				if len(up.requests) != 2 {
					t.Errorf("%d requests came, want 2", len(up.requests))
				}
			})
		}
	}
}
