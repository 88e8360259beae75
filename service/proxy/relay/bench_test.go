package relay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
)

// answerOfBench is about what a short completion has.
var answerOfBench = bytes.Repeat([]byte("x"), 1000)

// BenchmarkRelay compares no proxy, a bare ReverseProxy and ours, with prompts of a
// usual and a large size and per event of a stream. Client, proxy and upstream share
// the machine's cores, so the differences are upper bounds; they should be the same for
// both sizes. In "replaced" the body is read first and given to the Call.
func BenchmarkRelay(b *testing.B) {
	up := newUpstream(b, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/events" {
			events(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answerOfBench)
	})
	base := parsed(up.URL)
	transport, err := NewTransport(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	bare := httptest.NewServer(&httputil.ReverseProxy{Transport: transport, Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(base) }})
	defer bare.Close()
	ours := newFront(b, up.URL, Options{}, withCall(func(_ *http.Request, c *Call) { c.Done = nil }))
	replaced := newFront(b, up.URL, Options{}, withCall(func(r *http.Request, c *Call) {
		c.Done = nil
		if r.ContentLength > 0 {
			c.Body = make([]byte, r.ContentLength)
			_, _ = io.ReadFull(r.Body, c.Body)
			_, _ = r.Body.Read(nil)
		}
	}))
	sides := []struct{ name, url string }{{"direct", up.URL}, {"bare", bare.URL}, {"relay", ours.URL}, {"replaced", replaced.URL}}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100}}
	defer client.CloseIdleConnections()
	for _, side := range sides {
		for _, size := range []int{4 << 10, 100 << 10} {
			b.Run(fmt.Sprintf("%s/bytes=%d", side.name, size), func(b *testing.B) { benchPost(b, client, side.url, size) })
		}
		b.Run(side.name+"/event", func(b *testing.B) { benchEvents(b, client, side.url) })
	}
}

func benchPost(b *testing.B, client *http.Client, url string, size int) {
	body := bytes.Repeat([]byte("x"), size)
	b.ReportAllocs()
	for b.Loop() {
		res, err := client.Post(url+"/v1/x", "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, res.Body); n != int64(len(answerOfBench)) || err != nil {
			b.Fatal(n, err)
		}
		res.Body.Close()
	}
}

// nextEvent has the upstream send one.
var nextEvent = make(chan struct{})

var event = []byte("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"token\"}}]}\n\n")

func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	_ = rc.Flush()
	for {
		select {
		case <-nextEvent:
			_, _ = w.Write(event)
			_ = rc.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func benchEvents(b *testing.B, client *http.Client, url string) {
	res, err := client.Get(url + "/events")
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	buf := make([]byte, len(event))
	b.ReportAllocs()
	for b.Loop() {
		nextEvent <- struct{}{}
		if _, err := io.ReadFull(res.Body, buf); err != nil {
			b.Fatal(err)
		}
	}
}
