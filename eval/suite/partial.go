package suite

import (
	"errors"
	"fmt"

	"github.com/pith-proxy/pith/eval/reader"
)

// turns is the order in which items are taken up: the first of each task, then their
// second ones, and so on, so that a run which ends early has some of every task.
func (r *run) turns() []int {
	byTask := map[string][]int{}
	var tasks []string
	for i, it := range r.Set.Items {
		if byTask[it.Dataset] == nil {
			tasks = append(tasks, it.Dataset)
		}
		byTask[it.Dataset] = append(byTask[it.Dataset], i)
	}
	order := make([]int, 0, len(r.Set.Items))
	for round := 0; len(order) < len(r.Set.Items); round++ {
		for _, t := range tasks {
			if round < len(byTask[t]) {
				order = append(order, byTask[t][round])
			}
		}
	}
	return order
}

// narrow leaves out the items that not all columns are through with, if the cap on
// dollars ended the run, and reports whether some are left: what was paid for is worth a
// report, and all that it compares is over the same items.
func (r *run) narrow(err error) bool {
	if !errors.Is(err, reader.ErrCap) {
		return false
	}
	all := len(r.Set.Items)
	items, left := r.Set.Items, 0
	r.Set.Items = nil
	for i, it := range items {
		if !r.through(i, it.Dataset) {
			continue
		}
		r.Set.Items = append(r.Set.Items, it)
		r.full[left], r.asked[left], r.shows[left], r.rows[left] = r.full[i], r.asked[i], r.shows[i], r.rows[i]
		left++
	}
	r.full, r.asked, r.shows, r.rows = r.full[:left], r.asked[:left], r.shows[:left], r.rows[:left]
	if left == 0 {
		return false
	}
	r.Set.Notes = append([]string{fmt.Sprintf("The cap on dollars ended the run. This report is of the %d of %d items that all methods were through with; items were taken up task by task in turn, in the order of the set.",
		left, all)}, r.Set.Notes...)
	return true
}

// through reports whether an item has all its results.
func (r *run) through(item int, task string) bool {
	t, _ := r.Set.Task(task)
	for c, got := range r.rows[item] {
		if got == nil && r.cols[c].takes(t) {
			return false
		}
	}
	return true
}
