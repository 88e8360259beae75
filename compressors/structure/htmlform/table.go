package htmlform

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// deepestTable is how many tables may be in each other; others within are paragraphs.
const deepestTable = 8

// mostColumns is how far the cells of a row are told apart.
const mostColumns = 64

// A cell that is longer than this, in bytes, is not repeated where it spans.
const mostRepeated = 40

// A table has the row that is being read.
type table struct {
	cells []string
	spans []span // by column, of rows above
	cols  int    // of the open cell
	rows  int
}

// A span is a cell that reaches into rows below.
type span struct {
	text string
	rows int
}

func (r *renderer) table() *table {
	if n := len(r.tables); n > 0 && n <= deepestTable {
		return r.tables[n-1]
	}
	return nil
}

func (r *renderer) row() {
	if t := r.table(); t != nil {
		t.cells = t.cells[:0]
	}
}

// cell gives a cell a writer of its own, and reports whether it did.
func (r *renderer) cell(a attributes) bool {
	t := r.table()
	if t == nil || r.pre > 0 {
		return false
	}
	if r.find(atom.Tr) < 0 {
		r.row()
		r.open = append(r.open, element{tag: atom.Tr, out: r.out, prefix: r.out.prefix})
	}
	t.spanned()
	t.cols, t.rows = min(max(a.cols, 1), mostColumns), a.row
	r.out = &writer{budget: r.out.budget}
	return true
}

// spanned adds the cells of rows above that reach into this column.
func (t *table) spanned() {
	for k := len(t.cells); k < len(t.spans) && t.spans[k].rows > 0; k++ {
		t.spans[k].rows--
		t.cells = append(t.cells, t.spans[k].text)
	}
}

// endCell takes what was written into the cell; outer is the writer of the table.
func (r *renderer) endCell(outer *writer) {
	t := r.table()
	r.out.left += len(r.out.text)
	text := string(bytes.TrimRight(r.out.text, " \n"))
	r.out = outer
	if t == nil {
		return
	}
	again := ""
	if len(text) <= mostRepeated && !strings.Contains(text, "\n") {
		again = text
	}
	t.add(text, again)
	for k := 1; k < t.cols && len(t.cells) < mostColumns; k++ {
		t.add(again, again)
	}
}

// add adds a cell, and remembers it for the rows below.
func (t *table) add(text, again string) {
	k := len(t.cells)
	if k < mostColumns && t.rows > 1 {
		for len(t.spans) <= k {
			t.spans = append(t.spans, span{})
		}
		t.spans[k] = span{again, t.rows - 1}
	}
	t.cells = append(t.cells, text)
}

// endRow writes a row: one line, or the cells below each other if they are more than that.
func (r *renderer) endRow(w *writer) {
	t := r.table()
	if t == nil {
		return
	}
	t.spanned()
	for len(t.cells) > 0 && t.cells[len(t.cells)-1] == "" {
		t.cells = t.cells[:len(t.cells)-1]
	}
	if len(t.cells) == 0 {
		return
	}
	if r.pre > 0 {
		r.code = append(r.code, strings.Join(t.cells, " ")...)
		return
	}
	w.owe(max(w.breaks, 1))
	if line, ok := asLine(t.cells); ok {
		w.due()
		w.put(line)
		return
	}
	for _, c := range t.cells {
		if c != "" {
			w.lines(c)
		}
	}
}

// asLine joins cells that are short enough, and no parts of a page.
func asLine(cells []string) (string, bool) {
	flat := make([]string, len(cells))
	for k, c := range cells {
		lines := strings.Count(c, "\n")
		if lines > 3 || strings.HasPrefix(c, "#") || lines > 0 && (len(c) > 200 || len(cells) == 1 || strings.Contains(c, "```")) {
			return "", false
		}
		flat[k] = joinLines(c)
	}
	return strings.Join(flat, " | "), true
}

// joinLines makes one line of those of a cell.
func joinLines(c string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(c, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if b.Len() > 0 {
			if !strings.HasSuffix(b.String(), ",") && !strings.HasSuffix(b.String(), ";") {
				b.WriteByte(';')
			}
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// lines writes lines as they are, below what there is.
func (w *writer) lines(text string) {
	w.owe(max(w.breaks, 1))
	for k, line := range strings.Split(text, "\n") {
		if k > 0 {
			w.owe(w.breaks + 1)
		}
		if line != "" {
			w.due()
			w.put(line)
		}
	}
	w.owe(1)
}
