package suite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/eval/reader"
)

func TestSameHoweverItRuns(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	o := readerRun("")
	o.Concurrency = 1
	want := mustRun(t, o)
	runtime.GOMAXPROCS(4)
	for seed := range 5 {
		// Calls end in another order each time.
		var n atomic.Int64
		shuffle := func() {
			for range (n.Add(1) * int64(seed+1) * 7919) % 23 {
				runtime.Gosched()
			}
		}
		o := readerRun(t.TempDir())
		o.Concurrency = 1 + seed
		o.Arms = fakeArms(func(string, eval.Item, eval.Limit) error { shuffle(); return nil })
		o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			shuffle()
			return finds(ctx, p)
		}}
		same(t, fmt.Sprint("seed ", seed), mustRun(t, o), want)
	}
}

func TestResumeAsksNobody(t *testing.T) {
	dir := t.TempDir()
	o := readerRun(dir)
	first := watch(&o)
	want := mustRun(t, o)
	// 11 items for none, random and head, 8 for ours, 11 for own; all but the last
	// task's are read.
	const arms, reads = 11 + 2*11 + 2*11 + 2*8 + 11, 9 + 2*9 + 2*9 + 2*6 + 9
	if first.arms != arms || first.readers != reads {
		t.Errorf("%d calls of arms and %d of the reader; want %d and %d", first.arms, first.readers, arms, reads)
	}
	second := watch(&o)
	steps := 0
	o.Progress = func(done, total int) {
		if steps++; done != steps || total != arms {
			t.Errorf("progress %d of %d at step %d", done, total, steps)
		}
	}
	same(t, "resumed", mustRun(t, o), want)
	if second.arms+second.readers != 0 || steps != arms {
		t.Errorf("all was on disk, yet %d and %d calls; %d steps", second.arms, second.readers, steps)
	}
}

func TestOnlyTheSameComesFromDisk(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Options)
		want   int // calls of arms
	}{
		{"nothing", func(*Options) {}, 0},
		{"seed_and_prices", func(o *Options) { o.Seed, o.Input, o.Resamples, o.Against = 9, 3, 50, "none" }, 0},
		{"state_of_one_arm", func(o *Options) { o.Arms[3].State = "v2" }, 2 * 8},
		{"one_text", func(o *Options) { o.Set.Items[0].Context += " more" }, 8},
		{"answers_of_one_item", func(o *Options) { o.Set.Items[0].Answers = []string{"gold0", "x"} }, 8},
		{"prompt_of_one_task", func(o *Options) { o.Set.Tasks[1].Prompt += "!" }, 3 * 6},
		{"metric_of_one_task", func(o *Options) { o.Set.Tasks[1].Metric = "" }, 3 * 6},
		{"a_new_rate", func(o *Options) { o.Rates = append(o.Rates, 0.1) }, 11 + 11 + 8},
		{"counter", func(o *Options) { o.Counter = eval.Chars }, 82},
		{"what_a_measure_says", func(o *Options) {
			o.Measures = []measure.Measure{fakeMeasure{"survival", "another", survives}, offline()[1]}
		}, 82},
		{"settings", func(o *Options) { o.Reader = settled{fakeReader{"fake", finds}} }, 82},
		{"reader", func(o *Options) { o.Reader = fakeReader{"other", finds} }, 82},
		{"another_main_baseline", func(o *Options) { o.Against = "head" }, 2}, // in two examples
		{"more_examples", func(o *Options) { o.Examples = 3 }, 3},             // random, ours, own of one item
		{"fewer_examples", func(o *Options) { o.Examples = 1 }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := readerRun(t.TempDir())
			mustRun(t, o)
			n := watch(&o)
			tt.change(&o)
			got := mustRun(t, o)
			if n.arms != tt.want {
				t.Errorf("%d calls of arms, want %d", n.arms, tt.want)
			}
			o.Dir = ""
			same(t, "resumed", got, mustRun(t, o))
		})
	}
}

