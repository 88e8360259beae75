package reader

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestOnce(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name   string
		cancel bool // the leader's context
		err    error
		asked  int
		want   error // of the follower
	}{
		{"answer_is_shared", false, nil, 1, nil},
		{"answer_after_cancel_is_shared", true, nil, 1, nil},
		{"error_is_shared", false, boom, 1, boom},
		{"cancelled_leader_is_replaced", true, context.Canceled, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f flights
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				asked, release := 0, make(chan struct{})
				go f.once(ctx, digest{}, func() (bought, error) {
					asked++
					<-release
					return bought{Answer: Answer{Text: "first"}}, tt.err
				})
				synctest.Wait()
				var err error
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, _, err = f.once(t.Context(), digest{}, func() (bought, error) { asked++; return bought{}, nil })
				}()
				synctest.Wait()
				if asked != 1 {
					t.Fatalf("asked %d times while one is under way", asked)
				}
				if tt.cancel {
					cancel()
				}
				close(release)
				<-done
				if asked != tt.asked || !errors.Is(err, tt.want) {
					t.Errorf("asked %d times, error %v", asked, err)
				}
				if len(f.by) != 0 {
					t.Error("a flight is left")
				}
			})
		})
	}
}

// A follower whose own context ends does not wait, and a leader that panics keeps nobody.
func TestOnceLetsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		release := make(chan struct{})
		go func() {
			defer func() { _ = recover() }()
			f.once(t.Context(), digest{}, func() (bought, error) { <-release; panic("boom") })
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		go func() { _, _, err := f.once(ctx, digest{}, nil); errs <- err }()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		go func() {
			_, led, _ := f.once(t.Context(), digest{}, func() (bought, error) { return bought{}, nil })
			if !led {
				t.Error("followed a leader that panicked")
			}
			errs <- nil
		}()
		synctest.Wait()
		close(release)
		<-errs
	})
}
