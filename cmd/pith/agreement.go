package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval"
)

// agreementFlags are the flags of `pith eval agreement`.
type agreementFlags struct {
	passages string
	heldOut  bool
	seed     uint64
	json     bool
}

func agreementCommand(p process, load loader) *cobra.Command {
	var f agreementFlags
	cmd := &cobra.Command{
		Use:   "agreement",
		Short: "How well the kept words agree with labels, beside baselines",
		Long: `How well the kept words agree with labels: every arm keeps as many words of a
passage as the labels do, and the figure is the F1 of the words that both kept.
--passages is a JSONL file with text, keep (a 0 or 1 for each word) and, for
labels made for a question, question.`,
		Example: "  pith eval agreement --passages compress.jsonl --held-out",
		Args:    exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return f.run(cmd.Context(), p, c)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.passages, "passages", "", "JSONL file of labelled passages")
	fl.BoolVar(&f.heldOut, "held-out", false, "only the passages that the built-in models were not trained on")
	fl.Uint64Var(&f.seed, "seed", 1, "of random words and the bootstrap")
	fl.BoolVar(&f.json, "json", false, "print the report as JSON")
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window")
	return cmd
}

func (f *agreementFlags) run(ctx context.Context, p process, c *Config) error {
	if f.passages == "" {
		return usageError{errors.New("give --passages")}
	}
	all, err := eval.ReadPassagesFile(f.passages)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	var passages []eval.Passage
	for _, x := range all {
		if !f.heldOut || eval.HeldOut(x.ID) {
			passages = append(passages, x)
		}
	}
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	compress, shut, err := a.remembering()
	if err != nil {
		return err
	}
	defer shut()
	bar := newProgress(p.stderr, "passages", false)
	report, err := eval.Agreement(ctx, eval.AgreementOptions{
		Passages: passages, Seed: f.seed, Against: "idf",
		Arms:     append([]eval.Arm{eval.Random(f.seed), eval.IDF(eval.DocFreqOfPassages(all))}, pithArms(compress)...),
		Progress: func(done, total int) { bar.set(int64(done), int64(total)) },
	})
	bar.clear()
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(p.stdout, report)
	}
	return report.WriteMarkdown(p.stdout)
}