func TestErrorsSayWhere(t *testing.T) {
	// One item and one processor at a time, so that the first call is known.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, tt := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"arm", func(o *Options) {
			o.Arms = fakeArms(func(arm string, item eval.Item, _ eval.Limit) error {
				if arm == "ours" && item.ID == "0-4" {
					return errFake
				}
				return nil
			})
		}, "suite: arm ours, rate 0.5, item 0-4: out of order; "},
		{"fixed_arm", func(o *Options) {
			o.Arms = fakeArms(func(arm string, _ eval.Item, _ eval.Limit) error {
				if arm == "own" {
					return errFake
				}
				return nil
			})
		}, "suite: arm own, item 0-0: out of order; "},
		{"measure", func(o *Options) {
			o.Measures = []measure.Measure{fakeMeasure{"bad", "", func(eval.Item, eval.Kept) (float64, bool, error) { return 0, false, errFake }}}
		}, "suite: arm none, item 0-0: measure bad: out of order; "},
		{"not_finite", func(o *Options) {
			o.Measures = []measure.Measure{fakeMeasure{"bad", "", func(eval.Item, eval.Kept) (float64, bool, error) { return math.NaN(), true, nil }}}
		}, "suite: arm none, item 0-0: measure bad: the value NaN is not finite; "},
		{"reader", func(o *Options) {
			o.Reader = fakeReader{"bad", func(context.Context, reader.Prompt) (reader.Answer, error) { return reader.Answer{}, errFake }}
		}, "suite: arm none, item 0-0: reader: out of order; "},
		{"metric", func(o *Options) {
			o.Score = func(_, said string, _, _ []string) (float64, error) {
				if said == "" {
					return 0, nil // as before anything is asked
				}
				return 0, errFake
			}
		}, "suite: arm none, item 0-0: metric exact: out of order; "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := readerRun(t.TempDir())
			o.Concurrency = 1
			tt.change(&o)
			_, err := Run(t.Context(), o)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if !strings.HasSuffix(err.Error(), "the same command goes on from there") {
				t.Errorf("it does not say how to go on: %v", err)
			}
			for _, it := range o.Set.Items {
				if strings.Contains(err.Error(), it.Context[:5]) {
					t.Errorf("it has a text in it: %v", err)
				}
			}
			o = readerRun(o.Dir)
			got := mustRun(t, o)
			o.Dir = ""
			same(t, "after the error", got, mustRun(t, o))
		})
	}
}

func TestStopsWhenTold(t *testing.T) {
	dir := t.TempDir()
	o := readerRun("")
	want := mustRun(t, o)
	const total = 82
	for round := int64(0); ; round++ {
		if round > 40 {
			t.Fatal("it never comes to an end")
		}
		ctx, stop := context.WithCancelCause(t.Context())
		o := readerRun(dir)
		o.Arms = fakeArms(stopAfter(5+round, func() { stop(errFake) }))
		before := lines(t, dir)
		n := 0
		o.Progress = func(done, _ int) { n = done }
		got, err := Run(ctx, o)
		stop(nil)
		if err == nil {
			Strip(got)
			same(t, "in the end", got, want)
			break
		}
		if !errors.Is(err, errFake) || !strings.Contains(err.Error(), fmt.Sprintf("%d of %d results are in ", n, total)) {
			t.Fatalf("got %v after %d", err, n)
		}
		if lines(t, dir) < before {
			t.Error("results were lost")
		}
	}
	if lines(t, dir) != 1+total {
		t.Errorf("%d lines for %d results", lines(t, dir), total)
	}
}

func lines(t *testing.T, dir string) int {
	t.Helper()
	data, err := os.ReadFile(journalOf(dir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(data), "\n")
}

func TestAnswersUnderWayAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, failed := make(chan struct{}), make(chan struct{})
		o := readerRun(t.TempDir())
		o.Set.Items, o.Concurrency = o.Set.Items[:1], 1
		o.Arms = fakeArms(func(arm string, _ eval.Item, limit eval.Limit) error {
			if arm != "random" || limit.Rate > 0.25 {
				return nil
			}
			<-asked
			close(failed)
			return errFake
		})
		calls := 0
		o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			calls++
			close(asked)
			<-failed
			synctest.Wait() // until nobody else has anything to do
			return reader.Answer{Text: "late"}, nil
		}}
		if _, err := Run(t.Context(), o); !errors.Is(err, errFake) {
			t.Fatal(err)
		}
		// The second prompt was waiting, and was not asked.
		if n := lines(t, o.Dir) - 1; n != 1 || calls != 1 {
			t.Errorf("%d results of %d answers", n, calls)
		}
	})
}

