package report

import (
	"cmp"
	"strings"
)

type cellKey struct {
	arm  string
	rate float64
	task string
}

// index finds what a report says.
type index struct {
	*Report
	cells  map[cellKey]*Cell
	arms   map[string]Arm
	tasks  map[string]Task
	styles map[string]style

	contests map[contestKey]*contest // as they are asked for
}

func newIndex(r *Report) *index {
	x := &index{
		Report: r,
		cells:  make(map[cellKey]*Cell, len(r.Cells)),
		arms:   make(map[string]Arm, len(r.Arms)),
		tasks:  make(map[string]Task, len(r.Tasks)),
		styles: stylesOf(r.Arms),

		contests: map[contestKey]*contest{},
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		x.cells[cellKey{c.Arm, c.Rate, c.Task}] = c
	}
	for _, a := range r.Arms {
		x.arms[a.Name] = a
	}
	for _, t := range r.Tasks {
		x.tasks[t.Name] = t
	}
	return x
}

// at returns the cell of an arm at a rate that was asked for; an arm with a rate of
// its own, or that keeps everything, has the same one at each. nil if there is none.
func (x *index) at(a Arm, rate float64, task string) *Cell {
	if c := x.cells[cellKey{a.Name, rate, task}]; c != nil {
		return c
	}
	if a.Fixed || a.Kind == kindNone {
		return x.cells[cellKey{a.Name, 0, task}]
	}
	return nil
}

// value returns a measure's value, and false where the measure applies to no item.
func (x *index) value(a Arm, rate float64, task, measure string) (Value, bool) {
	c := x.at(a, rate, task)
	if c == nil {
		return Value{}, false
	}
	v, ok := c.Values[measure]
	return v, ok && v.Items > 0
}

// rates returns the rates an arm has cells at: its own, or those asked for.
func (x *index) rates(a Arm) []float64 {
	if a.Fixed || a.Kind == kindNone {
		return []float64{0}
	}
	return x.Rates
}

// middle is the rate that sentences speak of: the one nearest to a third, as most
// papers report.
func (x *index) middle() (float64, bool) {
	best, found := 0.0, false
	for _, r := range x.Rates {
		if d := distance(r); !found || d < distance(best) {
			best, found = r, true
		}
	}
	return best, found
}

func distance(rate float64) float64 {
	if rate > 1.0/3 {
		return rate - 1.0/3
	}
	return 1.0/3 - rate
}

// ofKind returns the measures of a kind.
func (x *index) ofKind(kind string) []Measure {
	var out []Measure
	for _, m := range x.Measures {
		if m.Kind == kind {
			out = append(out, m)
		}
	}
	return out
}

// taskTitle is a task's name for people; "" is all of them.
func (x *index) taskTitle(name string) string {
	if name == "" {
		return "all tasks"
	}
	return cmp.Or(x.tasks[name].Title, name)
}

func (r *Report) items() (n int) {
	for _, t := range r.Tasks {
		n += t.Items
	}
	return n
}

func (r *Report) tokens() (n int) {
	for _, t := range r.Tasks {
		n += t.Tokens
	}
	return n
}

// measured says in a line what the report is of.
func (r *Report) measured() string {
	parts := []string{
		plural(r.items(), "item") + " of " + plural(len(r.Tasks), "task"),
		count(r.tokens()) + " tokens",
		plural(len(r.Arms), "arm") + " at " + plural(len(r.Rates), "rate"),
	}
	if r.Unit != "" {
		parts[1] += " (" + r.Unit + ")"
	}
	if r.Through != "" {
		parts = append(parts, through(r.Through))
	}
	if r.Pith != "" {
		parts = append(parts, "pith "+r.Pith)
	}
	return strings.Join(parts, ", ")
}

func through(s string) string {
	switch s {
	case "process":
		return "compressed in process"
	case "api":
		return "compressed through the HTTP API"
	case "proxy":
		return "compressed on the way through the proxy"
	}
	return "compressed through " + s
}

// readBy says whether an LLM read anything.
func (r *Report) readBy() string {
	if r.Reader == nil {
		return "offline: no LLM read anything"
	}
	return "read by " + r.Reader.Name
}

const offlineMeans = "Computed from the kept text alone, without an LLM: a bound on what a reader could do, or a stand-in for it. Not an answer score."
const readMeans = "Scores of answers that an LLM gave to the shortened prompts."
