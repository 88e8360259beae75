package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the report's facts as tables that read well on GitHub and in an
// editor. Texts of items are not in it. Equal reports give equal bytes.
func (r *Report) WriteMarkdown(w io.Writer) error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("write markdown: %w", err)
	}
	x := newIndex(r)
	m := &markdown{}
	m.para("# pith eval: " + md(r.Set))
	m.para(md(r.measured()) + ".")
	m.para("**" + md(r.readBy()) + "**")
	x.mdSummary(m)
	x.mdMeasures(m)
	x.mdTasks(m)
	x.mdNeedles(m)
	x.mdKept(m)
	x.mdLatency(m)
	x.mdEconomics(m)
	x.mdHurts(m)
	x.mdMethod(m)
	_, err := w.Write(append(bytes.TrimRight(m.Bytes(), "\n"), '\n'))
	return err
}

// markdown writes blocks with an empty line between them.
type markdown struct{ bytes.Buffer }

func (m *markdown) para(s string) { m.WriteString(s + "\n\n") }

// table writes rows whose cells are escaped already. The first left columns are text,
// the others numbers.
func (m *markdown) table(left int, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	rule := make([]string, len(head))
	for i := range head {
		rule[i] = "---"
		if i >= left {
			rule[i] = "--:"
		}
	}
	for _, row := range append([][]string{head, rule}, rows...) {
		m.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	m.WriteString("\n")
}

var mdEscapes = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "#", "\\#", "~", "\\~", "$", "\\$", "@", "&#64;", "://", "&#58;//",
)

// md makes a text safe in a line or a cell: one line, no markup, nothing hidden.
func md(s string) string {
	return mdEscapes.Replace(visible(strings.Join(strings.Fields(s), " ")))
}

func mdBadge(kind string) string { return "`" + kind + "`" }

func (c valueCell) mark() string {
	if !c.OK {
		return missing
	}
	s := num(c.Mean)
	if c.Best {
		s = "**" + s + "**"
	}
	return s + " (" + join(within(c.Estimate, c.Items, ""), c.Kept, c.Unanswered) + ")"
}

func (x *index) mdSummary(m *markdown) {
	rate, ok := x.middle()
	if !ok {
		return
	}
	m.para("## Summary")
	for _, p := range x.summary() {
		if p.B != asked(rate) {
			continue
		}
		m.para("At " + p.B + ", over all tasks, with 95 % intervals. " + boldMeans)
		head := []string{"arm", "kept"}
		for _, c := range p.Columns {
			head = append(head, md(c.Name)+" "+mdBadge(c.Kind))
		}
		var rows [][]string
		for _, r := range p.Rows {
			row := []string{mdArm(r.Arm), withNote(r.Kept, md(r.Note))}
			for _, c := range r.Cells {
				row = append(row, c.mark())
			}
			rows = append(rows, append(row, r.Time))
		}
		m.table(1, append(head, "median time"), rows)
	}
}

func mdArm(a Arm) string {
	if l := a.Label(); l != "" {
		return md(a.Name) + " (" + l + ")"
	}
	return md(a.Name)
}

func withNote(s, note string) string {
	if note == "" {
		return s
	}
	return s + " (" + note + ")"
}

func (x *index) mdMeasures(m *markdown) {
	for _, kind := range []struct{ kind, title, means string }{
		{Offline, "Offline measures", offlineMeans}, {OfReader, "Reader scores", readMeans},
	} {
		measures := x.ofKind(kind.kind)
		if len(measures) == 0 {
			continue
		}
		m.para("## " + kind.title + " " + mdBadge(kind.kind))
		m.para(kind.means + x.mdReader(kind.kind))
		for _, me := range measures {
			v := x.measureView(me, "")
			m.para("### " + md(me.Name) + " " + mdBadge(me.Kind))
			m.para(md(me.About))
			if v.Caveat != "" {
				m.para(md(v.Caveat))
			}
			if v.Takeaway != "" {
				m.para(md(v.Takeaway))
			}
			var rows [][]string
			for _, r := range v.Rows {
				row := []string{withNote(mdArm(r.Arm), md(r.Note))}
				for _, c := range r.Cells {
					row = append(row, c.mark())
				}
				rows = append(rows, row)
			}
			m.table(1, append([]string{"arm"}, v.Rates...), rows)
			x.mdGains(m, v)
		}
	}
}

// mdGains writes how much more an arm has than [Report.Against], pair by pair.
func (x *index) mdGains(m *markdown, v measureView) {
	var rows [][]string
	for _, r := range v.Rows {
		row, any := []string{withNote(mdArm(r.Arm), md(r.Note))}, false
		for _, c := range r.Cells {
			if c.Gain != nil {
				row, any = append(row, withNote(c.Over, c.Kept)), true
			} else {
				row = append(row, missing)
			}
		}
		if any {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		m.para("Gain over " + md(x.Against) + ", paired by item:")
		m.table(1, append([]string{"arm"}, v.Rates...), rows)
	}
}

func (x *index) mdReader(kind string) string {
	if kind != OfReader || x.Reader == nil {
		return ""
	}
	r := x.Reader
	s := " Reader: " + md(r.Name) + ", " + count(r.Answers) + " answers, " + count(r.PromptTokens) +
		" prompt and " + count(r.CompletionTokens) + " completion tokens"
	if r.Dollars != 0 {
		s += ", " + dollars(r.Dollars)
	}
	return s + ". Over all tasks a score is the mean of the tasks' means."
}

// mainArms are those of the tables by task: all but the baselines that gains are not
// over, so that the tables stay readable.
func (x *index) mainArms() []Arm {
	var out []Arm
	for _, a := range x.columnArms() {
		if a.Kind != kindBaseline || a.Name == x.Against {
			out = append(out, a)
		}
	}
	return out
}
