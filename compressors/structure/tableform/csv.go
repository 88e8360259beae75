package tableform

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/pith-proxy/pith/compressors/structure"
)

// every is what the line with the columns that are the same in all rows begins with.
const every = "every row: "

// EncodeCSV writes a table of RFC 4180 without quotes that nothing needs, and with the
// columns that are the same in all rows in a first line:
//
//	"id","region","name"           every row: region=eu-west-1
//	"1","eu-west-1","a, b"    →    id,name
//	"2","eu-west-1","c"            1,"a, b"
//	"3","eu-west-1","d"            2,c
//	                               3,d
//
// Quotes go where all of a column has them; where some have, they may mean something. A
// column goes to the first line only if the first row has names without doubt: they are
// distinct words, and there is a column of numbers or dates below one.
//
// It is not ok if rows differ in their number of fields, there are fewer than three, or a
// quote stands where RFC 4180 knows none. Fields may end with , ; | or tab.
func EncodeCSV(text string, o structure.Options) (structure.Encoded, bool) {
	lines, crlf, ok := split(text)
	if !ok || strings.HasPrefix(text, every) {
		return structure.Encoded{}, false
	}
	if crlf {
		text = strings.Join(lines, "\n")
	}
	t, ok := csvOf(text)
	if !ok {
		return structure.Encoded{}, false
	}
	t.layout.CRLF = crlf
	t.quotes()
	best, least := structure.Encoded{}, tokens(text, o)
	for _, columns := range [][]int{nil, t.constant()} {
		t.layout.Every = columns
		if out := t.text(); tokens(out, o) < least {
			data, _ := json.Marshal(t.layout) // it has nothing that can fail
			best, least = structure.Encoded{Text: out, Layout: data}, tokens(out, o)
		}
	}
	return best, best.Text != ""
}

// csvLayout is what a table in the new form does not tell. Columns count from 0.
type csvLayout struct {
	CRLF   bool   `json:"crlf,omitempty"`
	Sep    string `json:"sep"`
	Head   bool   `json:"head,omitempty"`   // the first row had quotes round all fields
	Quoted []int  `json:"quoted,omitempty"` // columns that had, but for the first row
	Every  []int  `json:"every,omitempty"`  // columns in the first line
}

// A csv is a table: fields as they are spelled, row by row, columns in each.
type csv struct {
	fields  []string
	columns int
	newline bool // at the end
	layout  csvLayout
}

// csvOf finds the separator: of those that give rows of one length the one that there is
// most often in the first line.
func csvOf(text string) (t csv, ok bool) {
	first, _, _ := strings.Cut(text, "\n")
	seps := []string{",", "\t", ";", "|"}
	slices.SortStableFunc(seps, func(a, b string) int { return strings.Count(first, b) - strings.Count(first, a) })
	for _, sep := range seps {
		if !strings.Contains(first, sep) {
			break
		}
		t = csv{layout: csvLayout{Sep: sep}}
		if t.fields, t.columns, ok = fieldsOfCSV(text, sep[0]); ok && t.columns > 1 && len(t.fields) >= 3*t.columns {
			t.newline = text[len(text)-1] == '\n'
			return t, true
		}
	}
	return t, false
}

// mostColumns is more than a table has.
const mostColumns = 4096

// fieldsOfCSV returns the fields of rows with columns fields each, quotes and all.
func fieldsOfCSV(text string, sep byte) (fields []string, columns int, ok bool) {
	fields = make([]string, 0, strings.Count(text, string(sep))+strings.Count(text, "\n")+1)
	row := 0 // fields of this row
	for at := 0; at < len(text); {
		n := fieldLen(text[at:], sep)
		if n < 0 {
			return nil, 0, false
		}
		fields = append(fields, text[at:at+n])
		row++
		at += n
		if columns > 0 && row > columns || row > mostColumns {
			return nil, 0, false
		}
		last := at == len(text) || text[at] == '\n'
		if !last {
			if at++; at < len(text) {
				continue
			}
			fields, row = append(fields, ""), row+1 // behind the last separator
		}
		if columns == 0 {
			columns = row
		}
		if row != columns {
			return nil, 0, false
		}
		row = 0
		at++
	}
	return fields, columns, columns > 0
}

