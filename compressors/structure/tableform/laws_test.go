package tableform_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/tableform"
)

type form struct {
	encode func(string, structure.Options) (structure.Encoded, bool)
	decode func(string, []byte, int) (string, error)

	// read and source are what somebody gets who has the new text alone, or the old one.
	read, source func(t *testing.T, text string) []string
	parts        []string // what a fuzz test makes texts of
}

var forms = map[string]form{
	"csv":      {tableform.EncodeCSV, tableform.DecodeCSV, readCSV, readCSV, csvParts},
	"markdown": {tableform.EncodeMarkdown, tableform.DecodeMarkdown, readBars, readBars, markdownParts},
	"frames":   {tableform.EncodeFrames, tableform.DecodeFrames, readBars, readBars, frameParts},
	"columns":  {tableform.EncodeColumns, tableform.DecodeColumns, readWords, readWords, columnParts},
}

var (
	csvParts = []string{"a", "id", ",", ",", "\n", "\n", "\"", "\"\"", "\"x\"", "\"1\"", "7", "2024-01-02", ";", "\t", "|", "\r\n", " ", "name,\"total\",region\n",
		"1,\"x\",eu\n", "2,\"x, y\",eu\n", "3,\"\",eu\n", "every row: ", "=", "\xff"}
	markdownParts = []string{"| a   | b |\n", "| --- | - |\n", "|:---:|--:|\n", "| ccc |   |\n", "|     | 12 |\n", "| \\|  | \\\\ |\n", "x\n", "\n", "```\n", "~~~~\n", "    ",
		"|", "-", " ", "\\", "a | b\n", "|a|b|\n", "\r\n", ":", "\xff", "| 表 | é |\n"}
	frameParts = []string{"+---+----+\n", "| a | b  |\n", "|   | cc |\n", "| 1 | 2  |\n", " a | b  \n", "---+----\n", " 1 | 22\n", "┏━━━┳━━━━┓\n", "┃ a ┃ b  ┃\n", "┡━━━╇━━━━┩\n",
		"│ 1 │ 2  │\n", "└───┴────┘\n", "├───┼────┤\n", "\n", "x\n", "+===+====+\n", "|", "│", "+", "-", " ", "\\", "\r\n", "| 表| é  |\n"}
	columnParts = []string{"NAME   READY  AGE\n", "web-1  1/1    3d\n", "db     0/1    12h\n", "cache         5m\n", "a b    2/2    4 h\n", "total 3\n", "  1  22 x\n", " 11   2 y y\n", "111 222 z\n",
		" ", "  ", "x", "\n", "\t", "\r\n", "=", "é", "\xff", "web    1/1    3d   \n", "---- ---- ---\n"}
)

// readWords is what stays if spaces mean nothing.
func readWords(_ *testing.T, text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		all = append(all, strings.Join(strings.Fields(line), " "))
	}
	return all
}

var (
	bar    = regexp.MustCompile(`[│┃║┆┇┊┋╎╏]`)
	ruled  = regexp.MustCompile(`^\s*[-|:+=\x{2500}-\x{257f} ]+$`)
	spaced = regexp.MustCompile(` *(\\.|\|) *`)
)

// readBars returns the cells of each line that has bars, and other lines; lines of a rule
// or a frame it does not see, but for their colons.
func readBars(_ *testing.T, text string) (all []string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(bar.ReplaceAllString(line, "|"))
		if ruled.MatchString(line) && strings.ContainsAny(line, "-=") || strings.ContainsAny(line, "─━") {
			line = regexp.MustCompile(`[^:|]`).ReplaceAllString(line, "")
			if !strings.Contains(line, ":") {
				continue
			}
		}
		if strings.HasPrefix(line, "|") && strings.HasSuffix(line, "|") && !strings.HasSuffix(line, `\|`) && len(line) > 1 {
			line = line[1 : len(line)-1]
		}
		all = append(all, strings.TrimSpace(spaced.ReplaceAllString(line, "$1")))
	}
	return all
}

// readCSV returns name and value of each field, columns in the order of their names.
func readCSV(t *testing.T, text string) (all []string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var names, values []string
	if rest, ok := strings.CutPrefix(text, "every row: "); ok {
		var first string
		first, text, _ = strings.Cut(rest, "\n")
		for _, m := range regexp.MustCompile(`("(?:[^"]|"")*"|[^=,]+)=("(?:[^"]|"")*"|[^,]*)(?:, |$)`).FindAllStringSubmatch(first, -1) {
			names, values = append(names, unquote(m[1])), append(values, unquote(m[2]))
		}
	}
	var best [][]string
	for _, sep := range ",\t;|" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = sep
		if rows, err := r.ReadAll(); err == nil && (best == nil || len(rows[0]) > len(best[0])) {
			best = rows
		}
	}
	if best == nil {
		t.Fatalf("no table: %q", text)
	}
	for i, row := range best {
		above := values
		if i == 0 {
			above = names
		}
		row := append(slices.Clone(row), above...)
		for k := range row {
			row[k] = fmt.Sprintf("%q=%q", append(slices.Clone(best[0]), names...)[k], row[k])
		}
		slices.Sort(row)
		all = append(all, strings.Join(row, " "))
	}
	return all
}

