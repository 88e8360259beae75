package tableform

import (
	"encoding/json"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// DecodeCSV undoes [EncodeCSV].
func DecodeCSV(text string, layout []byte, limit int) (string, error) {
	var l csvLayout
	if json.Unmarshal(layout, &l) != nil || len(l.Sep) != 1 || l.Sep == "\n" || l.Sep == `"` {
		return "", structure.ErrLayout
	}
	var names, values []string
	if len(l.Every) > 0 {
		var ok bool
		if names, values, text, ok = cutEvery(text, len(l.Every)); !ok {
			return "", structure.ErrText
		}
	}
	fields, columns, ok := fieldsOfCSV(text, l.Sep[0])
	if !ok {
		return "", structure.ErrText
	}
	n := columns + len(l.Every)
	if !ascend(l.Every, n) || !ascend(l.Quoted, n) {
		return "", structure.ErrLayout
	}
	w := csvWriter{layout: l, out: newOutput(l.CRLF, limit), gone: marked(l.Every, n), quoted: marked(l.Quoted, n)}
	for i := 0; i < len(fields) && !w.out.full; i += columns {
		above := values
		if i == 0 {
			above = names
		}
		w.row(i == 0, fields[i:i+columns], above)
	}
	if text[len(text)-1] == '\n' {
		w.out.put(w.out.end)
	}
	return w.out.text()
}

// ascend reports whether columns are of n, and each greater than the one before.
func ascend(columns []int, n int) bool {
	last := -1
	for _, k := range columns {
		if k <= last || k >= n {
			return false
		}
		last = k
	}
	return true
}

// cutEvery takes the first line off, which has n columns.
func cutEvery(text string, n int) (names, values []string, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, every)
	for ; ok && n > 0; n-- {
		var name, v string
		if name, text, ok = cutShown(text, "="); !ok {
			break
		}
		end := ", "
		if n == 1 {
			end = "\n"
		}
		v, text, ok = cutShown(text, end)
		names, values = append(names, name), append(values, v)
	}
	return names, values, text, ok && text != ""
}

// cutShown returns the name or the value before end.
func cutShown(text, end string) (v, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		return strings.Cut(text, end)
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			i++
			continue
		}
		rest, ok = strings.CutPrefix(text[i+1:], end)
		return value(text[:i+1]), rest, ok
	}
	return "", "", false
}

// A csvWriter writes the rows as they were.
type csvWriter struct {
	layout       csvLayout
	out          *output
	gone, quoted []bool
}

func (w *csvWriter) row(head bool, fields, above []string) {
	w.out.begin()
	for k, gone := range w.gone {
		if k > 0 {
			w.out.put(w.layout.Sep)
		}
		quotes := head && w.layout.Head || !head && w.quoted[k]
		var f string
		if gone {
			if f, above = above[0], above[1:]; needsQuotes(f, w.layout.Sep) && head {
				quotes = true
			}
			if quotes {
				f = quote(f)
			}
		} else {
			if f, fields = fields[0], fields[1:]; quotes && !isQuoted(f) {
				f = `"` + f + `"`
			}
		}
		if strings.IndexByte(f, '\n') >= 0 && w.layout.CRLF {
			f = strings.ReplaceAll(f, "\n", "\r\n")
		}
		w.out.put(f)
	}
}
