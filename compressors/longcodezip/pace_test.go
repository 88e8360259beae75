package longcodezip

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
)

// A hasty request takes the scorer that needs no model while its own is not open, and
// where it cannot be through in time; any other waits for its own.
func TestHaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := time.Duration(0) // of one call
		f := &fakeScorer{}
		f.gains = func(_ context.Context, query string, chunks []string) ([]float64, Usage, error) {
			time.Sleep(reads)
			return make([]float64, len(chunks)), Usage{}, nil
		}
		opens := 0
		s := f.source()
		s.Open = func(context.Context) (Scorer, error) {
			opens++
			time.Sleep(time.Second)
			return f, nil
		}
		c := newFake(t, f, func(o *Options) { o.Scorers[0] = s })
		var text strings.Builder
		for i := range 200 {
			fmt.Fprintf(&text, "def f%d(a):\n    b = a + %d\n    return b\n\n", i, i)
		}
		req := oneFile("a.py", text.String(), "where is b?", pith.Budget{Rate: 0.5})
		used := func(hasty bool, limit time.Duration) string {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			req.Hasty = hasty
			res, err := c.Compress(ctx, req)
			if err != nil {
				t.Fatal(err)
			}
			if quick := res.Models[0] == "bm25"; quick != res.Passing || quick != (len(res.Warnings) > 0) {
				t.Errorf("by %s: passing %v, warnings %q", res.Models[0], res.Passing, res.Warnings)
			}
			return res.Models[0]
		}
		for range 2 {
			if got := used(true, 100*time.Millisecond); got != "bm25" {
				t.Errorf("not open: %s", got)
			}
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if opens != 1 {
			t.Errorf("opened %d times", opens)
		}
		if got := used(true, time.Minute); got != "fake" {
			t.Errorf("open, with a minute: %s", got)
		}
		reads = 10 * time.Second
		for range 12 { // until it is known
			used(false, time.Hour)
		}
		if got := used(true, 2*time.Second); got != "bm25" {
			t.Errorf("slow, with two seconds: %s", got)
		}
		if got := used(true, time.Hour); got != "fake" {
			t.Errorf("slow, with an hour: %s", got)
		}
		req.Model = "fake"
		if got := used(true, time.Hour); got != "fake" {
			t.Errorf("named: %s", got)
		}
		req.Model = ""
		reads = 0
		for range 120 { // a bad moment passes, if only requests in haste come
			used(true, 2*time.Second)
		}
		if got := used(true, 2*time.Second); got != "fake" {
			t.Errorf("after many refusals: %s", got)
		}
	})
}

// A scorer is waited for while it opens if there is time.
func TestHasteWaitsForTheOpening(t *testing.T) {
	for limit, want := range map[time.Duration]string{4 * time.Second: "bm25", time.Minute: "fake"} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeScorer{}
			s := f.source()
			s.Open = func(context.Context) (Scorer, error) { time.Sleep(time.Second); return f, nil }
			c := newFake(t, f, func(o *Options) { o.Scorers[0] = s })
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			req := oneFile("a.go", goldenGo, "discount of regular customers", pith.Budget{Rate: 0.5})
			req.Hasty = true
			if res, err := c.Compress(ctx, req); err != nil || res.Models[0] != want {
				t.Errorf("with %v: %v, %v", limit, res.Models, err)
			}
			time.Sleep(time.Minute) // until it is open
		})
	}
}

// Refusals raise the rate, though nothing was read yet.
func TestPaceHopes(t *testing.T) {
	var p pace
	if p.enough(2*paceStart, time.Second) {
		t.Fatal("enough at once")
	}
	for range 60 {
		p.enough(1<<30, time.Second)
	}
	if !p.enough(2*paceStart, time.Second) {
		t.Error("not enough after many refusals")
	}
}

// What others read takes time, too, and is not taken for slowness.
func TestPaceOfSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, rate = 8 << 10, 8 << 10
		p := pace{rate: rate}
		if !p.enough(n, 2*time.Second) {
			t.Error("not enough alone")
		}
		var ends []func(bool)
		for range 8 {
			ends = append(ends, p.begin(n))
		}
		if p.enough(n, 9*time.Second) || !p.enough(n, 11*time.Second) {
			t.Error("those under way do not count")
		}
		time.Sleep(8 * n / rate * time.Second)
		for _, end := range ends {
			end(true)
		}
		if p.flight != 0 || p.rate < rate/2 || p.rate > rate*1.1 {
			t.Errorf("%d in flight, rate %v", p.flight, p.rate)
		}
	})
}

// A reading that was broken off says that the scorer is slow, but not that it is fast.
func TestPaceOfWhatWasBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 8 << 10
		for _, tt := range []struct {
			name         string
			rate         float64
			took         time.Duration
			lower, equal bool
		}{
			{"slow", 8 << 10, 10 * time.Second, true, false},
			{"at_once", 8 << 10, time.Millisecond, false, true},
			{"slow_and_unknown", 0, 10 * time.Second, true, false},
			{"at_once_and_unknown", 0, time.Millisecond, false, true},
		} {
			p := pace{rate: tt.rate}
			end := p.begin(n)
			time.Sleep(tt.took)
			end(false)
			was := tt.rate
			if was == 0 {
				was = paceStart
			}
			if p.rate < was != tt.lower || (p.rate == was) != tt.equal || p.flight != 0 {
				t.Errorf("%s: rate %v, was %v", tt.name, p.rate, was)
			}
		}
	})
}
