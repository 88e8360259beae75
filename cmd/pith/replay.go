package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/tokenize"
)

// replayFlags are the flags of `pith replay`.
type replayFlags struct {
	vendors  []string
	prices   string
	list     bool
	json     bool
	markdown bool
	strict   bool
	markEnds bool
	deadline time.Duration
}

func replayCommand(p process, load loader) *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay [FILE|-]",
		Short: "What recorded requests cost at vendors with a cache, raw and through pith",
		Long: `What recorded requests cost at vendors that keep prompts in a cache, as they were
sent and as pith would have sent them. A trace has a JSON object on each line,
with time, body, and, if known, api and usage; docs/replay.md says how to record
one. Nothing is sent anywhere. If pith sent a repeated message in another form
than before, which breaks the vendor's cache, the exit code is 1.`,
		Example: `  pith replay trace.jsonl
  pith replay --vendors openai-5.6,anthropic-5m --markdown trace.jsonl
  pith replay --list-vendors`,
		Args: exactly(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "json", "markdown"); err != nil {
				return err
			}
			table, err := f.table()
			if err != nil {
				return err
			}
			if f.list {
				return f.listVendors(p.stdout, table)
			}
			c, err := load(cmd)
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), p, c, table, args)
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&f.vendors, "vendors", nil, "whose rules to apply; all that take the trace's requests if not given")
	fl.StringVar(&f.prices, "prices", "", "file (JSON) with rules and prices that change the built-in ones or add to them")
	fl.BoolVar(&f.list, "list-vendors", false, "list the vendors and their rules, and stop")
	fl.BoolVar(&f.json, "json", false, "print the report as JSON")
	fl.BoolVar(&f.markdown, "markdown", false, "print the report as Markdown")
	fl.BoolVar(&f.strict, "strict", false, "stop at the first line that cannot be used")
	fl.BoolVar(&f.markEnds, "mark-ends", false, "where a request has no cache markers, take it to mark the static head and its end")
	fl.DurationVar(&f.deadline, "deadline", policy.MaxDeadline, "time for the compression of one request, so that the result does not depend on this machine's speed")
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window", "proxy.mode")
	return cmd
}

// table is the rules to apply; with no --vendors all there are.
func (f *replayFlags) table() (economics.Table, error) {
	table := economics.Default()
	if f.prices != "" {
		file, err := os.Open(f.prices)
		if err != nil {
			return nil, usageError{err}
		}
		defer file.Close()
		if table, err = table.Load(file); err != nil {
			return nil, usageError{fmt.Errorf("--prices %s: %w", f.prices, err)}
		}
	}
	if len(f.vendors) == 0 {
		return table, nil
	}
	table, err := table.Pick(f.vendors)
	if err != nil {
		return nil, usageError{fmt.Errorf("--vendors: %w", err)}
	}
	return table, nil
}

func (f *replayFlags) listVendors(w io.Writer, table economics.Table) error {
	if f.json {
		return writeJSON(w, map[string]any{"vendors": table})
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "VENDOR\tAS OF\tWRITE\tREAD\tMINIMUM\tUNIT\tLIFETIME\tCACHED UP TO\tREQUESTS\tMEANING")
	for _, v := range table {
		fmt.Fprintf(out, "%s\t%s %s\t%v\t%v\t%d\t%d\t%v\t%s\t%s\t%s\n", v.Name, v.AsOf, v.Mark, v.Write, v.Read, v.MinTokens, v.Unit,
			v.Lifetime, cachedUpTo(&v), strings.Join(v.APIs, " "), v.Title)
	}
	return out.Flush()
}

func cachedUpTo(v *economics.Vendor) string {
	switch {
	case v.Match == economics.MatchPrefix:
		return "any prefix"
	case v.Breakpoints == economics.Explicit:
		return "the request's markers"
	}
	return "the newest message, markers"
}

func (f *replayFlags) run(ctx context.Context, p process, c *Config, table economics.Table, args []string) error {
	if f.deadline < policy.MinDeadline || f.deadline > policy.MaxDeadline {
		return usageError{fmt.Errorf("--deadline must be from %v to %v; got %v", policy.MinDeadline, policy.MaxDeadline, f.deadline)}
	}
	in, shut, err := openTrace(p, args)
	if err != nil {
		return err
	}
	defer shut()
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	through, err := newThroughProxy(c, a.router, f.deadline)
	if err != nil {
		return err
	}
	defer through.Close()
	bar := newProgress(p.stderr, "replaying", false)
	report, err := economics.Replay(ctx, in, economics.Options{Table: table, Fitting: len(f.vendors) == 0, Counter: targetCounter,
		Rewriter: through, MarkEnds: f.markEnds, Strict: f.strict, Progress: func(n int) { bar.describe(fmt.Sprintf("request %d", n)) }})
	bar.clear()
	if err != nil {
		return replayError(err)
	}
	for _, bad := range report.Skipped {
		fmt.Fprintln(p.stderr, "pith: passed over:", bad)
	}
	if late := through.late.Load(); late > 0 {
		fmt.Fprintf(p.stderr, "pith: %d requests had texts that stayed raw for lack of time or a failure; see --deadline\n", late)
	}
	if err := f.print(p.stdout, report); err != nil {
		return err
	}
	if report.Changed > 0 || report.Broken > 0 {
		return fmt.Errorf("%d repeated messages were sent in another form, and %d turns broke a prefix; please report this", report.Changed, report.Broken)
	}
	return nil
}

// replayError makes a mistake in the trace one of the user's.
func replayError(err error) error {
	var bad *economics.LineError
	if errors.As(err, &bad) || errors.Is(err, economics.ErrEmpty) {
		return usageError{err}
	}
	return err
}

func (f *replayFlags) print(w io.Writer, r *economics.Report) error {
	switch {
	case f.json:
		return writeJSON(w, r)
	case f.markdown:
		return r.WriteMarkdown(w)
	}
	return r.WriteTable(w)
}

func openTrace(p process, args []string) (io.Reader, func(), error) {
	if len(args) == 0 || args[0] == "-" {
		return p.stdin, func() {}, nil
	}
	file, err := os.Open(args[0])
	if err != nil {
		return nil, nil, usageError{err}
	}
	return file, func() { file.Close() }, nil
}

// targetCounter counts for a model as well as can be: for one that is not known as for the
// default.
func targetCounter(model string) economics.Counter {
	c, err := tokenize.CounterFor(model)
	if err != nil {
		c, _ = tokenize.CounterFor("") // there is always this one
	}
	return c
}
