package jsonform

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/structure"
)

// Bytes stand for tokens where only the form matters.
var byBytes = structure.Options{Count: func(text string) int { return len(text) }}

// checkEncode wants what must be true of any text, and returns what Encode says.
func checkEncode(t *testing.T, text string) (structure.Encoded, bool) {
	t.Helper()
	checkSplit(t, text)
	e, ok := Encode(text, byBytes)
	if !ok {
		return e, false
	}
	if got, err := Decode(e.Text, e.Layout, len(text)); err != nil || got != text {
		t.Fatalf("%q\nencoded %q\nlayout %s\ndecoded %q, %v", text, e.Text, e.Layout, got, err)
	}
	if _, err := Decode(e.Text, e.Layout, len(text)-1); !errors.Is(err, structure.ErrLimit) {
		t.Fatalf("one byte less: %v", err)
	}
	if again, ok := Encode(e.Text, byBytes); ok && again.Text != e.Text {
		t.Fatalf("%q\nthen %q", e.Text, again.Text)
	}
	if twin, ok := Encode(text, byBytes); !ok || twin.Text != e.Text || string(twin.Layout) != string(e.Layout) {
		t.Fatalf("asked twice: %q, %q", e.Text, twin.Text)
	}
	if len(e.Text) >= len(text) || !utf8.ValidString(e.Text) {
		t.Fatalf("%q is no smaller, or no text", e.Text)
	}
	checkMeaning(t, text, e.Text, strings.Contains(string(e.Layout), `"table":true`))
	return e, true
}

// checkSplit wants content and layout to give the source, and every table of the content
// the content, whether or not it pays.
func checkSplit(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		return
	}
	content, l, ok := split(text)
	if !ok {
		return
	}
	if len(content) > len(text) {
		t.Fatalf("%q is longer than %q", content, text)
	}
	back, err := decodeLayout(l.encode())
	if err != nil {
		t.Fatalf("layout %s: %v", l.encode(), err)
	}
	if got, err := join(content, &back, len(text)); err != nil || got != text {
		t.Fatalf("%q\ncontent %q\nlayout %s\njoined %q, %v", text, content, l.encode(), got, err)
	}
	for _, step := range []int{1, -1} { // the first form wins, then the last
		w := writer{printer: printer{tree: newTree(content, l.Stream)}, count: byBytes.Count}
		n := 0
		w.weigh = func(form []byte) int {
			if read(string(form), true) {
				return 1 << 30
			}
			n += step
			return n
		}
		if !w.block(0, 0, atRoot) {
			return
		}
		if got, err := untabulate(string(w.out), l.Stream, len(content)); err != nil || got != content {
			t.Fatalf("content %q\ntable %q\nread %q, %v", content, w.out, got, err)
		}
		if strings.Contains(string(w.out)+"\n", "\n\n") {
			t.Fatalf("%q has an empty line", w.out)
		}
		checkMeaning(t, text, string(w.out), true)
	}
}

