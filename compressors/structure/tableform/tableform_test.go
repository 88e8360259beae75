package tableform_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

func TestEncode(t *testing.T) {
	tests := map[string]struct{ kind, text, want, layout string }{
		"quotes": {"csv", lines(`"id","name"`, `"1","a, b"`, `"2","c ""d"""`, `"3",""`), lines("id,name", `1,"a, b"`, `2,"c ""d"""`, "3,"),
			`{"sep":",","head":true,"quoted":[0,1]}`},
		"quotes_of_some_stay": {"csv", lines("id,name,sum", `"1","a",5`, `"2",b,6`, `"3",c,7`), lines("id,name,sum", `1,"a",5`, "2,b,6", "3,c,7"),
			`{"sep":",","quoted":[0]}`},
		"same_in_every_row": {"csv", lines("id;place;note;sum", "1;Oslo, Norway;;1,5", "2;Oslo, Norway;;2,5", "3;Oslo, Norway;;3,5"),
			lines(`every row: place="Oslo, Norway", note=""`, "id;sum", "1;1,5", "2;2,5", "3;3,5"), `{"sep":";","every":[1,2]}`},
		"newline_in_a_field": {"csv", lines(`"id","text"`, `"1","a`, `b"`, `"2","c"`, `"3","d"`), lines("id,text", `1,"a`, `b"`, "2,c", "3,d"),
			`{"sep":",","head":true,"quoted":[0,1]}`},
		"quotes_round_a_space_stay": {"csv", lines(`"id","text"`, `"1"," a"`, `"2","b "`, `"3","c"`), lines("id,text", `1," a"`, `2,"b "`, "3,c"), ""},
		"csv_crlf":                  {"csv", "\"a\",\"b\"\r\n\"1\",\"2\"\r\n\"3\",\"4\"", "a,b\n1,2\n3,4", `{"crlf":true,"sep":",","head":true,"quoted":[0,1]}`},

		"padded": {"markdown", lines("Text.", "", "| name  | count |", "| :--- | ---: |", "| alpha |    12 |", `| b\|c  |     3 |`, "", "More | text."),
			lines("Text.", "", "name|count", ":-|-:", "alpha|12", `b\|c|3`, "", "More | text."),
			`{"tables":[{"skip":2,"rows":3,"style":3,"cols":[[1,1,1,5],[2,1,1,5]],"rule":[1,1,3]}]}`},
		"empty_cell_outside_keeps_bars": {"markdown", lines("| a    | b    |", "| ---- | ---- |", "| 1    |      |", "|      | 2222 |", "| 3333 | 4    |"),
			lines("|a|b|", "|-|-|", "|1||", "||2222|", "|3333|4|"), ""},
		"code_stays": {"markdown", lines("```", "| a    |", "| ---- |", "| b    |", "```", "    | a    |", "    | ---- |", "    | b    |"),
			lines("```", "| a    |", "| ---- |", "| b    |", "```", "    | a    |", "    | ---- |", "    | b    |"), ""},

		"mysql": {"frames", lines("+----+-------+", "| id | name  |", "+----+-------+", "|  1 | alpha |", "| 22 |       |", "+----+-------+", "2 rows in set"),
			lines("|id|name|", "|-|-|", "|1|alpha|", "|22||", "2 rows in set"), ""},
		"psql": {"frames", lines(" id | name  ", "----+-------", "  1 | alpha", " 22 | b c", "(2 rows)"), lines("id|name", "-|-", "1|alpha", "22|b c", "(2 rows)"), ""},
		"rich": {"frames", lines("┏━━━━┳━━━━━━━┓", "┃ id ┃ name  ┃", "┡━━━━╇━━━━━━━┩", "│ 1  │ alpha │", "│ 22 │ 表    │", "└────┴───────┘"),
			lines("id|name", "-|-", "1|alpha", "22|表"), ""},
		"line_behind_each_row": {"frames", lines("+---+---+", "| a | b |", "+===+===+", "| 1 | 2 |", "+---+---+", "| 3 | 4 |", "+---+---+"), lines("a|b", "-|-", "1|2", "3|4"), ""},

		"names_and_words": {"columns", lines("NAME    READY   AGE", "web-1   1/1     3d", "db      0/1     12h", "cache   1/1     5m"),
			lines("NAME READY AGE", "web-1 1/1 3d", "db 0/1 12h", "cache 1/1 5m"), `{"tables":[[0,4,0,0,3,0,32,64]]}`},
		"cells_with_spaces": {"columns", lines("NAME    STATUS         PORTS    AGE", "web-1   Up 2 days      80/tcp   3d", "db      Exited (1)              12h", "cache   Up an hour     99/tcp   5m"),
			lines("NAME\tSTATUS\tPORTS\tAGE", "web-1\tUp 2 days\t80/tcp\t3d", "db\tExited (1)\t\t12h", "cache\tUp an hour\t99/tcp\t5m"), ""},
		"row_with_a_gap_stays": {"columns", lines("NAME  READY AGE", "web-1   1/1 3d", "db          12h", "cache   1/1 5m", "api     0/1 8m"),
			lines("NAME  READY AGE", "web-1 1/1 3d", "db          12h", "cache 1/1 5m", "api 0/1 8m"), ""},
		"names_with_spaces_stay": {"columns", lines("Proto Recv-Q Local Address           State", "tcp        0 192.0.2.1:2024          LISTEN", "tcp        0 192.0.2.1:48112         TIME_WAIT", "tcp      312 0.0.0.0:80              LISTEN"),
			lines("Proto Recv-Q Local Address           State", "tcp 0 192.0.2.1:2024 LISTEN", "tcp 0 192.0.2.1:48112 TIME_WAIT", "tcp 312 0.0.0.0:80 LISTEN"), ""},
		"two_spaces_before_words_without_a_name": {"columns", lines("a1  x1   some words", "b   y22  other ones", "c33 z    more of it"), lines("a1 x1  some words", "b y22  other ones", "c33 z  more of it"), ""},
		"listing": {"columns", lines("total 8", "-rw-r--r--  1 root root    812 Nov 26 10:10 a  b.go", "drwxr-xr-x 12 root staff  4096 Jun  4  2025 c", "-rw-r--r--  1 root root  10812 Nov 26 10:10 d.go"),
			lines("total 8", "-rw-r--r-- 1 root root 812 Nov 26 10:10 a  b.go", "drwxr-xr-x 12 root staff 4096 Jun 4 2025 c", "-rw-r--r-- 1 root root 10812 Nov 26 10:10 d.go"), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, ok := checkLaws(t, forms[test.kind], test.text)
			if !ok {
				e.Text = test.text
			}
			if e.Text != test.want || test.layout != "" && string(e.Layout) != test.layout {
				t.Errorf("got %v, layout %s, text\n%s\nwant\n%s", ok, e.Layout, e.Text, test.want)
			}
		})
	}
}

