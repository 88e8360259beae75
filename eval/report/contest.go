package report

import (
	"maps"
	"slices"
)

// leeway is how much over the asked rate an arm may keep and still be ranked: a fiftieth.
const leeway = 1.02

// coverage is what items a mean is over.
type coverage struct {
	items int
	tasks map[string]int // nil where the report has no means by task
}

// same reports whether two means are over the same items, as far as the numbers by task
// tell: every arm that takes a task takes all of it.
func (c coverage) same(d coverage) bool {
	return c.items == d.items && (c.tasks == nil || d.tasks == nil || maps.Equal(c.tasks, d.tasks))
}

// with returns what either is over.
func (c coverage) with(d coverage) coverage {
	out := coverage{items: max(c.items, d.items), tasks: maps.Clone(c.tasks)}
	if d.tasks == nil {
		return out
	}
	if out.tasks == nil {
		out.tasks = map[string]int{}
	}
	sum := 0
	for t, n := range d.tasks {
		out.tasks[t] = max(out.tasks[t], n)
	}
	for _, n := range out.tasks {
		sum += n
	}
	out.items = max(out.items, sum)
	return out
}

// coverage returns what items an arm has at a rate, with a value of the measure; of "",
// what items it has at all.
func (x *index) coverage(a Arm, rate float64, measure string) coverage {
	items := func(task string) int {
		if measure != "" {
			v, _ := x.value(a, rate, task, measure)
			return v.Items
		}
		if c := x.at(a, rate, task); c != nil {
			return c.Items
		}
		return 0
	}
	out := coverage{items: items("")}
	for _, t := range x.Tasks {
		if n := items(t.Name); n > 0 {
			if out.tasks == nil {
				out.tasks = map[string]int{}
			}
			out.tasks[t.Name] = n
		}
	}
	return out
}

// contest is what arms at one rate are ranked in by one measure.
type contest struct {
	widest coverage // that of the arm with most items; the earlier of equals
	union  coverage // of all arms together
	in     []Arm    // the arms that are ranked
	best   float64
	lead   int // how many have the best
}

type contestKey struct {
	measure string
	rate    float64
}

// contest ranks only arms over the same items as the widest arm, and of them only those
// that kept no more than was asked: another mean is over an easier task.
func (x *index) contest(measure string, rate float64) *contest {
	k := contestKey{measure, rate}
	if c := x.contests[k]; c != nil {
		return c
	}
	c := &contest{}
	x.contests[k] = c
	for _, a := range x.Arms {
		cov := x.coverage(a, rate, measure)
		if cov.items > c.widest.items {
			c.widest = cov
		}
		c.union = c.union.with(cov)
	}
	if measure == "" {
		return c
	}
	for _, a := range x.Arms {
		v, ok := x.value(a, rate, "", measure)
		if !ok || a.Fixed || a.Kind == kindNone || x.keptMore(a, rate, "", measure) != "" || !x.coverage(a, rate, measure).same(c.widest) {
			continue
		}
		switch d := compareShown(v.Mean, c.best); {
		case len(c.in) == 0 || d > 0:
			c.best, c.lead = v.Mean, 1
		case d == 0:
			c.lead++
		}
		c.in = append(c.in, a)
	}
	return c
}

// isBest reports whether an arm is ranked and none has more. Where there is nobody else,
// or more than half have the same, no arm is best; nor is one by construction.
func (x *index) isBest(a Arm, rate float64, measure string) bool {
	c := x.contest(measure, rate)
	v, ok := x.value(a, rate, "", measure)
	if !ok || !c.has(a) || compareShown(v.Mean, c.best) < 0 || 2*c.lead > len(c.in) {
		return false
	}
	return measure != negations || compareShown(v.Mean, 1) < 0
}

func (c *contest) has(a Arm) bool {
	return slices.ContainsFunc(c.in, func(b Arm) bool { return b.Name == a.Name })
}

// compareShown compares what is printed of two values, so that nothing is called more
// that looks the same.
func compareShown(a, b float64) int {
	if num(a) == num(b) {
		return 0
	}
	return cmpFloat(a, b)
}

// kept is what an arm kept of the items that a value is over; in reports that do not say,
// of all items of the cell.
func (x *index) kept(a Arm, rate float64, task, measure string) float64 {
	if v, ok := x.value(a, rate, task, measure); ok && v.KeptRate > 0 {
		return v.KeptRate
	}
	if c := x.at(a, rate, task); c != nil {
		return c.KeptRate.Mean
	}
	return 0
}

// keptMore is "kept 60 %" of an arm that kept more than was asked, else "". An arm with a
// rate of its own was asked for none.
func (x *index) keptMore(a Arm, rate float64, task, measure string) string {
	k := x.kept(a, rate, task, measure)
	if a.Fixed || a.Kind == kindNone || !(rate > 0) || k <= rate*leeway {
		return ""
	}
	return "kept " + short1(100*k) + " %"
}

// partial is "code tasks only: 6 of 18 items" of an arm that is not over all items that
// any arm is over, else "".
func (x *index) partial(a Arm, rate float64, measure string) string {
	have, all := x.coverage(a, rate, measure), x.contest(measure, rate).union
	if have.items == 0 || have.same(all) {
		return ""
	}
	of := count(have.items) + " of " + plural(all.items, "item")
	if which := x.whichTasks(have, all); which != "" {
		return which + " only: " + of
	}
	return "only " + of
}

// partialRow is that of the first rate at which an arm is partial.
func (x *index) partialRow(a Arm, measure string) string {
	for _, rate := range x.Rates {
		if s := x.partial(a, rate, measure); s != "" {
			return s
		}
	}
	return ""
}

var languages = map[string]string{"en": "English", "zh": "Chinese"}

// whichTasks names what is had of all, "" where it is every task: by language or kind if
// that says it, by title if there are one or two.
func (x *index) whichTasks(have, all coverage) string {
	if len(have.tasks) == 0 || len(have.tasks) == len(all.tasks) {
		return ""
	}
	for _, of := range []func(Task) string{func(t Task) string { return t.Language }, func(t Task) string { return t.Kind }} {
		if name := x.alike(have, all, of); name != "" {
			if n, ok := languages[name]; ok {
				name = n
			}
			return name + " tasks"
		}
	}
	var titles []string
	for _, t := range x.Tasks {
		if have.tasks[t.Name] > 0 {
			titles = append(titles, x.taskTitle(t.Name))
		}
	}
	if len(titles) > 2 {
		return count(len(titles)) + " of " + plural(len(all.tasks), "task")
	}
	return and(titles)
}

// alike returns the one property that the tasks which are had have and the others have
// not; "" if there is none.
func (x *index) alike(have, all coverage, of func(Task) string) string {
	name := ""
	for _, t := range x.Tasks {
		if have.tasks[t.Name] > 0 {
			if name != "" && of(t) != name {
				return ""
			}
			name = of(t)
		}
	}
	for _, t := range x.Tasks {
		if have.tasks[t.Name] == 0 && all.tasks[t.Name] > 0 && of(t) == name {
			return ""
		}
	}
	return name
}
