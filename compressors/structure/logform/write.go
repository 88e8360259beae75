package logform

import (
	"cmp"
	"slices"
	"strconv"
)

// A writer writes a plan.
type writer struct {
	*plan
	with     devices
	out      []byte
	headings []opening // those to come
	prefix   string    // of the heading above
	values   []string
}

// write returns the text in the form.
func (p *plan) write(headings []opening) string {
	w := &writer{plan: p, with: devices{sigil: p.sigil}, headings: headings}
	w.body()
	body := w.out
	w.legend()
	return w.with.brief() + string(w.out) + string(body)
}

// legend writes the rows, each behind a newline.
func (w *writer) legend() {
	w.out = nil
	w.with.gap = w.freeGap()
	w.with.rows = len(w.rows) > 0
	for k := range w.rows {
		w.mark(letter(k) + "=" + w.rows[k].row(w.with.gap))
		w.with.again = w.with.again || slices.ContainsFunc(w.rows[k].parts, func(p part) bool { return p.kind == again })
	}
}

func letter(row int) string { return string(rune('A' + row)) }

// freeGap returns the first way to write gaps that the text of no row could be taken for.
func (w *writer) freeGap() [2]string {
	marks := gapMarks(w.sigil)
	i := slices.IndexFunc(marks, func(mark [2]string) bool {
		return !slices.ContainsFunc(w.rows, func(r candidate) bool {
			return slices.ContainsFunc(r.parts, func(p part) bool { return hasGap(p.text, mark) })
		})
	})
	return marks[i]
}

// body writes the lines, with all marks between them, each behind a newline.
func (w *writer) body() {
	begun := 0 // blocks
	agains := w.agains()
	for k := range w.shown {
		i := w.shown[k].item
		for ; len(agains) > 0 && agains[0].at < i; agains = agains[1:] {
			w.again(agains[0])
		}
		if begun < len(w.blocks) && w.blocks[begun].places[0] == i {
			begun++
			w.begin(begun)
		}
		w.line(k)
		if n := w.items[i].times; n > 1 {
			w.with.times = true
			w.mark(timesLetter + strconv.Itoa(int(n)))
		}
		if begun > 0 && w.blocks[begun-1].end() == i+1 {
			w.mark(strconv.Itoa(begun) + endsWord)
		}
	}
	for _, a := range agains {
		w.again(a)
	}
}

// end is the item behind the first place of a block.
func (b *block) end() int32 { return b.places[0] + int32(b.size) }

// A labelled group is where a block comes again.
type labelled struct {
	group
	label int
}

// agains returns where blocks come again, in order.
func (w *writer) agains() []labelled {
	var all []labelled
	for k := range w.blocks {
		for _, g := range w.blocks[k].groups()[1:] {
			all = append(all, labelled{g, k + 1})
		}
	}
	slices.SortFunc(all, func(a, b labelled) int { return cmp.Compare(a.at, b.at) })
	return all
}

func (w *writer) again(l labelled) {
	text := strconv.Itoa(l.label) + againWord
	if l.times > 1 {
		text += " " + timesLetter + strconv.Itoa(int(l.times))
	}
	w.mark(text)
}

func (w *writer) begin(label int) {
	b, n := &w.blocks[label-1], 0
	for _, it := range w.items[b.places[0]:b.end()] {
		n += int(it.times)
	}
	w.with.blocks = true
	w.mark(strconv.Itoa(label) + beginsWord + strconv.Itoa(n) + linesWord)
}

// mark writes a line that begins with the sigil.
func (w *writer) mark(text string) {
	w.out = append(append(append(w.out, '\n'), w.sigil...), text...)
}

// line writes a shown line, and before it the headings that begin there.
func (w *writer) line(k int) {
	for ; len(w.headings) > 0 && int(w.headings[0].at) == k; w.headings = w.headings[1:] {
		w.prefix = w.headings[0].prefix
		w.with.heading = true
		w.mark(headingMark + w.prefix)
	}
	s := &w.shown[k]
	w.out = append(w.out, '\n')
	if s.line == "" {
		return
	}
	from := len(w.prefix)
	if !s.under(w.prefix) {
		from = 0
		w.with.alone = true
		w.out = append(append(w.out, w.sigil...), aloneMark...)
	}
	w.out = append(w.out, s.line[from:s.start]...)
	if s.row >= 0 {
		_, w.values, _ = w.rows[s.row].fit(s.line, int(s.start), w.values[:0])
		w.out, _ = appendUse(w.out, w.sigil, letter(int(s.row))[0], w.values)
	}
}
