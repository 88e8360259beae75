package jsonform

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

// The files of testdata are source.json as programs write it: json.dumps of Python 3.11,
// JSON.stringify of Node.js 22, jq 1.6 (with -a, --tab, -c and '.rows[]'), encoding/json
// of Go 1.26 (one with a prefix, one with its lines ended by CR LF), JSON::PP of Perl 5
// (canonical, pretty, ascii). PHP's is Python's with the slashes escaped by hand.
func TestStylesOfPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkStyle(t, string(raw))
		})
	}
}

// Those that are not at hand.
func TestStyles(t *testing.T) {
	for name, text := range map[string]string{
		"jackson":             "{\n  \"a\" : [ {\n    \"b\" : 1\n  }, {\n    \"b\" : [ 2, 3 ]\n  } ],\n  \"c\" : [ ],\n  \"d\" : { }\n}",
		"dotnet":              "{\r\n  \"a\": \"\\u4F60 \\u003C\\u0022\\u0027\\u002B\\u0060\",\r\n  \"b\": [\r\n    \"\\uD83D\\uDE00\"\r\n  ]\r\n}",
		"prettier":            "{\n  \"files\": [\"a\", \"b\"],\n  \"exports\": {\n    \".\": {\n      \"os\": [\"linux\", \"darwin\"]\n    }\n  }\n}\n",
		"prettier_by_content": "{\n  \"a\": [1, 2],\n  \"b\": [\n    {\n      \"c\": [3]\n    }\n  ],\n  \"d\": [4]\n}\n",
		"records_on_lines":    "[\n  { \"a\": 1, \"b\": [] },\n  { \"a\": 2, \"b\": [] }\n]\n",
		"inner_lines":         "{\n    \"a\": [\n    ],\n    \"b\": [\n    ]\n}",
		"indented_as_a_whole": "\t{\n\t  \"a\": {\n\t    \"b\": 1\n\t  }\n\t}",
		"arrays_at_the_root":  "[[1, 2], [3, 4]]",
		"crlf_lines":          "{\"a\": 1}\r\n{\"a\": 2}\r\n",
		"line_separators":     "{\"a\":\"\\u2028\\u2029\\u003c\\u003e\\u0026\"}",
	} {
		t.Run(name, func(t *testing.T) { checkStyle(t, text) })
	}
}

// checkStyle wants a style of which the text is no exception.
func checkStyle(t *testing.T, text string) {
	checkSplit(t, text)
	_, l, ok := split(text)
	if raw := l.encode(); !ok || l.At != nil || l.Flip != nil || len(raw) > 160 {
		t.Errorf("layout %s", raw)
	}
}

// One thing out of style is one exception.
func TestExceptions(t *testing.T) {
	text := pretty(issues(20), "  ")
	for name, test := range map[string]struct {
		old, new   string
		odd, flips int
	}{
		"nothing":     {"", "", 0, 0},
		"white_space": {"\"number\": 890", "\"number\":  890", 1, 0},
		"escape":      {"acme", "\\u0061cme", 1, 0},
		"empty":       {"\"labels\": [],", "\"labels\": [ ],", 1, 0},
		"one_line":    {"\"milestone\": null", "\"milestone\": {\"a\": 1, \"b\": 2}", 0, 1},
		"one_escaped": {"\"body\": \"#", "\"body\": \"é你\\u597d#", 1, 0},
		"lines":       {"\"milestone\": null", "\"milestone\": {\n      \"a\": 1,\n      \"b\": {}\n    }", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			odd := strings.Replace(text, test.old, test.new, 1)
			if odd == text && test.old != "" {
				t.Fatal("nothing to replace")
			}
			checkSplit(t, odd)
			if _, l, ok := split(odd); !ok || len(l.At) != 2*test.odd || len(l.Flip) != test.flips {
				t.Errorf("layout %s", l.encode())
			}
		})
	}
}

