package relay

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// echo is an upstream that sends back each message, and closes with the code 4001 at
// "bye".
func echo(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"realtime"}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	for {
		kind, b, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if string(b) == "bye" {
			c.Close(4001, "as you wish")
			return
		}
		if c.Write(r.Context(), kind, b) != nil {
			return
		}
	}
}

func dialWS(t testing.TB, f *front) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c, res, err := websocket.Dial(ctx, f.URL+"/v1/realtime?model=m", &websocket.DialOptions{
		HTTPClient: f.client(t), Subprotocols: []string{"realtime", "openai-insecure-api-key.k"}})
	if err != nil {
		t.Fatal(err, res)
	}
	t.Cleanup(func() { c.CloseNow() })
	c.SetReadLimit(-1)
	return c
}

func TestTunnel(t *testing.T) {
	plain := newUpstream(t, echo)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	secure.EnableHTTP2 = true // which a tunnel must not use
	secure.StartTLS()
	defer secure.Close()
	for name, up := range map[string]*httptest.Server{"plain": plain, "secure": secure} {
		t.Run(name, func(t *testing.T) {
			o := Options{WriteTimeout: 50 * time.Millisecond, StreamIdle: 50 * time.Millisecond, ResponseHeaderTimeout: patience}
			if up == secure {
				o.ExtraCAFile = caFile(t, up)
			}
			f := newFront(t, up.URL, o)
			c := dialWS(t, f)
			if c.Subprotocol() != "realtime" {
				t.Errorf("subprotocol %q", c.Subprotocol())
			}
			time.Sleep(120 * time.Millisecond) // no deadline of an answer applies to a tunnel
			for _, msg := range []string{"hello", "", strings.Repeat("x", 64<<20)} {
				if err := c.Write(t.Context(), websocket.MessageBinary, []byte(msg)); err != nil {
					t.Fatal(err)
				}
				if kind, b, err := c.Read(t.Context()); err != nil || kind != websocket.MessageBinary || !bytes.Equal(b, []byte(msg)) {
					t.Fatalf("%d bytes of %d, %v", len(b), len(msg), err)
				}
			}
			pong := make(chan error)
			ctx := c.CloseRead(t.Context())
			go func() { pong <- c.Ping(ctx) }()
			if err := <-pong; err != nil {
				t.Error(err)
			}
			c.CloseNow()
			if o := f.outcome(t); o.Status != 101 || o.Err != nil {
				t.Errorf("%+v, %v", o, o.Err)
			}
		})
	}
}

func TestTunnelCloseCode(t *testing.T) {
	f := newFront(t, newUpstream(t, echo).URL, Options{})
	c := dialWS(t, f)
	_ = c.Write(t.Context(), websocket.MessageText, []byte("bye"))
	_, _, err := c.Read(t.Context())
	if websocket.CloseStatus(err) != 4001 || !strings.Contains(err.Error(), "as you wish") {
		t.Error(err)
	}
	f.outcome(t)
}

func TestCloseTunnels(t *testing.T) {
	gone := make(chan struct{})
	once := sync.OnceFunc(func() { close(gone) })
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r); once() })
	f := newFront(t, up.URL, Options{})
	c := dialWS(t, f)
	f.relay.CloseTunnels()
	if _, _, err := c.Read(t.Context()); err == nil {
		t.Error("the tunnel is open")
	}
	<-gone
	f.outcome(t)
	_, res, err := websocket.Dial(t.Context(), f.URL, &websocket.DialOptions{HTTPClient: f.client(t)})
	if err == nil || res.StatusCode != 503 || res.Header.Get("X-Pith-Error") != "1" {
		t.Error(res, err)
	}
	f.outcome(t)
	if n := len(f.relay.tunnels); n != 0 {
		t.Errorf("%d tunnels are remembered", n)
	}
	if res := f.get(t, "/"); res.StatusCode == 503 {
		t.Error("plain requests are refused, too")
	}
}

// A tunnel that is about to open when they are closed does not open.
func TestCloseTunnelsBeforeOpen(t *testing.T) {
	asked := make(chan struct{})
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { close(asked); <-r.Context().Done() })
	f := newFront(t, up.URL, Options{})
	go func() { <-asked; f.relay.CloseTunnels() }()
	_, res, err := websocket.Dial(t.Context(), f.URL, &websocket.DialOptions{HTTPClient: f.client(t)})
	if err == nil || res.StatusCode != 503 {
		t.Error(res, err)
	}
	if o := f.outcome(t); o.Code != vendor.CodeShuttingDown {
		t.Errorf("%+v", o)
	}
}

// What an upstream without WebSockets says goes to the client, unless it is known
// to have none. It may not send the client elsewhere.
func TestNoTunnel(t *testing.T) {
	up := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/here", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("X-Saw", r.Header.Get("Upgrade"))
		http.Error(w, "no such thing", http.StatusMethodNotAllowed)
	})
	tests := []struct {
		name, path string
		none       bool
		status     int
	}{
		{"refused", "/", false, 405},
		{"known_to_have_none", "/", true, 426},
		{"redirected", "/away", false, 502},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFront(t, up.URL, Options{}, func(f *front) { f.upstream.NoWebSocket = tt.none })
			_, br := f.send(t, "GET "+tt.path+" HTTP/1.1\nHost: h\nConnection: keep-alive, upgrade\nUpgrade: WebSocket\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n\n")
			res, err := http.ReadResponse(br, nil)
			if err != nil || res.StatusCode != tt.status {
				t.Error(res, err)
			}
			if tt.status == 405 && res.Header.Get("X-Saw") != "WebSocket" || tt.status == 426 && res.Header.Get("Upgrade") != "websocket" {
				t.Errorf("%v", res.Header)
			}
		})
	}
}
