package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// target is a server with its open connections. The generator speaks HTTP itself, one
// goroutine and one write a request: net/http's client wakes two goroutines for each,
// which takes as long as what is to be measured.
type target struct {
	addr string
	mu   sync.Mutex
	free []*conn // the one used last is used next
}

type conn struct {
	net.Conn
	in *bufio.Reader
}

// patience bounds one exchange.
const patience = 90 * time.Second

func (t *target) open() (*conn, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		c := t.free[n-1]
		t.free = t.free[:n-1]
		return c, nil
	}
	c, err := net.Dial("tcp", t.addr)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReader(c)}, nil
}

// close closes all connections that are not in use, before a server finds them idle
// for too long.
func (t *target) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.free {
		_ = c.Close()
	}
	t.free = nil
}

// reply is a whole answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request and reads the answer.
func (t *target) do(request []byte) (r reply, err error) {
	err = t.exchange(request, func(res *http.Response) error {
		r.status, r.header = res.StatusCode, res.Header
		r.body, err = io.ReadAll(res.Body)
		return err
	})
	return r, err
}

// exchange sends a request and has read take the answer's body to its end.
func (t *target) exchange(request []byte, read func(*http.Response) error) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err = c.Write(request); err == nil {
		var res *http.Response
		if res, err = http.ReadResponse(c.in, nil); err == nil {
			if err = read(res); err == nil && !res.Close {
				t.mu.Lock()
				t.free = append(t.free, c)
				t.mu.Unlock()
				return nil
			}
		}
	}
	_ = c.Close()
	return err
}

// requestFor puts headers before a body; header is a list of names and values.
func requestFor(query string, body []byte, header ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /v1/chat/completions%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk-of-the-benchmark\r\n"+
		"User-Agent: overhead\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", query, len(body))
	for i := 0; i+1 < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
