package llmlingua2

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	p := pace{probed: time.Now().Add(time.Hour)}
	if !p.enough(1<<30, time.Millisecond) {
		t.Error("refused before anything is known")
	}
	p.took(100_000, time.Second, false)
	for _, tt := range []struct {
		n    int
		left time.Duration
		want bool
	}{
		{100_000, time.Second, true},
		{149_000, time.Second, true}, // the doubt is the text's
		{200_000, time.Second, false},
		{paceFree, time.Nanosecond, true},
		{100_000, 2 * time.Second, true},
	} {
		if got := p.enough(tt.n, tt.left); got != tt.want {
			t.Errorf("%d bytes in %v: %v", tt.n, tt.left, got)
		}
	}
}

func TestPaceRecovers(t *testing.T) {
	now := time.Unix(100, 0)
	p := pace{now: func() time.Time { return now }}
	p.took(100_000, time.Second, false)
	for range 50 {
		p.took(1000, time.Second, true) // a bad time
	}
	if !p.enough(100_000, time.Second) {
		t.Error("the first is a probe")
	}
	if p.enough(100_000, time.Second) {
		t.Error("another one at once")
	}
	now = now.Add(paceProbe)
	if !p.enough(100_000, time.Second) {
		t.Error("no probe after a while")
	}
	for range 3 { // it went well, and small texts did
		p.took(100_000, time.Second, false)
	}
	for range 2 {
		if !p.enough(100_000, time.Second) {
			t.Error("refused after the bad time")
		}
	}
}

func TestPaceKnowsNothingOfATextThatWasCutFirst(t *testing.T) {
	var p pace
	p.took(1000, time.Second, true)
	if p.rate != 0 {
		t.Errorf("rate %v", p.rate)
	}
}

func TestPaceIsNotSpeededUpByATextThatWasCut(t *testing.T) {
	var p pace
	p.took(10_000, time.Second, false)
	p.took(1_000_000, time.Second, true) // took longer, nobody knows how much
	if p.rate != 10_000 {
		t.Errorf("rate %v", p.rate)
	}
}
