package suite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/report"
)

// run is a run under way. Results are [item][column], nil where an arm does not take an
// item's task.
type run struct {
	*Options
	cols    []column
	keys    []string // by column
	shows   []bool   // by item: it is an example
	journal *journal

	full  []int    // tokens of each item's context
	asked []string // digests of what each item asks of its context
	rows  [][]*row

	shares shares // once all rows are there

	mu          sync.Mutex
	done, total int
}

// Run has every item shortened by every arm that takes its task, at every rate, measures
// what was kept, asks the reader if there is one, and reports. Items are taken up task
// by task in turn, as many at a time as there are processors, and one item goes through
// all arms before the next: arms that remember one text profit, and their later times are shorter.
// Answers are awaited beside that. Times are of calls side by side.
//
// With Options.Dir, results that a journal there has under the same item, task, arm,
// state, rate, counter, measures and reader are taken from it, and new ones are added. It
// is one run's at a time. If the process is killed at any moment, the same call goes on
// from there, and its report is the same but for timings and the note on calls that were
// sent again. What reached the disk last may be computed again if the machine goes down;
// answers are in the reader's own store.
//
// An arm's, a measure's or a reader's error ends the run, with the names of the arm, the
// rate and the item. So does the end of ctx. Then nothing new begins, no call is tried again
// or waits to be, but a call under way goes on to its end, and its answer is kept. Such errors wrap a [Stopped]. If it was the cap on
// dollars, [reader.ErrCap], there is a report beside the error, of the items that all
// arms were through with, unless those are none.
func Run(ctx context.Context, o Options) (_ *report.Report, err error) {
	if err := o.prepare(); err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	j, err := openJournal(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("suite: %w", err)
	}
	r := newRun(&o, j)
	err = r.all(ctx)
	if closed := j.close(); err == nil {
		err = closed
	}
	if err == nil {
		rep, err := r.report(ctx)
		if err != nil {
			return nil, r.stopped(err)
		}
		return rep, nil
	}
	err = r.stopped(err)
	if !r.narrow(err) {
		return nil, err
	}
	rep, failed := r.report(ctx)
	return rep, errors.Join(err, failed)
}

// Stopped is the error of a run that began and did not come to its end.
type Stopped struct {
	Err      error
	Standing string // what it does not cost: "3 of 9 results are in …"
}

func (s *Stopped) Error() string { return "suite: " + s.Err.Error() + "; " + s.Standing }

func (s *Stopped) Unwrap() error { return s.Err }

func (r *run) stopped(err error) error { return &Stopped{err, r.standing()} }

func newRun(o *Options, j *journal) *run {
	r := &run{Options: o, cols: o.columns(), journal: j, shows: examples(&o.Set, o.Examples)}
	r.full = make([]int, len(o.Set.Items))
	r.asked = make([]string, len(o.Set.Items))
	r.rows = make([][]*row, len(o.Set.Items))
	for c := range r.cols {
		r.keys = append(r.keys, r.cols[c].key(o))
	}
	for i := range r.rows {
		r.rows[i] = make([]*row, len(r.cols))
		for c := range r.cols {
			if r.cols[c].takes(r.task(i)) {
				r.total++
			}
		}
	}
	return r
}

// standing says what an error does not cost.
func (r *run) standing() string {
	if r.Dir == "" {
		return fmt.Sprintf("%d of %d results were done, and no folder was named to keep them in", r.done, r.total)
	}
	return fmt.Sprintf("%d of %d results are in %s, and the same command goes on from there", r.done, r.total, r.Dir)
}

func (r *run) task(item int) dataset.Task {
	t, _ := r.Set.Task(r.Set.Items[item].Dataset)
	return t
}

// all fills rows.
func (r *run) all(ctx context.Context) error {
	// After an error, or when ctx ends, open ends. Readers then get nothing new, and try
	// and wait for nothing again, but end the exchange that they are at, which is paid for:
	// that is what a [reader.Reader] does when its context ends.
	open, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	prompts := make(chan prompt, r.Concurrency)
	var readers sync.WaitGroup
	for range r.Concurrency {
		readers.Go(func() {
			for p := range prompts {
				if open.Err() != nil {
					continue
				}
				if err := r.read(open, p); err != nil {
					fail(err)
				}
			}
		})
	}
	order := r.turns()
	err := eval.ForEach(open, len(order), nil, func(open context.Context, n int) error {
		return r.item(open, order[n], prompts)
	})
	if err != nil {
		fail(err)
	}
	close(prompts)
	readers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx) // whatever an arm or a reader made of it
	}
	return context.Cause(open)
}

// item takes one item through all columns.
func (r *run) item(ctx context.Context, i int, prompts chan<- prompt) error {
	t := r.task(i)
	q := t.Ask(r.Set.Items[i], r.Counter)
	r.full[i] = r.Counter.Count(q.Item.Context)
	r.asked[i] = asked(q.Item)
	key := itemKey(t, q)
	for c := range r.cols {
		if !r.cols[c].takes(t) {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		k := resultKey(key, r.keys[c])
		if old := r.journal.take(k); old != nil && (old.Shown != nil || !r.showsAt(i, c)) {
			r.book(i, c, old)
			continue
		}
		got, kept, err := r.shorten(ctx, i, c, q)
		if err != nil {
			return r.at(i, c, err)
		}
		got.Key = k
		if !r.cols[c].reads(t) {
			if err := r.finish(i, c, got); err != nil {
				return err
			}
			continue
		}
		select {
		case prompts <- prompt{i, c, got, q, kept}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// at says where an error is from, and no text.
func (r *run) at(i, c int, err error) error {
	col := &r.cols[c]
	if col.arm.Fixed {
		return fmt.Errorf("arm %s, item %s: %w", col.arm.Name(), r.Set.Items[i].ID, err)
	}
	return fmt.Errorf("arm %s, rate %v, item %s: %w", col.arm.Name(), col.rate, r.Set.Items[i].ID, err)
}

// finish keeps a new result.
func (r *run) finish(i, c int, got *row) error {
	if err := r.journal.add(got); err != nil {
		return err
	}
	r.book(i, c, got)
	return nil
}

// book counts a result that is on disk.
func (r *run) book(i, c int, got *row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows[i][c] = got
	r.done++
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}
