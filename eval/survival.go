package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pith-proxy/pith/tokenize"
)

// SurvivalOptions say what [Survival] runs.
type SurvivalOptions struct {
	Items []Item
	Arms  []Arm
	Rates []float64 // each in (0, 1]; default 0.5, 0.33, 0.2

	// Counter counts the budget, the same for every arm. Default: Words, as the
	// models' cards do; hand in a tokenizer's to compare at equal tokens.
	Counter tokenize.Counter

	Match     Match  // default: MatchWords
	Against   string // the arm that all others are paired with; default: the first
	Resamples int    // of the bootstrap; default: DefaultResamples
	Seed      uint64 // of the bootstrap
	Detail    bool   // put each item's outcome into the report
	Hold      bool   // an arm other than "none" that keeps more than its limit ends the run

	// Progress is called after each item, one call at a time.
	Progress func(done, total int)
}

func (o *SurvivalOptions) prepare() error {
	if len(o.Rates) == 0 {
		o.Rates = []float64{0.5, 0.33, 0.2}
	}
	if o.Counter == nil {
		o.Counter = Words
	}
	if o.Match == "" {
		o.Match = MatchWords
	}
	if o.Resamples <= 0 {
		o.Resamples = DefaultResamples
	}
	for _, r := range o.Rates {
		if !(r > 0 && r <= 1) {
			return fmt.Errorf("rate must be in (0, 1]; got %v", r)
		}
	}
	if err := checkArms(o.Arms, &o.Against); err != nil {
		return err
	}
	return o.Match.Validate()
}

// checkArms wants different names, and makes against one of them.
func checkArms(arms []Arm, against *string) error {
	if len(arms) == 0 {
		return errors.New("no arms")
	}
	if *against == "" {
		*against = arms[0].Name()
	}
	var names []string
	for _, a := range arms {
		if slices.Contains(names, a.Name()) {
			return fmt.Errorf("two arms are called %s", a.Name())
		}
		names = append(names, a.Name())
	}
	if !slices.Contains(names, *against) {
		return fmt.Errorf("no arm is called %s", *against)
	}
	return nil
}

// outcome is what became of one item under one arm and rate.
type outcome struct {
	limit, kept, full int
	refused           bool
	share             float64 // of what was to survive; 1 is all of it
}

// Survival compresses each item that has a gold answer in its text, by every
// arm and at every rate, and reports in how many a gold answer is left. All
// arms have the same budget: floor(rate·n) of a text's n units. The other items
// count only in [Report.Tasks]. An arm's error ends the run and is returned,
// with the arm's name and the item's ID.
func Survival(ctx context.Context, o SurvivalOptions) (Report, error) {
	if err := o.prepare(); err != nil {
		return Report{}, fmt.Errorf("survival: %w", err)
	}
	items, tasks := answerable(o.Items, o.Match)
	if len(items) == 0 {
		return Report{}, errors.New("survival: no item has a gold answer in its text")
	}
	cells, err := o.run(ctx, items, func(i int, kept string) float64 {
		if o.Match.Survives(kept, items[i].Answers) {
			return 1
		}
		return 0
	})
	if err != nil {
		return Report{}, fmt.Errorf("survival: %w", err)
	}
	r := o.report(items, cells)
	r.Kind, r.Match, r.Tasks = "gold-answer survival", o.Match, tasks
	return r, nil
}

// run compresses each item by every arm and at every rate. The outcomes are
// [arm·rates+rate][item]; score says what share of an item survives in what was kept.
func (o *SurvivalOptions) run(ctx context.Context, items []Item, score func(item int, kept string) float64) ([][]outcome, error) {
	cells := make([][]outcome, len(o.Arms)*len(o.Rates))
	for i := range cells {
		cells[i] = make([]outcome, len(items))
	}
	return cells, ForEach(ctx, len(items), o.Progress, func(ctx context.Context, i int) error {
		n := o.Counter.Count(items[i].Context)
		for c := range cells {
			arm, rate := o.Arms[c/len(o.Rates)], o.Rates[c%len(o.Rates)]
			limit := Limit{Rate: rate, Units: max(1, int(rate*float64(n))), Counter: o.Counter}
			kept, err := arm.Compress(ctx, items[i], limit)
			if err != nil {
				return fmt.Errorf("arm %s, item %s: %w", arm.Name(), items[i].ID, err)
			}
			out := outcome{limit: limit.Units, kept: o.Counter.Count(kept.Text), full: n, refused: kept.Refused, share: score(i, kept.Text)}
			if o.Hold && out.kept > out.limit && arm != Full() {
				return fmt.Errorf("arm %s, item %s: %d %s kept of %d allowed", arm.Name(), items[i].ID, out.kept, o.Counter.Name(), out.limit)
			}
			cells[c][i] = out
		}
		return nil
	})
}

// answerable returns the items with a gold answer in their text, and how many
// each task has.
func answerable(all []Item, m Match) ([]Item, []TaskCount) {
	var items []Item
	tasks := tasksOf(all, func(it Item) bool {
		ok := m.Survives(it.Context, it.Answers)
		if ok {
			items = append(items, it)
		}
		return ok
	})
	return items, tasks
}

// tasksOf counts the items of each task, in the order of the items, and those of which
// usable is true. It asks once for each item, in order.
func tasksOf(all []Item, usable func(Item) bool) []TaskCount {
	var tasks []TaskCount
	at := map[string]int{}
	for _, it := range all {
		k, ok := at[it.Dataset]
		if !ok {
			k = len(tasks)
			at[it.Dataset] = k
			tasks = append(tasks, TaskCount{Task: it.Dataset})
		}
		tasks[k].Items++
		if usable(it) {
			tasks[k].Answerable++
		}
	}
	return tasks
}

// report is that of some items; kind, match and tasks are left to the caller.
func (o *SurvivalOptions) report(items []Item, cells [][]outcome) Report {
	r := Report{Unit: o.Counter.Name(), Items: len(items), Resamples: o.Resamples, Seed: o.Seed, Against: o.Against, Rates: o.Rates}
	base := slices.IndexFunc(o.Arms, func(a Arm) bool { return a.Name() == o.Against })
	for c, outs := range cells {
		arm, rate := c/len(o.Rates), c%len(o.Rates)
		values := shares(outs)
		cell := Cell{Arm: o.Arms[arm].Name(), Rate: o.Rates[rate], Share: Bootstrap(values, o.Resamples, o.Seed)}
		for _, out := range outs {
			cell.KeptRate += float64(out.kept) / float64(max(1, out.full)) / float64(len(outs))
			if out.refused {
				cell.Refused++
			}
			if out.share == 1 {
				cell.Survived++
			}
			if out.kept > out.limit {
				cell.OverBudget++
			}
		}
		if arm != base {
			d := Paired(values, shares(cells[base*len(o.Rates)+rate]), o.Resamples, o.Seed)
			cell.Difference = &d
		}
		r.Cells = append(r.Cells, cell)
		if o.Detail {
			for i, out := range outs {
				r.Outcomes = append(r.Outcomes, Outcome{ID: items[i].ID, Task: items[i].Dataset, Arm: cell.Arm,
					Rate: cell.Rate, Limit: out.limit, Kept: out.kept, Survived: out.share == 1, Share: out.share})
			}
		}
	}
	return r
}

func shares(outs []outcome) []float64 {
	v := make([]float64, len(outs))
	for i, o := range outs {
		v[i] = o.share
	}
	return v
}
