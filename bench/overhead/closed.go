package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// miss sends texts that were never seen, one after the other: the time is the
// compressor's, and a different matter from what the proxy adds.
func (l *lab) miss(ctx context.Context) error {
	markdown.Heading("Texts seen for the first time, one client", "body", "mode", "requests", "p50 ms", "most ms", "CPU ms a request", "errors")
	for _, size := range slices.Sorted(maps.Keys(l.misses)) {
		for _, s := range []side{l.direct, l.auto} {
			if s.pid != 0 {
				s.name = "pith, memo miss"
			}
			log := l.log()
			var times []time.Duration
			before := s.cpu()
			for range l.misses[size] {
				body := chat(l.asking(size))
				j := job{s, requestFor("", body, deadline...), passed(body, anything), log}
				if s.pid != 0 {
					j.check = shortened(body, 0, 1, nil)
				}
				start := time.Now()
				j.run()
				times = append(times, time.Since(start))
			}
			cpu := s.cpu() - before
			slices.Sort(times)
			markdown.Row(sizeName(size), s.name, markdown.Count(len(times)), markdown.Millis(stat.Quantile(times, 0.5)), markdown.Millis(stat.Quantile(times, 1)),
				perRequest(cpu, len(times)), markdown.Count(log.n.Load()))
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// saturation lets clients send one request after the other as fast as they get answers.
func (l *lab) saturation(ctx context.Context) error {
	const size = 4 * kb
	jobs := l.plain("", scanned(l.source, size))
	hit, err := l.hit(ctx, l.auto, size)
	if err != nil {
		return err
	}
	jobs = append(jobs, hit)
	rates, courses := make([][]float64, len(jobs)), make([]course, len(jobs))
	for r := range l.bursts {
		for i := range jobs {
			k := (i + r) % len(jobs)
			rates[k] = append(rates[k], l.closedLoop(jobs[k], &courses[k]))
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	markdown.Heading(fmt.Sprintf("As fast as %d clients can, %s", l.clients, sizeName(size)), "mode", "requests", "requests/s (IQR)", "of direct", "of bare",
		"p50 ms", "p99 ms", "CPU ms a request", "errors")
	median := func(i int) float64 { return stat.SpreadOf(rates[i]).Median }
	for i, j := range jobs {
		c := &courses[i]
		slices.Sort(c.all)
		markdown.Row(j.name, markdown.Count(len(c.all)), spread(stat.SpreadOf(rates[i])), percent(median(i)/median(0)), percent(median(i)/median(1)),
			tail(c.all, 0.5), tail(c.all, 0.99), perRequest(c.cpu, len(c.all)), markdown.Count(j.errs.n.Load()))
	}
	return nil
}

func percent(x float64) string { return fmt.Sprintf("%.0f%%", 100*x) }

// closedLoop returns the requests a second of one mode in one round.
func (l *lab) closedLoop(j *job, c *course) float64 {
	times := make([][]time.Duration, l.clients)
	before, began := j.cpu(), time.Now()
	var wg sync.WaitGroup
	for i := range l.clients {
		wg.Go(func() {
			for time.Since(began) < l.burst {
				start := time.Now()
				j.run()
				times[i] = append(times[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	c.cpu += j.cpu() - before
	all := slices.Concat(times...)
	c.add(all)
	return float64(len(all)) / took.Seconds()
}