// The first line tells nothing about the others.
func TestFirstLineOutOfStyle(t *testing.T) {
	text := "{ \n    \"version\":2,\n    \"rows\":[\n        1,\n        2\n    ]\n}\n"
	checkSplit(t, text)
	if _, l, ok := split(text); !ok || len(l.At) != 2 {
		t.Errorf("layout %s", l.encode())
	}
}

// A style of escapes is that of most characters.
func TestMostEscapesDecide(t *testing.T) {
	for text, want := range map[string]layout{
		`["é", "é", "é", "\u00e9"]`:              {At: []int{15, 0}},
		`["é", "\u00e9", "\u00e9", "\u00e9"]`:    {At: []int{3, 0}, spelling: spelling{Wide: true}},
		`["/", "/", "/", "\/"]`:                  {At: []int{15, 0}},
		`["<", "\u003c", "\u003C", "\u003C"]`:    {At: []int{3, 0, 4, 1}, spelling: spelling{Upper: true, ASCII: "<"}},
		`["\"", "\u0022", "\u0022", "\"\u0022"]`: {At: []int{3, 0, 12, 1}, spelling: spelling{ASCII: `"`}},
	} {
		checkSplit(t, text)
		if _, l, ok := split(text); !ok || !slices.Equal(l.At, want.At) || l.spelling != want.spelling {
			t.Errorf("%s: layout %s", text, l.encode())
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	const table, layout = "[2]{a,b}:\n1,x\n2,y", `{"table":true}`
	if got, err := Decode(table, []byte(layout), 100); err != nil || got != `[{"a":1,"b":"x"},{"a":2,"b":"y"}]` {
		t.Fatalf("%q, %v", got, err)
	}
	for name, test := range map[string]struct {
		text, layout string
		limit        int
		want         error
	}{
		"no_layout":               {"[]", "", 9, structure.ErrLayout},
		"layout_of_another_form":  {"[]", `{"rows":1}`, 9, structure.ErrLayout},
		"layout_with_a_tail":      {"[]", `{} {}`, 9, structure.ErrLayout},
		"layout_is_null":          {"[]", `[]`, 9, structure.ErrLayout},
		"odd_at_without_text":     {"[]", `{"at":[1,0]}`, 9, structure.ErrLayout},
		"odd_at_half":             {"[]", `{"at":[1],"odd":["x"]}`, 9, structure.ErrLayout},
		"odd_at_goes_back":        {"[]", `{"at":[1,0,-1,0],"odd":["x"]}`, 9, structure.ErrLayout},
		"odd_is_no_white_space":   {"[]", `{"at":[0,0],"odd":["x"]}`, 9, structure.ErrLayout},
		"odd_is_another_string":   {`["b"]`, `{"at":[3,0],"odd":["\"\\u0061\""]}`, 99, structure.ErrLayout},
		"odd_is_two_strings":      {`["a"]`, `{"at":[3,0],"odd":["\"a\",\"a\""]}`, 99, structure.ErrLayout},
		"odd_is_no_string":        {`["a"]`, `{"at":[3,0],"odd":[""]}`, 99, structure.ErrLayout},
		"style_is_no_white_space": {"[]", `{"t":"x"}`, 9, structure.ErrLayout},
		"odd_beyond_the_end":      {"[]", `{"at":[100,0],"odd":["x"]}`, 9, structure.ErrLayout},
		"flip_beyond_the_end":     {"[]", `{"flip":[1]}`, 9, structure.ErrLayout},
		"long_indent":             {"[]", `{"i":"` + strings.Repeat(" ", maxIndent+1) + `"}`, 9, structure.ErrLayout},
		"distances_overflow":      {"[]", `{"flip":[9223372036854775807,9223372036854775807]}`, 9, structure.ErrLayout},
		"limit":                   {"[1]", `{}`, 2, structure.ErrLimit},
		"limit_of_white_space":    {"[1]", `{"n":"\n","i":"  ","k":[0,0,1,0]}`, 6, structure.ErrLimit},
		"limit_of_a_table":        {table, layout, 32, structure.ErrLimit},
		"white_space":             {"[1, 2]", `{}`, 9, structure.ErrText},
		"line_end":                {"[1]\n", `{}`, 9, structure.ErrText},
		"stream_of_one":           {"[1]", `{"stream":true}`, 9, structure.ErrText},
		"a_stream":                {"[1]\n[2]", `{}`, 9, structure.ErrText},
		"nothing":                 {"", `{}`, 9, structure.ErrText},
		"empty_table":             {"", layout, 9, structure.ErrText},
		"json_for_a_table":        {"[1]", layout, 99, structure.ErrText},
		"row_missing":             {"[3]{a,b}:\n1,x\n2,y", layout, 99, structure.ErrText},
		"row_too_many":            {"[2]{a,b}:\n1,x\n2,y\n3,z", layout, 99, structure.ErrText},
		"cell_missing":            {"[2]{a,b}:\n1,x\n2", layout, 99, structure.ErrText},
		"cell_too_many":           {"[2]{a,b}:\n1,x\n2,y,z", layout, 99, structure.ErrText},
		"cell_empty":              {"[2]{a,b}:\n1,x\n2,", layout, 99, structure.ErrText},
		"cell_with_an_edge":       {"[2]{a,b}:\n1,x\n2, y", layout, 99, structure.ErrText},
		"cell_with_a_quote":       {"[2]{a,b}:\n1,x\n2,y\"", layout, 99, structure.ErrText},
		"cell_not_closed":         {"[2]{a,b}:\n1,x\n2,\"y", layout, 99, structure.ErrText},
		"two_values_in_a_cell":    {"[2]{a,b}:\n1,x\n2,[1]2", layout, 99, structure.ErrText},
		"brackets_crossed":        {"[2]{a,b}:\n1,x\n2,[{]}", layout, 99, structure.ErrText},
		"no_count":                {"[]{a,b}:\n1,x\n2,y", layout, 99, structure.ErrText},
		"count_with_a_zero":       {"[02]{a,b}:\n1,x\n2,y", layout, 99, structure.ErrText},
		"huge_count":              {"[9999999999]{a}:\n1", layout, 99, structure.ErrText},
		"count_too_long":          {"[99999999999999999999]{a}:\n1", layout, 99, structure.ErrText},
		"no_columns":              {"[2]{}:\n1\n2", layout, 99, structure.ErrText},
		"columns_without_cells":   {"[2]{a=1}:\n\n", layout, 99, structure.ErrText},
		"columns_not_closed":      {"[2]{a,b:\n1,x\n2,y", layout, 99, structure.ErrText},
		"braces_too_deep":         {"[1]" + strings.Repeat("{a", 99) + strings.Repeat("}", 99) + ":\n1", layout, 999, structure.ErrText},
		"no_colon":                {"[2]{a,b}\n1,x\n2,y", layout, 99, structure.ErrText},
		"another_delimiter":       {"[2|]{a,b}:\n1|x\n2|y", layout, 99, structure.ErrText},
		"optional_constant":       {"[2]{a,b?=1}:\n1\n2", layout, 99, structure.ErrText},
		"half_a_group":            {"[2]{a,b?{c,d}}:\n1,2,3\n4,5,", layout, 99, structure.ErrText},
		"tuple_too_short":         {"[2]{a,b[]{c,d}}:\n1,[[1,2]]\n2,[[1]]", layout, 99, structure.ErrText},
		"tuple_too_long":          {"[2]{a,b[]{c,d}}:\n1,[[1,2]]\n2,[[1,2,3]]", layout, 99, structure.ErrText},
		"tuple_is_no_array":       {"[2]{a,b[]{c,d}}:\n1,[[1,2]]\n2,7", layout, 99, structure.ErrText},
		"tuples_in_tuples":        {"[2]{a,b[]{c[]{d}}}:\n1,[[1]]\n2,[]", layout, 99, structure.ErrText},
		"list_item_missing":       {"[2]:\n- 1", layout, 99, structure.ErrText},
		"list_without_dash":       {"[2]:\n- 1\n2", layout, 99, structure.ErrText},
		"line_indented_too_much":  {"a: 1\n  b: 2", layout, 99, structure.ErrText},
		"line_indented_too_less":  {"a:\nb: 2", layout, 99, structure.ErrText},
		"line_with_two_values":    {"a: 1,2", layout, 99, structure.ErrText},
		"line_without_key":        {": 1", layout, 99, structure.ErrText},
		"line_without_value":      {"a: ", layout, 99, structure.ErrText},
		"empty_line":              {"a: 1\n\nb: 2", layout, 99, structure.ErrText},
		"labels_of_a_stream":      {"{2}{a,b}:\nx: 1,2\ny: 3,4", `{"table":true,"stream":true}`, 99, structure.ErrText},
		"label_missing":           {"{2}{a,b}:\nx: 1,2\n3,4", layout, 99, structure.ErrText},
		"deep_lines":              {strings.Repeat("[1]:\n- ", 1) + deepLines(600), layout, math.MaxInt, structure.ErrText},
		"deep_json":               {strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), `{}`, 9999, structure.ErrText},
		"deep_json_within_a_line": {"a: " + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), layout, 9999, structure.ErrText},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Decode(test.text, []byte(test.layout), test.limit); !errors.Is(err, test.want) || got != "" {
				t.Errorf("got %q, %v, want %v", got, err, test.want)
			}
		})
	}
}

