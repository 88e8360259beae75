package cache

import (
	"testing"
	"time"
)

func newBreaker() (*breaker, *fakeTime) {
	clock := newTime()
	return &breaker{now: clock.Now}, clock
}

func TestBreakerOpensAfterFailuresInARow(t *testing.T) {
	b, clock := newBreaker()
	for i := range 3 * mostInRow {
		if opened := b.report(i%mostInRow == mostInRow-1); opened {
			t.Fatalf("opened at call %d, with a good one in each row", i)
		}
		clock.Add(window * time.Second) // so that the share does not count
	}
	for i := range mostInRow {
		if ok, _ := b.allow(); !ok {
			t.Fatalf("open after %d failures", i)
		}
		if opened := b.report(false); opened != (i == mostInRow-1) {
			t.Errorf("failure %d: opened is %v", i+1, opened)
		}
	}
	if ok, probe := b.allow(); ok || probe {
		t.Errorf("just opened: allow is %v, probe %v", ok, probe)
	}
}

func TestBreakerOpensOnTheShareOfFailures(t *testing.T) {
	for name, row := range map[string]struct {
		calls, every int // every so many calls one fails
		apart        time.Duration
		want         bool
	}{
		"one_of_five":               {1000, 5, time.Millisecond, false},
		"one_of_four":               {1000, 4, time.Millisecond, true},
		"one_of_two_of_few":         {fewest - 1, 2, time.Millisecond, false},
		"one_of_two_of_just_enough": {fewest, 2, time.Millisecond, true},
		"one_of_two_slowly":         {1000, 2, time.Second, false}, // never enough in one window
	} {
		b, clock := newBreaker()
		opened := false
		for i := range row.calls {
			opened = b.report((i+1)%row.every != 0) || opened
			clock.Add(row.apart)
		}
		if opened != row.want {
			t.Errorf("%s: opened is %v, want %v", name, opened, row.want)
		}
	}
}

func TestBreakerForgetsOldFailures(t *testing.T) {
	b, clock := newBreaker()
	for i := range fewest - 1 {
		b.report(i%2 == 0)
	}
	clock.Add(window * time.Second)
	for i := range fewest {
		if b.report(i%6 != 0) {
			t.Fatal("failures of ten seconds ago count")
		}
	}
}

func TestBreakerProbes(t *testing.T) {
	b, clock := newBreaker()
	for range mostInRow {
		b.report(false)
	}
	step := func(what string, wantProbe bool, wantState string) {
		t.Helper()
		ok, probe := b.allow()
		if ok || probe != wantProbe || b.state() != wantState {
			t.Errorf("%s: allow %v, probe %v, %s; want probe %v, %s", what, ok, probe, b.state(), wantProbe, wantState)
		}
	}
	step("at once", false, "open")
	clock.Add(pause - 1)
	step("just before the pause is over", false, "open")
	clock.Add(1)
	step("after the pause", true, "half_open")
	step("while a probe is under way", false, "half_open")
	if b.report(true); b.state() != "half_open" {
		t.Error("a call from before closed it")
	}
	b.probed(false)
	step("after a probe that failed", false, "open")
	clock.Add(pause)
	step("after the next pause", true, "half_open")
	b.probed(true)
	if ok, _ := b.allow(); !ok || b.state() != "closed" {
		t.Errorf("after a good probe: allow %v, %s", ok, b.state())
	}
	for i := range mostInRow - 1 {
		if b.report(false) {
			t.Errorf("failures of before count: opened after %d", i+1)
		}
	}
}
