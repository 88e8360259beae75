package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/economics"
	"github.com/pith-proxy/pith/eval/report"
	"github.com/pith-proxy/pith/eval/suite"
)

// runFlags are the flags of `pith eval run`.
type runFlags struct {
	sets    setFlags
	methods methodFlags
	reader  readerFlags

	rates    []float64
	counter  string
	measures []string
	against  string
	seed     uint64
	resample int

	out      string
	examples int
	plots    bool
	notes    []string
	vendors  []string
	reuse    int

	given func(flag string) bool // whether the command line has it
}

func runCommand(p process, load loader) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Measure what compression costs and saves on LongBench, needles or your own questions",
		Long: `Shortens the text of every question by every method and at every rate, and writes
report.html, report.md and report.json. Without --reader no LLM reads anything:
the report says how much of what an answer needs is left. With one, it has the
scores of its answers, and what they cost.

A run that was stopped goes on where it was when the same command runs again;
answers that were paid for are kept in the --out folder.`,
		Example: `  pith eval run --dataset longbench/ --sample 20 --out report/
  pith eval run --dataset needles --methods none,llmlingua2,bm25 --rates 0.5,0.2 --out needles/
  OPENAI_API_KEY=… pith eval run --dataset longbench/ --tasks hotpotqa,qasper --methods none,llmlingua2,bm25 --rates 0.5,0.33 \
    --reader https://api.openai.com/v1 --reader-model gpt-4o-mini --price-in 0.15 --price-out 0.6 --max-dollars 5 --out paid/`,
		Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return f.run(cmd.Context(), p, c)
		}),
	}
	fl := cmd.Flags()
	f.given = fl.Changed
	f.sets.add(fl)
	f.methods.add(fl)
	f.reader.add(fl)
	fl.Float64SliceVar(&f.rates, "rates", []float64{0.667, 0.5, 0.333, 0.2}, "rates to keep: 1.5x, 2x, 3x and 5x fewer tokens")
	fl.StringVar(&f.counter, "counter", "", "what budgets are counted in: words, chars, a target model or an encoding; o200k_base if not given")
	fl.StringSliceVar(&f.measures, "measures", nil, "offline measures; all but likelihood, which is slow, if not given")
	fl.StringVar(&f.against, "against", "", "the method that the others are compared with, beside the whole text; bm25 if it is there and none is given")
	fl.Uint64Var(&f.seed, "seed", 1, "of random words, needles and the bootstrap")
	fl.IntVar(&f.resample, "resamples", eval.DefaultResamples, "of the bootstrap")
	fl.StringVar(&f.out, "out", "", "folder of the reports, and of what is kept to go on after a stop")
	fl.IntVar(&f.examples, "examples", 6, "texts that the page shows in full; 0 for none")
	fl.BoolVar(&f.plots, "plots", false, "also write each measure's plot as an SVG file")
	fl.StringArrayVar(&f.notes, "note", nil, "a sentence for the reports; may be given several times")
	fl.StringSliceVar(&f.vendors, "vendors", []string{"openai", "openai-5.6", "anthropic-5m", "gemini-implicit", "deepseek"}, "whose caches to price: vendors as pith replay --list-vendors has them, or VENDOR:MODEL where a model has prices of its own, such as openai:gpt-4.1")
	fl.IntVar(&f.reuse, "reuse", 10, "how often one text is asked, for the price with a vendor's cache")
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window", "models.code")
	return cmd
}

