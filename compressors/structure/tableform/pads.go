package tableform

// A cell is what a row has between two bars, and how many spaces there are round it.
type cell struct {
	text        string
	left, right int
}

// How a column is set.
const (
	ragged  = iota // each cell has left and right spaces round it
	flush          // and more on the right, up to the width
	flushed        // and more on the left
	centred        // and more on both sides
)

// A column is what the spaces round its cells follow from: kind, left, right, width.
type column [4]int

// pads returns how many spaces are round a cell. Of an empty one the sum counts.
func (c column) pads(text string) (left, right int) {
	free := 0
	if c[0] != ragged {
		free = max(0, c[3]-cells(text))
	}
	switch c[0] {
	case flush:
		return c[1], c[2] + free
	case flushed:
		return c[1] + free, c[2]
	case centred:
		return c[1] + free/2, c[2] + free - free/2
	}
	return c[1], c[2]
}

func (c column) suits(x cell) bool {
	l, r := c.pads(x.text)
	if x.text == "" {
		return l+r == x.left+x.right
	}
	return l == x.left && r == x.right
}

// valid reports whether the numbers are such that no sum of two is too large.
func (c column) valid() bool {
	return c[0] >= ragged && c[0] <= centred && small(c[1]) && small(c[2]) && small(c[3])
}

func small(n int) bool { return n >= 0 && n < 1<<30 }

// fit returns the column that is right for most of the cells.
func fit(all []cell) column {
	best, most := column{}, -1
	for _, c := range candidates(all) {
		n := 0
		for _, x := range all {
			if c.suits(x) {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

func candidates(all []cell) []column {
	var left, right, leftEnd, rightEnd, total tally
	least := cell{left: 1, right: 1}
	for _, c := range all {
		n := cells(c.text)
		total.add(c.left + c.right + n)
		if c.text == "" {
			continue
		}
		left.add(c.left)
		right.add(c.right)
		leftEnd.add(c.left + n)
		rightEnd.add(c.right + n)
		least.left, least.right = min(least.left, c.left), min(least.right, c.right)
	}
	if !left.any {
		return []column{{ragged, total.most(), 0, 0}}
	}
	return []column{
		{ragged, left.most(), right.most(), 0},
		{flush, left.most(), least.right, rightEnd.most() - least.right},
		{flushed, least.left, right.most(), leftEnd.most() - least.left},
		{centred, least.left, least.right, total.most() - least.left - least.right},
	}
}

// A tally counts how often there is each number.
type tally struct {
	few   [48]int
	count map[int]int // of larger ones
	any   bool
}

func (t *tally) add(n int) {
	t.any = true
	if n < len(t.few) {
		t.few[n]++
		return
	}
	if t.count == nil {
		t.count = map[int]int{}
	}
	t.count[n]++
}

// most returns the number that there is most often, of several the least.
func (t *tally) most() int {
	best, n := 0, 0
	for v, k := range t.few {
		if k > n {
			best, n = v, k
		}
	}
	for v, k := range t.count {
		if k > n || k == n && v < best {
			best, n = v, k
		}
	}
	return best
}

// times returns how often there is n.
func (t *tally) times(n int) int {
	if n < len(t.few) {
		return t.few[n]
	}
	return t.count[n]
}

// fitAll returns the columns of rows that have as many cells each, and the rows that they
// are not right for: number, and left and right of each cell. It is not ok if these are
// many, as then the spaces are better kept in the text.
func fitAll(rows [][]cell) (columns []column, odd [][]int, ok bool) {
	same := true
	all := make([]cell, len(rows))
	for k := range rows[0] {
		for i, row := range rows {
			all[i] = row[k]
		}
		columns = append(columns, fit(all))
		same = same && columns[k] == columns[0]
	}
	for i, row := range rows {
		if fits(columns, row) {
			continue
		}
		pads := []int{i}
		for _, c := range row {
			pads = append(pads, c.left, c.right)
		}
		odd = append(odd, pads)
	}
	if same {
		columns = columns[:1]
	}
	return columns, odd, len(odd) <= 2+len(rows)/16
}

func fits(columns []column, row []cell) bool {
	for k, c := range row {
		if !columns[k].suits(c) {
			return false
		}
	}
	return true
}
