package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

type gridKey struct {
	arm     string
	rate    float64
	measure string
	length  int
	depth   float64
}

func (g *Grid) key() gridKey { return gridKey{g.Arm, g.Rate, g.Measure, g.Length, g.Depth} }

// validateGrids takes the names that [Report.validate] knows.
func (r *Report) validateGrids(arms, measures map[string]bool) error {
	seen := map[gridKey]bool{}
	for i, g := range r.Grids {
		if !arms[g.Arm] || g.Measure == "" || !measures[g.Measure] || seen[g.key()] {
			return fmt.Errorf("grid %d (arm %q, measure %q) has an unknown arm or measure, or is there twice", i, g.Arm, g.Measure)
		}
		if g.Rate != 0 && !slices.Contains(r.Rates, g.Rate) {
			return fmt.Errorf("grid %d (arm %q): its rate %v was not asked for", i, g.Arm, g.Rate)
		}
		if g.Length < 1 || !(g.Depth >= 0 && g.Depth <= 1) || g.Items < 1 {
			return fmt.Errorf("grid %d (arm %q): length and items must be at least 1 and depth in [0, 1]; got %d, %d, %v", i, g.Arm, g.Length, g.Items, g.Depth)
		}
		seen[g.key()] = true
	}
	return nil
}

// gridPane has a small table for each arm, of one measure at one rate.
type gridPane struct {
	Measure, Kind, Rate string
	Items               string // that a number is of
	Maps                []gridMap
}

type gridMap struct {
	Arm     Arm
	Lengths []int
	Rows    []gridRow
}

type gridRow struct {
	Depth string
	Cells []gridCell
}

type gridCell struct {
	Grid
	OK    bool
	Class string
}

// gridIndex finds grids, and knows all lengths and depths, ascending.
type gridIndex struct {
	*index
	by      map[gridKey]*Grid
	lengths []int
	depths  []float64
}

func newGridIndex(x *index) *gridIndex {
	g := &gridIndex{index: x, by: make(map[gridKey]*Grid, len(x.Grids))}
	lengths, depths := map[int]bool{}, map[float64]bool{}
	for i := range x.Grids {
		c := &x.Grids[i]
		g.by[c.key()] = c
		lengths[c.Length], depths[c.Depth] = true, true
	}
	g.lengths = slices.Sorted(maps.Keys(lengths))
	g.depths = slices.Sorted(maps.Keys(depths))
	return g
}

// cell returns an arm's grid at a rate that was asked for, as [index.at] does, or nil.
func (x *gridIndex) cell(a Arm, rate float64, measure string, length int, depth float64) *Grid {
	k := gridKey{a.Name, rate, measure, length, depth}
	if c := x.by[k]; c != nil || !a.Fixed && a.Kind != kindNone {
		return c
	}
	k.rate = 0
	return x.by[k]
}

// table returns an arm's table with the same rows and columns for every arm; false if
// nothing stands in it.
func (x *gridIndex) table(a Arm, rate float64, measure string) (gridMap, bool) {
	m, any := gridMap{Arm: a, Lengths: x.lengths}, false
	for _, depth := range x.depths {
		row := gridRow{Depth: share(depth)}
		for _, length := range x.lengths {
			var cell gridCell
			if c := x.cell(a, rate, measure, length, depth); c != nil {
				cell = gridCell{*c, true, "h" + strconv.Itoa(shade(min(1, max(0, c.Mean)), 0, 1))}
				any = true
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m, any
}

// share is a depth as "25 %".
func share(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e4, 'f', -1, 64) + " %"
}

// thousands is a length as "4k" where that is exact, so that tables stay small.
func thousands(n int) string {
	if n%1000 == 0 {
		return count(n/1000) + "k"
	}
	return count(n)
}

// needles has a pane for each measure and rate.
func (x *index) needles() []gridPane {
	if len(x.Grids) == 0 {
		return nil
	}
	g := newGridIndex(x)
	var out []gridPane
	for _, m := range x.Measures {
		for _, rate := range x.Rates {
			p := gridPane{Measure: m.Name, Kind: m.Kind, Rate: asked(rate)}
			for _, a := range x.Arms {
				if t, ok := g.table(a, rate, m.Name); ok {
					p.Maps = append(p.Maps, t)
				}
			}
			if len(p.Maps) > 0 {
				p.Items = itemsOf(p.Maps)
				out = append(out, p)
			}
		}
	}
	return out
}

// itemsOf says how many items each number of some tables is of.
func itemsOf(all []gridMap) string {
	lo, hi := math.MaxInt, 0
	for _, m := range all {
		for _, r := range m.Rows {
			for _, c := range r.Cells {
				if c.OK {
					lo, hi = min(lo, c.Items), max(hi, c.Items)
				}
			}
		}
	}
	if lo == hi {
		return plural(lo, "item")
	}
	return count(lo) + " to " + plural(hi, "item")
}

// mean is over all items of a table.
func (m *gridMap) mean() float64 {
	sum, n := 0.0, 0.0
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			sum += c.Mean * float64(c.Items)
			n += float64(c.Items)
		}
	}
	return sum / n
}

// items is how many a table is over.
func (m *gridMap) items() (n int) {
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			n += c.Items
		}
	}
	return n
}

// best is where the baseline with the highest mean over all its needles stands in all, of
// the baselines over the most needles, for others have another task; ties go to the
// earlier, and -1 is none.
func best(all []gridMap) int {
	at, most := -1, 0
	for i := range all {
		if all[i].Arm.Kind == kindBaseline {
			most = max(most, all[i].items())
		}
	}
	for i := range all {
		if all[i].Arm.Kind == kindBaseline && all[i].items() == most && (at < 0 || all[i].mean() > all[at].mean()) {
			at = i
		}
	}
	return at
}

// mdNeedles writes pith's arms and the best baseline at the middle rate.
func (x *index) mdNeedles(m *markdown) {
	rate, _ := x.middle()
	first := true
	for _, p := range x.needles() {
		rows := p.mdRows()
		if p.Rate != asked(rate) || len(rows) == 0 {
			continue
		}
		if first {
			m.para("## Needles by depth and length")
			m.para("At " + p.Rate + ", all kinds of needles with one fact together: rows are where in the text it stands, columns how many tokens the text has. Of the baselines only the best is here; the others and the other rates are in report.html.")
			first = false
		}
		head := []string{"arm", "depth"}
		for _, l := range p.Maps[0].Lengths {
			head = append(head, thousands(l))
		}
		m.para("**" + md(p.Measure) + "** " + mdBadge(p.Kind) + ", each number over " + p.Items)
		m.table(1, head, rows)
	}
}

func (p *gridPane) mdRows() [][]string {
	top := best(p.Maps)
	var rows [][]string
	for i := range p.Maps {
		if p.Maps[i].Arm.Kind == "pith" || i == top {
			rows = append(rows, p.Maps[i].mdRows()...)
		}
	}
	return rows
}

// mdRows are a table's, with the arm's name in the first.
func (m *gridMap) mdRows() [][]string {
	var out [][]string
	name := mdArm(m.Arm)
	for _, r := range m.Rows {
		row := []string{name, r.Depth}
		for _, c := range r.Cells {
			s := missing
			if c.OK {
				s = fixed(c.Mean, 2)
			}
			row = append(row, s)
		}
		out = append(out, row)
		name = ""
	}
	return out
}
