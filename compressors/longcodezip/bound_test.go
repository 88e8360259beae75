package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
)

// functions is a file of n functions.
func functions(n int, name string) string {
	var all []string
	for i := range n {
		all = append(all, function(fmt.Sprintf("%s%d", name, i), 8))
	}
	return program(all...)
}

// A model reads no more bytes for a query than it is to, the best first.
func TestBytesThatAreRead(t *testing.T) {
	text := functions(12, "F")
	one := len(function("F1", 8))
	for _, tt := range []struct {
		name  string
		bytes int
		want  []string
	}{
		{"three", 3*one + one/2, []string{"stepF3(", "stepF7(", "stepF9("}},
		{"at_least_one", 1, []string{"stepF7("}},
		{"all", 100 * one, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake := &fakeScorer{}
			pre := telling("stepF7(=9", "stepF3(=8", "stepF9(=7")
			c := newFake(t, fake, func(o *Options) { o.MaxScoredBytes, o.Prefilter = tt.bytes, pre })
			req := oneFile("a.go", text, "x", pith.Budget{Rate: 0.5})
			req.Options.Code.RankOnly = true
			res := compressed(t, c, req)
			if tt.want == nil {
				if len(fake.read) < 12 || len(res.Warnings) > 0 {
					t.Errorf("read %d, warnings %q", len(fake.read), res.Warnings)
				}
				return
			}
			if len(fake.read) != len(tt.want) || len(res.Warnings) != 1 || !strings.Contains(res.Warnings[0], fmt.Sprintf("the %d that share", len(tt.want))) {
				t.Fatalf("read %d: %q, warnings %q", len(fake.read), fake.read, res.Warnings)
			}
			for i, w := range tt.want {
				if !strings.Contains(fake.read[i], w) {
					t.Errorf("read %q, want %s", fake.read[i], w)
				}
			}
		})
	}
}

// Without a query a model reads all of a context or nothing of it, whatever else there is.
func TestContextsThatAreRead(t *testing.T) {
	small, big := functions(4, "F"), functions(20, "G")
	for name, bound := range map[string]func(*Options){
		"bytes": func(o *Options) { o.MaxScoredBytes = 2 * len(small) },
		"parts": func(o *Options) { o.MaxScored = 8 },
	} {
		t.Run(name, func(t *testing.T) {
			result := func(contexts ...string) ([]pith.ContextResult, *fakeScorer) {
				fake := &fakeScorer{}
				req := pith.Request{}
				for i, text := range contexts {
					req.Contexts = append(req.Contexts, pith.Context{ID: fmt.Sprintf("%d.go", i), Text: pith.Text(text), Budget: pith.Budget{Rate: 0.5}})
				}
				req.Options.Code.RankOnly = true
				return compressed(t, newFake(t, fake, bound), req).Contexts, fake
			}
			alone, _ := result(small)
			out, fake := result(small, big, small)
			for _, i := range []int{0, 2} {
				if out[i].Text != alone[0].Text || len(out[i].Warnings) > 0 {
					t.Errorf("%d: other text beside others, or warnings %q", i, out[i].Warnings)
				}
			}
			if len(out[1].Warnings) != 1 || out[1].Status != pith.StatusCompressed {
				t.Errorf("%s, warnings %q", out[1].Status, out[1].Warnings)
			}
			if len(fake.lined) == 0 || slices.ContainsFunc(fake.lined, func(s string) bool { return strings.Contains(s, "stepG") }) {
				t.Errorf("read %q", fake.lined)
			}
		})
	}
}

