// Package openloop sends requests at times that were fixed before, whatever becomes of
// them, and counts the time of each from then. A server that stands still for a second
// is charged a second for every request that was due in it, by clients that would have
// come, and not only for the one that was under way (coordinated omission).
package openloop

import (
	"runtime"
	"sync"
	"time"
)

// A Plan says what is sent when.
type Plan struct {
	Requests int
	Gap      time.Duration // between two of them
	Workers  int           // most under way at once; more than that wait, and the waiting counts
}

// A Sample is what became of one request.
type Sample struct {
	Late time.Duration // from when it was due until it was begun
	Took time.Duration // from when it was due until it was through
}

// Run calls do with 0, 1, 2, …, each at its time, and returns their samples in that
// order and how long all took.
//
// The worker that waits for the next time is the one that does the work then: to wake
// another one would take longer than many a request.
func Run(p Plan, do func(i int)) (samples []Sample, took time.Duration) {
	samples = make([]Sample, p.Requests)
	turn := make(chan int, 1)
	start := time.Now()
	var wg sync.WaitGroup
	for range p.Workers {
		wg.Go(func() {
			for {
				i := <-turn
				if i >= p.Requests {
					turn <- i
					return
				}
				due := start.Add(time.Duration(i) * p.Gap)
				until(due)
				turn <- i + 1
				samples[i].Late = time.Since(due)
				do(i)
				samples[i].Took = time.Since(due)
			}
		})
	}
	turn <- 0
	wg.Wait()
	return samples, time.Since(start)
}

// early is about how much too late the system wakes a sleeper.
const early = 80 * time.Microsecond

// until returns at t, or at once if that is over.
func until(t time.Time) {
	for {
		d := time.Until(t)
		switch {
		case d <= 0:
			return
		case d > early:
			nap(d - early)
		default:
			runtime.Gosched()
		}
	}
}
