package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/openloop"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// course is what was measured of one job, or of one kind of stream.
type course struct {
	all     []time.Duration
	medians []time.Duration // of the rounds
	late    []time.Duration
	cpu     time.Duration
	behind  int // rounds in which requests came faster than answers
}

func (c *course) add(times []time.Duration) {
	c.all = append(c.all, times...)
	c.medians = append(c.medians, stat.Median(times))
}

// latency sends requests at a fixed rate, mode by mode within a round, and each round
// in another order.
func (l *lab) latency(ctx context.Context) error {
	markdown.Heading("Time of one request, at a fixed rate", "body", "requests/s", "mode", "requests", "p50 ms", "p90 ms", "p99 ms",
		"added to direct, ms (IQR)", "added to bare, ms (IQR)", "CPU ms a request", "errors")
	var late []time.Duration
	var behind []string
	for _, size := range l.sizes {
		jobs := l.plain("", scanned(l.source, size))
		if slices.Contains(l.hits, size) {
			hit, err := l.hit(ctx, l.auto, size)
			if err != nil {
				return err
			}
			jobs = append(jobs, hit)
		}
		rate := l.rate(jobs)
		courses := make([]course, len(jobs))
		for r := range l.rounds {
			for i := range jobs {
				k := (i + r) % len(jobs)
				l.openLoop(jobs[k], rate, &courses[k])
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
		}
		for i, j := range jobs {
			c := &courses[i]
			printLatency(size, rate, j, c, courses)
			late = append(late, c.late...)
			if c.behind > 0 {
				behind = append(behind, fmt.Sprintf("%s at %s (%d of %d rounds)", j.name, sizeName(size), c.behind, l.rounds))
			}
		}
		for _, s := range l.sides() {
			s.to.close()
		}
	}
	slices.Sort(late)
	fmt.Printf("\nTimes count from when a request was due; the generator began them %s ms (p50) and %s ms (p99) later.\n",
		tail(late, 0.5), tail(late, 0.99))
	if behind != nil {
		fmt.Printf("\n**Answers came slower than requests, so that times are those of a queue:** %s.\n", strings.Join(behind, "; "))
	}
	return nil
}

func printLatency(size int, rate float64, j *job, c *course, all []course) {
	slices.Sort(c.all)
	direct, simple := markdown.None, markdown.None
	if j.pid != 0 {
		direct = added(c.medians, all[0].medians)
	}
	if j.pid != 0 && c != &all[1] {
		simple = added(c.medians, all[1].medians)
	}
	markdown.Row(sizeName(size), markdown.Number(rate), j.name, markdown.Count(len(c.all)), tail(c.all, 0.5), tail(c.all, 0.9), tail(c.all, 0.99),
		direct, simple, perRequest(c.cpu, len(c.all)), markdown.Count(j.errs.n.Load()))
}

// rate warms everything up and returns requests a second that no mode is busy with for
// more than the planned share of its time.
func (l *lab) rate(jobs []*job) float64 {
	var slowest time.Duration
	for _, j := range jobs {
		var times []time.Duration
		for began := time.Now(); time.Since(began) < l.each/3 || len(times) < 5; {
			start := time.Now()
			j.run()
			times = append(times, time.Since(start))
		}
		slowest = max(slowest, stat.Median(times))
	}
	r := l.load / slowest.Seconds()
	digits := math.Pow(10, math.Floor(math.Log10(r))-1)
	return math.Floor(r/digits) * digits
}

// openLoop is one mode in one round. Slow requests get up to three times as long, so
// that there are enough of them.
func (l *lab) openLoop(j *job, rate float64, c *course) {
	n := int(max(rate*l.each.Seconds(), min(17, 3*rate*l.each.Seconds()), 3))
	p := openloop.Plan{Requests: n, Gap: time.Duration(float64(time.Second) / rate), Workers: 64}
	before := j.cpu()
	samples, took := openloop.Run(p, func(int) { j.run() })
	c.cpu += j.cpu() - before
	times := make([]time.Duration, len(samples))
	for i, s := range samples {
		times[i] = s.Took
		c.late = append(c.late, s.Late)
	}
	if planned := time.Duration(n) * p.Gap; took > planned+planned/5+100*time.Millisecond {
		c.behind++
	}
	c.add(times)
	time.Sleep(20 * time.Millisecond) // what one mode leaves behind is not the next one's
}
