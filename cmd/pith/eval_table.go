package main

import (
	"fmt"
	"io"
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
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := []string{"method", "kept", "items"}
	for _, m := range r.Measures {
		head = append(head, m.Name)
	}
	fmt.Fprintf(out, "%s\t\n", strings.Join(head, "\t"))
	for _, c := range r.Cells {
		if c.Task != "" || c.Rate != rate && c.Rate != 0 {
			continue
		}
		row := []string{c.Arm, fmt.Sprintf("%.1f %%", 100*c.KeptRate.Mean), fmt.Sprint(c.Items)}
		for _, m := range r.Measures {
			if v, ok := c.Values[m.Name]; ok {
				row = append(row, fmt.Sprintf("%.3f", v.Mean))
			} else {
				row = append(row, "-")
			}
		}
		fmt.Fprintf(out, "%s\t\n", strings.Join(row, "\t"))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Asked to keep %v, means over items; %s.\n", rate, kindOf(r))
	return err
}

// kindOf says what the numbers are.
func kindOf(r *report.Report) string {
	if r.Reader == nil {
		return "no LLM read anything"
	}
	return "score: the answers of " + r.Reader.Name + "; the rest: nobody read it"
}
