package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/eval"
)

func evalCommand(p process, load loader) *cobra.Command {
	cmd := &cobra.Command{Use: "eval", Short: "Measure what compression costs and saves", Args: exactly(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(runCommand(p, load), compareCommand(p), listCommand(p, load), pullDatasetCommand(p, load),
		survivalCommand(p, load), agreementCommand(p, load), codeCommand(p, load), retrievalCommand(p, load))
	return cmd
}

// survivalFlags are the flags of `pith eval survival`.
type survivalFlags struct {
	data    string
	squad   string
	tasks   []string
	rates   []float64
	counter string
	sample  int
	seed    uint64
	match   string
	json    bool
}

func survivalCommand(p process, load loader) *cobra.Command {
	var f survivalFlags
	cmd := &cobra.Command{
		Use:   "survival",
		Short: "How often the gold answer is still in the compressed text, beside baselines",
		Long: `How often the gold answer is still in the compressed text, for pith with and
without the question and for baselines at equal budgets. No LLM reads anything:
survival bounds what a reader could answer. --data is a folder of LongBench's
JSONL files; --squad a file of SQuAD's or XQuAD's form.`,
		Example: "  pith eval survival --data longbench/ --rates 0.5,0.33,0.2 --counter words",
		Args:    exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return f.run(cmd.Context(), p, c)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.data, "data", "", "folder with TASK.jsonl files of LongBench's form")
	fl.StringVar(&f.squad, "squad", "", "JSON file of SQuAD's form")
	fl.StringSliceVar(&f.tasks, "tasks", eval.QATasks, "tasks of --data")
	fl.Float64SliceVar(&f.rates, "rates", []float64{0.5, 0.33, 0.2}, "rates to keep")
	fl.StringVar(&f.counter, "counter", "", "what budgets are counted in: words, chars, a target model or an encoding; o200k_base if not given")
	fl.IntVar(&f.sample, "sample", 0, "as many items, the same ones each time; 0 for all")
	fl.Uint64Var(&f.seed, "seed", 1, "of random words and the bootstrap")
	fl.StringVar(&f.match, "match", "", "words, squad or literal: when an answer counts as present")
	fl.BoolVar(&f.json, "json", false, "print the report as JSON")
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window")
	return cmd
}

func (f *survivalFlags) items() ([]eval.Item, error) {
	var items []eval.Item
	var err error
	switch {
	case (f.data == "") == (f.squad == ""):
		return nil, usageError{errors.New("give --data or --squad")}
	case f.data != "":
		items, err = eval.ReadLongBenchDir(f.data, f.tasks)
	default:
		items, err = eval.ReadSQuADFile(f.squad, "squad", "")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	if f.sample > 0 {
		items = eval.Sample(items, f.sample)
	}
	return items, nil
}

func (f *survivalFlags) run(ctx context.Context, p process, c *Config) error {
	items, err := f.items()
	if err != nil {
		return err
	}
	counter, err := eval.CounterFor(f.counter)
	if err != nil {
		return err
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
	bar := newProgress(p.stderr, "items", false)
	report, err := eval.Survival(ctx, eval.SurvivalOptions{
		Items: items, Rates: f.rates, Counter: counter, Match: eval.Match(f.match), Seed: f.seed, Against: "bm25",
		Arms:     append(eval.Baselines(f.seed, eval.DocFreqOfItems(items)), pithArms(compress)...),
		Progress: func(done, total int) { bar.set(int64(done), int64(total)) },
	})
	bar.clear()
	if err != nil {
		return err
	}
	report.Notes = append(report.Notes, "pith "+version+", "+source(f.data, f.squad)+", models "+strings.Join(c.Models.Use, ", "))
	if f.json {
		return writeJSON(p.stdout, report)
	}
	return report.WriteMarkdown(p.stdout)
}

func source(data, squad string) string { return filepath.Base(filepath.Clean(data + squad)) }

// pithArms are the service's defaults, and the bare rule of the models' cards,
// which protects nothing.
func pithArms(compress eval.CompressFunc) []eval.Arm {
	soft := pith.Options{Strictness: pith.Soft, Scope: pith.ScopeGlobal}
	bare := soft
	bare.Preserve.Classes = []string{}
	return []eval.Arm{
		&eval.Pith{Label: "pith", Func: compress, Options: soft},
		&eval.Pith{Label: "pith, protecting nothing", Func: compress, Options: bare},
		&eval.Pith{Label: "pith with question", Func: compress, Question: true, Options: soft},
		&eval.Pith{Label: "pith with question, protecting nothing", Func: compress, Question: true, Options: bare},
	}
}

// remembering returns a compressor that has a memory, since arms and rates ask for the
// same texts again, and that counts words and characters too.
func (a *app) remembering() (compress eval.CompressFunc, shut func(), err error) {
	l, err := llmlingua2.New(llmlingua2.Options{Models: a.sources(), Window: a.config.Models.Window, Counter: eval.CounterFor})
	if err != nil {
		return nil, nil, err
	}
	k, err := cache.Open(cache.Options{})
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, req pith.Request) (pith.Result, error) {
			req.Memory = k.Tenant(ctx, "")
			return l.Compress(ctx, req)
		}, func() {
			l.Close()
			_ = k.Close()
		}, nil
}
