package reader

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// worst of "q N" with 8 tokens at a dollar a token, and what it costs.
const (
	worstDollars  = 2 + frameTokens + 8
	actualDollars = 2 + 2
	dollarAToken  = 1e6
)

func capped(dollars float64) func(*Options) {
	return func(o *Options) { o.Input, o.Output, o.MaxDollars = dollarAToken, dollarAToken, dollars }
}

func TestCap(t *testing.T) {
	tests := []struct {
		name    string
		dollars float64
		want    int // answers
	}{
		{"below_one", worstDollars - 1e-9, 0},
		{"exactly_one", worstDollars, 1},
		{"two", worstDollars + actualDollars, 2},
		{"just_not_three", worstDollars + 2*actualDollars - 1e-9, 2},
	}
	for _, tt := range tests {
		for _, callers := range []int{1, 50} {
			t.Run(fmt.Sprint(tt.name, "_of_", callers), func(t *testing.T) {
				v, url := serve(t, fakevendor.Options{})
				c, _ := client(t, url, capped(tt.dollars))
				if got := answers(c, callers, 50); got != tt.want {
					t.Errorf("%d answers, want %d", got, tt.want)
				}
				s := c.Spent()
				if s.Dollars > tt.dollars || s.Dollars != float64(tt.want)*actualDollars || v.Ledger().Totals.Received != tt.want {
					t.Errorf("spent %+v", s)
				}
				if c.o.Store.InDoubt() != 0 {
					t.Error("in doubt, though not sent")
				}
			})
		}
	}
}

// answers asks n prompts, some at a time, and returns how many the cap let through.
func answers(c *Client, callers, n int) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	given := 0
	next := make(chan int)
	for range callers {
		wg.Go(func() {
			for i := range next {
				_, err := c.Answer(context.Background(), Prompt{Text: fmt.Sprint("q ", i), MaxTokens: 8})
				mu.Lock()
				switch {
				case err == nil:
					given++
				case !errors.Is(err, ErrCap):
					given = -1000
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return given
}

// What earlier runs paid for this one's answers counts, once each; what is on disk is
// given even past the cap.
func TestCapOutlivesRuns(t *testing.T) {
	dir := t.TempDir()
	_, url := serve(t, fakevendor.Options{})
	run := func(dollars float64, prompts int) (int, Totals) {
		s, err := OpenStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c, _ := client(t, url, func(o *Options) { capped(dollars)(o); o.Store = s })
		answers(c, 1, prompts)
		return answers(c, 1, prompts), c.Spent()
	}
	const two = worstDollars + actualDollars
	if n, s := run(two, 3); n != 2 || s.Dollars != 2*actualDollars || s.Earlier != 0 {
		t.Errorf("first run: %d answers, %+v", n, s)
	}
	if n, s := run(two, 3); n != 2 || s.Dollars != 0 || s.Earlier != 2*actualDollars {
		t.Errorf("second run: %d answers, %+v", n, s)
	}
	if n, s := run(two+actualDollars, 3); n != 3 || s.Dollars != actualDollars || s.Earlier != 2*actualDollars {
		t.Errorf("third run: %d answers, %+v", n, s)
	}
	if n, _ := run(1, 3); n != 3 {
		t.Errorf("past the cap: %d of 3 stored answers", n)
	}
}

// A call in doubt may have been charged: its worst case is not spent a second time.
func TestCapCountsDoubt(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Drop: true})})
	c, _ := client(t, url, capped(2*worstDollars-1))
	if _, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8}); !errors.Is(err, ErrCap) {
		t.Errorf("got %v", err)
	}
	if s := c.Spent(); s.DoubtDollars != worstDollars || s.Dollars != 0 || s.InDoubt != 0 {
		t.Errorf("spent %+v", s)
	}
	if c.o.Store.InDoubt() != 1 {
		t.Error("the doubt is forgotten")
	}
}

func TestSharedMeter(t *testing.T) {
	_, url := serve(t, fakevendor.Options{})
	m := NewMeter(worstDollars)
	share := func(o *Options) { capped(0)(o); o.Meter = m }
	a, _ := client(t, url, share)
	b, _ := client(t, url, share)
	if n := answers(a, 1, 1) + answers(b, 1, 1); n != 1 {
		t.Errorf("%d answers under a cap for one", n)
	}
	if a.Spent() != b.Spent() {
		t.Error("totals differ")
	}
}

func TestSmallAmountsAreSaid(t *testing.T) {
	for p, want := range map[pico]string{
		0: "0.0000", 1: "0.000000000001", 123456: "0.000000123", 9_999e6: "0.01000", 1e10: "0.0100", 5e12: "5.0000",
	} {
		if got := p.String(); got != want {
			t.Errorf("%d: got %s, want %s", int64(p), got, want)
		}
	}
	m := NewMeter(0.00002)
	err := m.reserve(t.Context(), cost(21, 1))
	if err == nil || !strings.Contains(err.Error(), "$0.0000 of $0.0000200 are used and the next call may cost $0.0000210;") {
		t.Errorf("got %v", err)
	}
}

func TestCapNeedsALimit(t *testing.T) {
	v, url := serve(t, fakevendor.Options{})
	c, _ := client(t, url, capped(1000))
	if _, err := c.Answer(t.Context(), Prompt{Text: "q"}); err == nil || v.Ledger().Totals.Received != 0 {
		t.Errorf("got %v", err)
	}
}

func TestWaitForRoomEnds(t *testing.T) {
	m := NewMeter(1)
	if err := m.reserve(t.Context(), 1e12); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.reserve(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAmountsDoNotOverflow(t *testing.T) {
	if c := cost(math.MaxInt, 1e9); c != 1e17 {
		t.Errorf("cost %d", c)
	}
	if c := cost(3, 0.15); c != 450_000 { // dollars·10⁻¹²
		t.Errorf("cost %d", c)
	}
	if err := NewMeter(1e-20).reserve(t.Context(), 2); !errors.Is(err, ErrCap) {
		t.Errorf("a tiny cap: %v", err)
	}
	m := NewMeter(math.MaxFloat64)
	for range 10 {
		if err := m.reserve(t.Context(), cost(math.MaxInt, 1e9)); err != nil {
			t.Fatal(err)
		}
	}
}
