package jsonform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// checkMeaning wants somebody who sees the text alone to learn the same values from it as
// from the source. The reader below shares no code with Decode, and knows the form from
// its description only.
func checkMeaning(t *testing.T, source, text string, table bool) {
	t.Helper()
	want, err := values(strings.TrimPrefix(source, bom))
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	var got any
	if table {
		got, err = understand(text)
	} else {
		got, err = values(text)
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\nas %q\nis read as %v, not %v: %v", source, text, got, want, err)
	}
}

// values returns the value of a document, or an array of those of a stream.
func values(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var all []any
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

type understander struct{ lines []string }

// understand reads a text in table form. It panics inside where it does not understand.
func understand(text string) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	u := &understander{strings.Split(text, "\n")}
	if text[0] == '[' || text[0] == '{' {
		v = u.container(u.pop(), "")
	} else {
		v = u.object("", "")
	}
	if len(u.lines) > 0 {
		panic("lines are left")
	}
	return v, nil
}

func (u *understander) pop() string {
	line := u.lines[0]
	u.lines = u.lines[1:]
	return line
}

var (
	heading = regexp.MustCompile(`^(\[(\d+)([|\t]?)\]|\{(\d+)([|\t]?)\})(\{.*\})?:$`)
	keyed   = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|[^":\[{]+)(.*)$`)
)

// container reads what a heading announces, in lines with this indentation.
func (u *understander) container(head, indent string) any {
	m := heading.FindStringSubmatch(head)
	if m == nil {
		panic("no heading: " + head)
	}
	n, _ := strconv.Atoi(m[2] + m[4])
	delimiter := m[3] + m[5]
	if delimiter == "" {
		delimiter = ","
	}
	list, object := []any{}, map[string]any{}
	columns := parts(strings.TrimSuffix(strings.TrimPrefix(m[6], "{"), "}"), delimiter)
	for range n {
		line, ok := strings.CutPrefix(u.pop(), indent)
		switch {
		case !ok:
			panic("indentation")
		case m[6] == "":
			list = append(list, u.item(strings.TrimPrefix(line, "- "), indent+"  "))
		case m[4] != "":
			k := keyed.FindStringSubmatch(line)
			object[name(k[1])] = record(columns, cells(strings.TrimPrefix(k[2], ": "), delimiter), delimiter)
		default:
			list = append(list, record(columns, cells(line, delimiter), delimiter))
		}
	}
	if m[4] != "" {
		return object
	}
	return list
}

func (u *understander) item(line, indent string) any {
	if heading.MatchString(line) && !json.Valid([]byte(line)) {
		return u.container(line, indent)
	}
	if json.Valid([]byte(line)) {
		return scalar(line)
	}
	return u.object(line, indent)
}

// object reads members, the first of which may have been read already.
func (u *understander) object(line, indent string) any {
	object := map[string]any{}
	if line == "" {
		line = strings.TrimPrefix(u.pop(), indent)
	}
	for {
		k := keyed.FindStringSubmatch(line)
		switch rest := k[2]; {
		case strings.HasPrefix(rest, ": "):
			object[name(k[1])] = scalar(rest[2:])
		case rest == ":":
			object[name(k[1])] = u.object("", indent+"  ")
		default:
			object[name(k[1])] = u.container(rest, indent)
		}
		if len(u.lines) == 0 {
			return object
		}
		next, ok := strings.CutPrefix(u.lines[0], indent)
		if !ok || next[0] == ' ' || strings.HasPrefix(next, "- ") {
			return object
		}
		line = next
		u.pop()
	}
}

// parts splits at delimiters that are not in quotes or brackets.
func parts(text, delimiter string) []string {
	all := []string{""}
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i : i+1]
		switch {
		case quoted && c == `\`:
			i++
			c = text[i-1 : i+1]
		case c == `"`:
			quoted = !quoted
		case quoted:
		case strings.Contains("[{", c):
			depth++
		case strings.Contains("]}", c):
			depth--
		case c == delimiter && depth == 0:
			all = append(all, "")
			continue
		}
		all[len(all)-1] += c
	}
	return all
}

// cells splits a row: only what begins with a quote or a bracket can hold a delimiter.
func cells(row, delimiter string) []string {
	var all []string
	for {
		if row == "" || !strings.Contains(`"[{`, row[:1]) {
			cell, rest, more := strings.Cut(row, delimiter)
			all = append(all, cell)
			if row = rest; !more {
				return all
			}
			continue
		}
		d := json.NewDecoder(strings.NewReader(row))
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			panic(err)
		}
		all = append(all, string(raw))
		if row = row[d.InputOffset():]; row == "" {
			return all
		}
		if !strings.HasPrefix(row, delimiter) {
			panic("something behind a cell")
		}
		row = row[1:]
	}
}

var columnHead = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|[^"?={\[]+)(\??)(.*)$`)

// record gives cells to columns.
func record(columns, row []string, delimiter string) map[string]any {
	v, rest := take(columns, row, delimiter)
	if len(rest) > 0 {
		panic("cells are left")
	}
	return v
}

func take(columns, row []string, delimiter string) (map[string]any, []string) {
	object := map[string]any{}
	for _, c := range columns {
		m := columnHead.FindStringSubmatch(c)
		key, optional, kind := name(m[1]), m[2] == "?", m[3]
		switch {
		case strings.HasPrefix(kind, "="):
			object[key] = scalar(kind[1:])
		case strings.HasPrefix(kind, "{"):
			inner, rest := take(parts(kind[1:len(kind)-1], delimiter), row, delimiter)
			if used := row[:len(row)-len(rest)]; !optional || strings.Join(used, "") != "" {
				object[key] = inner
			}
			row = rest
		case strings.HasPrefix(kind, "[]{"):
			if row[0] != "" {
				object[key] = tuples(parts(kind[3:len(kind)-1], delimiter), row[0])
			}
			row = row[1:]
		default:
			if row[0] != "" {
				object[key] = cell(row[0])
			}
			row = row[1:]
		}
		if _, ok := object[key]; !ok && !optional {
			// Inside a record that is absent as a whole; see above.
			object[key] = nil
		}
	}
	return object, row
}

func tuples(keys []string, cell string) any {
	all := []any{}
	for _, values := range scalar(cell).([]any) {
		object := map[string]any{}
		for i, key := range keys {
			object[name(key)] = values.([]any)[i]
		}
		if len(values.([]any)) != len(keys) {
			panic("a tuple of another length")
		}
		all = append(all, object)
	}
	return all
}

// name reads a key.
func name(text string) string {
	if text[0] == '"' {
		return scalar(text).(string)
	}
	return text
}

// cell reads a cell: JSON, or else a string.
func cell(text string) any {
	if json.Valid([]byte(text)) || strings.Contains(`"[{`, text[:1]) {
		return scalar(text)
	}
	return text
}

// scalar reads a value of JSON.
func scalar(text string) any {
	if !json.Valid([]byte(text)) {
		panic("no JSON: " + text)
	}
	v, err := values(text)
	if err != nil {
		panic(err)
	}
	return v
}
