package logform

import (
	"strings"
	"testing"
)

// A row that no line is left for is dropped, and so is one that saves less than it costs.
func TestRowsThatDoNotPayAreDropped(t *testing.T) {
	row := func(s string, saves, cost int) candidate {
		r, ok := parseRow(s, brackets)
		if !ok {
			t.Fatal(s)
		}
		return candidate{template: r, saves: saves, cost: cost}
	}
	e := &encoder{source: newSource("job 1 done\njob 2 done\nnode 1 lost\n"), sigil: "§", count: func(s string) int { return len(s) }}
	e.items = e.runs(e.sigil, e.count)
	p := &plan{encoder: e, rows: []candidate{row("job {} done", 9, 17), row("job {}", 5, 8), row("node {} lost", 9, 9)}}
	p.show()
	if !p.dropped() || len(p.rows) != 1 || p.rows[0].row(brackets) != "job {} done" {
		t.Errorf("left are %v", p.rows)
	}
	if p.show(); p.dropped() || p.shown[2].row != -1 {
		t.Error("the line of a row that was dropped is not as it was")
	}
}

// Rows go to what saves most, blocks or templates.
func TestShare(t *testing.T) {
	p := &plan{encoder: &encoder{rows: 3}, blocks: []block{{gain: 50}, {gain: 10}}}
	p.share([]candidate{{gain: 40 * unit}, {gain: 5 * unit}, {gain: 30 * unit}})
	if len(p.blocks) != 1 || len(p.rows) != 2 || p.rows[1].gain != 30*unit {
		t.Errorf("got %v, %v", p.blocks, p.rows)
	}
}

// Where an earlier row would do as well, the one that saves more is taken.
func TestRowsAreTriedInTheOrderOfWhatTheySave(t *testing.T) {
	var b strings.Builder
	for i := range 60 {
		b.WriteString(strings.Repeat("x", i%9+1) + " general thing happened with " + strings.Repeat("yz", i%4+1) + "\n")
		if i%2 == 0 {
			b.WriteString(strings.Repeat("x", i%9+1) + " general thing happened with the very special case of everything " + strings.Repeat("z", i%5+1) + "\n")
		}
	}
	e := &encoder{source: newSource(b.String()), sigil: "§", count: func(s string) int { return (len(s) + 3) / 4 }, rows: 8}
	e.items = e.runs(e.sigil, e.count)
	p := e.plan(nil)
	if n := strings.Count(p.write(nil), "very special case"); n != 1 || len(p.rows) < 2 {
		t.Errorf("%d rows, and what the special one holds is there %d times", len(p.rows), n)
	}
}
