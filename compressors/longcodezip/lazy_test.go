package longcodezip

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A scorer that takes longer to open than a request may take is open for the next one.
func TestOpeningOutlivesTheRequest(t *testing.T) {
	var opens atomic.Int64
	release := make(chan struct{})
	l := &lazyScorer{Source: Source{Name: "fake", Open: func(ctx context.Context) (Scorer, error) {
		opens.Add(1)
		<-release
		return &fakeScorer{}, ctx.Err()
	}}}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.open(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if l.opened() != nil {
		t.Fatal("open before it is")
	}
	close(release)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if s, err := l.open(context.Background()); err != nil || s == nil {
				t.Errorf("got %v, %v", s, err)
			}
		})
	}
	wg.Wait()
	if n := opens.Load(); n != 1 || l.opened() == nil {
		t.Errorf("opened %d times", n)
	}
}

// What did not open is tried again, but not at once, and each try is told of once.
func TestOpeningIsTriedAgain(t *testing.T) {
	synctest.Test(t, openTriedAgain)
}

func openTriedAgain(t *testing.T) {
	tries := 0
	var told []string
	tell := func(name string, err error) { told = append(told, name+": "+err.Error()) }
	l := &lazyScorer{failed: tell, Source: Source{Name: "fake", Open: func(context.Context) (Scorer, error) {
		switch tries++; tries {
		case 1:
			return nil, errors.New("no disk")
		case 2:
			panic("x")
		case 3:
			return nil, nil
		}
		return &fakeScorer{}, nil
	}}}
	for i := range 3 {
		_, first := l.open(context.Background())
		if first == nil {
			t.Error("no error")
		}
		time.Sleep(holdFailure - 1)
		if _, err := l.open(context.Background()); err != first || tries != i+1 {
			t.Errorf("soon after: %v after %d tries, want %v", err, tries, first)
		}
		time.Sleep(time.Nanosecond)
	}
	if len(told) != 3 || told[0] != "fake: open scorer fake: no disk" {
		t.Errorf("told of %q", told)
	}
	if s, err := l.open(context.Background()); err != nil || s == nil {
		t.Errorf("got %v, %v", s, err)
	}
}
