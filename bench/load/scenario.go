package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pith-proxy/pith/bench/internal/server"
)

// scenario is one run against a fresh server.
type scenario struct {
	name     string
	bodies   [][]byte
	clients  int
	bound    int  // limits.max_in_flight; 0 for the default
	refusals bool // a 503 with Retry-After is an answer
	retry    bool // a 503 is tried again after Retry-After
}

// run returns the depth of the queue over time.
func (sc scenario) run(ctx context.Context, bin string) (d []sample, err error) {
	var settings []string
	if sc.bound > 0 {
		settings = append(settings, fmt.Sprintf("PITH_LIMITS_MAX_IN_FLIGHT=%d", sc.bound))
	}
	s, err := server.Start(bin, settings...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if _, err := s.Ready(ctx); err != nil {
		return nil, err
	}
	if _, err := s.Compressed(ctx, sc.bodies[0]); err != nil { // memory and connections
		return nil, err
	}
	stop := watch(ctx, s)
	began := time.Now()
	outcomes := sc.send(ctx, s)
	took := time.Since(began)
	if d, err = stop(); err != nil {
		return nil, err
	}
	return d, sc.report(outcomes, took)
}

// outcome is what became of one request.
type outcome struct {
	server.Answer
	waited   time.Duration // from the first attempt to the answer
	refusals int           // tries that were refused with Retry-After
	err      error
}

// send lets the clients take the bodies one after the other.
func (sc scenario) send(ctx context.Context, s *server.Server) []outcome {
	outcomes := make([]outcome, len(sc.bodies))
	next := make(chan int, len(sc.bodies))
	for i := range sc.bodies {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range sc.clients {
		wg.Go(func() {
			for i := range next {
				outcomes[i] = sc.one(ctx, s, sc.bodies[i])
			}
		})
	}
	wg.Wait()
	return outcomes
}

func (sc scenario) one(ctx context.Context, s *server.Server, body []byte) (o outcome) {
	began := time.Now()
	defer func() { o.waited = time.Since(began) }()
	for {
		o.Answer, o.err = s.Compress(ctx, body)
		if o.err != nil || o.Status != http.StatusServiceUnavailable {
			return o
		}
		seconds, err := strconv.Atoi(o.RetryAfter)
		if err != nil || seconds < 1 {
			o.err = fmt.Errorf("a refusal with Retry-After %q", o.RetryAfter)
			return o
		}
		o.refusals++
		if !sc.retry {
			return o
		}
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-ctx.Done():
			o.err = ctx.Err()
			return o
		}
	}
}

const header = "| requests | sent | served | refused | lost | p50 ms | p90 ms | p99 ms | most ms | requests/s | tokens/s |\n" +
	"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"

// report prints the row of the scenario; an error names what went wrong.
func (sc scenario) report(outcomes []outcome, took time.Duration) error {
	var waits []time.Duration
	var errs []error
	refused, tokens := 0, 0
	for _, o := range outcomes {
		refused += o.refusals
		switch {
		case o.err != nil:
			errs = append(errs, o.err)
		case o.Status == http.StatusOK && o.Outcome == "compressed" && o.Output < o.Input:
			waits = append(waits, o.waited)
			tokens += o.Input
		case o.Status == http.StatusServiceUnavailable && sc.refusals:
		default:
			errs = append(errs, fmt.Errorf("the answer was %d %q with %d of %d tokens", o.Status, o.Outcome, o.Output, o.Input))
		}
	}
	slices.Sort(waits)
	fmt.Printf("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %.0f | %.0f |\n", sc.name, len(outcomes), len(waits), refused, len(errs),
		quantile(waits, 50), quantile(waits, 90), quantile(waits, 99), quantile(waits, 100),
		float64(len(waits))/took.Seconds(), float64(tokens)/took.Seconds())
	if sc.refusals && refused == 0 {
		errs = append(errs, errors.New("nothing was refused"))
	}
	return errors.Join(errs[:min(3, len(errs))]...)
}

// quantile is the least value that percent of the sorted values do not exceed,
// in milliseconds.
func quantile(sorted []time.Duration, percent int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	i := (percent*len(sorted) + 99) / 100
	return sorted[max(i, 1)-1].Milliseconds()
}
