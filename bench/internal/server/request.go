package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Request is the part of a compression request that the benchmarks use.
type Request struct {
	Input   string  `json:"input"`
	Rate    float64 `json:"rate"`
	Model   string  `json:"compressor_model,omitempty"`
	OnError string  `json:"on_error,omitempty"`
}

// An Answer is what became of a request.
type Answer struct {
	Status     int
	Outcome    string // X-Pith-Status
	RetryAfter string
	Took       time.Duration
	Input      int // tokens of the default target model
	Output     int
}

// Body is the JSON of a request, to be sent many times.
func (r Request) Body() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

// Compress sends a body and reads the whole answer.
func (s *Server) Compress(ctx context.Context, body []byte) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/v1/compress", bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	began := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: resp.StatusCode, Outcome: resp.Header.Get("X-Pith-Status"),
		RetryAfter: resp.Header.Get("Retry-After"), Took: time.Since(began)}
	return a, a.read(data)
}

func (a *Answer) read(data []byte) error {
	var c struct {
		Usage struct {
			Input  int `json:"input_tokens"`
			Output int `json:"output_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("status %d: %w", a.Status, err)
	}
	a.Input, a.Output = c.Usage.Input, c.Usage.Output
	return nil
}

// Compressed is [Server.Compress] for an answer that has to be a shorter text.
func (s *Server) Compressed(ctx context.Context, body []byte) (Answer, error) {
	a, err := s.Compress(ctx, body)
	if err == nil && (a.Status != http.StatusOK || a.Outcome != "compressed" || a.Output >= a.Input) {
		err = fmt.Errorf("the answer was %d %q with %d of %d tokens", a.Status, a.Outcome, a.Output, a.Input)
	}
	return a, err
}

// First sends a body as soon as the server accepts a connection, and returns how
// long after the start of the process the whole answer was there.
func (s *Server) First(ctx context.Context, body []byte) (time.Duration, error) {
	for {
		a, err := s.Compress(ctx, body)
		if err == nil {
			if a.Status != http.StatusOK || a.Outcome != "compressed" {
				return 0, fmt.Errorf("the answer was %d %q", a.Status, a.Outcome)
			}
			return time.Since(s.Started), nil
		}
		if err := s.pause(ctx, 2*time.Millisecond); err != nil {
			return 0, err
		}
	}
}
