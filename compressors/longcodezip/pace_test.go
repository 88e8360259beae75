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
