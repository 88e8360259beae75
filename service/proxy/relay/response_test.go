package relay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every status passes, with body and headers, and nothing is added to them.
func TestStatuses(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		h := w.Header()
		h.Set("Retry-After-Ms", "5")
		h.Add("Set-Cookie", "a=1")
		h.Add("Set-Cookie", "b=2")
		h.Set("Request-Id", "req_1")
		h.Set("X-Ratelimit-Remaining-Tokens", "0")
		h["Date"], h["Content-Type"] = nil, nil
		w.WriteHeader(status)
		if status != 204 && status != 304 {
			fmt.Fprintf(w, `{"status":%d}`, status)
		}
	})
	f := newFront(t, up.URL, Options{})
	for status := 200; status <= 599; status++ {
		path := fmt.Sprintf("/%d", status)
		direct, err := http.DefaultTransport.RoundTrip(newRequest(t, up.URL+path))
		if err != nil {
			t.Fatal(err)
		}
		want := readString(t, direct.Body)
		direct.Body.Close()
		res := f.get(t, path)
		if got := readString(t, res.Body); res.StatusCode != status || got != want || res.ContentLength != direct.ContentLength {
			t.Errorf("%d: %s, %q, length %d; want %q, %d", status, res.Status, got, res.ContentLength, want, direct.ContentLength)
		}
		if got, want := fmt.Sprint(res.Header), fmt.Sprint(direct.Header); got != want {
			t.Errorf("%d: got %s, want %s", status, got, want)
		}
		if o := f.outcome(t); o.Status != status || o.Err != nil || o.BytesOut != int64(len(want)) || o.Header == 0 || o.Total < o.FirstByte {
			t.Errorf("%d: %+v", status, o)
		}
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func newRequest(t testing.TB, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	return r
}

// What the upstream writes on the wire is what the client reads.
func TestAnswersAsTheyWere(t *testing.T) {
	tests := []struct{ name, answer, want string }{
		{"no_date_no_type", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "content-length: 6"},
		{"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: \r\n\r\n", "content-length: 0 x-a: "},
		{"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "transfer-encoding: chunked"},
		{"chunked_and_empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "transfer-encoding: chunked"},
		{"coded", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", "content-encoding: br content-length: 1"},
		{"hop_by_hop", "HTTP/1.1 200 OK\r\nConnection: X-B\r\nX-B: 1\r\nKeep-Alive: 5\r\nContent-Length: 1\r\n\r\nx", "content-length: 1"},
		{"dated", "HTTP/1.1 200 OK\r\nDate: then\r\nServer: s\r\nContent-Length: 1\r\n\r\nx", "content-length: 1 date: then server: s"},
		{"upstream_is_pith", "HTTP/1.1 200 OK\r\nX-Pith-Status: skipped\r\nContent-Length: 1\r\n\r\nx", "content-length: 1 x-pith-status: skipped"},
		{"events", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"cache-control: no-cache content-type: text/event-stream; charset=utf-8 transfer-encoding: chunked x-accel-buffering: no"},
		{"events_with_a_policy", "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\nCache-Control: private\r\nX-Accel-Buffering: yes\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"cache-control: private content-type: Text/Event-Stream transfer-encoding: chunked x-accel-buffering: yes"},
		{"no_content", "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"redirect_here", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "content-length: 0 location: /elsewhere"},
		{"created", "HTTP/1.1 201 Created\r\nLocation: https://other.example/v1/calls/1\r\nContent-Length: 0\r\n\r\n", "content-length: 0 location: https://other.example/v1/calls/1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFront(t, newRaw(t, tt.answer, nil).url(), Options{})
			_, br := f.send(t, "GET / HTTP/1.1\nHost: h\n\n")
			w, err := readHead(br)
			if err != nil || w.line != strings.SplitN(tt.answer, "\r\n", 2)[0] {
				t.Errorf("%q, %v", w.line, err)
			}
			if got := strings.Join(multiset(w.headers), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHead(t *testing.T) {
	f := newFront(t, newRaw(t, "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", nil).url(), Options{})
	for range 2 { // the connection is good for another
		res, err := f.client(t).Head(f.URL)
		if err != nil || res.ContentLength != 1234 {
			t.Error(res, err)
		}
	}
}

func TestEncodedAnswer(t *testing.T) {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	zw.Write([]byte(strings.Repeat("hello ", 1000)))
	zw.Close()
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("X-Saw", fmt.Sprint(r.Header["Accept-Encoding"]))
		w.Write(b.Bytes())
	})
	f := newFront(t, up.URL, Options{})
	res := f.get(t, "/")
	if got := readString(t, res.Body); got != b.String() || res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("X-Saw") != "[]" {
		t.Errorf("%d bytes of %d, %v", len(got), b.Len(), res.Header)
	}
}

// Each piece of a stream is there before the next is made, cut wherever it may be.
func TestEventsArriveAtOnce(t *testing.T) {
	const text = "data: {\"delta\":\"näive 🙂\"}\n\ndata: [DONE]\n\n"
	next := make(chan struct{})
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		rc := http.NewResponseController(w)
		w.WriteHeader(200)
		_ = rc.Flush()
		for i := range len(text) {
			<-next
			io.WriteString(w, text[i:i+1])
			_ = rc.Flush()
		}
	})
	for name, change := range map[string]func(*front){"http1": func(*front) {}, "http2": overHTTP2} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t, up.URL, Options{}, change)
			res := f.get(t, "/") // returns although there is no event yet
			b := make([]byte, 10)
			for i := range len(text) {
				next <- struct{}{}
				if n, err := res.Body.Read(b); n != 1 || b[0] != text[i] {
					t.Fatalf("byte %d: %q, %v", i, b[:n], err)
				}
			}
			if rest := readString(t, res.Body); rest != "" {
				t.Errorf("then %q", rest)
			}
		})
	}
}

// An answer of known length is not held back either.
func TestSlowAnswerArrivesAtOnce(t *testing.T) {
	next := make(chan struct{})
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		rc := http.NewResponseController(w)
		w.WriteHeader(200)
		_ = rc.Flush()
		for range 2 {
			<-next
			io.WriteString(w, "x")
			_ = rc.Flush()
		}
	})
	f := newFront(t, up.URL, Options{})
	res := f.get(t, "/")
	for range 2 {
		next <- struct{}{}
		if _, err := io.ReadFull(res.Body, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrailersAndEarlyHints(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(200)
		io.WriteString(w, "body")
		w.Header().Set("X-Sum", "7")
		w.Header().Set(http.TrailerPrefix+"X-Unannounced", "8")
	})
	f := newFront(t, up.URL, Options{})
	var hints []string
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		hints = append(hints, fmt.Sprint(code, h))
		return nil
	}})
	res, err := f.client(t).Do(newRequest(t, f.URL).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := readString(t, res.Body); got != "body" || res.Trailer.Get("X-Sum") != "7" || res.Trailer.Get("X-Unannounced") != "8" {
		t.Errorf("%q, %v", got, res.Trailer)
	}
	if !slices.Equal(hints, []string{"103 map[Link:[</style.css>]]"}) {
		t.Errorf("hints %q", hints)
	}
}