// What is expected to be read is what is read.
func TestReading(t *testing.T) {
	file := func(context *contextRun, n int) (out []passage) {
		for range n {
			out = append(out, passage{strings.Repeat("x", 1000), []*leaf{{item: &item{file: &file{context: context}}}}})
		}
		return out
	}
	passages := slices.Concat(file(&contextRun{}, 3), file(&contextRun{}, 7))
	for _, tt := range []struct {
		name, query  string
		parts, bytes int
		want         int
	}{
		{"all", "query", 100, 100_000, 10_000 + 2500 + 10*5},
		{"parts", "query", 4, 100_000, 4000 + 1000 + 4*5},
		{"bytes", "query", 100, 2500, 2000 + 500 + 2*5},
		{"one", "query", 100, 1, 1000 + 250 + 5},
		{"no_query", "", 100, 100_000, 10_000 + 2500},
		{"no_query_bytes", "", 100, 5000, 3000 + 750},
		{"no_query_parts", "", 3, 100_000, 3000 + 750},
		{"no_query_nothing", "", 2, 100_000, 0},
	} {
		r := &run{query: tt.query, opts: &Options{MaxScored: tt.parts, MaxScoredBytes: tt.bytes}}
		if got := r.reading(passages); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// A model that takes too long, or does not open, leaves time for the scorer that stands in
// for it.
func TestTimeIsLeftToTheOther(t *testing.T) {
	forever := &fakeScorer{gains: func(ctx context.Context, _ string, _ []string) ([]float64, Usage, error) {
		<-ctx.Done()
		return nil, Usage{}, ctx.Err()
	}}
	slow := forever.source()
	slow.Open = func(context.Context) (Scorer, error) { time.Sleep(time.Hour); return forever, nil }
	for name, s := range map[string]Source{"reads": forever.source(), "opens": slow} {
		for _, hasty := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s_%t", name, hasty), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newFake(t, forever, func(o *Options) { o.Scorers[0] = s })
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					begun := time.Now()
					req := oneFile("a.go", goldenGo, "discount of regular customers", pith.Budget{Rate: 0.5})
					req.Hasty = hasty
					res, err := c.Compress(ctx, req)
					if err != nil {
						t.Fatal(err)
					}
					want := "there was no time for fake, so bm25 ranked the code"
					if !res.Passing || !slices.Equal(res.Models, []string{"bm25"}) || !slices.Equal(res.Warnings, []string{want}) {
						t.Errorf("by %v, passing %v, warnings %q", res.Models, res.Passing, res.Warnings)
					}
					if d := time.Since(begun); d != 13*time.Second {
						t.Errorf("after %v", d)
					}
					req.Model = "fake"
					if _, err := c.Compress(ctx, req); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 20*time.Second {
						t.Errorf("named: %v after %v", err, time.Since(begun))
					}
					time.Sleep(2 * time.Hour) // until it is open
				})
			})
		}
	}
}

// The context of an attempt ends with it.
func TestAttemptIsCancelled(t *testing.T) {
	var seen context.Context
	fake := &fakeScorer{}
	fake.gains = func(ctx context.Context, _ string, chunks []string) ([]float64, Usage, error) {
		seen = ctx
		return make([]float64, len(chunks)), Usage{}, nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	res, err := newFake(t, fake).Compress(ctx, oneFile("a.go", goldenGo, "discount", pith.Budget{Rate: 0.5}))
	if err != nil || res.Passing || !slices.Equal(res.Models, []string{"fake"}) {
		t.Errorf("got %v, passing %v, %v", res.Models, res.Passing, err)
	}
	if seen.Err() == nil || ctx.Err() != nil {
		t.Error("the attempt's context goes on")
	}
}

// What was read in part is warned of, read just now or remembered.
func TestMemoryKeepsWhatWasCut(t *testing.T) {
	fake := &fakeScorer{}
	fake.gains = func(_ context.Context, query string, chunks []string) ([]float64, Usage, error) {
		gains, usage := make([]float64, len(chunks)), Usage{}
		for i, c := range chunks {
			gains[i] = overlap(query, c)
			if strings.Contains(c, "func discount") {
				usage.Truncated, usage.Cut = usage.Truncated+1, append(usage.Cut, i)
			}
		}
		return gains, usage, nil
	}
	c := newFake(t, fake)
	req := oneFile("a.go", goldenGo, "discount of regular customers", pith.Budget{Rate: 0.5})
	want := compressed(t, c, req).Warnings
	if len(want) != 1 || !strings.Contains(want[0], "longer than the scorer reads") {
		t.Fatalf("warnings %q", want)
	}
	req.Memory = newMemory()
	for range 2 {
		if got := compressed(t, c, req).Warnings; !slices.Equal(got, want) {
			t.Errorf("with a memory %q, want %q", got, want)
		}
	}
}

// The bytes that count are of those that rank first, not of those that come first.
func TestBytesOfTheBest(t *testing.T) {
	sizes := []int{10, 500, 20, 300, 400}
	pre := &fakeScorer{gains: func(_ context.Context, _ string, chunks []string) ([]float64, Usage, error) {
		gains := make([]float64, len(chunks))
		for i, c := range chunks {
			gains[i] = float64(len(c))
		}
		return gains, Usage{}, nil
	}}
	var passages []passage
	for _, n := range sizes {
		passages = append(passages, passage{text: strings.Repeat("x", n)})
	}
	r := &run{query: "q", opts: &Options{MaxScored: 5, MaxScoredBytes: 950, Prefilter: pre}}
	best, rest, err := r.prefilter(t.Context(), passages)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, p := range slices.Concat(best, rest) {
		got = append(got, len(p.text))
	}
	if want := []int{500, 400, 300, 20, 10}; len(best) != 2 || !slices.Equal(got, want) {
		t.Errorf("%d of %v, want 2 of %v", len(best), got, want)
	}
}
