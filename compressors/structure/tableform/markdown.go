package tableform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodeMarkdown writes the tables of a Markdown text without the spaces and dashes that
// only set them:
//
//	| name  | count |
//	| ----- | ----: |      name|count
//	| alpha |    12 |  →   -|-:
//	| beta  |   345 |      alpha|12
//	                       beta|345
//
// Each table stays one of GitHub's Markdown, in the style that has the fewest tokens; with
// words in the cells that may be one with a space at each bar. Tables in fenced or
// indented code stay, as do those without bars at both ends, and all else.
func EncodeMarkdown(text string, o structure.Options) (structure.Encoded, bool) {
	return encode(text, o, markdownTables)
}

// DecodeMarkdown undoes [EncodeMarkdown].
func DecodeMarkdown(text string, layout []byte, limit int) (string, error) {
	return decode(text, layout, limit, (*table).markdown)
}

// A found is a table: the lines it stands for, and its layout but for Skip and Style.
type found struct {
	from, to int
	grid     grid
	table    table
}

// leastGain is what a table must save to be worth its layout, in tokens.
const leastGain = 4

// encode replaces the tables in text that find finds by shorter ones.
func encode(text string, o structure.Options, find func(lines []string) []*found) (structure.Encoded, bool) {
	lines, crlf, ok := split(text)
	if !ok {
		return structure.Encoded{}, false
	}
	l := layout{CRLF: crlf}
	var parts []string
	at := 0 // lines that parts have
	for _, f := range find(lines) {
		style, short := f.grid.bestStyle(o)
		if long := strings.Join(lines[f.from:f.to], "\n"); tokens(long, o)-tokens(short, o) < leastGain {
			continue
		}
		f.table.Style, f.table.Skip = style, f.from-at
		l.Tables = append(l.Tables, f.table)
		parts = append(append(parts, lines[at:f.from]...), short)
		at = f.to
	}
	if len(l.Tables) == 0 {
		return structure.Encoded{}, false
	}
	out := strings.Join(append(parts, lines[at:]...), "\n")
	return structure.Encoded{Text: out, Layout: l.bytes()}, true
}

// decode replaces the tables of the layout by what they were.
func decode(text string, data []byte, limit int, undo func(*table, *output, []string) (int, bool)) (string, error) {
	l, err := parseLayout(data)
	if err != nil {
		return "", err
	}
	lines := strings.Split(text, "\n")
	out := newOutput(l.CRLF, limit)
	for i := range l.Tables {
		t := &l.Tables[i]
		if t.Skip > len(lines) {
			return "", structure.ErrText
		}
		for _, line := range lines[:t.Skip] {
			out.line(line)
		}
		lines = lines[t.Skip:]
		n, ok := undo(t, out, lines)
		if out.full {
			return "", structure.ErrLimit
		}
		if !ok {
			return "", structure.ErrText
		}
		lines = lines[n:]
	}
	for _, line := range lines {
		out.line(line)
	}
	return out.text()
}

// markdownTables finds the tables outside of code.
func markdownTables(lines []string) (all []*found) {
	fence := "" // that is open
	for i := 0; i < len(lines); i++ {
		body := strings.TrimLeft(lines[i], " ")
		if fence != "" {
			if strings.HasPrefix(body, fence) && strings.Trim(body, fence[:1]+" ") == "" {
				fence = ""
			}
			continue
		}
		if fence = fenceOf(body); fence != "" || len(lines[i])-len(body) > 3 || !strings.HasPrefix(body, "|") {
			continue
		}
		to := i + 1
		for to < len(lines) && strings.IndexByte(lines[to], '|') >= 0 {
			to++
		}
		if g, rule, ok := markdownGrid(lines[i:to]); ok {
			if f, ok := g.set(); ok {
				f.from, f.to, f.table.Rule = i, to, rule
				all = append(all, f)
			}
		}
		i = to - 1
	}
	return all
}