// Half an answer must not look like a whole one, however it was cut.
func TestUpstreamBreaksOff(t *testing.T) {
	const events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n"
	tests := []struct {
		name, answer string
		reset        bool
	}{
		{"reset_in_stream", events, true},
		{"closed_in_stream", events, false},
		{"reset_in_body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ndata: a\n\n", true},
		{"closed_in_body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ndata: a\n\n", false},
		{"not_a_chunk", events + "zz\r\n", false},
	}
	for _, tt := range tests {
		for name, change := range map[string]func(*front){"http1": func(*front) {}, "http2": overHTTP2} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				sent := make(chan struct{})
				up := newRaw(t, "", func(c net.Conn, _ *bufio.Reader) {
					io.WriteString(c, tt.answer)
					<-sent
					if tt.reset {
						_ = c.(*net.TCPConn).SetLinger(0)
					}
				})
				f := newFront(t, up.url(), Options{}, change)
				res := f.get(t, "/")
				head := make([]byte, 9)
				if _, err := io.ReadFull(res.Body, head); err != nil || string(head) != "data: a\n\n" {
					t.Fatalf("%q, %v", head, err)
				}
				close(sent)
				if rest, err := io.ReadAll(res.Body); err == nil {
					t.Errorf("a clean end after %q", rest)
				}
				o := f.outcome(t)
				if o.Err == nil || o.Err.Reason != reasonStreamBroken || o.ClientGone || o.Status != 200 || o.BytesOut != 9 {
					t.Errorf("%+v, %v", o, o.Err)
				}
			})
		}
	}
}

