package proxy

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	var p pace
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
	var p pace
	p.took(10_000, time.Second, true) // one bad moment
	for range 200 {
		if p.enough(100_000, time.Second) {
			return
		}
	}
	t.Error("refused for ever")
}

func TestPaceIsNotSpeededUpByATextThatWasCut(t *testing.T) {
	var p pace
	p.took(10_000, time.Second, false)
	p.took(1_000_000, time.Second, true) // took longer, nobody knows how much
	if p.rate != 10_000 {
		t.Errorf("rate %v", p.rate)
	}
}