// nasty has documents that are hard to give back byte for byte, or easy to misread.
var nasty = map[string]string{
	"duplicate_keys":            "{ \"a\": 1, \"a\": 2, \"b\": [ ] }",
	"duplicate_keys_in_records": `[{"a": 1, "a": 2}, {"a": 1, "a": 2}, {"a": 1, "a": 2}]`,
	"number_spellings":          "[1.0, 1e400, -0, -0.0, 9007199254740993, 1E+2, 0.10, 100000000000000000000]",
	"number_spellings_in_cells": `[{"n": 1.0}, {"n": 1e400}, {"n": -0}, {"n": 9007199254740993}, {"n": "1.0"}]`,
	"escapes":                   `["\u00e9", "\/", "\ud83d", "\ude00", "\ud83d\ude00", "\u2028", "\u0000", "\b\f\n\r\t\"\\"]`,
	"escapes_of_several_kinds":  `{"a": "\u00E9", "b": "\u00e9", "c": "é", "d": "\u003c", "e": "<", "f": "\/", "g": "/"}`,
	"raw_line_separator":        "[ \"\u2028\u2029\u0085\" ]",
	"crlf":                      "{\r\n  \"a\": [\r\n    1,\r\n    2\r\n  ]\r\n}\r\n",
	"cr":                        "{\r\"a\": 1\r}\r",
	"bom":                       bom + "{ \"a\": 1 }",
	"bom_in_a_string":           "[ \"" + bom + "\" ]",
	"inner_white_space":         "[ ]",
	"inner_lines":               "{\"a\": {\n}, \"b\": [\n\n], \"c\": {}, \"d\": [ ]}",
	"mixed_indentation":         "{\n  \"a\": {\n\t\"b\": 1\n    },\n \"c\": [1,\n2, 3 ,4]\n}",
	"indented_as_a_whole":       "    {\n      \"a\": [\n        1\n      ]\n    }",
	"arrays_on_one_line":        "{\n  \"a\": [1, 2, 3],\n  \"b\": {\n    \"c\": [1, 2]\n  }\n}\n",
	"records_on_one_line":       "[\n  {\"a\": 1, \"b\": \"x\"},\n  {\"a\": 2, \"b\": \"y\"}\n]\n",
	"like_jackson":              "{\n  \"a\" : [ {\n    \"b\" : 1\n  }, {\n    \"b\" : 2\n  } ],\n  \"c\" : [ ],\n  \"d\" : { }\n}",
	"ndjson":                    "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n{\"a\":5,\"b\":6}\n",
	"ndjson_with_blank_lines":   "{\"a\": 1}\r\n\r\n{\"a\": 2}\r\n\n{\"a\": 3}",
	"stream_on_a_line":          `{"a": 1} {"a": 2} {"a": 3}`,
	"stream_without_space":      `{"a": 1}{"a": 2}`,
	"stream_of_kinds":           "{\"a\": 1}\n[1, 2]\n",
	"stream_of_scalars":         "1   2   3",
	"stream_with_a_scalar":      "[1, 2]  3",
	"stream_of_one":             "  {\"a\" : 1}  ",
	"absent_keys":               `[{"id": 1, "mail": "a@b"}, {"id": 2}, {"id": 3, "mail": ""}, {"id": 4, "mail": null}]`,
	"no_common_order":           `[{"a": 1, "b": 2}, {"b": 1, "a": 2}, {"a": 1, "b": 2}]`,
	"all_absent":                `[{"a": 1}, {}, {"a": 2}, {"a": 3}]`,
	"empty_records":             `[{}, {}, {}]`,
	"nested_records":            `[{"id": 1, "user": {"login": "x", "id": 2}}, {"id": 3, "user": {"login": "y", "id": 4}}]`,
	"nested_or_null":            `[{"id": 1, "user": {"login": "x"}}, {"id": 3, "user": null}]`,
	"nested_or_absent":          `[{"id": 1, "user": {"login": "x"}}, {"id": 3}, {"id": 4, "user": {"login": "z"}}]`,
	"nested_or_empty":           `[{"id": 1, "user": {"login": "x"}}, {"id": 3, "user": {}}, {"id": 4, "user": {"login": "z"}}]`,
	"records_in_records":        `[{"id": 1, "tags": [{"k": "a", "v": 1}, {"k": "b", "v": 2}]}, {"id": 2, "tags": []}, {"id": 3, "tags": [{"k": "c", "v": 3}]}]`,
	"twice_in_records":          `[{"t": [{"k": 1, "k": 2}, {"k": 3, "k": 4}, {"k": 5, "k": 6}]}, {"t": []}, {"t": [{"k": 7, "k": 8}]}]`,
	"constants":                 `[{"a": 1, "b": "x,y", "c": null}, {"a": 2, "b": "x,y", "c": null}, {"a": 3, "b": "x,y", "c": null}]`,
	"all_constant":              `[{"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 2}}]`,
	"all_constant_inside":       `[{"b": {"c": 2}, "a": 1}, {"b": {"c": 2}, "a": 1}, {"b": {"c": 2}, "a": 1}]`,
	"arrays_of_arrays":          `[[1, 2], [3, 4], [[5], []]]`,
	"mixed_array":               `[1, "a", null, {"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]}, []]`,
	"map_of_records":            `{"x:y": {"v": 1, "w": 2}, "": {"v": 3, "w": 4}, "- z": {"v": 5, "w": 6}, "x:y": {"v": 7, "w": 8}}`,
	"tables_in_lists":           `[{"n": "a", "rows": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}, {"rows": [{"x": 5, "y": 6}, {"x": 7, "y": 8}]}]`,
	"lists_in_lists":            `[[[{"x": 1, "y": 2}, {"x": 3, "y": 4}], 1], [2, {"k": [{"x": 5, "y": 6}, {"x": 7, "y": 8}]}], []]`,
	"unlikely_keys":             `{"a b": {"true": {"": [{"1": 1, "-x": 2}, {"1": 3, "-x": 4}]}}, "[3]": 1, "x:": 2, "é": 3}`,
	"deep":                      strings.Repeat("[ ", maxDepth) + strings.Repeat(" ]", maxDepth),
	"too_deep":                  strings.Repeat("[ ", maxDepth+1) + strings.Repeat("]", maxDepth+1),
	"deep_objects":              strings.Repeat(`{"a": `, maxDepth) + "1" + strings.Repeat("}", maxDepth),
	"trailing_junk":             "[1, 2] x",
	"invalid_utf8":              "[ \"\xff\" ]",
	"nul":                       "[ \"a\" ]\x00",
	"one_string":                `"\u4f60\u597d"`,
	"like_a_table":              "[3]{a,b}:\n1,2\n3,4\n5,6",
	"like_lines":                "a: 1\nb: 2",
}

