package report

import (
	"cmp"
	"slices"
	"strings"
)

// The scales of shades.
const (
	oneScale  = "One scale from 0 to 1: shades compare everywhere."
	ownScales = "Each row has a scale of its own, from the lowest to the highest mean of that task over all arms and rates: shades compare along a row and between rates, not between rows. A row of equal means is full."
)

// fromZeroToOne reports whether a measure's values lie there, whoever is measured.
func fromZeroToOne(measure string) bool {
	switch measure {
	case "survival", "needles", "all_needles", "numbers", "names", negations, "score":
		return true
	}
	return strings.HasPrefix(measure, "rouge")
}

// columnArms are the arms as columns of a table: first the whole text and the one that
// gains are over, which all others are read against.
func (x *index) columnArms() []Arm {
	place := func(a Arm) int {
		switch {
		case a.Kind == kindNone:
			return 0
		case a.Name == x.Against:
			return 1
		}
		return 2
	}
	out := slices.Clone(x.Arms)
	slices.SortStableFunc(out, func(a, b Arm) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// heat has a table for each measure and rate: tasks by arms.
func (x *index) heat() []pane {
	var out []pane
	arms := x.columnArms()
	for _, m := range x.Measures {
		lo, hi := x.span(m.Name)
		for _, rate := range x.Rates {
			p := pane{A: m.Name, B: asked(rate), Kind: m.Kind, Scale: ownScales}
			if fromZeroToOne(m.Name) {
				p.Scale = oneScale
			}
			for _, a := range arms {
				p.Columns = append(p.Columns, column{a.Name, a.Kind, a.About})
			}
			for _, t := range x.Tasks {
				row := paneRow{Name: x.taskTitle(t.Name), Title: t.Name + ", " + plural(t.Items, "item")}
				any := false
				for _, a := range arms {
					v, ok := x.value(a, rate, t.Name, m.Name)
					any = any || ok
					c := paneCell{valueCell: valueCell{Value: v, OK: ok}}
					if ok {
						c.Class = "h" + string('0'+rune(shade(v.Mean, lo[t.Name], hi[t.Name])))
					}
					row.Cells = append(row.Cells, c)
				}
				if any {
					p.Rows = append(p.Rows, row)
				}
			}
			p.prune()
			if len(p.Rows) > 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

// span returns by task the values that are palest and darkest: 0 and 1 of a measure that
// lives there, else the least and the greatest over all arms and rates.
func (x *index) span(measure string) (lo, hi map[string]float64) {
	lo, hi = map[string]float64{}, map[string]float64{}
	for _, c := range x.Cells {
		v, ok := c.Values[measure]
		if !ok || v.Items == 0 || !finite(v.Mean) {
			continue
		}
		if fromZeroToOne(measure) {
			lo[c.Task], hi[c.Task] = 0, 1
			continue
		}
		if l, seen := lo[c.Task]; !seen || v.Mean < l {
			lo[c.Task] = v.Mean
		}
		if h, seen := hi[c.Task]; !seen || v.Mean > h {
			hi[c.Task] = v.Mean
		}
	}
	return lo, hi
}

// shade is 0 to 9: the highest is always 9, and so are all where nothing is higher.
func shade(v, lo, hi float64) int {
	switch {
	case !finite(v):
		return 0
	case hi <= lo:
		return 9
	}
	return min(9, max(0, int(10*(v-lo)/(hi-lo))))
}