// fieldLen returns the length of the field that text begins with, or -1.
func fieldLen(text string, sep byte) int {
	if text[0] != '"' {
		for i := range len(text) {
			switch text[i] {
			case sep, '\n':
				return i
			case '"':
				return -1
			}
		}
		return len(text)
	}
	for i := 1; ; i += 2 { // behind a quote, or behind two
		n := strings.IndexByte(text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == len(text) || text[i+1] == sep || text[i+1] == '\n' {
			return i + 1
		}
		if text[i+1] != '"' {
			return -1
		}
	}
}

// quotes finds the columns that have quotes in all rows, and whether the first row has.
func (t *csv) quotes() {
	quoted := make([]bool, t.columns)
	for k := range quoted {
		quoted[k] = true
	}
	t.layout.Head = true
	for i, f := range t.fields {
		switch q := isQuoted(f); {
		case i < t.columns:
			t.layout.Head = t.layout.Head && q
		case !q:
			quoted[i%t.columns] = false
		}
	}
	for k, q := range quoted {
		if q {
			t.layout.Quoted = append(t.layout.Quoted, k)
		}
	}
}

func isQuoted(f string) bool { return f != "" && f[0] == '"' }

// value is what a field says.
func value(f string) string {
	if !isQuoted(f) {
		return f
	}
	return strings.ReplaceAll(f[1:len(f)-1], `""`, `"`)
}

func quote(v string) string { return `"` + strings.ReplaceAll(v, `"`, `""`) + `"` }

// constant returns the columns that are the same in all rows but the first, which names
// them; nil if it may be a row as all others.
func (t *csv) constant() (columns []int) {
	if !t.hasNames() {
		return nil
	}
	empty := false // in a column that is not constant
	for k := range t.columns {
		name, first := t.fields[k], t.fields[t.columns+k]
		same, blank := name != first && !strings.Contains(first, "\n"), false
		for i := t.columns + k; i < len(t.fields); i += t.columns {
			same, blank = same && t.fields[i] == first, blank || value(t.fields[i]) == ""
		}
		spelled := t.layout.Head || isQuoted(name) == needsQuotes(value(name), t.layout.Sep)
		if same && spelled {
			columns = append(columns, k)
		} else {
			empty = empty || blank
		}
	}
	if n := t.columns - len(columns); n == 0 || n == 1 && empty {
		return nil // a row must not be a blank line
	}
	return columns
}

// hasNames reports whether the first row is one of names.
func (t *csv) hasNames() bool {
	seen := map[string]bool{}
	for _, f := range t.fields[:t.columns] {
		name := value(f)
		if seen[name] || len(name) > 64 || !strings.ContainsFunc(name, unicode.IsLetter) || isFigure(name) || strings.ContainsAny(name, "\n=\"") {
			return false
		}
		seen[name] = true
	}
	for k := range t.columns {
		figures := true
		for i := t.columns + k; i < len(t.fields) && figures; i += t.columns {
			figures = isFigure(value(t.fields[i]))
		}
		if figures {
			return true
		}
	}
	return false
}

// isFigure reports whether s begins as a number or a date does.
func isFigure(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// needsQuotes reports whether v would be read as something else without quotes.
func needsQuotes(v, sep string) bool {
	return v != "" && (strings.ContainsAny(v, sep+"\"\n") || v[0] <= ' ' || v[len(v)-1] <= ' ')
}

// text writes the table with the columns of the layout in the first line.
func (t *csv) text() string {
	var b strings.Builder
	gone, quoted := marked(t.layout.Every, t.columns), marked(t.layout.Quoted, t.columns)
	if len(t.layout.Every) > 0 {
		b.WriteString(every)
		for i, k := range t.layout.Every {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(shown(value(t.fields[k])) + "=" + shown(value(t.fields[t.columns+k])))
		}
		b.WriteByte('\n')
	}
	for i := 0; i < len(t.fields); i += t.columns {
		first := true
		for k, f := range t.fields[i : i+t.columns] {
			if gone[k] {
				continue
			}
			if !first {
				b.WriteString(t.layout.Sep)
			}
			first = false
			if i == 0 && t.layout.Head || i > 0 && quoted[k] {
				if v := f[1 : len(f)-1]; !needsQuotes(v, t.layout.Sep) {
					f = v
				}
			}
			b.WriteString(f)
		}
		if i+t.columns < len(t.fields) || t.newline {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func marked(columns []int, n int) []bool {
	all := make([]bool, n)
	for _, k := range columns {
		all[k] = true
	}
	return all
}

// shown spells a name or a value of the first line.
func shown(v string) string {
	if v == "" || strings.ContainsAny(v, ",=\"\n") || v[0] <= ' ' || v[len(v)-1] <= ' ' {
		return quote(v)
	}
	return v
}
