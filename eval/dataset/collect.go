package dataset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/metric"
)

// A collector gathers items and checks what holds for all sets.
type collector struct {
	from    published
	o       Options
	tasks   []Task // in the order of first appearance
	items   map[string][]eval.Item
	place   map[string]string // of an ID, where it came first
	dropped map[string]int    // by task
	unasked []string          // tasks that are there but not wanted
	notes   []string
}

func newCollector(set string, o Options) *collector {
	return &collector{from: setOf(set), o: o,
		items: map[string][]eval.Item{}, place: map[string]string{}, dropped: map[string]int{}}
}

// add takes an item of t if it is wanted. place says where it is from, file and row.
func (c *collector) add(t Task, it eval.Item, place string) error {
	if !c.o.wants(t.Name) {
		if !slices.Contains(c.unasked, t.Name) {
			c.unasked = append(c.unasked, t.Name)
		}
		return nil
	}
	if first, ok := c.place[it.ID]; ok {
		return fmt.Errorf("the same ID as %s; each item needs its own", first)
	}
	c.place[it.ID] = place
	if _, ok := c.items[t.Name]; !ok {
		c.items[t.Name] = nil
		c.tasks = append(c.tasks, t)
	}
	if lack := lacks(it); lack != nil {
		if c.from.Name == own {
			return lack
		}
		c.dropped[t.Name]++
		return nil
	}
	if err := c.scores(t, it); err != nil {
		return err
	}
	it.Dataset = t.Name
	c.items[t.Name] = append(c.items[t.Name], it)
	return nil
}

// scores reports an item that its metric cannot score, while nothing is paid for yet. In
// published sets a gold answer that does not suit is as it is: their authors score it too.
func (c *collector) scores(t Task, it eval.Item) error {
	err := metric.Check(t.Metric, it.Answers, it.Classes)
	if c.from.Name != own && errors.Is(err, metric.ErrUnfit) {
		return nil
	}
	return err
}

func lacks(it eval.Item) error {
	if strings.TrimSpace(it.Context) == "" {
		return errors.New("context is empty")
	}
	if !slices.ContainsFunc(it.Answers, func(a string) bool { return strings.TrimSpace(a) != "" }) {
		return errors.New("there is no answer")
	}
	return nil
}

// set returns what was gathered.
func (c *collector) set() (Set, error) {
	for _, want := range c.o.Tasks {
		if _, ok := c.items[want]; !ok && !c.o.Elsewhere {
			return Set{}, fmt.Errorf("no items of the task %q; it has %s", want, listed(c.there()))
		}
	}
	place := func(t Task) int { _, i, _ := c.from.task(t.Name); return i }
	slices.SortStableFunc(c.tasks, func(a, b Task) int { return place(a) - place(b) })
	s := Set{There: c.there()}
	if c.o.Elsewhere && len(c.tasks) == 0 && len(c.unasked) > 0 {
		return s, nil
	}
	all, sampled := 0, false
	for _, t := range c.tasks {
		items := eval.Sample(c.items[t.Name], c.o.Sample)
		all += len(c.items[t.Name])
		sampled = sampled || len(items) < len(c.items[t.Name])
		if n := c.dropped[t.Name]; n > 0 {
			c.notes = append(c.notes, fmt.Sprintf("%s: %d left out for want of a text or an answer", t.Name, n))
		}
		if len(items) > 0 {
			s.Tasks = append(s.Tasks, t)
			s.Items = append(s.Items, items...)
		}
	}
	if len(s.Items) == 0 {
		return Set{}, fmt.Errorf("no items of %s", c.from.Title)
	}
	s.Notes = append([]string{c.about(len(s.Tasks), all, sampled, len(s.Items))}, c.notes...)
	return s, nil
}

// about says in a sentence where the items are from.
func (c *collector) about(tasks, all int, sampled bool, taken int) string {
	title := c.from.Title
	if c.o.E {
		title = "LongBench-E"
	}
	line := fmt.Sprintf("%s: %s, %s", title, count(tasks, "task"), count(all, "item"))
	if sampled {
		line += fmt.Sprintf(", of which %d: at most %d of each task, evenly spread", taken, c.o.Sample)
	}
	if c.from.Licence != "" {
		line += "; licence: " + c.from.Licence
	}
	return line
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// there are the names of the tasks that are there, those that are wanted first.
func (c *collector) there() []string {
	var names []string
	for _, t := range c.tasks {
		names = append(names, t.Name)
	}
	return append(names, c.unasked...)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "no others"
	}
	return strings.Join(names, ", ")
}
