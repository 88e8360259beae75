package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ask is the part of a request to /v1/compress that is used here.
type ask struct {
	Input      string  `json:"input,omitempty"`
	Contexts   []item  `json:"contexts,omitempty"`
	Question   string  `json:"question,omitempty"`
	Rate       float64 `json:"rate,omitempty"`
	Threshold  float64 `json:"threshold,omitempty"`
	DeadlineMs int     `json:"deadline_ms,omitempty"`
	OnError    string  `json:"on_error"`
}

type item struct {
	Text string `json:"text"`
}

// answer is what became of it.
type answer struct {
	took   time.Duration // from the first byte sent to the last one read
	server time.Duration // what the answer itself says: from the decoded request to the result
	tokens int
	cache  use
	texts  []string
}

// use is what an answer says of the cache.
type use struct {
	Result bool `json:"result"` // the request was known as a whole
	Hits   int  `json:"segment_hits"`
	Misses int  `json:"segment_misses"`
}

// body is the JSON of a request.
func (q ask) body() []byte {
	q.OnError = "fail"
	b, err := json.Marshal(q)
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

// compress sends a request as one tenant. Anything but a shorter text is an error.
func (r *replica) compress(ctx context.Context, tenant string, q ask) (answer, error) {
	res, data, took, err := r.post(ctx, "/v1/compress", tenant, q.body(), "")
	if err != nil {
		return answer{}, err
	}
	if s := res.Header.Get("X-Pith-Status"); s != "compressed" {
		return answer{}, fmt.Errorf("the text came back %s", s)
	}
	var c struct {
		Usage struct {
			Input int `json:"input_tokens"`
		} `json:"usage"`
		Results []item `json:"results"`
		Timing  struct {
			Total float64 `json:"total_ms"`
		} `json:"timing"`
		Cache use `json:"cache"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return answer{}, err
	}
	a := answer{took: took, server: time.Duration(c.Timing.Total * float64(time.Millisecond)), tokens: c.Usage.Input, cache: c.Cache}
	for _, r := range c.Results {
		a.texts = append(a.texts, r.Text)
	}
	return a, nil
}

// relayed is what pith says of a prompt that it sent on.
type relayed struct {
	added, took  time.Duration
	hits, misses int // texts whose form was known, and not
	shortened    int // texts
}

// relay sends a chat through the proxy.
func (r *replica) relay(ctx context.Context, body []byte, limit string) (p relayed, err error) {
	res, _, took, err := r.post(ctx, "/v1/chat/completions", tenant, body, limit)
	if err != nil {
		return p, err
	}
	p.took = took
	if p.added, err = time.ParseDuration(res.Header.Get("X-Pith-Latency-Ms") + "ms"); err != nil {
		return p, err
	}
	if _, err = fmt.Sscanf(res.Header.Get("X-Pith-Cache"), "hit=%d,miss=%d", &p.hits, &p.misses); err != nil {
		return p, fmt.Errorf("the prompt was %s: %s", res.Header.Get("X-Pith-Status"), res.Header.Get("X-Pith-Reason"))
	}
	for method := range strings.SplitSeq(res.Header.Get("X-Pith-Methods"), ",") {
		_, n, _ := strings.Cut(method, "=")
		k, _ := strconv.Atoi(n)
		p.shortened += k
	}
	return p, nil
}

// post sends a body and reads the whole answer, whose status has to be 200. limit is the
// time for the compression in milliseconds; "" is the server's.
func (r *replica) post(ctx context.Context, path, tenant string, body []byte, limit string) (*http.Response, []byte, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+tenant)
	if limit != "" {
		req.Header.Set("X-Pith-Deadline-Ms", limit)
	}
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, 0, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	took := time.Since(began)
	if err == nil && res.StatusCode != http.StatusOK {
		err = &refusal{res.StatusCode, data}
	}
	return res, data, took, err
}

// refusal is an answer with another status than 200.
type refusal struct {
	status int
	body   []byte
}

func (e *refusal) Error() string { return fmt.Sprintf("status %d: %.200s", e.status, e.body) }

// late reports whether the server had no time for the request.
func late(err error) bool {
	var e *refusal
	return errors.As(err, &e) && e.status == http.StatusGatewayTimeout
}
