package service

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

// live is a Service behind real listeners.
type live struct {
	url, admin string
	stop       context.CancelFunc
	done       chan error
	client     *http.Client
}

func serve(t *testing.T, s *Service) *live {
	t.Helper()
	public, admin := listen(t), listen(t)
	ctx, stop := context.WithCancel(t.Context())
	l := &live{url: "http://" + public.Addr().String(), admin: "http://" + admin.Addr().String(), stop: stop,
		done: make(chan error, 1), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 300}}}
	go func() { l.done <- s.Serve(ctx, public, admin) }()
	t.Cleanup(func() { stop(); l.client.CloseIdleConnections() })
	return l
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *live) get(url string) (int, string) {
	resp, err := l.client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func (l *live) post(body string) (*http.Response, error) {
	resp, err := l.client.Post(l.url+"/v1/compress", "application/json", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

func TestDrain(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		close(inside)
		select {
		case <-leave:
			return keepFirst(ctx, r)
		case <-ctx.Done():
			return pith.Result{}, ctx.Err()
		}
	}}, func(o *Options) { o.Drain.Delay = 100 * time.Millisecond })
	l := serve(t, s)
	if code, body := l.get(l.url + "/readyz"); code != 200 {
		t.Fatalf("readyz %d %s", code, body)
	}
	answered := make(chan string)
	go func() {
		resp, err := l.post(`{"input":"a b","on_error":"fail"}`)
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- resp.Status
	}()
	<-inside
	l.stop()
	for !s.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	if code, body := l.get(l.url + "/readyz"); code != 503 || !strings.Contains(body, "draining") {
		t.Errorf("readyz while draining: %d %s", code, body)
	}
	for { // until the door is shut to newcomers
		if code, _ := l.get(l.url + "/healthz"); code == 0 {
			break
		}
		l.client.CloseIdleConnections()
	}
	select {
	case err := <-l.done:
		t.Fatalf("Serve returned %v with a request in flight", err)
	default:
	}
	if code, body := l.get(l.admin + "/readyz"); code != 503 {
		t.Errorf("admin while draining: %d %s", code, body)
	}
	close(leave)
	if got := <-answered; got != "200 OK" {
		t.Errorf("the request in flight got %s", got)
	}
	if err := <-l.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// A request that outlives the drain is told to stop, and says why.
func TestDrainTimeout(t *testing.T) {
	inside := make(chan struct{})
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		close(inside)
		<-ctx.Done()
		return pith.Result{}, ctx.Err()
	}}, func(o *Options) { o.Drain.Timeout = 50 * time.Millisecond })
	l := serve(t, s)
	answered := make(chan int)
	go func() {
		resp, err := l.post(`{"input":"a b"}`)
		if err != nil {
			answered <- 0
			return
		}
		answered <- resp.StatusCode
	}()
	<-inside
	l.stop()
	if got := <-answered; got != 503 {
		t.Errorf("status %d, want 503", got)
	}
	if err := <-l.done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeFails(t *testing.T) {
	s := newTest(t, fake{})
	public, admin := listen(t), listen(t)
	public.Close()
	if err := s.Serve(t.Context(), public, admin); err == nil {
		t.Error("no error from a closed listener")
	}
}

// A client that sends its body too slowly is told so, and holds nothing after.
func TestSlowBody(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) { o.Limits.BodyTimeout = 50 * time.Millisecond })
	l := serve(t, s)
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/compress HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"input\"")
	answer, _ := io.ReadAll(conn)
	if !strings.Contains(string(answer), " 408 ") || !strings.Contains(string(answer), "pith_body_timeout") {
		t.Errorf("answer %q", answer)
	}
	l.stop()
	<-l.done
	if n, b := s.door.requests.Load(), s.door.bytes.Load(); n != 0 || b != 0 {
		t.Errorf("%d requests and %d bytes left inside", n, b)
	}
}

// The deadline of a body does not outlive it: an answer may take longer.
func TestSlowAnswerAfterBody(t *testing.T) {
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		select {
		case <-time.After(200 * time.Millisecond):
			return keepFirst(ctx, r)
		case <-ctx.Done():
			return pith.Result{}, ctx.Err()
		}
	}}, func(o *Options) { o.Limits.BodyTimeout = 50 * time.Millisecond })
	l := serve(t, s)
	for range 2 { // the second on the same connection
		resp, err := l.post(`{"input":"a b","on_error":"fail"}`)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v %v", resp, err)
		}
	}
	l.stop()
	<-l.done
}

func TestRefusesLargeBodyUnread(t *testing.T) {
	s := newTest(t, fake{})
	l := serve(t, s)
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/compress HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40000000\r\nExpect: 100-continue\r\n\r\n")
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
		t.Errorf("answer %q", answer)
	}
	l.stop()
	<-l.done
}