// These would be in doubt, or have nothing to save.
func TestEncodeRefuses(t *testing.T) {
	tests := map[string]struct{ kind, text string }{
		"nothing":                  {"csv", ""},
		"two_rows":                 {"csv", lines(`"a","b"`, `"1","2"`)},
		"rows_of_different_length": {"csv", lines(`"a","b"`, `"1","2"`, `"3"`)},
		"quote_within_a_field":     {"csv", lines(`"a","b"`, `"1","2"`, `"3",4"5`)},
		"quote_that_is_not_closed": {"csv", lines(`"a","b"`, `"1","2"`, `"3","4`)},
		"some_rows_crlf":           {"csv", "\"a\",\"b\"\r\n\"1\",\"2\"\n\"3\",\"4\"\n"},
		"first_row_is_no_names":    {"csv", lines("bob,US", "carl,EU", "dan,EU", "eve,EU", "fay,EU", "gus,EU", "hal,EU", "ida,EU", "jon,EU", "kim,EU")},
		"first_row_has_a_number":   {"csv", lines("1,US", "2,EU", "3,EU", "4,EU")},
		"rows_would_be_blank":      {"csv", lines("name,sum", ",55555555", "a,55555555", ",55555555", "b,55555555", ",55555555")},
		"names_that_are_the_same":  {"csv", lines("id,x,x", "1,a,a", "2,a,a", "3,a,a")},
		"own_text":                 {"csv", lines("every row: region=eu", `"id","name"`, `"1","a"`, `"2","b"`)},
		"prose":                    {"csv", lines("First, we go.", "Then, we stop.", "Last, we rest.")},
		"short_already":            {"markdown", lines("a|b", "-|-", "1|2")},
		"no_rule":                  {"markdown", lines("| a   | b   |", "| 1   | 2   |", "| 3   | 4   |")},
		"row_of_other_length":      {"markdown", lines("| a   | b   |", "| --- | --- |", "| 1   | 2   | 3   |")},
		"backslash_before_a_bar":   {"markdown", lines("| a    | b   |", "| ---- | --- |", "| 1 \\  | 2   |")},
		"line_between_some_rows":   {"frames", lines("+---+---+", "| a | b |", "+---+---+", "| 1 | 2 |", "| 3 | 4 |", "+---+---+", "| 5 | 6 |", "+---+---+")},
		"bar_in_a_cell":            {"frames", lines("┌───┬───┐", "│ a │ b │", "├───┼───┤", "│ | │ 2 │", "└───┴───┘")},
		"bars_at_other_places":     {"frames", lines("+----+---+", "| a | b |", "+---+---+", "| 1 | 2 |", "+---+---+")},
		"help":                     {"columns", lines("  init       Prepare your directory", "  validate   Check the configuration", "  plan       Show changes", "  apply      Create or update")},
		"options":                  {"columns", lines("  -h, --help      show this text", "  -v, --verbose   say more about it", "  -q, --quiet     say nothing at all")},
		"code":                     {"columns", lines("a    = 1", "bcd  = 22", "efgh = 333")},
		"comments":                 {"columns", lines("a()    // 1 one", "bcd()  // 22 two", "efgh() // 333 three")},
		"names_of_empty_columns":   {"columns", lines("NAME TID CMD      FD", "a1                c", "b22               d", "c333              e")},
		"names_above_two_in_one":   {"columns", lines("NAME   TYPE DEVICE   SIZE", "a1     REG           12", "b22    DIR           14", "c333   REG           15")},
		"a_gap_and_no_names":       {"columns", lines("a1   22 x", "b11   2 y", "c11  22 z", "d1      w")},
		"prose_with_double_spaces": {"columns", lines("It was late.  We went home.", "The rain fell.  Nobody spoke.", "Then a door opened.  Light.")},
		"one_space_already":        {"columns", lines("NAME READY", "web-1 1/1", "db-22 0/1")},
		"tabs":                     {"columns", lines("NAME\tREADY  AGE", "web-1\t1/1    3d", "db\t0/1    12h")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if e, ok := checkLaws(t, forms[test.kind], test.text); ok {
				t.Errorf("got %q", e.Text)
			}
		})
	}
}

