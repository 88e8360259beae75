package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	tests := map[string]struct {
		sorted  []time.Duration
		percent int
		want    int64
	}{
		"none":           {nil, 50, 0},
		"one":            {hundred[:1], 99, 1},
		"median":         {hundred, 50, 50},
		"p99":            {hundred, 99, 99},
		"most":           {hundred, 100, 100},
		"between_values": {hundred[:10], 99, 10},
	}
	for name, tt := range tests {
		if got := quantile(tt.sorted, tt.percent); got != tt.want {
			t.Errorf("%s: got %d, want %d", name, got, tt.want)
		}
	}
}

func TestRead(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "# HELP pith_queue_depth x\npith_queue_depth 17\nother 3.5\npith_in_flight_requests 20\n")
	}))
	defer s.Close()
	m, err := read(s.URL)
	if err != nil || m.queued != 17 || m.inFlight != 20 {
		t.Errorf("got %+v, %v", m, err)
	}
}