// TestFailureEndsPauses: after an error of one reader another one ends its exchange, whose
// answer is kept, and a third waits no longer for its next try and makes none.
func TestFailureEndsPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := readerRun(t.TempDir())
		o.Set.Items, o.Concurrency = o.Set.Items[:1], 3
		var calls, tries atomic.Int64
		o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			switch calls.Add(1) {
			case 1: // a second until it fails for good
				time.Sleep(time.Second)
				return reader.Answer{}, errFake
			case 2: // an exchange of ten seconds, which the end of ctx does not cut
				time.Sleep(10 * time.Second)
				return reader.Answer{Text: "late"}, nil
			}
			for range 30 { // exchanges that fail, and a pause after each
				tries.Add(1)
				select {
				case <-time.After(time.Minute):
				case <-ctx.Done():
					return reader.Answer{}, context.Cause(ctx)
				}
			}
			return reader.Answer{}, errors.New("half an hour later")
		}}
		start := time.Now()
		if _, err := Run(t.Context(), o); !errors.Is(err, errFake) {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 10*time.Second || calls.Load() != 3 || tries.Load() != 1 {
			t.Errorf("after %v; %d calls, %d tries of the third", took, calls.Load(), tries.Load())
		}
		if n := lines(t, o.Dir) - 1; n != 1 {
			t.Errorf("%d results in the journal", n)
		}
	})
}

func TestReadersBesideArms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := readerRun("")
		o.Set, o.Concurrency = fakeSet(6), 3
		var arms, readers atomic.Int64
		o.Arms = fakeArms(func(string, eval.Item, eval.Limit) error { arms.Add(1); return nil })
		free := make(chan struct{})
		o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			readers.Add(1)
			<-free
			return finds(ctx, p)
		}}
		var run sync.WaitGroup
		run.Go(func() { mustRun(t, o) })
		synctest.Wait() // now all readers wait, and arms have gone ahead
		if readers.Load() != 3 || arms.Load() <= 6 || arms.Load() > int64(6+runtime.GOMAXPROCS(0)) {
			t.Errorf("%d answers under way, %d texts shortened", readers.Load(), arms.Load())
		}
		close(free)
		run.Wait()
	})
}

func TestEndIsNoFaultOfArms(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	o := readerRun(t.TempDir())
	o.Arms = fakeArms(func(string, eval.Item, eval.Limit) error {
		stop(errFake)
		return errors.New("the connection broke")
	})
	if _, err := Run(ctx, o); !errors.Is(err, errFake) || strings.Contains(err.Error(), "arm") {
		t.Errorf("got %v", err)
	}
}

// TestMetricsAreTriedFirst: what could not be scored is not asked, and neither is anything
// else. Items that nobody reads may be as they are.
func TestMetricsAreTriedFirst(t *testing.T) {
	o := readerRun(t.TempDir())
	n := watch(&o)
	bad := map[string]bool{"gold1": true, "gold2": true, "gold4": true, "gold5": true, "gold1000": true}
	o.Score = func(metric, said string, answers, classes []string) (float64, error) {
		if bad[answers[0]] {
			return 0, errFake
		}
		return scores(metric, said, answers, classes)
	}
	_, err := Run(t.Context(), o)
	want := "suite: item 0-1 of task task0: metric exact: out of order\nitem 0-2 of task task0: metric exact: out of order\n" +
		"item 0-4 of task task0: metric exact: out of order\nand 2 more items whose answers could not be scored"
	if err == nil || err.Error() != want || n.readers+n.arms != 0 {
		t.Errorf("after %d calls of arms and %d of the reader: %v", n.arms, n.readers, err)
	}
	for i := range o.Arms {
		o.Arms[i].Takes = func(task dataset.Task) bool { return task.Name == "task2" } // no metric scores it
	}
	if _, err := Run(t.Context(), o); err != nil {
		t.Errorf("nobody is read: %v", err)
	}
	o = offlineRun("")
	o.Score = func(string, string, []string, []string) (float64, error) { return 0, errFake }
	if _, err := Run(t.Context(), o); err != nil {
		t.Errorf("nobody reads: %v", err)
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	set := fakeSet(1)
	set.Items[0].Dataset = "unknown"
	dup := fakeMeasure{"share", "", share}
	o := Options{Set: set, Rates: []float64{1.5, math.NaN()}, Against: "x", Reader: fakeReader{"r", finds},
		Arms: []Arm{{Arm: eval.Full()}, {Arm: eval.Full()}, {Arm: spy{}}}, Measures: []measure.Measure{dup, dup, fakeMeasure{"score", "", share}}}
	_, err := Run(t.Context(), o)
	for _, want := range []string{`task "unknown"`, "no counter", "got 1.5", "got NaN", "two arms are called none",
		"no arm is called x", "an arm has no name", `name "share" is taken`, `name "score" is taken`, "nothing to score"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if _, err := Run(t.Context(), Options{}); err == nil {
		t.Error("nothing to do, and no error")
	}
}
