package suite

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/reader"
)

func TestTurns(t *testing.T) {
	r := newRun(&Options{Set: fakeSet(3, 1, 2)}, nil)
	if got, want := r.turns(), []int{0, 3, 4, 1, 5, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// capped has the reader reach the cap after n answers.
func capped(o *Options, n int64) {
	var calls atomic.Int64
	o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
		if calls.Add(1) > n {
			return reader.Answer{}, fmt.Errorf("no more: %w", reader.ErrCap)
		}
		return finds(ctx, p)
	}}
}

// What a cap lets through is reported as a run of those items alone would be, and a run
// without the cap goes on from there.
func TestCapLeavesAReport(t *testing.T) {
	whole := mustRun(t, readerRun(""))
	for _, n := range []int64{0, 3, 9, 30, 60, 65} {
		dir := t.TempDir()
		o := readerRun(dir)
		capped(&o, n)
		rep, err := Run(t.Context(), o)
		if stopped := (*Stopped)(nil); !errors.As(err, &stopped) || !errors.Is(err, reader.ErrCap) {
			t.Fatalf("%d answers: %v", n, err)
		}
		if rep == nil && n > 9 { // answers that the first item has
			t.Fatalf("%d answers and no report", n)
		}
		if rep != nil {
			checkPartial(t, fmt.Sprint(n, " answers"), rep.Notes[0], func() any { Strip(rep); return *rep }, func() any {
				some := readerRun("")
				ids := map[string]bool{}
				for _, x := range rep.Outcomes {
					ids[x.ID] = true
				}
				some.Set.Items = slices.DeleteFunc(some.Set.Items, func(it eval.Item) bool { return !ids[it.ID] })
				some.Set.Notes = append([]string{rep.Notes[0]}, some.Set.Notes...)
				r := mustRun(t, some)
				r.Examples = rep.Examples // which are chosen from all
				return *r
			})
		}
		same(t, fmt.Sprint("after ", n), mustRun(t, readerRun(dir)), whole)
	}
}

func checkPartial(t *testing.T, what, note string, got, want func() any) {
	t.Helper()
	if !strings.Contains(note, "of 11 items that all methods were through with") {
		t.Errorf("%s: the first note is %q", what, note)
	}
	if !reflect.DeepEqual(got(), want()) {
		t.Errorf("%s: the report is not that of its items", what)
	}
}

// Any other error leaves none.
func TestOtherErrorsLeaveNoReport(t *testing.T) {
	o := readerRun("")
	var calls atomic.Int64
	o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
		if calls.Add(1) > 40 {
			return reader.Answer{}, errFake
		}
		return finds(ctx, p)
	}}
	if rep, err := Run(t.Context(), o); rep != nil || !errors.Is(err, errFake) {
		t.Errorf("report %v, %v", rep, err)
	}
}