// set finds the columns.
func (g grid) set() (f *found, ok bool) {
	f = &found{}
	f.grid = g
	f.table.Rows = len(g.rows)
	f.table.Cols, f.table.Odd, ok = fitAll(g.rows)
	return f, ok
}

// fenceOf returns the marks of a line that opens a fence.
func fenceOf(body string) string {
	if !strings.HasPrefix(body, "```") && !strings.HasPrefix(body, "~~~") {
		return ""
	}
	n := len(body) - len(strings.TrimLeft(body, body[:1]))
	if body[0] == '`' && strings.IndexByte(body[n:], '`') >= 0 {
		return "" // code within a line
	}
	return body[:n]
}

// markdownGrid returns the table that lines are, and the layout of its rule.
func markdownGrid(lines []string) (g grid, rule []int, ok bool) {
	if len(lines) < 3 {
		return g, nil, false
	}
	g.indent = lines[0][:strings.IndexByte(lines[0], '|')]
	for i, line := range lines {
		body, ok := strings.CutPrefix(line, g.indent+"|")
		n := len(body) - 1
		if !ok || n < 0 || body[n] != '|' {
			return g, nil, false
		}
		row, ok := cutCells(body[:n])
		if !ok || i > 0 && len(row) != len(g.rows[0]) {
			return g, nil, false
		}
		if i == 1 {
			if rule, ok = g.setRule(row); !ok {
				return g, nil, false
			}
			continue
		}
		g.rows = append(g.rows, row)
	}
	g.head = 1
	return g, rule, true
}

// setRule takes the second row, which has dashes and colons alone.
func (g *grid) setRule(row []cell) (rule []int, ok bool) {
	same := true
	for k, c := range row {
		dashes := strings.Count(c.text, "-")
		short := strings.Replace(c.text, strings.Repeat("-", dashes), "-", 1)
		if dashes == 0 || short != "-" && short != ":-" && short != "-:" && short != ":-:" {
			return nil, false
		}
		g.rule = append(g.rule, short)
		rule = append(rule, c.left, c.right, dashes)
		same = same && [3]int(rule[3*k:]) == [3]int(rule)
	}
	if same {
		rule = rule[:3]
	}
	return rule, true
}

// take reads rows from lines, with the rule behind the first head of them. It calls row
// and rule with what it finds, and returns how many lines that were.
func (t *table) take(lines []string, head int, rule func(indent string, texts []string) bool, row func(i int, indent string, cells []cell) bool) (n int, ok bool) {
	pads := rowPads{t: t}
	columns := -1
	for i := 0; i < t.Rows || i == head && n == head; {
		if n >= len(lines) {
			return 0, false
		}
		indent, texts, ok := styles[t.Style].cut(lines[n])
		if !ok || columns >= 0 && len(texts) != columns {
			return 0, false
		}
		columns = len(texts)
		if n++; n-1 == head && head > 0 {
			if !rule(indent, texts) {
				return 0, false
			}
			continue
		}
		cells := make([]cell, columns)
		for k, text := range texts {
			cells[k].text = text
		}
		if !pads.next(i, cells) || !row(i, indent, cells) {
			return 0, false
		}
		i++
	}
	return n, true
}

// markdown writes the table as it was.
func (t *table) markdown(out *output, lines []string) (int, bool) {
	rule := func(indent string, texts []string) bool {
		out.begin()
		out.put(indent + "|")
		for k, text := range texts {
			at := 3 * k
			if len(t.Rule) == 3 {
				at = 0
			}
			if at+3 > len(t.Rule) {
				return false
			}
			out.pad(t.Rule[at])
			left, right, ok := strings.Cut(text, styles[t.Style].rule)
			if !ok {
				return false
			}
			out.put(left)
			out.repeat(dashes, 1, t.Rule[at+2])
			out.put(right)
			out.pad(t.Rule[at+1])
			out.put("|")
		}
		return true
	}
	return t.take(lines, 1, rule, func(_ int, indent string, cells []cell) bool {
		out.begin()
		out.row(cells, indent+"|", "|", "|")
		return !out.full
	})
}

const dashes = "----------------------------------------------------------------"
