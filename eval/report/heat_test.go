package report

import (
	"slices"
	"strings"
	"testing"
)

// shaded is a report of one task, with a value of each arm.
func shaded(measure string, values ...float64) *Report {
	r := &Report{Format: Format, Rates: []float64{0.5}, Against: "bm25", Tasks: []Task{{Name: "qa", Items: 9}}, Measures: []Measure{{Name: measure, Kind: Offline}},
		Arms: []Arm{{Name: "head", Kind: kindBaseline}, {Name: "longcodezip", Kind: "pith"}, {Name: "bm25", Kind: kindBaseline}, {Name: "none", Kind: kindNone, Fixed: true}}}
	for i, v := range values {
		a := []string{"head", "bm25", "none"}[i]
		r.Cells = append(r.Cells, Cell{Arm: a, Rate: map[bool]float64{false: 0.5}[a == "none"], Task: "qa", Items: 9, KeptRate: est(1, 1, 1), Values: map[string]Value{measure: {Items: 9, Estimate: est(v, v, v)}}})
	}
	return r
}

func TestHeatMap(t *testing.T) {
	for _, c := range []struct {
		name, measure string
		values        []float64 // of head, bm25, none
		want          string    // columns in order, with shades
		scale         string
	}{
		{"zero_to_one", "survival", []float64{0, 0.45, 1}, "none h9, bm25 h4, head h0", oneScale},
		{"equal_ones_are_full", "survival", []float64{1, 1, 1}, "none h9, bm25 h9, head h9", oneScale},
		{"equal_zeros_are_pale", "rouge_l", []float64{0, 0, 0}, "none h0, bm25 h0, head h0", oneScale},
		{"nats", "likelihood", []float64{-2, -1, 8}, "none h9, bm25 h1, head h0", ownScales},
		{"equal_nats_are_full", "likelihood", []float64{-2, -2, -2}, "none h9, bm25 h9, head h9", ownScales},
		{"columns_without_values_are_left_out", "needles", []float64{0.5}, "head h5", oneScale},
	} {
		panes := newIndex(shaded(c.measure, c.values...)).heat()
		if len(panes) != 1 || len(panes[0].Rows) != 1 {
			t.Errorf("%s: %+v", c.name, panes)
			continue
		}
		var got []string
		for i, col := range panes[0].Columns {
			got = append(got, col.Name+" "+panes[0].Rows[0].Cells[i].Class)
		}
		if s := strings.Join(got, ", "); s != c.want || panes[0].Scale != c.scale {
			t.Errorf("%s: got %s, want %s; %s", c.name, s, c.want, panes[0].Scale)
		}
	}
	var b strings.Builder
	if err := shaded("survival", 0.1, 0.2, 1).WriteMarkdown(&b); err != nil || !strings.Contains(b.String(), "| task | none | bm25 |\n") {
		t.Errorf("%v: no table with only the main arms that have values in\n%s", err, b.String())
	}
}

func TestSummaryLeavesOutEmptyColumns(t *testing.T) {
	r := small()
	r.Measures = slices.Insert(r.Measures, 1, Measure{Name: "numbers", Kind: Offline})
	for _, p := range newIndex(r).summary() {
		if len(p.Columns) != 2 || p.Columns[0].Name != "survival" || p.Columns[1].Name != "score" {
			t.Errorf("%+v", p.Columns)
		}
		for _, row := range p.Rows {
			if len(row.Cells) != 2 {
				t.Errorf("%s has %d cells", row.Arm.Name, len(row.Cells))
			}
		}
	}
}

// TestAxesOfNats: values have any sign, and 0 is shown where it is near.
func TestAxesOfNats(t *testing.T) {
	for _, c := range []struct{ low, high, lo, hi float64 }{
		{-2, -0.5, -2, 0}, {-0.5, 2.5, -1, 3}, {1, 8, 0, 8}, {-8, -7, -8, -7}, {-3, -3, -3.6, -2.4},
	} {
		a := valueAxis([]series{{points: []point{{y: c.low, low: c.low, high: c.high}}}})
		if a.lo > c.low || a.hi < c.high || a.lo < c.lo || a.hi > c.hi {
			t.Errorf("%v to %v is drawn from %v to %v", c.low, c.high, a.lo, a.hi)
		}
		if c.hi == 0 && a.hi != 0 {
			t.Errorf("%v to %v ends at %v, not 0", c.low, c.high, a.hi)
		}
	}
}
