package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WriteMarkdown writes the report as Markdown: what was measured, then a table
// of shares with their intervals, then one of differences.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Share of %d items whose gold answer still stands in the kept text (offline: no model read it).\n"+
		"Every arm may keep the same number of %s. Match: %s. 95 %% intervals: %d bootstrap resamples, seed %d.\n",
		r.Items, r.Unit, r.Match, r.Resamples, r.Seed)
	var tasks []string
	for _, t := range r.Tasks {
		tasks = append(tasks, fmt.Sprintf("%s %d of %d", t.Task, t.Answerable, t.Items))
	}
	fmt.Fprintf(&b, "Items with the answer in the text: %s.\n", strings.Join(tasks, ", "))
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	r.writeTables(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTables writes a table of shares and one of differences.
func (r *Report) writeTables(b *strings.Builder) {
	arms := armsOf(r.Cells)
	table(b, r.Rates, arms, func(arm string, rate float64) string {
		c, _ := r.Cell(arm, rate)
		return c.Share.String() + overMark(c.OverBudget, arm) + refusedMark(c.Refused)
	})
	if len(arms) > 1 {
		fmt.Fprintf(b, "\nDifference to %s over the same items:\n", r.Against)
		rest := slices.DeleteFunc(arms, func(a string) bool { return a == r.Against })
		table(b, r.Rates, rest, func(arm string, rate float64) string {
			c, _ := r.Cell(arm, rate)
			return c.Difference.signed()
		})
	}
}

// overMark says of how many items more was kept than allowed.
func overMark(n int, arm string) string {
	if n == 0 || arm == (full{}).Name() {
		return ""
	}
	return fmt.Sprintf(" (%d over budget)", n)
}

// refusedMark says of how many items the arm gave up.
func refusedMark(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d refused)", n)
}

func armsOf(cells []Cell) []string {
	var arms []string
	for _, c := range cells {
		if !slices.Contains(arms, c.Arm) {
			arms = append(arms, c.Arm)
		}
	}
	return arms
}

// table writes a row for each arm and a column for each rate.
func table(b *strings.Builder, rates []float64, arms []string, cell func(arm string, rate float64) string) {
	b.WriteString("\n| arm |")
	for _, r := range rates {
		fmt.Fprintf(b, " %v |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(rates)) + "\n")
	for _, a := range arms {
		fmt.Fprintf(b, "| %s |", a)
		for _, r := range rates {
			fmt.Fprintf(b, " %s |", cell(a, r))
		}
		b.WriteByte('\n')
	}
}

// String is "0.641 [0.487, 0.795]".
func (e Estimate) String() string { return fmt.Sprintf("%.3f [%.3f, %.3f]", e.Mean, e.Low, e.High) }

func (e *Estimate) signed() string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]", e.Mean, e.Low, e.High)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
