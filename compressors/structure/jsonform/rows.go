package jsonform

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// A field is a column as a reader knows it.
type field struct {
	key      string // the literal
	optional bool
	constant string   // JSON
	group    []field  // the value is a record itself
	tuples   []string // the value is an array of records with just these keys
	width    int      // how many cells it has
}

// rows reads a table from its brackets on.
func (r *reader) rows(level int, stream bool) {
	labels := r.at("{")
	bracket := "["
	if labels {
		bracket = "{"
	}
	r.skip(bracket)
	n := r.count()
	d := r.delimiter()
	r.skip(string(bracket[0] + 2))
	fields := r.fields(d, 0)
	r.skip(":")
	cells := width(fields)
	if cells == 0 || labels && stream {
		r.fail(structure.ErrText)
	}
	r.open(bracket, stream)
	var line []string
	for i := 0; i < n && r.err == nil; i++ {
		if i > 0 {
			r.separate(stream)
		}
		r.line(level)
		if labels {
			r.put(r.label())
			r.put(":")
		}
		if line = r.row(line[:0], d, cells); r.err == nil {
			r.record(fields, line)
		}
	}
	r.close(string(bracket[0]+2), stream)
}

func (r *reader) delimiter() byte {
	for _, d := range [...]string{"|", "\t"} {
		if r.at(d) {
			r.skip(d)
			return d[0]
		}
	}
	return ','
}

// fields reads the names between braces.
func (r *reader) fields(d byte, depth int) []field {
	r.skip("{")
	var fields []field
	for r.err == nil {
		f := field{key: r.key(), width: 1}
		if r.at("?") {
			r.skip("?")
			f.optional = true
		}
		switch {
		case r.at("="):
			r.skip("=")
			f.constant, f.width = r.to(valueEnd(r.text, r.pos)), 0
		case r.at("{") && depth < maxHoist:
			f.group = r.fields(d, depth+1)
			f.width = width(f.group)
		case r.at("[]"):
			r.skip("[]")
			f.tuples = r.tupleKeys(d)
		}
		if fields = append(fields, f); r.at("}") {
			break
		}
		r.skip(string(rune(d)))
	}
	r.skip("}")
	return fields
}

func (r *reader) tupleKeys(d byte) []string {
	var keys []string
	for _, f := range r.fields(d, maxHoist) {
		if f.optional || f.constant != "" || f.tuples != nil {
			r.fail(structure.ErrText)
		}
		keys = append(keys, f.key)
	}
	return keys
}

// width returns how many cells a row has.
func width(fields []field) int {
	n := 0
	for i := range fields {
		n += fields[i].width
	}
	return n
}

// label reads the key that a row has before its cells.
func (r *reader) label() string {
	if r.at(`"`) {
		end, _ := stringEnd(r.text, r.pos)
		label := r.to(end)
		r.skip(": ")
		return label
	}
	label := r.to(r.pos + strings.IndexByte(r.text[r.pos:r.lineEnd()], ':'))
	if !bare(label) {
		r.fail(structure.ErrText)
	}
	r.skip(": ")
	return `"` + label + `"`
}

// row appends the cells of the rest of the line.
func (r *reader) row(to []string, d byte, cells int) []string {
	end := r.lineEnd()
	for i := range cells {
		if i > 0 {
			r.skip(string(rune(d)))
		}
		to = append(to, r.cell(d, end))
	}
	if r.pos != end {
		r.fail(structure.ErrText)
	}
	return to
}

// cell reads a cell and returns it as JSON; "" is one that is absent.
func (r *reader) cell(d byte, end int) string {
	if r.pos >= end || r.text[r.pos] == d {
		return ""
	}
	switch r.text[r.pos] {
	case '"', '{', '[':
		return r.to(valueEnd(r.text[:end], r.pos))
	}
	n := strings.IndexByte(r.text[r.pos:end], d)
	if n < 0 {
		n = end - r.pos
	}
	cell := r.to(r.pos + n)
	if numberEnd(cell, 0) == len(cell) || wordEnd(cell, 0) == len(cell) {
		return cell
	}
	if !bare(cell) {
		r.fail(structure.ErrText)
	}
	return `"` + cell + `"`
}

// bare reports whether a text without quotes can be a string.
func bare(text string) bool {
	return text != "" && text[0] != ' ' && text[len(text)-1] != ' ' && strings.IndexByte(text, '"') < 0 && strings.IndexByte(text, '\\') < 0
}

// record writes an object of the cells.
func (r *reader) record(fields []field, row []string) {
	r.put("{")
	comma := false
	for i := range fields {
		f := &fields[i]
		cells := row[:f.width]
		row = row[f.width:]
		if !r.present(f, cells) {
			continue
		}
		if comma {
			r.put(",")
		}
		comma = true
		r.put(f.key)
		r.put(":")
		r.value(f, cells)
	}
	r.put("}")
}

// present reports whether a field is there: what is not has empty cells, and only an
// optional one may be not.
func (r *reader) present(f *field, row []string) bool {
	filled := slices.ContainsFunc(row, func(cell string) bool { return cell != "" })
	switch {
	case f.constant != "" && f.optional, !filled && f.width == 1 && f.group == nil && !f.optional:
		r.fail(structure.ErrText)
	case f.optional:
		return filled
	}
	return true
}

// value writes the value of a field.
func (r *reader) value(f *field, row []string) {
	switch {
	case f.constant != "":
		r.put(f.constant)
	case f.group != nil:
		r.record(f.group, row)
	case f.tuples != nil:
		r.tuples(f.tuples, row[0])
	default:
		r.put(row[0])
	}
}

// tuples writes the objects of a cell that has their values alone.
func (r *reader) tuples(keys []string, cell string) {
	in := reader{text: cell, limit: r.limit}
	in.skip("[")
	r.put("[")
	for i := 0; in.err == nil && r.err == nil && !in.at("]"); i++ {
		if i > 0 {
			in.skip(",")
			r.put(",")
		}
		in.skip("[")
		r.put("{")
		for k, key := range keys {
			if k > 0 {
				in.skip(",")
				r.put(",")
			}
			r.put(key)
			r.put(":")
			r.put(in.to(valueEnd(cell, in.pos)))
		}
		in.skip("]")
		r.put("}")
	}
	in.skip("]")
	r.put("]")
	if in.err != nil { // nothing is behind: a cell is one value
		r.fail(structure.ErrText)
	}
}