// A few bytes that stand for many are refused before they are.
func TestDecodeIsBounded(t *testing.T) {
	const rows, limit = 2000, 30_000
	text := fmt.Sprintf(`[%d]{a,b="%s"}:`, rows, strings.Repeat("x", 20_000)) + strings.Repeat("\n1", rows)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(text, []byte(`{"table":true}`), limit)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, structure.ErrLimit) || n > 20*limit {
		t.Errorf("%v after %d bytes", err, n)
	}
}

// deepLines returns an object with lines at so many levels.
func deepLines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("a:\n" + strings.Repeat("  ", i+2))
	}
	return b.String() + "a: 1"
}

// Decode gets anything: it neither panics nor returns more than it may.
func FuzzDecode(f *testing.F) {
	for _, text := range nasty {
		if e, ok := Encode(text, byBytes); ok && len(text) < 3000 {
			f.Add(e.Text, e.Layout, len(text), 0, byte('"'))
		}
	}
	f.Add("a[2|]{b?|c[]{d}|e{f=1|g}}:\n|[[1]]|2\n1|[]|3", []byte(`{"table":true,"n":"\n","i":"\t","k":[9,9,9,9],"flip":[0,1],"at":[0,0,3,1],"odd":["x","y"]}`), 500, 9, byte('|'))
	f.Fuzz(func(t *testing.T, text string, layout []byte, limit, at int, c byte) {
		if at >= 0 && at < len(text) {
			text = text[:at] + string(rune(c)) + text[at+1:]
		}
		limit = max(0, min(limit, 1<<16))
		got, err := Decode(text, layout, limit)
		if len(got) > limit {
			t.Fatalf("%d bytes, not %d", len(got), limit)
		}
		if err != nil && !errors.Is(err, structure.ErrText) && !errors.Is(err, structure.ErrLayout) && !errors.Is(err, structure.ErrLimit) {
			t.Fatalf("error %v", err)
		}
	})
}

// A text that changed on its way never comes back as the original.
func TestMutations(t *testing.T) {
	for seed := range uint64(80) {
		text := made(seed)
		e, ok := Encode(text, byBytes)
		if !ok || len(e.Text) > 3000 {
			continue
		}
		for at := 0; at < len(e.Text); at += 1 + len(e.Text)/40 {
			for _, c := range []string{"", "\n", ",", "\"", "{", "]", ":", " ", "1", "\x00"} {
				mutated := e.Text[:at] + c + e.Text[at+1:]
				if got, err := Decode(mutated, e.Layout, len(text)); err == nil && got == text && mutated != e.Text {
					t.Fatalf("%q and %q are both %q", mutated, e.Text, text)
				}
			}
			if got, err := Decode(e.Text[:at], e.Layout, len(text)); err == nil && got == text {
				t.Fatalf("%q is enough for %q", e.Text[:at], text)
			}
		}
	}
}