func (f *runFlags) validate() error {
	var errs []error
	if f.out == "" {
		errs = append(errs, errors.New("give --out, a folder for the reports"))
	}
	if f.examples < 0 {
		errs = append(errs, errors.New("--examples must not be negative"))
	}
	for _, r := range f.rates {
		if !(r > 0 && r < 1) {
			errs = append(errs, fmt.Errorf("--rates are over 0 and below 1; got %v", r))
		}
	}
	if f.resample < 100 {
		errs = append(errs, errors.New("--resamples must be at least 100"))
	}
	if f.reuse < 1 {
		errs = append(errs, errors.New("--reuse must be at least 1"))
	}
	errs = append(errs, f.idle(), f.methods.validate(&f.reader), f.reader.validate(f.methods.relayed()))
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

func (f *runFlags) run(ctx context.Context, p process, c *Config) error {
	if err := f.validate(); err != nil {
		return err
	}
	if f.reader.url == "" && !f.methods.relayed() {
		if err := keepAnswers(f.out, ""); err != nil {
			return err
		}
	}
	counter, err := eval.CounterFor(f.counter)
	if err != nil {
		return usageError{fmt.Errorf("--counter: there is no tokenizer %q; name a model, an encoding, words or chars", f.counter)}
	}
	vendors, err := economics.Default().Pick(f.vendors)
	if err != nil {
		return usageError{fmt.Errorf("--vendors: %w", err)}
	}
	set, err := f.sets.open(c.Home, f.seed, counter)
	if err != nil {
		return err
	}
	a, err := newAppCounting(c, eval.CounterFor)
	if err != nil {
		return err
	}
	defer a.Close()
	arms, shut, err := f.methods.arms(ctx, a, set, counter, f.seed)
	if err != nil {
		return err
	}
	defer shut()
	against, err := f.chosenAgainst(arms)
	if err != nil {
		return err
	}
	o := suite.Options{Set: set, Arms: arms, Rates: f.rates, Counter: counter, Against: against, Resamples: f.resample, Seed: f.seed,
		Dir: f.out, Examples: f.examples, Vendors: vendors, Reuse: f.reuse, Version: version, Through: f.methods.through}
	if o.Measures, err = a.measures(ctx, f.measures); err != nil {
		return err
	}
	client, err := f.reader.open(&o, c, f.out, &f.methods)
	if err != nil {
		return err
	}
	defer client.Close()
	if o.Reader != nil {
		if err := keepAnswers(f.out, o.Reader.Name()); err != nil {
			return err
		}
	}
	o.Notes = append(o.Notes, f.notes...)
	o.Notes = append(o.Notes, "Repeat with: "+repeatable(p.args))
	o.Notes = append(o.Notes, a.modelNotes(set.Items)...)
	bar := newProgress(p.stderr, "results", false)
	o.Progress = func(done, total int) { bar.set(int64(done), int64(total)) }
	r, err := suite.Run(ctx, o)
	bar.clear()
	if stopped := (*suite.Stopped)(nil); errors.As(err, &stopped) && errors.Is(err, context.Canceled) {
		return stoppedError{err, "stopped: " + stopped.Standing}
	}
	if r == nil {
		return err
	}
	if len(r.Outcomes) == 0 {
		return usageError{errors.New("none of the methods takes any of the items: nothing was measured")}
	}
	f.methods.tell(r)
	return errors.Join(f.write(p, r), err) // with both, the report is of what a cap let through
}

// chosenAgainst is the method that was asked for, or BM25, or the first.
func (f *runFlags) chosenAgainst(arms []suite.Arm) (string, error) {
	want := f.against
	if want == "" {
		want = "bm25"
	}
	switch {
	case slices.ContainsFunc(arms, func(a suite.Arm) bool { return a.Name() == want }):
		return want, nil
	case f.against != "":
		return "", usageError{fmt.Errorf("--against: %s is none of the methods of this run", f.against)}
	}
	return arms[0].Name(), nil
}

func (f *runFlags) write(p process, r *report.Report) error {
	if err := r.WriteDir(f.out); err != nil {
		return err
	}
	if f.plots {
		if err := r.WritePlots(f.out); err != nil {
			return err
		}
	}
	if err := writeOutcome(p.stdout, r); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "%d results of %d items. Wrote %s, report.md and report.json.\n",
		len(r.Outcomes), items(r), filepath.Join(f.out, "report.html"))
	return err
}

func items(r *report.Report) int {
	n := 0
	for _, t := range r.Tasks {
		n += t.Items
	}
	return n
}