func unquote(s string) string {
	if strings.HasPrefix(s, `"`) {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}

// words counts about as a tokenizer does: a run of letters with a space before it, three
// digits, a run of spaces or of one other byte are one.
func words(text string) (n int) {
	class := func(c byte) int {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			return 'a'
		case c >= '0' && c <= '9':
			return '0'
		}
		return int(c)
	}
	run := 0
	for i := range len(text) {
		run++
		if i == 0 || class(text[i]) != class(text[i-1]) && !(text[i-1] == ' ' && run == 2 && class(text[i]) == 'a') || class(text[i]) == '0' && run > 3 {
			n, run = n+1, 1
		}
	}
	return n
}

// checkLaws wants what must be true of any text, and returns its form with bytes counted.
func checkLaws(t *testing.T, f form, text string) (structure.Encoded, bool) {
	t.Helper()
	checkLawsOf(t, f, text, structure.Options{Count: words})
	return checkLawsOf(t, f, text, structure.Options{})
}

func checkLawsOf(t *testing.T, f form, text string, o structure.Options) (structure.Encoded, bool) {
	t.Helper()
	e, ok := f.encode(text, o)
	if again, same := f.encode(text, o); same != ok || again.Text != e.Text || string(again.Layout) != string(e.Layout) {
		t.Fatal("asked twice, got two answers")
	}
	if !ok {
		return e, false
	}
	back, err := f.decode(e.Text, e.Layout, len(text))
	if err != nil || back != text {
		t.Fatalf("%q became %q, %s and came back as %q, %v", text, e.Text, e.Layout, back, err)
	}
	if _, err := f.decode(e.Text, e.Layout, len(text)-1); !errors.Is(err, structure.ErrLimit) {
		t.Fatalf("limit: got %v", err)
	}
	if got, want := f.read(t, e.Text), f.source(t, text); !slices.Equal(got, want) {
		t.Fatalf("a reader of\n%s\ngets %q\nof %q\nin\n%s", e.Text, got, want, text)
	}
	if o.Count == nil && len(e.Text) >= len(text) || o.Count != nil && o.Count(e.Text) >= o.Count(text) {
		t.Fatalf("%q did not get shorter: %q", text, e.Text)
	}
	if again, ok := f.encode(e.Text, o); ok && again.Text != e.Text {
		t.Fatalf("not idempotent: %q, then %q, then %q", text, e.Text, again.Text)
	}
	return e, true
}

// checkForeign wants a text of at most limit bytes or one of three errors.
func checkForeign(t *testing.T, f form, text string, layout []byte, limit int) {
	t.Helper()
	back, err := f.decode(text, layout, limit)
	known := errors.Is(err, structure.ErrText) || errors.Is(err, structure.ErrLayout) || errors.Is(err, structure.ErrLimit)
	if err == nil && len(back) > limit || err != nil && (!known || back != "") {
		t.Fatalf("got %d bytes of %d, %v", len(back), limit, err)
	}
}

// expand makes a text that is full of what the forms look at out of few bytes.
func expand(raw []byte, parts []string) string {
	var b strings.Builder
	for _, c := range raw {
		b.WriteString(parts[int(c)%len(parts)])
	}
	return b.String()
}

func FuzzCSV(f *testing.F)      { fuzz(f, forms["csv"]) }
func FuzzMarkdown(f *testing.F) { fuzz(f, forms["markdown"]) }
func FuzzFrames(f *testing.F)   { fuzz(f, forms["frames"]) }
func FuzzColumns(f *testing.F)  { fuzz(f, forms["columns"]) }

func fuzz(f *testing.F, form form) {
	for kind, texts := range generated(1, 5) {
		for _, text := range texts {
			if e, ok := forms[kind].encode(text, structure.Options{}); ok {
				f.Add(text, []byte{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}, e.Layout, 400)
				f.Add(e.Text, []byte{17, 18, 19, 20, 18, 17, 1, 1, 1, 3}, e.Layout, 500)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string, raw, layout []byte, limit int) {
		checkLaws(t, form, text)
		checkLaws(t, form, expand(raw, form.parts))
		limit = max(0, limit%100_000)
		checkForeign(t, form, text, layout, limit)
		checkForeign(t, form, expand(raw, form.parts), layout, limit)
		if e, ok := form.encode(expand(raw, form.parts), structure.Options{}); ok {
			broken := []byte(e.Text)
			broken[limit%len(broken)] ^= 1 << (limit % 8)
			checkForeign(t, form, string(broken), e.Layout, len(text))
			broken = slices.Clone(e.Layout)
			broken[limit%len(broken)] ^= 1 << (limit % 8)
			checkForeign(t, form, e.Text, broken, len(text))
		}
	})
}
