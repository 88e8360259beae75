package tableform

import (
	"encoding/json"

	"github.com/pith-proxy/pith/compressors/structure"
)

// layout is of a text in which there are tables between other lines.
type layout struct {
	CRLF   bool    `json:"crlf,omitempty"`
	Tables []table `json:"tables"`
}

// A table is how its source was set. All counts are of lines, cells or spaces.
type table struct {
	Skip  int      `json:"skip,omitempty"` // lines since the table before
	Rows  int      `json:"rows"`           // without the rule
	Style int      `json:"style,omitempty"`
	Cols  []column `json:"cols"`          // one for all, or one for each
	Odd   [][]int  `json:"odd,omitempty"` // rows for which Cols are not right

	// Markdown: left, right and dashes of the cells of the rule; three for all, or
	// three for each.
	Rule []int `json:"rule,omitempty"`

	// With frames: how many rows are before the rule, how wide the columns are, the
	// bars of a row before the rule and behind it (left, between, right), and the lines
	// at the top, at the rule, between rows, at the bottom (left, fill, cross, right).
	Head   int        `json:"head,omitempty"`
	Widths []int      `json:"widths,omitempty"`
	Bars   [][]string `json:"bars,omitempty"`
	Lines  [][]string `json:"lines,omitempty"`
}

func (l layout) bytes() []byte {
	b, _ := json.Marshal(l) // it has nothing that can fail
	return b
}

// parseLayout wants layouts whose numbers do no harm.
func parseLayout(data []byte) (l layout, err error) {
	if json.Unmarshal(data, &l) != nil {
		return l, structure.ErrLayout
	}
	for _, t := range l.Tables {
		ok := t.Skip >= 0 && t.Rows > 0 && t.Head >= 0 && t.Style >= 0 && t.Style < len(styles) && len(t.Cols) > 0
		for _, c := range t.Cols {
			ok = ok && c.valid()
		}
		for _, list := range append(t.Odd, t.Rule, t.Widths) {
			for _, n := range list {
				ok = ok && small(n)
			}
		}
		if !ok {
			return l, structure.ErrLayout
		}
	}
	return l, nil
}

// column returns the column k, and whether there is one.
func (t *table) column(k int) (column, bool) {
	if len(t.Cols) == 1 {
		return t.Cols[0], true
	}
	if k >= len(t.Cols) {
		return column{}, false
	}
	return t.Cols[k], true
}

// A rowPads says what is round the cells of one row after another.
type rowPads struct {
	t   *table
	odd int // how many of t.Odd are behind
}

// next puts the pads of row i into cells; of its texts, left and right are not yet known.
func (p *rowPads) next(i int, row []cell) bool {
	if p.odd < len(p.t.Odd) && len(p.t.Odd[p.odd]) == 1+2*len(row) && p.t.Odd[p.odd][0] == i {
		for k := range row {
			row[k].left, row[k].right = p.t.Odd[p.odd][1+2*k], p.t.Odd[p.odd][2+2*k]
		}
		p.odd++
		return true
	}
	for k := range row {
		c, ok := p.t.column(k)
		if !ok {
			return false
		}
		row[k].left, row[k].right = c.pads(row[k].text)
	}
	return true
}

// put writes a row with the bars: left, between and right.
func (o *output) row(row []cell, left, between, right string) {
	o.put(left)
	for k, c := range row {
		if k > 0 {
			o.put(between)
		}
		o.pad(c.left)
		o.put(c.text)
		o.pad(c.right)
	}
	o.put(right)
}
