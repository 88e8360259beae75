package openloop

import (
	"testing"
	"time"
)

// The times are those of a machine that other programs use, so that only what must
// hold on any is asked.
func TestNothingStartsBeforeItsTime(t *testing.T) {
	p := Plan{Requests: 50, Gap: time.Millisecond, Workers: 4}
	began := make([]time.Time, p.Requests)
	start := time.Now()
	samples, took := Run(p, func(i int) { began[i] = time.Now() })
	if len(samples) != p.Requests || took < 49*time.Millisecond {
		t.Fatalf("%d samples in %v", len(samples), took)
	}
	for i, s := range samples {
		if due := start.Add(time.Duration(i) * p.Gap); began[i].Before(due) {
			t.Errorf("request %d began %v early", i, due.Sub(began[i]))
		}
		if s.Late < 0 || s.Took < s.Late {
			t.Errorf("request %d: %+v", i, s)
		}
	}
}

func TestAStallIsChargedToAllThatWereDueInIt(t *testing.T) {
	const stall = 60 * time.Millisecond
	p := Plan{Requests: 40, Gap: time.Millisecond, Workers: 1}
	samples, _ := Run(p, func(i int) {
		if i == 10 {
			time.Sleep(stall)
		}
	})
	for i := 11; i < 40; i++ {
		if want := stall - time.Duration(i-10)*p.Gap; samples[i].Took < want || samples[i].Late < want {
			t.Errorf("request %d was due %v after the stalled one and took %v, want at least %v",
				i, time.Duration(i-10)*p.Gap, samples[i].Took, want)
		}
	}
}

// A slow answer must not keep the next request from its time while there are workers:
// none of these ends before all have begun.
func TestTheNextDoesNotWaitForAnAnswer(t *testing.T) {
	const n = 8
	arrived, all := make(chan int, n), make(chan struct{})
	go func() {
		for range n {
			<-arrived
		}
		close(all)
	}()
	done := make(chan []Sample)
	go func() {
		samples, _ := Run(Plan{Requests: n, Gap: time.Millisecond, Workers: n}, func(i int) {
			arrived <- i
			<-all
		})
		done <- samples
	}()
	select {
	case samples := <-done:
		if samples[0].Took < (n-1)*time.Millisecond {
			t.Errorf("the first took %v", samples[0].Took)
		}
	case <-time.After(time.Minute):
		t.Fatal("requests wait for each other")
	}
}
