package llmlingua2

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// A model that takes longer to open than a request may take is open for the next one.
func TestOpeningOutlivesTheRequest(t *testing.T) {
	var opens atomic.Int64
	release := make(chan struct{})
	l := &lazyModel{Source: Source{Name: "fake", Open: func(ctx context.Context) (*Model, error) {
		opens.Add(1)
		<-release
		return fakeModel("fake", 64), ctx.Err()
	}}}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.open(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if l.opened() != nil {
		t.Fatal("open before it is")
	}
	close(release)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if m, err := l.open(context.Background(), 32); err != nil || m.Window != 64 && m.Window != 32 {
				t.Errorf("got %v, %v", m, err)
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
	l := &lazyModel{Source: Source{Name: "fake", Open: func(context.Context) (*Model, error) {
		switch tries++; tries {
		case 1:
			return nil, errors.New("no disk")
		case 2:
			panic("x")
		}
		return fakeModel("fake", 64), nil
	}}}
	for range 2 {
		if _, err := l.open(context.Background(), 0); err == nil {
			t.Error("no error")
		}
	}
	if m, err := l.open(context.Background(), 0); err != nil || m == nil {
		t.Errorf("got %v, %v", m, err)
	}
}
