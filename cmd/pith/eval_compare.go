package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval/report"
)

// compareFlags are the flags of `pith eval compare`.
type compareFlags struct {
	tolerance float64
	arms      []string
	json      bool
	force     bool
	seed      uint64
	resamples int
}

func compareCommand(p process) *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare BEFORE [AFTER]",
		Short: "Compare two reports, or two methods of one, item by item",
		Long: `Compares two reports of ` + "`pith eval run`" + ` item by item, or with --arms two methods
of one report. A report is its folder or its report.json. Items are the same if their
text and question are, whatever their IDs; what could not be paired is listed.

The exit code is 1 if the second is worse with confidence, or keeps more of the texts
than the first at the same asked rate; and 2 if a method or rate of the first could
not be tested, such as one that the second does not have.`,
		Example: `  pith eval compare before/ after/ --tolerance 0.01
  pith eval compare report/ --arms bm25,llmlingua2`,
		Args: exactly(cobra.RangeArgs(1, 2)),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(p, args) },
	}
	fl := cmd.Flags()
	fl.Float64Var(&f.tolerance, "tolerance", 0, "a loss of so much is none, nor is so large a share of the texts that is kept on top; from 0 to 1")
	fl.StringSliceVar(&f.arms, "arms", nil, "two methods of the first report to compare with one another")
	fl.BoolVar(&f.force, "force", false, "compare reports that differ in tokens, set, seed, way to the methods, reader or texts, too")
	fl.BoolVar(&f.json, "json", false, "print the comparison as JSON")
	fl.Uint64Var(&f.seed, "seed", 1, "of the bootstrap")
	fl.IntVar(&f.resamples, "resamples", 0, "of the bootstrap; 2,000 if not given")
	return cmd
}

func (f *compareFlags) run(p process, args []string) error {
	if f.resamples != 0 && f.resamples < 100 {
		return usageError{errors.New("--resamples must be at least 100")}
	}
	if f.tolerance < 0 || f.tolerance >= 1 {
		return usageError{fmt.Errorf("--tolerance must be in [0, 1); got %v", f.tolerance)}
	}
	if (len(f.arms) == 2) == (len(args) == 2) || len(f.arms) != 0 && len(f.arms) != 2 {
		return usageError{errors.New("give two reports, or one report and two methods with --arms A,B")}
	}
	var reports []*report.Report
	for _, path := range args {
		r, err := readReport(path)
		if err != nil {
			return usageError{err}
		}
		reports = append(reports, r)
	}
	o := report.CompareOptions{Tolerance: f.tolerance, Seed: f.seed, Resamples: f.resamples, Force: f.force, NameA: args[0], NameB: args[len(args)-1]}
	if len(f.arms) == 2 {
		o.NameA, o.NameB = f.arms[0], f.arms[1]
	}
	c, err := f.compare(reports, o)
	if err != nil {
		return usageError{err}
	}
	write := c.WriteMarkdown
	if f.json {
		write = c.WriteJSON
	}
	if err := write(p.stdout); err != nil {
		return err
	}
	switch untested := c.Untested(); {
	case c.Worse():
		return errors.New("worse with confidence; see the lines above")
	case untested != "":
		return usageError{errors.New(untested)}
	}
	return nil
}

func (f *compareFlags) compare(reports []*report.Report, o report.CompareOptions) (*report.Comparison, error) {
	if len(reports) == 2 {
		return report.Compare(reports[0], reports[1], o)
	}
	return report.CompareArms(reports[0], f.arms[0], f.arms[1], o)
}

// readReport reads a report.json, or that of a folder.
func readReport(path string) (*report.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "report.json")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := report.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
