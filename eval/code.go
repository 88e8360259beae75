package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pith-proxy/pith/tokenize"
)

// CodeTasks are LongBench's code tasks: the next line of one file, and of one file with
// parts of others of its repository in front.
var CodeTasks = []string{"lcc", "repobench-p"}

// CodeItem is the question for the next line of a source file. Context is the material:
// what an arm may shorten. Question is the code right in front of that line, which a
// reader sees in any case.
type CodeItem struct {
	Item
	Needed []string // names that the next line has and that only the material tells
}

// CodeItems divides the text of each of LongBench's items: its last lines, of at most tail
// tokens but at least one line, are the question. Items of whose answer the material tells
// no name are left out; the counts have all.
func CodeItems(items []Item, tail int, counter tokenize.Counter) ([]CodeItem, []TaskCount) {
	var out []CodeItem
	tasks := tasksOf(items, func(it Item) bool {
		at := tailAt(it.Context, tail, counter)
		it.Context, it.Question = it.Context[:at], it.Context[at:]
		if len(it.Answers) == 0 {
			return false
		}
		c := CodeItem{Item: it, Needed: needed(it.Answers[0], it.Context, it.Question)}
		if len(c.Needed) == 0 {
			return false
		}
		out = append(out, c)
		return true
	})
	return out, tasks
}

// tailAt returns where the last lines of text begin that count at most limit together; at
// least the last one that is not blank.
func tailAt(text string, limit int, counter tokenize.Counter) int {
	at := len(text)
	for at > 0 {
		next := strings.LastIndexByte(text[:at-1], '\n') + 1
		if strings.TrimSpace(text[at:]) != "" && counter.Count(text[next:]) > limit {
			break
		}
		at = next
	}
	return at
}

// CodeReport is the outcome of [CodeSurvival].
type CodeReport struct {
	Kind   string   `json:"kind"`
	Tail   int      `json:"tail"`   // the most tokens of a question
	Groups []Report `json:"groups"` // of each task, then of all items if there are several
	Notes  []string `json:"notes,omitempty"`
}

// CodeSurvival compresses the material of each item by every arm and at every rate, and
// reports what share of the needed names is left: the mean over items. A line that is none
// of the material's does not count, so that what stands for an omission helps nobody.
// An arm other than "none" that keeps more than its limit ends the run, as an arm's error
// does. Items, Match and Hold of the options are not read.
func CodeSurvival(ctx context.Context, items []CodeItem, tasks []TaskCount, o SurvivalOptions) (CodeReport, error) {
	o.Match, o.Hold = "", true
	if err := o.prepare(); err != nil {
		return CodeReport{}, fmt.Errorf("code survival: %w", err)
	}
	if len(items) == 0 {
		return CodeReport{}, errors.New("code survival: of no item's answer the material tells a name")
	}
	plain := make([]Item, len(items))
	lines := make([]map[string]bool, len(items))
	for i, it := range items {
		plain[i], lines[i] = it.Item, linesOf(it.Context)
	}
	cells, err := o.run(ctx, plain, func(i int, kept string) float64 {
		return surviving(items[i].Needed, kept, lines[i])
	})
	if err != nil {
		return CodeReport{}, fmt.Errorf("code survival: %w", err)
	}
	r := CodeReport{Kind: "survival of the names that the next line needs"}
	for _, t := range tasks {
		if t.Answerable == 0 {
			continue
		}
		of := func(i int) bool { return items[i].Dataset == t.Task }
		g := o.report(only(plain, of), onlyCells(cells, of))
		g.Kind, g.Tasks = r.Kind, []TaskCount{t}
		r.Groups = append(r.Groups, g)
	}
	if len(r.Groups) > 1 {
		g := o.report(plain, cells)
		g.Kind, g.Tasks = r.Kind, tasks
		r.Groups = append(r.Groups, g)
	}
	return r, nil
}

// surviving is the share of needed that is in those lines of kept that are in source.
func surviving(needed []string, kept string, source map[string]bool) float64 {
	in := map[string]bool{}
	for line := range strings.SplitSeq(kept, "\n") {
		if source[strings.TrimSpace(line)] {
			eachName(line, func(n string) { in[n] = true })
		}
	}
	n := 0
	for _, name := range needed {
		if in[name] {
			n++
		}
	}
	return float64(n) / float64(len(needed))
}

func linesOf(text string) map[string]bool {
	m := map[string]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		m[strings.TrimSpace(line)] = true
	}
	return m
}

// only returns the values at the places that want asks for.
func only[T any](all []T, want func(int) bool) []T {
	var out []T
	for i, v := range all {
		if want(i) {
			out = append(out, v)
		}
	}
	return out
}

func onlyCells(cells [][]outcome, want func(int) bool) [][]outcome {
	out := make([][]outcome, len(cells))
	for i, c := range cells {
		out[i] = only(c, want)
	}
	return out
}

// WriteJSON writes the report as indented JSON.
func (r *CodeReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WriteMarkdown writes the report as Markdown: two tables for each task, then two for all.
func (r *CodeReport) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Share of the names that the next line needs and only the material tells, that are still there\n"+
		"after compression (offline: no model read it). The question is the last %d tokens or less.\n", r.Tail)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		var tasks []string
		for _, t := range g.Tasks {
			tasks = append(tasks, fmt.Sprintf("%s: %d of %d rows have such names", t.Task, t.Answerable, t.Items))
		}
		fmt.Fprintf(&b, "\n**%s.** Budgets in %s; mean over rows, 95 %% intervals of %d resamples, seed %d.\n",
			strings.Join(tasks, "; "), g.Unit, g.Resamples, g.Seed)
		g.writeTables(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