// Who knows the cells of a table finds them in the new text: with tabs between if there
// are any, or else words, of which the last cell has what is left.
func TestCellsOfColumns(t *testing.T) {
	refused := 0
	defer func() {
		if refused > 10 {
			t.Errorf("%d are not taken", refused)
		}
	}()
	for seed := range uint64(200) {
		r := newRand(seed)
		spaced := seed%2 == 0
		rows := noBars(cellsOf(r, 4+r.IntN(20), 3+r.IntN(5), spaced, spaced))
		gap := 1
		if spaced {
			gap = 2 + r.IntN(3)
		}
		text := lined(rows, gap, seed%3 == 0)
		e, ok := checkLaws(t, forms["columns"], text)
		if !ok { // the last columns are nearly empty
			refused++
			continue
		}
		for i, line := range strings.Split(strings.TrimSuffix(e.Text, "\n"), "\n") {
			got := strings.SplitN(line, " ", len(rows[i]))
			if strings.Contains(e.Text, "\t") {
				got = strings.Split(line, "\t")
			}
			if !slices.Equal(got, rows[i]) {
				t.Fatalf("seed %d: got %q, want %q in\n%s", seed, got, rows[i], text)
			}
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := map[string]struct {
		kind, text, layout string
		limit              int
		want               error
	}{
		"csv_without_layout":       {"csv", "a,b\n", "", 99, structure.ErrLayout},
		"csv_separator":            {"csv", "a,b\n", `{"sep":"\n"}`, 99, structure.ErrLayout},
		"csv_column":               {"csv", "a,b\n", `{"sep":",","quoted":[2]}`, 99, structure.ErrLayout},
		"csv_columns_descend":      {"csv", "a,b\n", `{"sep":",","quoted":[1,0]}`, 99, structure.ErrLayout},
		"csv_no_first_line":        {"csv", "a,b\n", `{"sep":",","every":[0]}`, 99, structure.ErrText},
		"csv_first_line_is_short":  {"csv", "every row: a=b\nc\n", `{"sep":",","every":[0,1]}`, 99, structure.ErrText},
		"csv_rows_differ":          {"csv", "a,b\nc\n", `{"sep":","}`, 99, structure.ErrText},
		"csv_empty":                {"csv", "", `{"sep":","}`, 99, structure.ErrText},
		"csv_too_long":             {"csv", "a,b\n1,2\n", `{"sep":",","quoted":[0]}`, 9, structure.ErrLimit},
		"markdown_is_no_json":      {"markdown", "|a|\n", "x", 99, structure.ErrLayout},
		"markdown_style":           {"markdown", "|a|\n", `{"tables":[{"rows":1,"style":9,"cols":[[0,0,0,0]]}]}`, 99, structure.ErrLayout},
		"markdown_negative":        {"markdown", "|a|\n", `{"tables":[{"rows":1,"cols":[[0,-1,0,0]]}]}`, 99, structure.ErrLayout},
		"markdown_wide":            {"markdown", "|a|\n|-|\n", `{"tables":[{"rows":1,"cols":[[0,1000000,0,0]],"rule":[0,0,1]}]}`, 99, structure.ErrLimit},
		"markdown_more_rows":       {"markdown", "|a|\n|-|\n", `{"tables":[{"rows":9,"cols":[[0,1,0,0]],"rule":[0,0,1]}]}`, 99, structure.ErrText},
		"markdown_other_columns":   {"markdown", "|a|\n|-|-|\n", `{"tables":[{"rows":1,"cols":[[0,1,0,0]],"rule":[0,0,1]}]}`, 99, structure.ErrText},
		"markdown_skips_too_much":  {"markdown", "|a|\n|-|\n", `{"tables":[{"skip":9,"rows":1,"cols":[[0,1,0,0]],"rule":[0,0,1]}]}`, 99, structure.ErrText},
		"frame_without_lines":      {"frames", "|a|\n|-|\n", `{"tables":[{"rows":1,"cols":[[0,1,0,0]]}]}`, 99, structure.ErrText},
		"frame_with_an_empty_fill": {"frames", "|a|\n|-|\n|b|\n", `{"tables":[{"rows":2,"cols":[[0,1,0,0]],"head":1,"widths":[3],"bars":[["|","|","|"]],"lines":[["+","","+","+"],null,null,null]}]}`, 99, structure.ErrText},
		"frame_of_other_width":     {"frames", "|a|\n|-|\n|b|\n", `{"tables":[{"rows":2,"cols":[[0,1,0,0]],"head":1,"widths":[3,0,0,0],"bars":[["|","|","|"]],"lines":[["+","-","","+"],null,null,null]}]}`, 99, structure.ErrText},
		"frame_too_wide":           {"frames", "|a|\n|-|\n|b|\n", `{"tables":[{"rows":2,"cols":[[0,1,0,0]],"head":1,"widths":[999999],"bars":[["|","|","|"]],"lines":[["+","-","+","+"],null,null,null]}]}`, 99, structure.ErrLimit},
		"columns_short":            {"columns", "a b\n", `{"tables":[[0,1,0]]}`, 99, structure.ErrLayout},
		"columns_negative":         {"columns", "a b\n", `{"tables":[[0,1,0,0,2,0,-4]]}`, 99, structure.ErrLayout},
		"columns_missing":          {"columns", "a\n", `{"tables":[[0,1,0,0,2,0,4]]}`, 99, structure.ErrText},
		"columns_more_rows":        {"columns", "a b\n", `{"tables":[[0,9,0,0,2,0,4]]}`, 99, structure.ErrText},
		"columns_far_away":         {"columns", "a b\n", `{"tables":[[0,1,0,0,2,0,400000000]]}`, 99, structure.ErrLimit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := forms[test.kind].decode(test.text, []byte(test.layout), test.limit); !errors.Is(err, test.want) {
				t.Errorf("got %q, %v, want %v", got, err, test.want)
			}
		})
	}
}
