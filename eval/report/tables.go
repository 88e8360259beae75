package report

import (
	"slices"

	"github.com/pith-proxy/pith/eval"
)

// pane is one of several tables of which the page's script shows one.
type pane struct {
	A, B    string // what it is of: measure or "", and rate
	Kind    string
	Scale   string // what shades mean
	Columns []column
	Rows    []paneRow
}

// prune leaves out the columns that no row has anything in.
func (p *pane) prune() {
	for i := len(p.Columns) - 1; i >= 0; i-- {
		if slices.ContainsFunc(p.Rows, func(r paneRow) bool { return r.Cells[i].OK }) {
			continue
		}
		p.Columns = slices.Delete(p.Columns, i, i+1)
		for j := range p.Rows {
			p.Rows[j].Cells = slices.Delete(p.Rows[j].Cells, i, i+1)
		}
	}
}

type column struct{ Name, Kind, Title string }

type paneRow struct {
	Arm   Arm
	Name  string
	Title string
	Cells []paneCell
	Kept  string
	Note  string
	Time  string
}

type paneCell struct {
	valueCell
	Class string
}

// summary has a table a rate: arms by measures, over all tasks.
func (x *index) summary() []pane {
	var out []pane
	for _, rate := range x.Rates {
		p := pane{B: asked(rate)}
		for _, kind := range []string{Offline, OfReader} {
			for _, m := range x.ofKind(kind) {
				p.Columns = append(p.Columns, column{m.Name, m.Kind, m.About})
			}
		}
		for _, a := range x.Arms {
			c := x.at(a, rate, "")
			if c == nil {
				continue
			}
			row := paneRow{Arm: a, Kept: percent(c.KeptRate.Mean), Note: join(x.partial(a, rate, ""), cellNote(c), c.unanswered()), Time: millis(c.P50)}
			for _, col := range p.Columns {
				v := x.valueCell(a, rate, col.Name)
				if v.Kept == x.keptMore(a, rate, "", "") {
					v.Kept = "" // the column beside it says so
				}
				v.Unanswered = "" // likewise
				row.Cells = append(row.Cells, paneCell{valueCell: v})
			}
			p.Rows = append(p.Rows, row)
		}
		p.prune()
		if len(p.Rows) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// cellNote says what made a comparison unequal.
func cellNote(c *Cell) string {
	over, refused := "", ""
	if c.OverBudget > 0 {
		over = plural(c.OverBudget, "text") + " over budget"
	}
	if c.Refused > 0 {
		refused = count(c.Refused) + " refused"
	}
	return join(over, refused)
}

// unanswered says how many scores are of no answer.
func (c *Cell) unanswered() string {
	if c.Unanswered == 0 {
		return ""
	}
	return count(c.Unanswered) + " without an answer"
}

type keptRow struct {
	Arm   Arm
	Note  string // that it is over other items
	Cells []keptCell
}

type keptCell struct {
	OK   bool
	Kept string
	Of   string
	Note string
}

// keptRows has what each arm kept at each rate.
func (x *index) keptRows() []keptRow {
	var out []keptRow
	for _, a := range x.Arms {
		row := keptRow{Arm: a, Note: x.partialRow(a, "")}
		any := false
		for _, rate := range x.Rates {
			cell := keptCell{Kept: missing}
			if c := x.at(a, rate, ""); c != nil {
				k := c.KeptRate
				cell = keptCell{true, percent(k.Mean), keptWithin(k, c.Items), cellNote(c)}
				any = true
			}
			row.Cells = append(row.Cells, cell)
		}
		if any {
			out = append(out, row)
		}
	}
	return out
}

// keptWithin is [within] in percent.
func keptWithin(k eval.Estimate, n int) string {
	if k.Low == k.High {
		return within(k, n, "")
	}
	return percent(k.Low) + " to " + percent(k.High)
}

type exampleView struct {
	Example
	TaskTitle string
	Part      string // what of the text is here, "" for all
	Shown     []shownView
}

type shownView struct {
	Shortened
	Share  string
	Values []namedValue
	Pieces []piece
	Tells  bool // the arm can tell what it kept
}

type namedValue struct {
	Name, Kind string
	Value      float64
}

func (x *index) examples() []exampleView {
	var out []exampleView
	for _, e := range x.Examples {
		v := exampleView{Example: e, TaskTitle: visible(x.taskTitle(e.Task)), Part: e.part()}
		v.ID, v.Question, v.Answers = visible(e.ID), visible(e.Question), nil
		for _, a := range e.Answers {
			v.Answers = append(v.Answers, visible(a))
		}
		for _, s := range e.Shown {
			w := shownView{Shortened: s, Share: missing, Pieces: pieces(e, s), Tells: s.Spans != nil}
			w.Arm, w.Answer = visible(s.Arm), visible(s.Answer)
			for i := range w.Pieces {
				w.Pieces[i].Text = visible(w.Pieces[i].Text)
			}
			if s.Full > 0 {
				w.Share = percent(float64(s.Kept) / float64(s.Full))
			}
			for _, m := range x.Measures {
				if val, ok := s.Values[m.Name]; ok {
					w.Values = append(w.Values, namedValue{m.Name, m.Kind, val})
				}
			}
			v.Shown = append(v.Shown, w)
		}
		out = append(out, v)
	}
	return out
}
