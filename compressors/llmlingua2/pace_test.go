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
	p.took(100_000, time.Second)
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
	p.took(100_000, time.Second)
	for range 50 {
		p.took(7000, time.Second) // a bad time
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
	for range 4 { // it went well, though it was cut
		p.took(90_000, time.Second)
	}
	for range 2 {
		if !p.enough(100_000, time.Second) {
			t.Error("refused after the bad time")
		}
	}
}

// Short texts wait and use one core: nothing is learned from them.
func TestPaceOfShortTexts(t *testing.T) {
	var p pace
	p.took(100_000, time.Second)
	for range 200 {
		p.took(1000, 80*time.Millisecond)
	}
	p.took(0, time.Second)
	if p.rate != 100_000 {
		t.Errorf("rate %v", p.rate)
	}
}
