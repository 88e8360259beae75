package logform

import (
	"slices"
	"strings"
)

// A column is what lines have at one place of their template: all the same text, or a
// value each.
type column struct {
	text   string
	values []string // nil: text
	again  bool     // values are those of an earlier column: the same slice
}

func withoutEmpty(columns []column) []column {
	return slices.DeleteFunc(columns, func(c column) bool { return c.values == nil && c.text == "" })
}

// fuse joins texts with texts and values with values that stand side by side.
func fuse(columns []column) []column {
	var out []column
	for _, c := range withoutEmpty(columns) {
		last := len(out) - 1
		switch {
		case last < 0 || (out[last].values == nil) != (c.values == nil):
			out = append(out, c)
		case c.values == nil:
			out[last].text += c.text
		default:
			both := make([]string, len(c.values))
			for k := range both {
				both[k] = out[last].values[k] + c.values[k]
			}
			out[last].values = both
		}
	}
	return out
}

// split finds what is the same in all values of a column. rest says that the last column
// is the rest of lines of which only the beginning is alike.
func split(columns []column, rest bool) []column {
	var out []column
	for i, c := range columns {
		switch {
		case c.values == nil:
			out = append(out, c)
		case rest && i == len(columns)-1:
			out = append(out, trim(c.values, false)...)
		default:
			out = append(out, splitValues(c.values)...)
		}
	}
	return fuse(out)
}

// splitValues compares values atom by atom if they have as many, else from their ends.
func splitValues(values []string) []column {
	first := appendAtoms(nil, values[0], 0)
	differs := make([]bool, len(first))
	ends := make([][]int32, len(values)) // of the atoms of each value
	var atoms []atom
	for k, v := range values {
		atoms = appendAtoms(atoms[:0], v, 0)
		if len(atoms) != len(first) || int(atoms[len(atoms)-1].end) < len(v) {
			return trim(values, true)
		}
		ends[k] = make([]int32, len(atoms))
		for j, a := range atoms {
			ends[k][j] = a.end
			differs[j] = differs[j] || v[a.start:a.end] != values[0][first[j].start:first[j].end]
		}
	}
	out := make([]column, len(first))
	for j, a := range first {
		// What is behind a name is not fixed if the name is not.
		if j > 0 && differs[j-1] && a.class == word && first[j-1].class == word {
			differs[j] = true
		}
		if !differs[j] {
			out[j].text = values[0][a.start:a.end]
			continue
		}
		out[j].values = make([]string, len(values))
		for k, v := range values {
			start := int32(0)
			if j > 0 {
				start = ends[k][j-1]
			}
			out[j].values[k] = v[start:ends[k][j]]
		}
	}
	return out
}

// A value keeps a quote or bracket at its end if the other half is in it.
const (
	openers = "\"'([{<"
	closers = "\"')]}>"
)

// trim takes off what all values begin with, and, if tail is set, what they end with. Of
// each value something is left.
func trim(values []string, tail bool) []column {
	p, q := len(values[0]), 0
	if tail {
		q = len(values[0])
	}
	least := len(values[0])
	for _, v := range values[1:] {
		p = commonPrefix(values[0][:p], v)
		q = commonSuffix(values[0], v, q)
		least = min(least, len(v))
	}
	p = min(p, least-1)
	for p > 0 && !all(values, func(v string) bool { return safe(v, p) }) {
		p--
	}
	q = min(q, least-1-p)
	for q > 0 && !all(values, func(v string) bool { return ends(v, len(v)-q) }) {
		q--
	}
	v := values[0]
	if p <= 3 && strings.ContainsAny(v[:p], openers) && strings.ContainsAny(v[p:], closers) {
		p = 0
	}
	if q <= 3 && strings.ContainsAny(v[len(v)-q:], closers) && strings.ContainsAny(v[:len(v)-q], openers) {
		q = 0
	}
	c := column{values: make([]string, len(values))}
	for k, v := range values {
		c.values[k] = v[p : len(v)-q]
	}
	return withoutEmpty([]column{{text: v[:p]}, c, {text: v[len(v)-q:]}})
}

func all(values []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !ok(v) })
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// commonSuffix looks at most at n bytes.
func commonSuffix(a, b string, n int) int {
	n = min(n, len(a), len(b))
	for i := range n {
		if a[len(a)-1-i] != b[len(b)-1-i] {
			return i
		}
	}
	return n
}

// join makes one value of two with little between them: a time, an address. It is about
// as cheap, and easier to read.
func join(columns []column, count func(string) int) []column {
	for i := 1; i+1 < len(columns); i++ {
		c := &columns[i]
		if c.values != nil || columns[i-1].values == nil || columns[i+1].values == nil {
			continue
		}
		if len(c.text) > 8 || strings.ContainsAny(c.text, " \t") || count(c.text) > 2 {
			continue
		}
		c.values = slices.Repeat([]string{c.text}, len(columns[i-1].values))
	}
	var out []column
	for _, c := range fuse(columns) {
		if c.values == nil {
			out = append(out, c)
		} else {
			out = append(out, trim(c.values, true)...)
		}
	}
	return fuse(out)
}

// leastAgain is the fewest bytes of values, on average, that are worth saying that they
// come again.
const leastAgain = 4

// repeated finds values that each line has twice. What is in front of the first text does
// not count: it is no gap of the template.
func repeated(columns []column) []column {
	for i := 1; i < len(columns); i++ {
		if c := &columns[i]; c.values == nil || c.again || meanLen(c.values) < leastAgain {
			continue
		}
		for j := i + 1; j < len(columns); j++ {
			if c := &columns[j]; c.values == nil || c.again {
				continue
			}
			if pieces := carve(columns[j].values, columns[i].values); pieces != nil {
				columns = slices.Replace(columns, j, j+1, pieces...)
			}
		}
	}
	return columns
}

func meanLen(values []string) int {
	n := 0
	for _, v := range values {
		n += len(v)
	}
	return n / len(values)
}

// carve cuts known off values, all of which begin with it, or all of which end with it;
// nil if they do not.
func carve(values, known []string) []column {
	head, tail, whole := true, true, true
	for k, v := range values {
		n := len(known[k])
		head = head && len(v) > n && v[:n] == known[k] && ends(v, n)
		tail = tail && len(v) > n && v[len(v)-n:] == known[k] && ends(v, len(v)-n)
		whole = whole && v == known[k]
	}
	again := column{values: known, again: true}
	rest := make([]string, len(values))
	switch {
	case whole:
		return []column{again}
	case head:
		for k, v := range values {
			rest[k] = v[len(known[k]):]
		}
		return append([]column{again}, splitValues(rest)...)
	case tail:
		for k, v := range values {
			rest[k] = v[:len(v)-len(known[k])]
		}
		return append(splitValues(rest), again)
	}
	return nil
}