// Strings that look like everything else, in each kind of column.
func init() {
	rows := func(f func(i int, s string) string) string {
		var all []string
		for i, s := range strange {
			all = append(all, f(i, plainQuote(s)))
		}
		return strings.Join(all, ", ")
	}
	nasty["strings_alone_in_a_row"] = "[" + rows(func(_ int, s string) string { return `{"s": ` + s + `}` }) + "]"
	nasty["strings_first_and_last"] = "[" + rows(func(i int, s string) string { return `{"s": ` + s + `, "t": ` + s + `}` }) + "]"
	nasty["strings_that_may_be_absent"] = "[" + rows(func(i int, s string) string {
		if i%3 == 0 {
			return `{"s": ` + s + `}`
		}
		return `{"s": ` + s + `, "t": ` + s + `}`
	}) + "]"
	nasty["strings_as_labels"] = "{" + rows(func(i int, s string) string { return s + `: {"s": ` + s + `, "n": null}` }) + "}"
	nasty["strings_and_values"] = `[{"v": null}, {"v": "null"}, {"v": true}, {"v": "true"}, {"v": 1}, {"v": "1"}, {"v": ""}, {"v": []}, {"v": "[]"}, {"v": {}}, {"v": "{}"}]`
}

func TestRoundTrip(t *testing.T) {
	for name, text := range nasty {
		t.Run(name, func(t *testing.T) {
			checkEncode(t, text)
			checkEncode(t, "\n"+text+"\n\n")
		})
	}
}

// What is left alone, and what not.
func TestEncode(t *testing.T) {
	left := map[string]bool{
		"too_deep": true, "trailing_junk": true, "invalid_utf8": true, "nul": true, "like_a_table": true, "like_lines": true,
		"stream_without_space": true, "stream_of_scalars": true, "stream_with_a_scalar": true,
		"raw_line_separator": false,
	}
	for name, text := range nasty {
		if _, ok := Encode(text, byBytes); ok == left[name] {
			t.Errorf("%s: encoded is %v", name, ok)
		}
	}
	if e, _ := Encode(nasty["twice_in_records"], byBytes); strings.Contains(e.Text, "k,k") {
		t.Errorf("two columns of one name: %s", e.Text)
	}
	for _, text := range []string{"", " ", `{"a":1}`, "[1,2]", "null", "{\"a\":1}\n[2]"} {
		if e, ok := Encode(text, byBytes); ok {
			t.Errorf("%q is encoded as %q", text, e.Text)
		}
	}
}

func TestMade(t *testing.T) {
	tables, all := 0, 0
	for seed := range uint64(600) {
		if e, ok := checkEncode(t, made(seed)); ok {
			all++
			if strings.Contains(string(e.Layout), `"table"`) {
				tables++
			}
		}
	}
	if all < 300 || tables < 75 {
		t.Errorf("%d were encoded, %d as tables", all, tables)
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, text := range nasty {
		if len(text) < 2000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) { checkEncode(t, text) })
}

func FuzzMade(f *testing.F) {
	f.Add(uint64(0), 0, byte(0))
	f.Fuzz(func(t *testing.T, seed uint64, at int, c byte) {
		text := made(seed)
		checkEncode(t, text)
		if at >= 0 && at < len(text) {
			checkEncode(t, text[:at]+string(rune(c))+text[at+1:])
		}
	})
}
