package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pith-proxy/pith/eval/report"
)

// writeOutcome prints a run's means at its middle rate, for whoever waits at a terminal.
// The reports have the rest, intervals above all.
func writeOutcome(w io.Writer, r *report.Report) error {
	if len(r.Rates) == 0 {
		return nil
	}
	rate := r.Rates[len(r.Rates)/2]
	cells := slices.DeleteFunc(slices.Clone(r.Cells), func(c report.Cell) bool {
		return c.Task != "" || c.Rate != rate && c.Rate != 0
	})
	silent := slices.ContainsFunc(cells, func(c report.Cell) bool { return c.Unanswered > 0 })
	head := []string{"method", "kept", "items"}
	if silent {
		head = append(head, "no answer")
	}
	for _, m := range r.Measures {
		head = append(head, m.Name)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%s\t\n", strings.Join(head, "\t"))
	for _, c := range cells {
		row := []string{c.Arm, fmt.Sprintf("%.1f %%", 100*c.KeptRate.Mean), fmt.Sprint(c.Items)}
		if silent {
			row = append(row, fmt.Sprint(c.Unanswered))
		}
		fmt.Fprintf(out, "%s\t\n", strings.Join(append(row, means(r, c)...), "\t"))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Asked to keep %v, means over items; %s.\n", rate, kindOf(r))
	if err == nil && silent {
		_, err = fmt.Fprintln(w, "No answer: the prompt was too long for the model or taken by its filter, or nothing was said. Most metrics give that 0.")
	}
	return err
}

// means are a cell's, by measure.
func means(r *report.Report, c report.Cell) []string {
	var out []string
	for _, m := range r.Measures {
		if v, ok := c.Values[m.Name]; ok {
			out = append(out, fmt.Sprintf("%.3f", v.Mean))
		} else {
			out = append(out, "-")
		}
	}
	return out
}

// kindOf says what the numbers are.
func kindOf(r *report.Report) string {
	if r.Reader == nil {
		return "no LLM read anything"
	}
	return "score: the answers of " + r.Reader.Name + "; the rest: nobody read it"
}
