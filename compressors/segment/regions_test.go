package segment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/segment"
)

var (
	short = "A short paragraph of prose.\n\n"
	goes  = "```go\nfunc main() {\n\tprintln(1)\n}\n```\n\n"
	bare  = "```\nmake test\n```\n"

	bigJSON  = "{\n" + strings.Repeat("  \"key\": [1, 2.5e3, true, null, \"a \\\" b\"],\n", 12) + "  \"end\": {}\n}\n"
	lineJSON = `{"list": [` + strings.Repeat(`"some value", `, 40) + `0]}` + "\n"
	bigTable = "| name | value |\n| --- | --- |\n" + strings.Repeat("| tenant | 12 |\n", 30)
	bigCSV   = strings.Repeat("1,tenant,0.5\n", 40)
	longCode = "```py\n" + strings.Repeat("def f(x):\n    return x + 1\n\n", 120) + "```\n"
)

// The segments of these texts are the parts that they are given in.
func TestRegions(t *testing.T) {
	for name, parts := range map[string][]string{
		"a_short_text_is_one_segment":     {short + short + "And one line"},
		"code_is_not_with_prose":          {short, goes, short},
		"however_short":                   {"a\n", "```\nb\n```\n", "c\n"},
		"nor_is_what_is_fenced_by_tildes": {short, "~~~~\na\n\n~~~~\n\n", short},
		"code_in_a_list":                  {"- Run it:\n", "  ```sh\n  make\n  ```\n", "- and see\n"},
		"two_fences_are_together":         {short, goes + bare, "so\n"},
		"fences_between_tight_lines":      {"Run\n", bare, "and then\n", bare, "and see\n"},
		"a_blank_line_before_the_end":     {short, "```go\na\n\n```\n", "and so on\n"},
		"a_fence_that_is_not_closed":      {short, "```\nmake test\n"},
		"a_fence_that_was_not_opened":     {"make test\n```\n\n", short},
		"one_line_of_code":                {"```make test``` does it\nand this says so\n"},
		"json_is_not_with_prose":          {short, bigJSON + "\n", short},
		"json_on_one_line":                {"See:\n", lineJSON, short},
		"each_document_for_itself":        {lineJSON, lineJSON, bigJSON},
		"json_alone":                      {bigJSON},
		"short_json_is":                   {"It answers\n{\"a\": 1,\n \"b\": [2, 3]}\nand so on.\n"},
		"nor_are_brackets_json":           {"int main()\n{\n" + strings.Repeat("  call(\"x\");\n", 40) + "}\n"},
		"json_with_words_behind":          {short, lineJSON[:len(lineJSON)-1] + " is what it says\n"},
		"broken_json_goes_on":             {short, lineJSON[:len(lineJSON)-2] + " what,\n\n" + short},
		"json_that_breaks_off":            {short, "{\n  \"a\": 1,\n"},
		"json_in_a_fence":                 {short, "```json\n" + bigJSON + "```\n", short},
		"a_table_is_not_with_prose":       {short, bigTable + "\n", short},
		"though_it_follows_at_once":       {"See:\n", bigTable, "and so on\n"},
		"a_short_table_is":                {short + bigTable[:100] + "\n\n" + short},
		"even_at_the_end":                 {short + bigTable[:300]},
		"nor_are_bars_a_table":            {"f x = case x of\n" + strings.Repeat("  | x > 1 -> x\n", 35)},
		"values_by_commas":                {short, bigCSV + "\n", short},
		"sentences_with_commas_are_not":   {short + strings.Repeat("One, two, and three.\n", 30)},
	} {
		t.Run(name, func(t *testing.T) {
			got := pieces(segment.Ends, strings.Join(parts, ""))
			if !slices.Equal(got, parts) {
				t.Errorf("got  %q\nwant %q", got, parts)
			}
		})
	}
}

func TestSegmentsTellCode(t *testing.T) {
	text := short + longCode + short + "code\n```\n\n" + short
	start, code := 0, ""
	for _, s := range (segment.Options{}).Segments(text) {
		if s.Code {
			code += text[start:s.End]
		}
		start = s.End
	}
	if code != longCode {
		t.Errorf("got %q", code)
	}
}

