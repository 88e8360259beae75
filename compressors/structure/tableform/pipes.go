package tableform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// A style is how a table with bars is written in the new form.
type style struct{ open, bar, shut, rule string }

// styles are all valid tables in GitHub's Markdown. Which one has the fewest tokens
// depends on what is in the cells: words want a space before them, and numbers none.
var styles = []style{
	{"|", "|", "|", "-"},
	{"| ", " | ", " |", "-"},
	{"", " | ", "", "---"}, // "- | -" is an item of a list
	{"", "|", "", "-"},
}

// bare are the styles without bars outside.
const bare = 2

// A grid is a table: rows with as many cells each, and where its rule is.
type grid struct {
	indent string
	rows   [][]cell
	rule   []string // of each column: -, :-, -: or :-:
	head   int      // rows before the rule
}

// bestStyle returns the style with the fewest tokens, of several the first.
func (g *grid) bestStyle(o structure.Options) (best int, text string) {
	n := len(styles)
	if !g.canBeBare() {
		n = bare
	}
	least := 0
	for s := range n {
		t := g.text(s)
		if c := tokens(t, o); s == 0 || c < least {
			best, text, least = s, t, c
		}
	}
	return best, text
}

// canBeBare reports whether rows may begin and end without bars: there are two columns,
// no first or last cell is empty, and no row begins like a list, a heading or a quote.
func (g *grid) canBeBare() bool {
	for _, row := range g.rows {
		first, last := row[0].text, row[len(row)-1].text
		if len(row) < 2 || first == "" || last == "" || strings.IndexByte("#>-+*=~`|<:\t", first[0]) >= 0 || strings.HasSuffix(last, "|") {
			return false
		}
		if d := strings.TrimLeft(first, "0123456789"); len(d) < len(first) && d != "" && (d[0] == '.' || d[0] == ')') {
			return false
		}
	}
	return true
}

func (g *grid) text(s int) string {
	var b strings.Builder
	for i, row := range g.rows {
		if i == g.head && g.rule != nil {
			g.writeRule(&b, s)
		}
		b.WriteString(g.indent)
		b.WriteString(styles[s].open)
		for k, c := range row {
			if k > 0 {
				b.WriteString(styles[s].bar)
			}
			b.WriteString(c.text)
		}
		b.WriteString(styles[s].shut)
		b.WriteByte('\n')
	}
	if g.rule != nil && g.head == len(g.rows) {
		g.writeRule(&b, s)
	}
	return b.String()[:b.Len()-1]
}

func (g *grid) writeRule(b *strings.Builder, s int) {
	b.WriteString(g.indent)
	b.WriteString(styles[s].open)
	for k, r := range g.rule {
		if k > 0 {
			b.WriteString(styles[s].bar)
		}
		b.WriteString(strings.Replace(r, "-", styles[s].rule, 1))
	}
	b.WriteString(styles[s].shut)
	b.WriteByte('\n')
}

// cut returns the cells of a line in a style, behind its indent.
func (s style) cut(line string) (indent string, texts []string, ok bool) {
	body := strings.TrimLeft(line, " ")
	indent = line[:len(line)-len(body)]
	if !strings.HasPrefix(body, s.open) || !strings.HasSuffix(body, s.shut) || len(body) < len(s.open)+len(s.shut) {
		return "", nil, false
	}
	body = body[len(s.open) : len(body)-len(s.shut)]
	side := (len(s.bar) - 1) / 2 // spaces on each side of the bar
	for {
		i := barIn(body)
		if i < 0 {
			return indent, append(texts, body), true
		}
		if i < side || len(body) < i+1+side || body[i-side:i+1+side] != s.bar {
			return "", nil, false
		}
		texts, body = append(texts, body[:i-side]), body[i+1+side:]
	}
}

// barIn returns where the first bar in s is that no backslash is before, or -1.
func barIn(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			return i
		}
	}
	return -1
}

// cutCells returns the cells between bars. It is not ok if a cell ends with a backslash
// that spaces keep from a bar.
func cutCells(body string) (row []cell, ok bool) {
	for {
		i := barIn(body)
		part := body
		if i >= 0 {
			part = body[:i]
		}
		c := trim(part)
		if strings.HasSuffix(c.text, `\`) {
			return nil, false
		}
		if row = append(row, c); i < 0 {
			return row, true
		}
		body = body[i+1:]
	}
}

// trim takes the spaces off. Those of an empty cell are on its left.
func trim(s string) cell {
	t := strings.TrimLeft(s, " ")
	c := cell{text: strings.TrimRight(t, " "), left: len(s) - len(t)}
	c.right = len(t) - len(c.text)
	return c
}
