package jsonform

import (
	"strconv"
	"strings"
)

const (
	maxBlocks = 8  // levels of lines; what is deeper is one line of JSON
	leastGain = 12 // tokens, about, that a block below the root must save
	sample    = 4096
)

// tabulate writes a content as lines and tables, and estimates what share of its tokens
// that takes. It returns "" if no table pays.
func tabulate(content string, stream bool, count func(string) int) (table string, share float64) {
	w := writer{printer: printer{tree: newTree(content, stream)}, count: count, weigh: weigh}
	if !w.nests(0) {
		return "", 1
	}
	w.out = make([]byte, 0, len(content)+len(content)/8)
	if !w.block(0, 0, atRoot) {
		return "", 1
	}
	return string(w.out), float64(weigh(w.out)) / float64(weigh([]byte(content)))
}

// A writer chooses between a value's forms.
type writer struct {
	printer
	count func(string) int
	weigh func([]byte) int // for what is chosen many times: an estimate of count
}

// Where a value stands decides how its lines go on.
type site int

const (
	atRoot site = iota
	atKey       // behind a key, in a line of this level
	atItem      // behind a dash, in a line of the level above this one
)

// block appends a value that is, or has in it, a table, where that is shorter than its
// JSON, and reports whether it did. level is that of the lines that follow.
func (w *writer) block(n uint32, level int, at site) bool {
	if level > maxBlocks || !w.nests(n) {
		return false
	}
	start := len(w.out)
	least, end := -1, start
	for _, form := range [...]func(*writer, uint32, int, site) bool{(*writer).rows, (*writer).inside} {
		from := len(w.out)
		if form(w, n, level, at) {
			if least < 0 {
				least = w.weigh([]byte(w.text(n)))
				if at != atRoot {
					least -= leastGain
				}
			}
			if cost := w.weigh(w.out[from:]); cost < least {
				least = cost
				end = start + copy(w.out[start:], w.out[from:])
			}
		}
		w.out = w.out[:end]
	}
	return end > start
}

// nests reports whether a container has one in it.
func (w *writer) nests(n uint32) bool {
	if w.nodes[n].size == 0 {
		return false
	}
	for c, end := w.members(n); c < end; c = w.step(c) {
		if w.nodes[c].size > 0 {
			return true
		}
	}
	return false
}

// rows appends a container as a table.
func (w *writer) rows(n uint32, level int, _ site) bool {
	tab, ok := w.table(n)
	if !ok {
		return false
	}
	delimiter := w.delimiter(tab)
	w.header(tab, delimiter)
	for i := range tab.rows {
		w.line(level)
		w.row(tab, i, delimiter)
	}
	return true
}

// delimiter returns what takes the fewest tokens between the cells of some rows. A comma
// is what readers know best; another has to be clearly shorter.
func (w *writer) delimiter(tab *table) byte {
	best, least := byte(','), 0
	for _, d := range [...]byte{',', '|', '\t'} {
		p := printer{tree: w.tree}
		p.header(tab, d)
		for i := 0; i < tab.rows && len(p.out) < sample; i++ {
			p.out = append(p.out, '\n')
			p.row(tab, i, d)
		}
		n := w.count(string(p.out))
		if d == ',' {
			least = n - n/20
		} else if n < least {
			best, least = d, n
		}
	}
	return best
}

// inside appends a container as lines, one for each member or element, with those in it
// that are blocks; it reports false if none is.
func (w *writer) inside(n uint32, level int, at site) bool {
	if w.nodes[n].kind == '[' {
		return w.list(n, level)
	}
	if at == atKey {
		level++
		w.out = append(w.out, ':')
		w.line(level)
	}
	found := false
	first, end := w.members(n)
	for c := first; c < end; c = w.step(c + 1) {
		if c > first {
			w.line(level)
		}
		w.key(w.text(c))
		if w.block(c+1, level, atKey) {
			found = true
			continue
		}
		w.out = append(append(w.out, ": "...), w.text(c+1)...)
	}
	return found
}

// list appends an array as items.
func (w *writer) list(n uint32, level int) bool {
	w.out = append(w.out, '[')
	w.out = strconv.AppendUint(w.out, uint64(w.nodes[n].size), 10)
	w.out = append(w.out, "]:"...)
	found := false
	for c, end := w.members(n); c < end; c = w.step(c) {
		w.line(level)
		w.out = append(w.out, "- "...)
		if w.block(c, level+1, atItem) {
			found = true
			continue
		}
		w.out = append(w.out, w.text(c)...)
	}
	return found
}

// line begins a line.
func (w *writer) line(level int) {
	w.out = append(w.out, '\n')
	for range level {
		w.out = append(w.out, "  "...)
	}
}

// weigh estimates the tokens of a text from its runs of letters, digits, signs and white
// space: within a tenth of o200k_base on most JSON, at a tenth of the time.
func weigh(text []byte) int {
	n, run, last := 0, 0, byte(len(longest))
	for _, b := range text {
		c := classes[b]
		if c != last || run == longest[c] {
			if last == space && run == 1 && c == letter {
				n-- // a space before a word is part of it
			}
			n++
			run, last = 0, c
		}
		run++
	}
	return n
}

// Classes of bytes.
const (
	sign byte = iota
	letter
	digit
	space
	wide
)

// longest is how many bytes of a class one token has, about.
var longest = [...]int{sign: 3, letter: 6, digit: 3, space: 16, wide: 4}

var classes = func() (t [256]byte) {
	for c := range t {
		switch {
		case c >= 0x80:
			t[c] = wide
		case isDigit(byte(c)):
			t[c] = digit
		case isSpace(byte(c)):
			t[c] = space
		case strings.IndexByte("abcdefghijklmnopqrstuvwxyz", byte(c)|0x20) >= 0:
			t[c] = letter
		}
	}
	return t
}()