// A client that leaves is not waited for: the upstream learns of it, and nothing
// stays behind.
func TestClientLeaves(t *testing.T) {
	arrived, cancelled := make(chan struct{}, 100), make(chan error, 100)
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		if r.URL.Path == "/stream" {
			io.WriteString(w, "data: a\n\n")
			_ = http.NewResponseController(w).Flush()
		}
		select {
		case <-r.Context().Done():
			cancelled <- r.Context().Err()
		case <-time.After(patience):
			cancelled <- errors.New("never")
		}
	})
	f := newFront(t, up.URL, Options{}, withCall(func(r *http.Request, c *Call) {
		if r.Method == "POST" {
			c.Body, _ = io.ReadAll(r.Body)
		}
	}))
	baseline := 0
	for i := range 24 {
		ctx, cancel := context.WithCancel(t.Context())
		req := newRequest(t, f.URL+[]string{"/stream", "/silent"}[i%2]).WithContext(ctx)
		if i%4 >= 2 {
			req.Method, req.Body, req.ContentLength = "POST", io.NopCloser(strings.NewReader("x")), 1
		}
		client := f.client(t)
		if i%2 == 0 {
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.ReadFull(res.Body, make([]byte, 9))
			<-arrived
			cancel()
			res.Body.Close()
		} else {
			go func() { <-arrived; cancel() }()
			if res, err := client.Do(req); err == nil {
				t.Fatal(res)
			}
		}
		if err := <-cancelled; err != context.Canceled {
			t.Fatal(err)
		}
		o := f.outcome(t)
		if !o.ClientGone || o.Err == nil || o.Err.Reason != reasonClientGone || i%2 == 1 && o.Status != StatusClientGone {
			t.Errorf("%+v, %v", o, o.Err)
		}
		if i == 7 {
			baseline = settled(runtime.NumGoroutine() + openFiles(t))
		}
	}
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine()+openFiles(t) > baseline {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines and files, %d before", runtime.NumGoroutine()+openFiles(t), baseline)
		}
		runtime.Gosched()
	}
}

// settled allows for what is still on its way out when it is counted.
func settled(n int) int { return n + 2 }

func openFiles(t testing.TB) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(d)
}

// A client that does not read is cut off, and one whose upstream is silent for longer
// than a write may take is not.
func TestWriteTimeout(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		switch r.URL.Path {
		case "/flood":
			_, _ = io.Copy(w, zeros{})
		case "/pause":
			for range 2 {
				io.WriteString(w, "event")
				_ = rc.Flush()
				time.Sleep(150 * time.Millisecond)
			}
		}
	})
	for name, change := range map[string]func(*front){"http1": func(*front) {}, "http2": overHTTP2} {
		t.Run(name, func(t *testing.T) {
			f := newFront(t, up.URL, Options{WriteTimeout: 50 * time.Millisecond}, change)
			res := f.get(t, "/pause")
			if got := readString(t, res.Body); got != "eventevent" {
				t.Errorf("%q", got)
			}
			if o := f.outcome(t); o.Err != nil {
				t.Errorf("%+v", o)
			}
			f.get(t, "/flood")
			if o := f.outcome(t); !o.ClientGone || o.Err == nil || o.BytesOut == 0 {
				t.Errorf("%+v", o)
			}
		})
	}
}

// The answers of an upstream that falls silent are cut off; that the client reads
// slowly does not count.
func TestStreamIdle(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			_, _ = io.CopyN(w, zeros{}, 16<<20)
			return
		}
		io.WriteString(w, "event")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	f := newFront(t, up.URL, Options{StreamIdle: 80 * time.Millisecond})
	if b, err := io.ReadAll(f.get(t, "/silent").Body); err == nil || string(b) != "event" {
		t.Errorf("%q, %v", b, err)
	}
	if o := f.outcome(t); o.Err == nil || o.Err.Reason != reasonStreamIdle || !errors.Is(o.Err, errStreamIdle) || o.ClientGone {
		t.Errorf("%+v, %v", o, o.Err)
	}
	res := f.get(t, "/large")
	time.Sleep(200 * time.Millisecond)
	if n, err := io.Copy(io.Discard, res.Body); n != 16<<20 || err != nil {
		t.Error(n, err)
	}
}
