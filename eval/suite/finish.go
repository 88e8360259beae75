package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval/report"
)

// report puts the results together.
func (r *run) report(ctx context.Context) (*report.Report, error) {
	r.settleKept()
	columns, err := r.columnReports(ctx)
	if err != nil {
		return nil, err
	}
	hurts, err := r.hurts(ctx, columns)
	if err != nil {
		return nil, err
	}
	out := &report.Report{
		Format: report.Format, Pith: r.Version,
		Set: r.Set.Name, Tasks: r.tasks(), Unit: r.Counter.Name(),
		Rates: r.Rates, Measures: r.measures(), Arms: r.arms(), Through: r.Through,
		Against: r.Against, Resamples: r.Resamples, Seed: r.Seed,
		Lengths: r.lengths(), Economics: r.economies(), Vendors: r.vendors(), Hurts: hurts, Grids: r.grids(), Outcomes: r.outcomes(), Examples: r.examples(),
		Notes: r.notes(),
	}
	for _, c := range columns {
		out.Cells = append(out.Cells, c.cells...)
	}
	out.Reader = r.readerOf(out.Outcomes)
	return out, nil
}

func (r *run) tasks() []report.Task {
	var out []report.Task
	for _, t := range r.Set.Tasks {
		task := report.Task{Name: t.Name, Title: t.Title, Set: t.Set, Kind: string(t.Kind), Language: t.Language, Metric: t.Metric}
		for i, it := range r.Set.Items {
			if it.Dataset == t.Name {
				task.Items++
				task.Tokens += r.full[i]
			}
		}
		if task.Items > 0 {
			out = append(out, task)
		}
	}
	return out
}

// measures leaves out those that apply to no item.
func (r *run) measures() []report.Measure {
	var out []report.Measure
	for _, m := range r.Measures {
		if !r.applies(m.Name()) {
			continue
		}
		out = append(out, report.Measure{Name: m.Name(), About: m.About(), Kind: report.Offline})
	}
	if r.Reader != nil {
		out = append(out, report.Measure{Name: score, Kind: report.OfReader,
			About: "the reader's answer by the task's own metric, from 0 to 1; over all tasks the mean of their means"})
	}
	return out
}

func (r *run) applies(measure string) bool {
	for _, row := range r.rows {
		for _, got := range row {
			if got == nil {
				continue
			}
			if _, ok := got.Values[measure]; ok {
				return true
			}
		}
	}
	return false
}

func (r *run) arms() []report.Arm {
	var out []report.Arm
	for _, a := range r.Arms {
		out = append(out, report.Arm{Name: a.Name(), About: a.About, Kind: a.Kind, Fixed: a.Fixed, Question: a.Question})
	}
	return out
}

// readerOf sums up the answers, whichever reader they are of.
func (r *run) readerOf(outcomes []report.Outcome) *report.Reader {
	if r.Reader == nil {
		return nil
	}
	sum := &report.Reader{Name: r.Reader.Name()}
	for _, o := range outcomes {
		if o.Read != nil {
			sum.Answers++
			sum.PromptTokens += o.Read.PromptTokens
			sum.CompletionTokens += o.Read.CompletionTokens
			sum.Dollars += o.Read.Dollars
		}
	}
	return sum
}

func (r *run) notes() []string {
	notes := slices.Concat(r.Set.Notes, r.Notes, r.keptNotes())
	var idle []string
	for _, m := range r.Measures {
		if !r.applies(m.Name()) {
			idle = append(idle, m.Name())
		}
	}
	if len(idle) > 0 {
		notes = append(notes, "Measures that apply to no item of the run: "+strings.Join(idle, ", ")+".")
	}
	notes = append(notes, r.answerNotes()...)
	notes = append(notes, r.cacheNotes()...)
	if r.journal != nil && r.journal.damaged > 0 {
		notes = append(notes, fmt.Sprintf("%d damaged lines of the journal were passed over; what they held was computed again.", r.journal.damaged))
	}
	return notes
}