func TestUnits(t *testing.T) {
	r := newRand(1)
	function := func() string { return "def f():\n" + strings.Repeat("    "+sentence(r)+"\n", 6) }
	for name, test := range map[string]struct {
		text   string
		begins []string // one of these begins each segment
	}{
		"paragraphs":   {upTo(20_000, func() string { return "P" + paragraph(r, 4) + "\n\n" }), []string{"P"}},
		"blank_lines":  {upTo(20_000, func() string { return "P" + sentence(r) + "\n \n\t\n\n" }), []string{"P"}},
		"declarations": {upTo(20_000, function), []string{"def"}},
		"functions":    {upTo(20_000, func() string { return "func f() {\n\t" + sentence(r) + "\n} else {\n\t" + sentence(r) + "\n}\n" }), []string{"func"}},
		"lines":        {upTo(20_000, func() string { return "L" + sentence(r) + "\n" }), []string{"L"}},
		"sentences":    {upTo(20_000, func() string { return "S" + sentence(r) + " " }), []string{"S"}},
		"quoted":       {upTo(20_000, func() string { return "“S" + sentence(r)[1:] + "” " }), []string{"“S"}},
		"abbreviated":  {upTo(20_000, func() string { return "S" + word(r) + " is 1.5 kg (e.g. the one) or so.) " }), []string{"S"}},
		"chinese": {upTo(20_000, func() string {
			return fmt.Sprintf("租户%d在合同到期之前，没有通知房东。", r.IntN(1e6))
		}), []string{"租户"}},
		"statements": {upTo(20_000, func() string { return "var " + word(r) + fmt.Sprintf("=%d,x=[1,2];", r.IntN(1e6)) }), []string{"var"}},
		"clauses":    {upTo(20_000, func() string { return word(r) + fmt.Sprintf(" is 1,250 or so,C %d ", r.IntN(1e6)) }), []string{"C"}},
		"words":      {upTo(20_000, func() string { return "W" + word(r) + " " }), []string{"W"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := pieces(segment.Ends, test.text)
			if len(got) < 10 {
				t.Fatalf("%d segments", len(got))
			}
			for i, p := range got {
				if i > 0 && !slices.ContainsFunc(test.begins, func(b string) bool { return strings.HasPrefix(p, b) }) {
					t.Errorf("a segment begins with %.40q", p)
				}
			}
		})
	}
}

// A change of one mark must not make the rest of the text something else.
func TestBrokenMarks(t *testing.T) {
	r := newRand(2)
	doc := func(open, end string) string {
		return upTo(30_000, func() string { return paragraph(r, 5) + open + codeBlock(r) + end })
	}
	records := func(indent string) string {
		return upTo(30_000, func() string { return jsonDoc(r.Uint64(), 600, indent) + "\n" })
	}
	for name, test := range map[string]struct{ text, old, new string }{
		"fence_opened_with_language": {doc("\n```go\n", "```\n"), "", "```\n"},
		"fence_opened_blank_lines":   {doc("\n\n```\n", "```\n\n"), "", "```\n"},
		"fence_opened_colon":         {doc(":\n```\n", "```\n"), "", "```\n"},
		"long_fence_opened":          {doc("\n\n```\n", "```\n\n"), "", "~~~~~~\n"},
		"fence_taken_with_language":  {doc("\n```go\n", "```\n"), "```go\n", ""},
		"closing_fence_taken":        {doc("\n```go\n", "```\n"), "}\n```\n", "}\n"},
		"closing_fence_blank_lines":  {doc("\n\n```\n", "```\n\n"), "}\n```\n", "}\n"},
		"bracket_opened":             {records(""), "", "[\n"},
		"bracket_taken":              {records(""), "}\n", "\n"},
		"bracket_taken_of_many":      {records("  "), "\n}\n", "\n"},
		"bracket_too_many":           {records("  "), "\n}\n", "\n}}\n"},
		"quote_taken":                {records("  "), "\": ", ": "},
		"bracket_opened_in_prose":    {proseText(5, 30_000), "", "{\"a\": [\n"},
	} {
		t.Run(name, func(t *testing.T) {
			before, after, ok := strings.Cut(test.text, test.old)
			if !ok {
				t.Fatal("nothing to change")
			}
			if n, _ := know(segment.Ends, test.text).renewed(segment.Ends, before+test.new+after); n > 6 {
				t.Errorf("%d new segments of %d", n, len(segment.Ends(test.text)))
			}
		})
	}
}

// Blank lines and indentation between paragraphs do not move a cut, or hardly ever.
func TestWhiteSpaceIsNotHashed(t *testing.T) {
	text := shapes()["prose"]
	old := map[string]bool{}
	for _, p := range pieces(segment.Ends, text) {
		old[strings.TrimSpace(p)] = true
	}
	fresh := 0
	for _, p := range pieces(segment.Ends, strings.ReplaceAll(text, "\n\n", " \n\n  ")) {
		if !old[strings.ReplaceAll(strings.TrimSpace(p), " \n\n  ", "\n\n")] {
			fresh++
		}
	}
	if fresh > len(old)/5 {
		t.Errorf("%d of %d segments are new", fresh, len(old))
	}
}
