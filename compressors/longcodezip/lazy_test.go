package longcodezip

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
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

func TestOpeningIsTriedAgain(t *testing.T) {
	tries := 0
	l := &lazyScorer{Source: Source{Name: "fake", Open: func(context.Context) (Scorer, error) {
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
	for range 3 {
		if _, err := l.open(context.Background()); err == nil {
			t.Error("no error")
		}
	}
	if s, err := l.open(context.Background()); err != nil || s == nil {
		t.Errorf("got %v, %v", s, err)
	}
}
