package tableform_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 17)) }

var someWords = strings.Fields("alpha beta gamma delta-1 web/api eu-west-1 Running Pending x_y.z λόγος 表 a\\|b 100% --- ... `c`")

func word(r *rand.Rand) string { return someWords[r.IntN(len(someWords))] }

// cellsOf are rows of words and numbers, the first of names. Some are empty, if wanted,
// and those of spaced columns have spaces.
func cellsOf(r *rand.Rand, rows, columns int, empty, spaced bool) [][]string {
	all := make([][]string, rows+1)
	for k := range columns {
		all[0] = append(all[0], fmt.Sprintf("COL%c", 'A'+k))
		kind := (k + r.IntN(2)) % 3
		for i := 1; i <= rows; i++ {
			v := word(r)
			switch {
			case k == 0:
				v = fmt.Sprintf("id%d", i)
			case empty && r.IntN(5) == 0:
				v = ""
			case kind == 0:
				v = fmt.Sprint(r.IntN(100_000))
			case spaced && kind == 1:
				v += " " + word(r)
			}
			all[i] = append(all[i], v)
		}
	}
	return all
}

func widths(rows [][]string) []int {
	w := make([]int, len(rows[0]))
	for _, row := range rows {
		for k, v := range row {
			w[k] = max(w[k], places(v))
		}
	}
	return w
}

func places(s string) int { return len([]rune(s)) }

func left(s string, w int) string  { return s + strings.Repeat(" ", max(0, w-places(s))) }
func right(s string, w int) string { return strings.Repeat(" ", max(0, w-places(s))) + s }

// lined are columns with gap spaces between them, every other one set to the right.
func lined(rows [][]string, gap int, filled bool) string {
	var b strings.Builder
	w := widths(rows)
	for _, row := range rows {
		line := ""
		for k, v := range row {
			if k > 0 {
				line += strings.Repeat(" ", gap)
			}
			if k%2 == 1 && gap == 1 {
				line += right(v, w[k])
			} else {
				line += left(v, w[k])
			}
		}
		if !filled {
			line = strings.TrimRight(line, " ")
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// framed are rows with bars: left, between, right; and lines at the top, at the rule,
// between rows and at the bottom, each of four marks; none if it is empty.
func framed(rows [][]string, bars [3]string, lines [4]string) string {
	var b strings.Builder
	w := widths(rows)
	line := func(marks string) {
		if m := []rune(marks); len(m) == 4 {
			for k := range w {
				b.WriteString(strings.Trim(string(m[min(k, 1)*2]), " ") + strings.Repeat(string(m[1]), w[k]+2))
			}
			b.WriteString(strings.Trim(string(m[3]), " ") + "\n")
		}
	}
	line(lines[0])
	for i, row := range rows {
		for k, v := range row {
			if k == 0 {
				b.WriteString(bars[0])
			} else {
				b.WriteString(bars[1])
			}
			b.WriteString(" " + left(v, w[k]) + " ")
		}
		b.WriteString(bars[2] + "\n")
		if i == 0 {
			line(lines[1])
		} else if i < len(rows)-1 {
			line(lines[2])
		}
	}
	line(lines[3])
	return b.String()
}

func markdown(rows [][]string, padded bool) string {
	var b strings.Builder
	w := widths(rows)
	for i, row := range rows {
		for k, v := range row {
			if b.WriteString("| "); padded {
				v = left(v, w[k])
			}
			b.WriteString(v + " ")
		}
		b.WriteString("|\n")
		for k := range row {
			if i > 0 {
				break
			}
			dashes := "---"
			if padded {
				dashes = strings.Repeat("-", max(3, w[k]))
			}
			b.WriteString("| " + dashes + " ")
		}
		if i == 0 {
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// narrow has no character that is two places wide: here they would count as one.
func narrow(rows [][]string) [][]string {
	for _, row := range rows {
		for k := range row {
			row[k] = strings.ReplaceAll(row[k], "表", "ab")
		}
	}
	return rows
}

var barless = strings.NewReplacer(`\`, "", "|", "", "表", "ab", "---", "-")

func noBars(rows [][]string) [][]string {
	for _, row := range rows {
		for k := range row {
			row[k] = barless.Replace(row[k])
		}
	}
	return rows
}

func separated(rows [][]string, sep rune, quoted bool) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = sep
	if !quoted {
		_ = w.WriteAll(rows)
		return b.String()
	}
	for _, row := range rows {
		for k, v := range row {
			if k > 0 {
				b.WriteRune(sep)
			}
			b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// generated are tables that each form should take.
func generated(seed uint64, rows int) map[string][]string {
	r := newRand(seed)
	table := func(empty, spaced bool) [][]string {
		return noBars(cellsOf(r, rows, 3+r.IntN(4), empty, spaced))
	}
	same := func(rows [][]string) [][]string {
		for i := range rows {
			rows[i] = append(rows[i], []string{"region", "eu-west-1"}[min(i, 1)], []string{"note", ""}[min(i, 1)], []string{"sum", "12.5"}[min(i, 1)])
		}
		return rows
	}
	return map[string][]string{
		"columns": {lined(table(false, false), 1, false), lined(table(false, false), 1, true), lined(table(true, true), 3, false), lined(table(true, true), 2, true)},
		"markdown": {markdown(narrow(cellsOf(r, rows, 4, true, true)), true), "# Title\n\n" + markdown(narrow(cellsOf(r, rows, 3, false, true)), true) + "\nText | text\n",
			"```\n" + markdown(table(true, true), true) + "```\n\n" + markdown(table(true, true), true)},
		"frames": {
			framed(table(true, true), [3]string{"|", "|", "|"}, [4]string{"+-++", "+-++", "", "+-++"}),
			framed(table(true, true), [3]string{"|", "|", "|"}, [4]string{"+-++", "+=++", "+-++", "+-++"}),
			framed(table(true, true), [3]string{"", "|", ""}, [4]string{"", " -+ ", "", ""}),
			"Result:\n" + framed(table(true, true), [3]string{"│", "│", "│"}, [4]string{"┌─┬┐", "├─┼┤", "", "└─┴┘"}) + "(5 rows)\n",
		},
		"csv": {separated(same(table(true, true)), ',', true), separated(same(table(false, true)), ';', false), separated(same(table(true, false)), '\t', true)},
	}
}

func TestLawsOfGenerated(t *testing.T) {
	for seed := range uint64(40) {
		for kind, texts := range generated(seed, 12) {
			for i, text := range texts {
				for _, text := range []string{text, strings.TrimSuffix(text, "\n"), strings.ReplaceAll(text, "\n", "\r\n")} {
					if _, ok := checkLaws(t, forms[kind], text); !ok {
						t.Errorf("%s %d.%d is not taken:\n%.600s", kind, seed, i, text)
					}
				}
			}
		}
	}
}

// Some texts of which nobody thought.
func TestLawsOfSoup(t *testing.T) {
	n := 6_000
	if testing.Short() {
		n = 2_000
	}
	r := newRand(5)
	taken := map[string]int{}
	for range n {
		for kind, form := range forms {
			few := make([]string, 1+r.IntN(6)) // most texts are made of few parts
			for i := range few {
				few[i] = form.parts[r.IntN(len(form.parts))]
			}
			raw := make([]byte, r.IntN(40))
			for i := range raw {
				raw[i] = byte(r.IntN(256))
			}
			if _, ok := checkLaws(t, form, expand(raw, few)); ok {
				taken[kind]++
			}
		}
	}
	for kind := range forms {
		if taken[kind] < n/1000 {
			t.Errorf("too few were taken to tell: %v", taken)
		}
	}
	t.Log(taken)
}
