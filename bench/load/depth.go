package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/server"
)

// sample is what the server's metrics say at one moment.
type sample struct {
	at       time.Duration
	queued   int // windows that wait for a core
	inFlight int // requests
}

const interval = 50 * time.Millisecond

// watch reads the metrics until stop is called.
func watch(ctx context.Context, s *server.Server) (stop func() ([]sample, error)) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	var samples []sample
	var err error
	go func() {
		defer close(done)
		began := time.Now()
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for err == nil {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			var m sample
			if m, err = read(s.Admin + "/metrics"); err == nil {
				m.at = time.Since(began)
				samples = append(samples, m)
			}
		}
	}()
	return func() ([]sample, error) {
		cancel()
		<-done
		return samples, err
	}
}

func read(url string) (m sample, err error) {
	resp, err := http.Get(url)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "pith_queue_depth":
			m.queued, err = strconv.Atoi(value)
		case "pith_in_flight_requests":
			m.inFlight, err = strconv.Atoi(value)
		}
		if err != nil {
			return m, err
		}
	}
	return m, lines.Err()
}

// depth is the queue of one scenario.
type depth struct {
	name    string
	samples []sample
}

// moments is how many columns the table of the queue has.
const moments = 8

// printDepths prints windows waiting, and requests inside, at even moments.
func printDepths(depths []depth) {
	fmt.Printf("\nWindows waiting for a core / requests inside, from the first to the last answer:\n\n| requests | most |")
	for i := range moments {
		fmt.Printf(" %d %% |", (2*i+1)*100/(2*moments))
	}
	fmt.Println("\n| --- |" + strings.Repeat(" --- |", moments+1))
	for _, d := range depths {
		if len(d.samples) == 0 {
			continue
		}
		var most sample
		for _, m := range d.samples {
			most.queued, most.inFlight = max(most.queued, m.queued), max(most.inFlight, m.inFlight)
		}
		fmt.Printf("| %s | %d / %d |", d.name, most.queued, most.inFlight)
		for i := range moments {
			m := d.samples[(2*i+1)*len(d.samples)/(2*moments)]
			fmt.Printf(" %d / %d |", m.queued, m.inFlight)
		}
		fmt.Println()
	}
}
