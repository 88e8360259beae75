package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// answerBody is what the vendor of this benchmark answers to anything that is no stream.
const answerBody = `{"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-4o-mini",` +
	`"choices":[{"index":0,"message":{"role":"assistant","content":"The bridge opens in spring.","refusal":null},` +
	`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":6,"total_tokens":1006}}`

// received is the header in which the vendor says what body it got: its length and sum.
const received = "X-Received"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func receipt(n int64, sum uint32) string {
	return strconv.FormatInt(n, 10) + "-" + strconv.FormatUint(uint64(sum), 16)
}

func receiptOf(body []byte) string {
	return receipt(int64(len(body)), crc32.Checksum(body, castagnoli))
}

// vendor is the fastest one there can be: it reads the body and answers. The query
// asks for more: wait=1s before the answer, or frames=200&every=20ms for a stream.
func vendor(w http.ResponseWriter, r *http.Request) {
	n, sum, err := swallow(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set(received, receipt(n, sum))
	q := r.URL.Query()
	if frames, _ := strconv.Atoi(q.Get("frames")); frames > 0 {
		every, _ := time.ParseDuration(q.Get("every"))
		h.Set("Content-Type", "text/event-stream")
		if err := stream(w, frames, every); err != nil {
			panic(http.ErrAbortHandler)
		}
		return
	}
	if wait, err := time.ParseDuration(q.Get("wait")); err == nil {
		time.Sleep(wait)
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(answerBody)))
	_, _ = io.WriteString(w, answerBody) // a client that has gone knows
}

var bufferPool = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// swallow reads a body to its end.
func swallow(r io.Reader) (n int64, sum uint32, err error) {
	buf := bufferPool.Get().(*[64 << 10]byte)
	defer bufferPool.Put(buf)
	for {
		k, err := r.Read(buf[:])
		n, sum = n+int64(k), crc32.Update(sum, castagnoli, buf[:k])
		if err == io.EOF {
			return n, sum, nil
		}
		if err != nil {
			return n, sum, err
		}
	}
}

// What a stream is made of. Each frame says when it was sent; the one before the end
// has the sum of all bytes before it.
const (
	frameFormat = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" bridge"},"finish_reason":null}],"n":%d,"sent":%d}` + "\n\n"
	sumFormat   = `data: {"sum":%d}` + "\n\n"
	doneFrame   = "data: [DONE]\n\n"
)

func stream(w http.ResponseWriter, frames int, every time.Duration) error {
	rc := http.NewResponseController(w)
	start := time.Now()
	var sum uint32
	var buf []byte
	for i := range frames {
		time.Sleep(time.Until(start.Add(time.Duration(i) * every)))
		buf = fmt.Appendf(buf[:0], frameFormat, i, time.Now().UnixNano())
		sum = crc32.Update(sum, castagnoli, buf)
		if _, err := w.Write(buf); err != nil {
			return err
		}
		if err := rc.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, sumFormat+doneFrame, sum)
	return err
}

// sentAt reads when a frame was sent.
func sentAt(frame []byte) (time.Time, bool) {
	_, rest, ok := bytes.Cut(frame, []byte(`"sent":`))
	digits, _, _ := bytes.Cut(rest, []byte("}"))
	ns, err := strconv.ParseInt(string(digits), 10, 64)
	return time.Unix(0, ns), ok && err == nil
}
